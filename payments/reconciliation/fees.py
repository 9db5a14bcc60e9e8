"""Fees that banks took: booked from their own lines, matched at once, held against the terms."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

from django.db.models import F

from orders import days, terms
from payments import ledger, postings
from payments.banking import fees
from payments.models import BankAccount, BankFee, Break, Conversion, Payout, StatementLine
from storefront.lib import money

from . import breaks, matches, rules
from .breaks import Seen
from .rules import Proposal

ARRIVES = time(9)
UETR = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Owner = Payout | Conversion
By = tuple[str, datetime]


def book(account: BankAccount, *, actor: str, now: datetime) -> tuple[int, int]:
    """Book every fee that a bank took for a payout or a conversion of ours; each line once.

    How many were booked and matched, and how many of them are breaks. A fee that names nothing of
    ours stays open for a person; one that differs from the terms is booked too, for the money is
    gone, and named as a break.
    Locks: the caller holds the account's row.
    """
    told = matches.open_lines(account).filter(code__in=fees.CODES, left=F("units"))
    lines = list(told.order_by("booked_on", "pk"))
    owners = dict(_owners(lines))
    made = [
        _book(account, line, owners[line.pk], (actor, now)) for line in lines if line.pk in owners
    ]
    most = terms.value("bank_fee_off_units", on=days.of_books(now))
    off = breaks.open_all((_seen(fee) for fee in made if abs(fee.off) > most), now=now)
    return len(made), len(off)


def _owners(lines: Sequence[StatementLine]) -> Iterator[tuple[int, Owner]]:
    """For which of our payouts or conversions the lines say they are; by line."""
    named = {line.pk: rules.references(line.end_to_end, line.uetr, line.text) for line in lines}
    names = {name for words in named.values() for name in words}
    uetrs = {name for name in names if UETR.fullmatch(name)}
    known: dict[str, Owner] = {}
    for deal in Conversion.objects.filter(reference__in=names).select_related("route"):
        known[deal.reference] = deal
    payouts = Payout.objects.select_related("route")
    for payout in payouts.filter(message__in=names) | payouts.filter(uetr__in=uetrs):
        known[payout.message] = known[str(payout.uetr)] = payout
    for key, words in named.items():
        found = next((known[word] for word in sorted(words) if word in known), None)
        if found is not None:
            yield key, found


def _book(account: BankAccount, line: StatementLine, owner: Owner, by: By) -> BankFee:
    """Post the fee, keep what was expected of it, and match its line; again changes nothing."""
    name = owner.message if isinstance(owner, Payout) else owner.reference
    at = datetime.combine(line.booked_on, ARRIVES, days.MOSCOW).astimezone(UTC)
    journal = ledger.post(
        "bank-fee",
        key=f"bank-fee:{matches.name_of(line)}",
        legs=postings.bank_fee(
            -line.units, currency=account.currency, account=account.purpose, party=account.party
        ),
        occurred_at=at,
        actor=by[0],
        source=f"{name}: {line.reference}"[:120],
    )
    fee, _is_new = BankFee.objects.get_or_create(
        line=line,
        defaults={
            "journal": journal,
            "payout" if isinstance(owner, Payout) else "conversion": owner,
            "currency": account.currency,
            "units": -line.units,
            "expected_units": _expected(owner, account.currency),
        },
    )
    entry = journal.entries.get(account__purpose=account.purpose)
    reason = f"{name}: the bank's fee, {-line.units}"
    matches.accept(
        account,
        Proposal("REFERENCE", 100, reason, (line.pk,), (entry.pk,)),
        actor=by[0],
        now=by[1],
    )
    return fee


def _expected(owner: Owner, currency: str) -> int:
    """What the terms of its route say; of several fees the first bears all of it."""
    price = owner.money if isinstance(owner, Payout) else owner.sold
    if owner.route is None or owner.route.currency != currency or owner.fees.exists():
        return 0
    return fees.expected(owner.route, money.to_minor(price.amount, currency))


def _seen(fee: BankFee) -> Seen:
    taken, expected = (
        money.from_minor(units, fee.currency) for units in (fee.units, fee.expected_units)
    )
    about = {"line_id": fee.line_id, **({"payout_id": fee.payout_id} if fee.payout_id else {})}
    return Seen(
        key=f"bank:FEE:line:{fee.line_id}",
        kind=Break.Kind.FEE,
        source=Break.Source.BANK,
        theirs=f"{fee.line.end_to_end} {taken} {fee.currency} {fee.line.booked_on}",
        ours=f"{fee.journal.source.partition(':')[0]} {expected} {fee.currency}",
        units=-fee.off,
        currency=fee.currency,
        about=about,
    )
