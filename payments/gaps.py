"""Days of a month that no paper tells of: statements of our banks, registers of acquirers.

A statement is owed for every day on which the bank works, from the first paper or posting of its
account on; a bank that numbers its statements need not write one of a day without a movement, so
where numbers and balances go on nothing is missing. An acquirer's register is owed for every day
from its first one on. The queries are as many, however many days and parties there are.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from orders import days

from . import papers
from .banking import calendars
from .models import BankAccount, BankStatement, Entry, Registry


@dataclass(frozen=True)
class Gap:
    """Days one after the other on which a party owes a paper and none is here."""

    party: str
    days: tuple[date, ...]

    def __str__(self) -> str:
        first, last = (f"{day:%d.%m.%y}" for day in (self.days[0], self.days[-1]))
        return f"{self.party}: {first if first == last else f'{first}–{last}'}"


def registers(first_on: date, last: date) -> list[Gap]:
    """Days of a month without a register of an acquirer, by its shop."""
    shops = Registry.objects.order_by("provider", "shop").values_list("provider", "shop")
    of_month = Q(registry_on__range=(first_on, last))
    told = shops.annotate(
        first=Min("registry_on"),
        here=ArrayAgg("registry_on", filter=of_month, default=Value([])),
    )
    return [
        Gap(f"{provider} {shop}", run)
        for provider, shop, first, here in told
        for run in _runs(days.span(max(first, first_on), last), set(here))
    ]


@dataclass(frozen=True)
class Statements:
    """What the statements of a month lack: whole days, or the balance they should open with."""

    missing: list[Gap]
    broken: list[Gap]


def statements(first_on: date, last: date) -> Statements:
    """What the statements of our accounts lack in a month."""
    calendar, found = calendars.around(first_on), Statements([], [])
    known = _known(first_on)
    for account, owed_from in _accounts(last):
        owed = [
            day
            for day in days.span(max(first_on, owed_from), last)
            if calendar.works_in(country(account), day)
        ]
        for before, after in pairwise([None, *known[account.pk], None]):
            lost = _between(before, after, owed)
            goes_on = before is not None and after is not None and papers.goes_on(before, after)
            if lost and not goes_on:
                found.missing.append(Gap(str(account), lost))
            elif _is_broken(before, after, first_on, last):
                assert after is not None
                found.broken.append(Gap(str(account), (after.from_on,)))
    return found


def _accounts(last: date) -> Iterator[tuple[BankAccount, date]]:
    """Accounts in use by the end of a month, and the day from which on each owes papers."""
    mine = Entry.objects.filter(
        account__purpose=OuterRef("purpose"),
        account__party=OuterRef("party"),
        account__currency=OuterRef("currency"),
    )
    posted = mine.order_by("journal__occurred_at").values("journal__occurred_at")[:1]
    rows = BankAccount.objects.annotate(
        first_paper=Min("statements__from_on"), first_posting=Subquery(posted)
    )
    for row in rows.order_by("pk"):
        first = [row.first_paper, row.first_posting and days.of_books(row.first_posting)]
        owed_from = min((day for day in first if day is not None), default=date.max)
        if owed_from <= last:
            yield row, owed_from


def _known(first_on: date) -> dict[int, list[BankStatement]]:
    """Statements by account in their order, from the last one before a month on."""
    found: dict[int, list[BankStatement]] = defaultdict(list)
    for row in _since(first_on).order_by("until_on", "pk"):
        found[row.account_id].append(row)
    return found


def _since(first_on: date) -> QuerySet[BankStatement]:
    earlier = BankStatement.objects.filter(account=OuterRef("account"), until_on__lt=first_on)
    before = earlier.order_by("-until_on").values("until_on")[:1]
    return BankStatement.objects.filter(until_on__gte=Coalesce(Subquery(before), first_on))


def country(account: BankAccount) -> str:
    """Letters five and six of a SWIFT code; a Russian bank may stand with its nine digits."""
    return "RU" if account.bic.isdecimal() else account.bic[4:6]


def _between(
    before: BankStatement | None, after: BankStatement | None, owed: list[date]
) -> tuple[date, ...]:
    return tuple(
        day
        for day in owed
        if (before is None or before.until_on < day) and (after is None or day < after.from_on)
    )


def _is_broken(
    before: BankStatement | None, after: BankStatement | None, first_on: date, last: date
) -> bool:
    """Whether a balance jumps at the first instant of a month or within it."""
    if before is None or after is None or before.closing == after.opening:
        return False
    return before.until_on < last and first_on <= after.from_on


def _runs(owed: list[date], here: set[date]) -> Iterator[tuple[date, ...]]:
    """Days that are not here, each run of them together."""
    run: list[date] = []
    for day in owed:
        if day not in here:
            run.append(day)
        elif run:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)
