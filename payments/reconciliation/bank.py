"""Statements of banks against the ledger: what arrives is booked, what agrees is matched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, Sum

from orders import days, terms
from payments import ledger, postings
from payments.banking.fees import CODES
from payments.models import (
    BankAccount,
    BankStatement,
    Break,
    Entry,
    Payout,
    Registry,
    StatementLine,
)
from storefront.lib import locks, money

from . import breaks, fees, matches, rules
from .breaks import Seen
from .rules import Thing

SOURCE = Break.Source.BANK
ARRIVES = time(9)
TRANSFER = re.compile(r"REG-[A-Za-z0-9_-]{1,60}-\d{4}-\d{2}-\d{2}")


@transaction.atomic
def reconcile(account: BankAccount, *, actor: str, now: datetime) -> tuple[int, int]:
    """Match what is certain, name the rest; how many were matched, how many breaks opened.

    Locks: the account's row, so that two runs come one after the other.
    """
    account = locks.row(BankAccount.objects.all(), account.pk)
    _book_acquirer(account, actor, now)
    booked, off = fees.book(account, actor=actor, now=now)
    lines, entries = matches.things(account)
    today = days.of_books(now)
    least = terms.value("match_least_score", on=today)
    sure = [one for one in rules.certain(lines, entries) if one.score >= least]
    for proposal in sure:
        matches.accept(account, proposal, actor=actor, now=now)
    done_lines = {pk for one in sure for pk in one.lines}
    done_entries = {pk for one in sure for pk in one.entries}
    opened = breaks.open_all(
        _missing(
            account,
            [line for line in lines if line.pk not in done_lines],
            [entry for entry in entries if entry.pk not in done_entries],
            today,
        ),
        now=now,
    )
    return len(sure) + booked, len(opened) + off


def _book_acquirer(account: BankAccount, actor: str, now: datetime) -> None:
    """Book the acquirer's transfers that a register explains to the kopeck; each once."""
    if account.currency != postings.RUB:
        return
    told = Q(end_to_end__startswith="REG-") | Q(text__contains="REG-")
    lines = {
        found.group(): line
        for line in matches.open_lines(account).filter(told)
        if (found := TRANSFER.search(f"{line.end_to_end} {line.text}"))
    }
    for registry in _registries(lines):
        line = lines[registry.reference]
        if line.units == money.to_minor(registry.net, postings.RUB):
            book(registry, on=line.booked_on, actor=actor)
    for registry in Registry.objects.filter(net=0).exclude(gross=0):
        # Fees and refunds ate all of it: nothing will arrive, and yet it is settled.
        book(registry, on=registry.registry_on + timedelta(days=1), actor=actor)


def _registries(lines: dict[str, StatementLine]) -> Iterator[Registry]:
    days = {name[-10:] for name in lines}
    found = Registry.objects.filter(registry_on__in=[day for day in days if _is_day(day)])
    for registry in found.order_by("registry_on", "pk"):
        if registry.reference in lines:
            yield registry


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def book(registry: Registry, *, on: date, actor: str) -> None:
    """Post what the acquirer paid for a day: the net to the bank, his fee, the gross settled."""
    ledger.post(
        "acquirer-paid",
        key=f"acquirer-paid:{registry.provider}:{registry.reference}",
        legs=postings.acquirer_paid(
            money.to_minor(registry.gross, postings.RUB),
            fee=money.to_minor(registry.fee, postings.RUB),
        ),
        occurred_at=datetime.combine(on, ARRIVES, days.MOSCOW).astimezone(UTC),
        actor=actor,
        source=f"registry {registry.provider} {registry.shop} of {registry.registry_on}",
    )


def _missing(
    account: BankAccount, lines: list[Thing], entries: list[Thing], today: date
) -> Iterator[Seen]:
    """What stays unmatched for longer than papers take, and what is plainly wrong at once."""
    last = account.statements.order_by("-until_on").first()
    if last is None:
        return
    until = last.until_on - timedelta(days=terms.value("bank_missing_after_days", on=today))
    yield from _strange_lines(account, lines, entries, until)
    told = {name for line in lines for name in line.references}
    for entry in entries:
        if entry.on <= until and not entry.references & told:
            twice = bool(entry.references & _matched_entries(account, entry))
            yield _seen(account, "TWICE_OURS" if twice else "MISSING_THEIRS", None, entry)


def _strange_lines(
    account: BankAccount, lines: list[Thing], entries: list[Thing], until: date
) -> Iterator[Seen]:
    by_name = {name: entry for entry in entries for name in entry.references}
    matched = _matched_names(account, lines)
    under_way = _under_way(lines)
    for line in lines:
        other = next((by_name[name] for name in line.references if name in by_name), None)
        registered = _registered(line)
        if other is not None:
            yield _seen(account, "AMOUNT", line, other)
        elif registered not in (None, line.units):
            yield _seen(account, "AMOUNT", line, None, units=line.units - (registered or 0))
        elif line.references & matched:
            yield _seen(account, "TWICE_THEIRS", line, None)
        elif line.on <= until and not line.references & under_way:
            yield _seen(account, "MISSING_OURS", line, None)


def _registered(line: Thing) -> int | None:
    """What the register says that the acquirer would transfer, in kopecks."""
    found = TRANSFER.search(f"{' '.join(line.references)} {line.text}")
    if found is None or not _is_day(found.group()[-10:]):
        return None
    for registry in Registry.objects.filter(registry_on=found.group()[-10:]):
        if registry.reference == found.group():
            return money.to_minor(registry.net, postings.RUB)
    return None


def _matched_names(account: BankAccount, lines: list[Thing]) -> frozenset[str]:
    """References of these lines that an earlier line of the same direction bore and was matched."""
    names = {name for line in lines for name in line.references}
    known = StatementLine.objects.filter(
        Q(end_to_end__in=names) | Q(uetr__in=names), account=account
    ).exclude(Q(pk__in=[line.pk for line in lines]) | Q(code__in=CODES))
    signs = {
        (name, line.units > 0)
        for line in known
        for name in rules.references(line.end_to_end, line.uetr)
    }
    return frozenset(
        name for line in lines for name in line.references if (name, line.units > 0) in signs
    )


def _under_way(lines: list[Thing]) -> frozenset[str]:
    """References of payouts the bank has debited and not answered yet; they are known."""
    names = {name for line in lines for name in line.references}
    waiting = Payout.objects.filter(message__in=names, state__in=["READY", "SENT"])
    return frozenset(waiting.values_list("message", flat=True))


def _matched_entries(account: BankAccount, entry: Thing) -> frozenset[str]:
    """References of this entry that another entry of the same sum bore and was matched."""
    found: set[str] = set()
    for name in entry.references:
        others = Entry.objects.filter(
            account__purpose=account.purpose,
            account__currency=account.currency,
            account__party=account.party,
            journal__key__contains=name,
            units=entry.units,
            parts__match__undone=None,
            parts__isnull=False,
        ).exclude(pk=entry.pk)
        if others.exists():
            found.add(name)
    return frozenset(found)


def _seen(
    account: BankAccount,
    kind: str,
    line: Thing | None,
    entry: Thing | None,
    *,
    units: int | None = None,
) -> Seen:
    about: dict[str, int] = {}
    if line is not None:
        about["line_id"] = line.pk
    if entry is not None:
        about["entry_id"] = entry.pk
    if units is None:
        units = (line.units if line else 0) - (entry.units if entry else 0)
    name = f"line:{line.pk}" if line else f"entry:{entry.pk if entry else 0}"
    return Seen(
        key=f"bank:{kind}:{name}",
        kind=kind,
        source=SOURCE,
        theirs=_told(line, account.currency),
        ours=_told(entry, account.currency),
        units=units,
        currency=account.currency,
        about=about,
    )


def _told(thing: Thing | None, currency: str) -> str:
    if thing is None:
        return ""
    price = money.from_minor(thing.units, currency)
    return f"{' '.join(sorted(thing.references)) or thing.text} {price} {currency} {thing.on}"


@dataclass(frozen=True)
class Standing:
    """How an account agrees with its bank; minor units, and nothing may be unexplained.

    closing = opening + ledger - what only we have + what only they have.
    """

    account: BankAccount
    last: BankStatement
    opening: int
    closing: int
    ledger: int
    only_ours: int
    only_theirs: int

    @property
    def unexplained(self) -> int:
        explained = self.opening + self.ledger - self.only_ours + self.only_theirs
        return self.closing - explained


def standing(account: BankAccount) -> Standing | None:
    """The last statement of an account against the ledger; None before the first one."""
    papers = account.statements.order_by("until_on", "pk")
    first, last = papers.first(), papers.last()
    if first is None or last is None:
        return None
    mine = Q(
        account__purpose=account.purpose,
        account__party=account.party,
        account__currency=account.currency,
    )
    since = days.begins(first.from_on)
    ours = Entry.objects.filter(mine, journal__occurred_at__gte=since)
    only_ours = matches.open_entries(account).filter(journal__occurred_at__gte=since)
    return Standing(
        account=account,
        last=last,
        opening=money.to_minor(first.opening, account.currency),
        closing=money.to_minor(last.closing, account.currency),
        ledger=ours.aggregate(total=Sum("units"))["total"] or 0,
        only_ours=sum(only_ours.values_list("left", flat=True)),
        only_theirs=sum(matches.open_lines(account).values_list("left", flat=True)),
    )
