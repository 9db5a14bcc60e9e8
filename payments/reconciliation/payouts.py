"""Payouts against the banks' answers: those nobody answers for, and money that stayed away."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from orders import days, terms
from payments.models import Break, Payout
from storefront.lib import money

from . import breaks, matches
from .breaks import Seen

SOURCE = Break.Source.PAYOUTS


@transaction.atomic
def reconcile(*, actor: str, now: datetime) -> int:
    """Name payouts without an answer, and returned ones whose debit was never given back."""
    seen = [*_unanswered(now), *_not_given_back(now)]
    opened = breaks.open_all(seen, now=now)
    mine = Break.objects.filter(source=SOURCE)
    breaks.heal(mine, [one.key for one in seen], actor=actor, now=now)
    return len(opened)


def _unanswered(now: datetime) -> Iterator[Seen]:
    day = days.of_books(now)
    since = now - timedelta(days=terms.value("payout_answer_days", on=day))
    for payout in Payout.objects.filter(state="SENT", sent_at__lt=since).order_by("pk"):
        yield _seen("MISSING_THEIRS", payout)


def _not_given_back(now: datetime) -> Iterator[Seen]:
    wait = timedelta(days=terms.value("bank_missing_after_days", on=days.of_books(now)))
    returned = Payout.objects.filter(state="RETURNED", ended_at__lt=now - wait)
    debits = matches.open_lines().filter(units__lt=0).values_list("end_to_end", flat=True)
    for payout in returned.filter(message__in=list(debits)).order_by("pk"):
        yield _seen("AMOUNT", payout)


def _seen(kind: str, payout: Payout) -> Seen:
    price = payout.money
    return Seen(
        key=f"payouts:{kind}:{payout.pk}",
        kind=kind,
        source=SOURCE,
        ours=f"{payout.message} {price.amount} {price.currency.code} {payout.state}",
        units=-money.to_minor(price.amount, price.currency.code),
        currency=price.currency.code,
        about={"payout_id": payout.pk},
    )
