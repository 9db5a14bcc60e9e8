"""The daily comparison: papers fetched, registers, statements, payouts and our own books."""

from datetime import datetime

from payments import fetching
from payments.models import BankAccount, Registry
from storefront.lib import clock

from . import bank, inside, payouts, registries

ACTOR = "task:reconciliation"


def run(*, now: datetime) -> str:
    """Fetch what is due and compare all of it; what came of it, in a line.

    Not inside a transaction; safe to run again after any failure.
    Raises: Unreachable, Unknown, Refused.
    """
    taken = fetching.fetch(now=now)
    matched, opened = compare(now=now)
    new = sum(one.new for one in taken)
    refused = sum(1 for one in taken if one.reason)
    return f"{new} papers, {refused} refused, {matched} matched, {opened} breaks"


def compare(*, now: datetime) -> tuple[int, int]:
    """Compare what is here with the ledger; how many were matched, how many breaks opened."""
    matched = opened = 0
    for provider in Registry.objects.order_by().values_list("provider", flat=True).distinct():
        pairs, found = registries.reconcile(provider, actor=ACTOR, now=now)
        matched, opened = matched + pairs, opened + found
    for account in BankAccount.objects.order_by("pk"):
        pairs, found = bank.reconcile(account, actor=ACTOR, now=now)
        matched, opened = matched + pairs, opened + found
    opened += payouts.reconcile(actor=ACTOR, now=now)
    opened += inside.reconcile(actor=ACTOR, wall=clock.wall(), now=now)
    return matched, opened
