"""Closes a period: a frozen statement per seller, the yuan bought, the payouts made."""

from datetime import date, datetime

from django.db import transaction

from catalog.models import Seller
from orders import days
from payments import ledger
from payments.models import Payout, Settlement
from storefront.lib import locks

from . import composing, conversions, payouts

MOST_DEALS = 3


def close_period(until: date, *, now: datetime, actor: str) -> list[Payout]:
    """Settle with every seller for the time before a day, buy the yuan, and make the payouts.

    Not inside a transaction; safe to run again after any failure: what is done stays done.
    Time: the period ends at midnight in Moscow before `until`.
    Locks: each seller while his statement is made; the sellers by key while payouts are made.
    Raises: Unreachable, Unknown, Refused.
    """
    settle(until, now=now, actor=actor)
    for _try in range(MOST_DEALS):
        missing = payouts.needed(until, now=now) - conversions.free_yuan()
        if missing <= 0:
            break
        conversions.buy(missing, until=until, actor=actor, now=now)
    with transaction.atomic(durable=True):
        return payouts.make(until, actor=actor, now=now)


def settle(until: date, *, now: datetime, actor: str) -> int:
    """Make the statements of a period that are not made yet, each in its own transaction."""
    cut = days.begins(until)
    made = 0
    for seller in _sellers(until, cut):
        with transaction.atomic(durable=True):
            locks.row(Seller.objects.all(), seller.pk)
            made += _settle(seller, until, cut, (actor, now)) is not None
    return made


def _sellers(until: date, cut: datetime) -> list[Seller]:
    """Who has something to be counted and no statement of this period or a later one.

    Entries are looked through only of who is left: right after a period was closed nobody is, and
    the database does not know yet how many lines were made.
    """
    done = Settlement.objects.filter(period_until__gte=until).values("seller")
    left = {seller.slug: seller for seller in Seller.objects.exclude(pk__in=done).order_by("pk")}
    if not left:
        return []
    found = {slug for slug, units in _balances(cut).items() if units}
    fresh = composing.unsettled(cut).filter(account__party__in=left)
    found.update(fresh.values_list("account__party", flat=True).distinct())
    return [seller for slug, seller in left.items() if slug in found]


def _balances(cut: datetime) -> dict[str, int]:
    return ledger.balances("seller_payable", "CNY", before=cut)


def _settle(
    seller: Seller, until: date, cut: datetime, by: tuple[str, datetime]
) -> Settlement | None:
    if Settlement.objects.filter(seller=seller, period_until__gte=until).exists():
        return None
    composed = composing.compose(seller, cut=cut)
    if not composed.lines and not composed.carried:
        return None
    return composing.freeze(composed, until=until, actor=by[0], now=by[1])
