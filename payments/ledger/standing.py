"""What stands where, and what moved: balances, trial balance and statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, F, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from payments.models import Account, BalanceSnapshot, Entry, Journal
from payments.models.ledger import AccountQuerySet

LINES = 50


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


@dataclass(frozen=True)
class Page:
    """A page of a statement, oldest line first, between two balances.

    `older` and `newer` are what to ask `page` with for its neighbours; None says there is none.
    """

    movements: Sequence[Movement]
    opening: int
    closing: int
    older: int | None
    newer: int | None
    is_last: bool


def balance(purpose: str, currency: str, party: str = "", *, before: datetime | None = None) -> int:
    """What stands on an account, in minor units, positive is debit.

    Time: `before` is exclusive and compares when a thing happened, not when it was booked.
    """
    accounts = Account.objects.filter(purpose=purpose, currency=currency, party=party)
    return sum(_standing(accounts, before).values_list("units", flat=True))


def balances(purpose: str, currency: str, *, before: datetime | None = None) -> dict[str, int]:
    """What stands on the accounts of one purpose, per party, in minor units."""
    accounts = _moved(Account.objects.filter(purpose=purpose, currency=currency))
    rows = _standing(accounts, before).order_by("party")
    return {str(party): int(units) for party, units in rows.values_list("party", "units")}


def order_balance(purpose: str, currency: str, order_number: str) -> int:
    """What of an account belongs to one order, in minor units."""
    entries = Entry.objects.filter(
        order_number=order_number, account__purpose=purpose, account__currency=currency
    )
    return entries.aggregate(units=Sum("units"))["units"] or 0


def trial_balance(*, before: datetime | None = None) -> list[Standing]:
    """Every account that ever moved, with what stands on it; each currency sums to zero.

    Time: `before` is exclusive and compares when a thing happened.
    """
    return _rows(Account.objects.all(), before)


def of_party(party: str, *, before: datetime | None = None) -> list[Standing]:
    """The accounts of one party, such as the ledger of a seller."""
    return _rows(Account.objects.filter(party=party), before)


def statement(
    purpose: str,
    currency: str,
    party: str = "",
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Movement]:
    """What moved on an account, in the order it was booked.

    Time: `since` inclusive, `until` exclusive, by the time of booking. A statement runs from the
    first entry booked since to the one before the first booked later, so that the next one opens
    with what this one closes with.
    """
    entries = Entry.objects.filter(
        account__purpose=purpose, account__currency=currency, account__party=party
    )
    first, last = _first_booked(entries, since), _first_booked(entries, until)
    if since is not None:
        entries = entries.filter(pk__gte=first) if first else entries.none()
    if until is not None and last:
        entries = entries.filter(pk__lt=last)
    rows = list(entries.select_related("journal", "account").order_by("pk"))
    return _running(rows, _upto(rows[0].account, rows[0].pk - 1) if rows else 0)


def _first_booked(entries: QuerySet[Entry], instant: datetime | None) -> int | None:
    if instant is None:
        return None
    found = entries.filter(journal__booked_at__gte=instant).aggregate(pk=Min("pk"))["pk"]
    return None if found is None else int(found)


def page(account: Account, *, before: int | None = None, size: int = LINES) -> Page:
    """A page of an account's statement; without `before` the newest one.

    Units: `before` is the id of the first entry that is not on the page any more.
    """
    entries = Entry.objects.filter(account=account)
    earlier = entries if before is None else entries.filter(pk__lt=before)
    found = list(earlier.select_related("journal").order_by("-pk")[: size + 1])
    rows, has_older = found[:size][::-1], len(found) > size
    opening = _upto(account, rows[0].pk - 1) if rows else 0
    movements = _running(rows, opening)
    return Page(
        movements=movements,
        opening=opening,
        closing=movements[-1].standing if movements else opening,
        older=rows[0].pk if has_older else None,
        newer=None if before is None else _newer(entries, before, size),
        is_last=before is None,
    )


def _newer(entries: QuerySet[Entry], before: int, size: int) -> int | None:
    later = entries.filter(pk__gte=before).order_by("pk")
    beyond = next(iter(later[size : size + 1]), None)
    return None if beyond is None else int(beyond.pk)


def _running(rows: Sequence[Entry], standing: int) -> list[Movement]:
    movements = []
    for row in rows:
        standing += row.units
        movements.append(
            Movement(row.journal, row.order_number, row.order_line, row.units, standing)
        )
    return movements


def _upto(account: Account, entry: int) -> int:
    """What stood on an account with an entry and all before it, by the last snapshot below."""
    below = BalanceSnapshot.objects.filter(account=account, upto__lte=entry).order_by("-upto")
    upto, units = below.values_list("upto", "units").first() or (0, 0)
    rest = Entry.objects.filter(account=account, pk__gt=upto, pk__lte=entry)
    return int(units) + int(rest.aggregate(units=Sum("units"))["units"] or 0)


def _rows(accounts: AccountQuerySet, before: datetime | None) -> list[Standing]:
    rows = _standing(_moved(accounts), before).order_by("currency", "code")
    return [
        Standing(*row) for row in rows.values_list("code", "purpose", "party", "currency", "units")
    ]


def _moved(accounts: AccountQuerySet) -> AccountQuerySet:
    return accounts.filter(Exists(Entry.objects.filter(account=OuterRef("pk"))))


def _standing(accounts: AccountQuerySet, before: datetime | None) -> Any:
    """With what stands on them now, less what happened since; what is asked of is mostly recent."""
    standing = accounts.standing()
    if before is None:
        return standing
    later = Entry.objects.filter(account=OuterRef("pk"), journal__occurred_at__gte=before)
    sums = later.order_by().values("account").annotate(later=Sum("units")).values("later")
    return standing.annotate(
        units=F("units") - Coalesce(Subquery(sums, output_field=BigIntegerField()), 0)
    )
