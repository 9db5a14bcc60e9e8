"""Differences found: opened once, healed when they go, answered by a person, aged."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from orders import days, terms
from payments.models import Break, BreakNote
from storefront.lib import locks
from storefront.lib.refusal import Refusal

OWNER = "finance"
State = Break.State
# Until how many days each age goes; the last one has no end.
AGES: tuple[tuple[int, int | None], ...] = ((0, 1), (2, 3), (4, 7), (8, 30), (31, None))


class WrongState(Refusal):
    """The break is not in the state this needs."""

    code = "wrong_state"


class NoReason(Refusal):
    """Something a person does must be explained."""

    code = "no_reason"


@dataclass(frozen=True)
class Seen:
    """A difference that was seen: what it is, and which rows it is about.

    Units: minor units of its currency, theirs less ours.
    """

    key: str
    kind: str
    source: str
    theirs: str = ""
    ours: str = ""
    order_number: str = ""
    units: int = 0
    currency: str = ""
    about: dict[str, Any] = field(default_factory=dict)


def open_all(seen: Iterable[Seen], *, now: datetime) -> list[Break]:
    """Open what is not known; what was answered before stays answered.

    Twice is once, by the key of each.
    """
    wanted = {one.key: one for one in seen}
    known = set(Break.objects.filter(key__in=list(wanted)).values_list("key", flat=True))
    day = days.of_books(now)
    due_on = day + timedelta(days=terms.value("break_answer_days", on=day))
    rows = [
        Break(
            key=one.key[:200],
            kind=Break.Kind(one.kind),
            source=Break.Source(one.source),
            theirs=one.theirs[:120],
            ours=one.ours[:120],
            order_number=one.order_number,
            units=one.units,
            currency=one.currency,
            owner=OWNER,
            found_at=now,
            due_on=due_on,
            **one.about,
        )
        for key, one in wanted.items()
        if key not in known
    ]
    return Break.objects.bulk_create(rows, ignore_conflicts=True)


def heal(open_ones: QuerySet[Break], still: Collection[str], *, actor: str, now: datetime) -> int:
    """Close the open breaks of a kind that are not seen any more."""
    gone = open_ones.filter(state=State.OPEN).exclude(key__in=list(still))
    return gone.update(
        state=State.CLOSED, closed_at=now, closed_by=actor, answer="not there any more"
    )


@transaction.atomic
def close(found: Break, *, answer: str, actor: str, now: datetime) -> Break:
    """Answer a break: what it was, and what was done.

    Locks: the break.
    Raises: WrongState, if it is closed; NoReason.
    """
    locked = _locked(found, State.OPEN)
    locked.state, locked.closed_at = State.CLOSED, now
    locked.closed_by, locked.answer = actor, _needed(answer)[:300]
    locked.save(update_fields=["state", "closed_at", "closed_by", "answer"])
    return locked


@transaction.atomic
def reopen(found: Break, *, reason: str, actor: str, now: datetime) -> Break:
    """Open an answered break again; the answer it had becomes a note.

    Locks: the break.
    Raises: WrongState, if it is open; NoReason.
    """
    locked = _locked(found, State.CLOSED)
    note(locked, text=locked.answer, actor=locked.closed_by, now=now)
    note(locked, text=reason, actor=actor, now=now)
    locked.state, locked.closed_at = State.OPEN, None
    locked.closed_by = locked.answer = ""
    locked.save(update_fields=["state", "closed_at", "closed_by", "answer"])
    return locked


def note(found: Break, *, text: str, actor: str, now: datetime) -> BreakNote:
    """Write something down beside a break.

    Raises: NoReason, if there is nothing in it.
    """
    return BreakNote.objects.create(
        about=found, text=_needed(text)[:300], actor=actor, written_at=now
    )


@transaction.atomic
def take(found: Break, *, actor: str, now: datetime) -> Break:
    """Make oneself the owner of an open break.

    Raises: WrongState, if it is closed.
    """
    locked = _locked(found, State.OPEN)
    note(locked, text=f"{locked.owner} > {actor}", actor=actor, now=now)
    locked.owner = actor
    locked.save(update_fields=["owner"])
    return locked


def _locked(found: Break, state: Break.State) -> Break:
    locked = locks.row(Break.objects.all(), found.pk)
    if locked.state != state:
        raise WrongState(_("It is %(state)s.") % {"state": locked.get_state_display()})
    return locked


def _needed(text: str) -> str:
    if not text.strip():
        raise NoReason(_("Say why."))
    return text.strip()


@dataclass(frozen=True)
class Age:
    """How many open breaks are so many days old, and how many of them are overdue."""

    since_days: int
    until_days: int | None
    breaks: int
    overdue: int


def ageing(*, on: date) -> list[Age]:
    """Open breaks by age, youngest first; one query."""
    rows = list(Break.objects.open().values_list("found_at", "due_on"))
    old = [((on - days.of_books(found)).days, due_on < on) for found, due_on in rows]
    return [
        Age(
            since,
            until,
            breaks=sum(1 for days, _late in old if _in(days, since, until)),
            overdue=sum(1 for days, late in old if late and _in(days, since, until)),
        )
        for since, until in AGES
    ]


def _in(days: int, since: int, until: int | None) -> bool:
    return max(days, 0) >= since and (until is None or max(days, 0) <= until)
