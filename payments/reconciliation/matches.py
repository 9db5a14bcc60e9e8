"""Lines of statements and entries of the ledger, put together and taken apart again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from orders import days, terms
from payments.banking import fees
from payments.models import (
    BankAccount,
    Break,
    Entry,
    Match,
    MatchPart,
    MatchUndone,
    Payout,
    StatementLine,
)
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from . import breaks, rules
from .breaks import NoReason
from .rules import Proposal, Thing

MOST_PARTS = 50


class NotEqual(Refusal):
    """What is put together does not sum to the same."""

    code = "not_equal"


class NotOpen(Refusal):
    """One of the things has been matched already, or is of another account."""

    code = "not_open"


class AlreadyUndone(Refusal):
    """The match was taken back before."""

    code = "already_undone"


def _taken(name: str) -> Coalesce:
    """How much of a thing is in living matches."""
    parts = MatchPart.objects.filter(**{name: OuterRef("pk")}, match__undone=None)
    sums = parts.order_by().values(name).annotate(total=Sum("units")).values("total")
    zero = Value(0, output_field=BigIntegerField())
    return Coalesce(Subquery(sums, output_field=BigIntegerField()), zero)


def with_left(lines: QuerySet[Any]) -> QuerySet[Any]:
    """Lines with what of each is not matched, as `left`."""
    told: QuerySet[Any] = lines.annotate(left=F("units") - _taken("line"))
    return told


def open_lines(account: BankAccount | None = None) -> QuerySet[Any]:
    """Lines of which something is not matched, as `left`; of one account, or of all."""
    lines = with_left(StatementLine.objects.all()).exclude(left=0)
    return lines if account is None else lines.filter(account=account)


def open_entries(account: BankAccount) -> QuerySet[Any]:
    """Entries of the account in our ledger of which something is not matched, as `left`."""
    entries = Entry.objects.filter(
        account__purpose=account.purpose,
        account__party=account.party,
        account__currency=account.currency,
    )
    return entries.annotate(left=F("units") - _taken("entry")).exclude(left=0)


def things(account: BankAccount) -> tuple[list[Thing], list[Thing]]:
    """What is open of an account, theirs and ours; what happened before its first day is not."""
    first = account.statements.order_by("from_on").first()
    if first is None:
        return [], []
    lines = [
        Thing(
            pk=line.pk,
            on=line.booked_on,
            units=line.left,
            references=_line_references(line),
            text=line.text,
        )
        for line in open_lines(account).order_by("booked_on", "pk")
    ]
    entries = open_entries(account).select_related("journal").order_by("pk")
    ours = [
        Thing(
            pk=entry.pk,
            on=days.of_books(entry.journal.occurred_at),
            units=entry.left,
            references=_references(entry),
        )
        for entry in entries
    ]
    named = _named_by_banks(ours)
    return lines, [thing for thing in named if thing.on >= first.from_on]


def name_of(line: StatementLine) -> str:
    """What a line is known by that bears no name of its own."""
    return f"line-{line.pk}"


def _line_references(line: StatementLine) -> frozenset[str]:
    """The names of a line. A bank's fee bears that of the transfer, and is not the transfer."""
    if line.code in fees.CODES:
        return rules.references(name_of(line))
    return rules.references(line.end_to_end, line.uetr)


def _references(entry: Entry) -> frozenset[str]:
    """What a journal is known by outside: the words of its key behind the kind."""
    _kind, _colon, name = entry.journal.key.partition(":")
    return rules.references(name)


def _named_by_banks(entries: list[Thing]) -> list[Thing]:
    """Payouts are also known by their UETR."""
    wanted = {reference for entry in entries for reference in entry.references}
    known = dict(Payout.objects.filter(message__in=wanted).values_list("message", "uetr"))
    return [
        Thing(
            entry.pk,
            entry.on,
            entry.units,
            entry.references | {str(known[name]) for name in entry.references if name in known},
        )
        for entry in entries
    ]


def suggestions(line: StatementLine) -> list[Proposal]:
    """What an open line may be, best first, each with its score and reason."""
    lines, entries = things(line.account)
    mine = next((one for one in lines if one.pk == line.pk), None)
    if mine is None:
        return []
    least = terms.value("match_suggest_score", on=line.booked_on)
    return rules.suggest(mine, lines, entries, least=least)[:10]


@transaction.atomic
def accept(account: BankAccount, proposal: Proposal, *, actor: str, now: datetime) -> Match:
    """Make a match of a proposal.

    Locks: the account's row. Raises: NotOpen; NotEqual.
    """
    locks.row(BankAccount.objects.all(), account.pk)
    lines = _opened(open_lines(account), proposal.lines)
    entries = _opened(open_entries(account), proposal.entries)
    return _make(proposal, account, lines, entries, (actor, now))


@transaction.atomic
def by_hand(
    lines: Sequence[StatementLine],
    entries: Sequence[Entry],
    *,
    reason: str,
    actor: str,
    now: datetime,
) -> Match:
    """Put lines and entries together as a person says.

    Several lines may make one entry (join); one line may be several entries, or more than the
    entries given: then as much of it is matched, and the rest stays open (split).
    Locks: the account's row. Raises: NotOpen; NotEqual; NoReason.
    """
    if not reason.strip():
        raise NoReason(_("Say why."))
    accounts = {line.account_id for line in lines}
    if len(accounts) != 1 or len(lines) + len(entries) > MOST_PARTS:
        raise NotOpen(_("Choose lines of one account."))
    account = locks.row(BankAccount.objects.all(), accounts.pop())
    theirs = _opened(open_lines(account), [line.pk for line in lines])
    ours = _opened(open_entries(account), [entry.pk for entry in entries])
    _cut(theirs, ours)
    proposal = Proposal("HAND", 100, reason.strip()[:300], tuple(theirs), tuple(ours))
    return _make(proposal, account, theirs, ours, (actor, now))


Units = dict[int, int]


def _opened(queryset: QuerySet[Any], wanted: Sequence[int]) -> Units:
    found = dict(queryset.filter(pk__in=list(wanted)).values_list("pk", "left"))
    if len(found) != len(set(wanted)):
        raise NotOpen(_("Something of it has been matched already."))
    return {pk: found[pk] for pk in wanted}


def _cut(theirs: Units, ours: Units) -> None:
    """Take only a part of the one thing that is bigger than what it is put together with."""
    left, right = sum(theirs.values()), sum(ours.values())
    if not right or left == right or left * right <= 0:
        return
    bigger, smaller = (theirs, right) if abs(left) > abs(right) else (ours, left)
    if len(bigger) == 1:
        bigger[next(iter(bigger))] = smaller


def _make(
    proposal: Proposal, account: BankAccount, theirs: Units, ours: Units, by: tuple[str, datetime]
) -> Match:
    off = sum(theirs.values()) - sum(ours.values())
    if off or len(theirs) + len(ours) < 2:
        raise NotEqual(_("The sums differ."), off=off)
    match = Match.objects.create(
        rule=Match.Rule(proposal.rule),
        score=proposal.score,
        reason=proposal.reason[:300],
        currency=account.currency,
        actor=by[0],
        made_at=by[1],
    )
    MatchPart.objects.bulk_create(
        [
            *(
                MatchPart(match=match, side="THEIRS", units=units, line_id=pk)
                for pk, units in theirs.items()
            ),
            *(
                MatchPart(match=match, side="OURS", units=units, entry_id=pk)
                for pk, units in ours.items()
            ),
        ]
    )
    _heal(theirs, ours, by)
    return match


def _heal(theirs: Units, ours: Units, by: tuple[str, datetime]) -> None:
    """What was missing is there now."""
    for name, units in (("line", theirs), ("entry", ours)):
        found = Break.objects.filter(source="BANK", **{f"{name}__in": list(units)})
        breaks.heal(found, (), actor=by[0], now=by[1])


@transaction.atomic
def undo(match: Match, *, reason: str, actor: str, now: datetime) -> MatchUndone:
    """Take a match of statements apart; its lines and entries wait again.

    Raises: AlreadyUndone; NoReason; NotOpen, for an operation of a register: it is the same.
    """
    if not reason.strip():
        raise NoReason(_("Say why."))
    if match.rule == Match.Rule.OPERATION:
        raise NotOpen(_("An operation of a registry is what it is."))
    undone, is_new = MatchUndone.objects.get_or_create(
        match=match,
        defaults={"reason": reason.strip()[:300], "actor": actor, "undone_at": now},
    )
    if not is_new:
        raise AlreadyUndone(_("This match has been undone already."))
    return undone
