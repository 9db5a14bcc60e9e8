"""What storage costs: reckoned day by day by the terms of that day, taken once a week."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from catalog.models import Seller
from logistics.models import StorageBill
from payments.settlement import deductions
from storefront.lib import due, money

from . import ageing

ACTOR = "task:storage"
WEEK = timedelta(days=7)
MONDAY = 1
TAKEN_AT = time(1, 0, tzinfo=UTC)  # nine in the morning of Harbin, after the last day is over


def of_week(week_until: date) -> dict[int, Decimal]:
    """What each seller's goods cost in the seven days before a day, by seller.

    Money: yuan. Every piece is charged for each day it lay there beyond the free ones.
    Source: terms `storage_free_days` and `storage_day_fen` of each day.
    """
    owed: dict[int, Decimal] = defaultdict(Decimal)
    for day in ageing.days_of(week_until):
        found = ageing.layers(day)
        prices = {days: _of_day(days, on=day) for days in {layer.days(day) for layer in found}}
        for layer in found:
            owed[layer.seller_id] += layer.pieces * prices[layer.days(day)]
    return {seller: price for seller, price in owed.items() if price}


def _of_day(days: int, *, on: date) -> Decimal:
    """What one piece costs for its last day of so many."""
    until_before = deductions.storage_price(1, days - 1, on=on)
    return deductions.storage_price(1, days, on=on) - until_before


def ensure(*, now: datetime) -> None:
    """Plan the bill of this week, if none is planned."""
    if not StorageBill.objects.filter(due_at__isnull=False).exists():
        today = now.date()
        ahead = timedelta(days=(MONDAY - today.isoweekday() - 1) % 7 + 1)
        _plan(today + ahead)


def _plan(week_until: date) -> None:
    due_at = datetime.combine(week_until, TAKEN_AT)
    StorageBill.objects.get_or_create(week_until=week_until, defaults={"due_at": due_at})


@transaction.atomic(durable=True)
def take(bill: StorageBill, *, now: datetime) -> None:
    """Post what a claimed week's storage costs each seller, once, and plan the next week.

    Locks: ledger accounts by id; the bill's lease is checked at the end.
    Raises: Zombie.
    """
    owed = of_week(bill.week_until)
    for seller in Seller.objects.filter(pk__in=owed).order_by("pk"):
        deductions.store(
            seller,
            owed[seller.pk],
            key=f"{seller.slug}:{bill.week_until}",
            source=f"storage until {bill.week_until}",
            actor=ACTOR,
            now=now,
        )
    due.finish(bill, at=None)
    taken = money.to_minor(sum(owed.values(), Decimal()), "CNY")
    StorageBill.objects.filter(pk=bill.pk).update(done_at=now, sellers=len(owed), price_fen=taken)
    _plan(bill.week_until + WEEK)
