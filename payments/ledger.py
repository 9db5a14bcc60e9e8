"""The books: what is posted, what stands where, and how a posting is taken back."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from storefront.lib.refusal import Refusal

from .models import Account, Entry, Journal, Rate

MOST_LEGS = 50


class Unbalanced(Refusal):
    """The legs of a journal do not sum to zero in each currency, or are no journal at all."""

    code = "unbalanced"


class KeyReused(Refusal):
    """A key was used before for another posting."""

    code = "key_reused"


class AlreadyReversed(Refusal):
    """A journal can be taken back once."""

    code = "already_reversed"


@dataclass(frozen=True)
class Leg:
    """One entry to be posted: positive is debit, negative is credit.

    Units: `units` in kopecks or fen.
    """

    purpose: str
    currency: str
    units: int
    party: str = ""
    order_number: str = ""
    order_line: int | None = None

    @property
    def code(self) -> str:
        """The code of the account it goes to."""
        return ".".join(part for part in (self.purpose, self.currency, self.party) if part)

    def mirrored(self) -> "Leg":
        """The leg that undoes this one."""
        return Leg(
            self.purpose,
            self.currency,
            -self.units,
            self.party,
            self.order_number,
            self.order_line,
        )


@dataclass(frozen=True)
class Standing:
    """What stands on one account; minor units, positive is debit."""

    code: str
    purpose: str
    party: str
    currency: str
    units: int


@dataclass(frozen=True)
class Movement:
    """One line of a statement, with what stood on the account after it."""

    journal: Journal
    order_number: str
    order_line: int | None
    units: int
    standing: int


def post(
    kind: str,
    *,
    key: str,
    legs: Iterable[Leg],
    occurred_at: datetime,
    actor: str,
    source: str,
    rate: Rate | None = None,
) -> Journal:
    """Write a journal; the same key again gives the first one.

    Money: the legs sum to zero in each currency; legs of nothing are left out.
    Time: `occurred_at` is business time; when it was booked the database notes itself.
    Raises: Unbalanced; KeyReused, if the key belongs to another posting.
    """
    entries = _checked([leg for leg in legs if leg.units])
    journal = Journal(
        kind=kind, key=key, occurred_at=occurred_at, actor=actor, source=source, rate=rate
    )
    return _once(journal, entries)


def reverse(
    journal: Journal, *, key: str, occurred_at: datetime, actor: str, source: str
) -> Journal:
    """Take a journal back by its mirror image; the same key again gives the first mirror.

    Raises: AlreadyReversed, if it was taken back under another key.
    """
    legs = [leg.mirrored() for leg in legs_of(journal)]
    mirror = Journal(
        kind=f"{journal.kind}-reversed",
        key=key,
        occurred_at=occurred_at,
        actor=actor,
        source=source,
        rate=journal.rate,
        reverses=journal,
    )
    _refuse_second(journal, key)
    try:
        return _once(mirror, legs)
    except IntegrityError:
        _refuse_second(journal, key)
        raise


def _refuse_second(journal: Journal, key: str) -> None:
    other = Journal.objects.filter(reverses=journal).exclude(key=key).first()
    if other is not None:
        raise AlreadyReversed(_("This posting has been taken back already."), by=other.key)


def legs_of(journal: Journal) -> list[Leg]:
    """The legs of a journal as they were posted."""
    entries = journal.entries.select_related("account").order_by("line")
    return [
        Leg(
            entry.account.purpose,
            entry.currency,
            entry.units,
            entry.account.party,
            entry.order_number,
            entry.order_line,
        )
        for entry in entries
    ]


def find(key: str) -> Journal | None:
    """The journal of a key."""
    return Journal.objects.filter(key=key).first()


def _checked(legs: list[Leg]) -> list[Leg]:
    sums: dict[str, int] = defaultdict(int)
    for leg in legs:
        sums[leg.currency] += leg.units
    off = {currency: units for currency, units in sums.items() if units}
    if off:
        raise Unbalanced(_("The posting does not balance."), off=off)
    if not 2 <= len(legs) <= MOST_LEGS:
        raise Unbalanced(_("A posting has from 2 to 50 legs."), legs=len(legs))
    return legs


def _once(journal: Journal, legs: Sequence[Leg]) -> Journal:
    first = find(journal.key)
    if first is not None:
        return _same(first, journal, legs)
    try:
        with transaction.atomic():
            return _write(journal, legs)
    except IntegrityError:
        first = find(journal.key)
        if first is None:
            raise
        return _same(first, journal, legs)


def _same(first: Journal, journal: Journal, legs: Sequence[Leg]) -> Journal:
    if first.kind != journal.kind or Counter(legs_of(first)) != Counter(legs):
        raise KeyReused(_("This key belongs to another posting."), key=journal.key)
    return first


def _write(journal: Journal, legs: Sequence[Leg]) -> Journal:
    journal.save(force_insert=True)
    accounts = _accounts(legs)
    Entry.objects.bulk_create(
        Entry(
            journal=journal,
            line=line,
            account_id=accounts[leg.code],
            currency=leg.currency,
            units=leg.units,
            order_number=leg.order_number,
            order_line=leg.order_line,
        )
        for line, leg in enumerate(legs, start=1)
    )
    return journal


def _accounts(legs: Iterable[Leg]) -> dict[str, int]:
    wanted = {
        leg.code: Account(
            code=leg.code, purpose=leg.purpose, party=leg.party, currency=leg.currency
        )
        for leg in legs
    }
    known = _known(wanted)
    missing = sorted(set(wanted) - set(known))
    if missing:
        # In the order of their codes, so that two postings cannot wait for each other.
        Account.objects.bulk_create([wanted[code] for code in missing], ignore_conflicts=True)
        known = _known(wanted)
    return known


def _known(codes: Iterable[str]) -> dict[str, int]:
    return dict(Account.objects.filter(code__in=list(codes)).values_list("code", "pk"))


def balance(purpose: str, currency: str, party: str = "", *, before: datetime | None = None) -> int:
    """What stands on an account, in minor units, positive is debit.

    Time: `before` is exclusive and compares when a thing happened, not when it was booked.
    """
    entries = Entry.objects.filter(
        account__purpose=purpose, account__currency=currency, account__party=party
    )
    if before is not None:
        entries = entries.filter(journal__occurred_at__lt=before)
    return entries.aggregate(units=Sum("units"))["units"] or 0


def balances(purpose: str, currency: str, *, before: datetime | None = None) -> dict[str, int]:
    """What stands on the accounts of one purpose, per party, in minor units."""
    entries = Entry.objects.filter(account__purpose=purpose, account__currency=currency)
    if before is not None:
        entries = entries.filter(journal__occurred_at__lt=before)
    rows = entries.values_list("account__party").annotate(units=Sum("units"))
    return {str(party): int(units) for party, units in rows.order_by("account__party")}


def order_balance(purpose: str, currency: str, order_number: str) -> int:
    """What of an account belongs to one order, in minor units."""
    entries = Entry.objects.filter(
        order_number=order_number, account__purpose=purpose, account__currency=currency
    )
    return entries.aggregate(units=Sum("units"))["units"] or 0


def trial_balance() -> list[Standing]:
    """Every account that ever moved, with what stands on it; each currency sums to zero."""
    rows = (
        Entry.objects.values(
            "account__code", "account__purpose", "account__party", "account__currency"
        )
        .annotate(units=Sum("units"))
        .order_by("account__currency", "account__code")
    )
    return [
        Standing(
            row["account__code"],
            row["account__purpose"],
            row["account__party"],
            row["account__currency"],
            row["units"],
        )
        for row in rows
    ]


def statement(
    purpose: str,
    currency: str,
    party: str = "",
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Movement]:
    """What moved on an account, in the order it was booked.

    Time: `since` inclusive, `until` exclusive, by the time of booking.
    """
    entries = Entry.objects.filter(
        account__purpose=purpose, account__currency=currency, account__party=party
    )
    standing = 0
    if since is not None:
        earlier = entries.filter(journal__booked_at__lt=since)
        standing = earlier.aggregate(units=Sum("units"))["units"] or 0
        entries = entries.filter(journal__booked_at__gte=since)
    if until is not None:
        entries = entries.filter(journal__booked_at__lt=until)
    movements = []
    for entry in entries.select_related("journal").order_by("id"):
        standing += entry.units
        movements.append(
            Movement(entry.journal, entry.order_number, entry.order_line, entry.units, standing)
        )
    return movements
