"""Papers written and handed in to their window, many in one go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from logistics import circuits, company
from logistics.models import Declaration

from . import papers, said, windows
from .gateways.messages import WrongPaper
from .windows import Message

S = Declaration.State
Ours = dict[str, Message]


@dataclass
class Done:
    """What came of papers: those that are wrong, and those left when their window failed."""

    wrong: list[tuple[Declaration, WrongPaper]] = field(default_factory=list)
    left: list[Declaration] = field(default_factory=list)
    failure: Exception | None = None


def hand_in(rows: Sequence[Declaration], *, now: datetime) -> Done:
    """Write claimed papers of one window down, then hand them in until one cannot be.

    They are the same messages, however often it is tried. What was handed in is given back.
    """
    done = Done()
    ours = _write(rows, done, now=now)
    window = windows.WINDOWS[rows[0].direction]
    gone: list[tuple[Declaration, str]] = []
    for place, (row, messages) in enumerate(ours):
        try:
            gone.append((row, window.send(messages)))
        except WrongPaper as wrong:
            done.wrong.append((row, wrong))
        except circuits.OUTSIDE as error:
            done.failure, done.left = error, [one for one, _said in ours[place:]]
            break
    _mark(gone, now=now, at=now + window.least)
    return done


def _write(
    rows: Sequence[Declaration], done: Done, *, now: datetime
) -> list[tuple[Declaration, Ours]]:
    """What is to be handed in of each paper, written now where it was not before."""
    window, told = windows.WINDOWS[rows[0].direction], said.of(rows)
    fresh = [row for row in rows if not told[row.pk].ours]
    if len(fresh) > 1:
        papers.read_all(fresh)
    for row in fresh:
        try:
            told[row.pk].ours.update({one.kind: one for one in window.write(row)})
        except WrongPaper as wrong:
            done.wrong.append((row, wrong))
    said.keep(
        ((row, [(one, now) for one in told[row.pk].ours.values()]) for row in fresh), is_ours=True
    )
    return [(row, told[row.pk].ours) for row in rows if told[row.pk].ours]


def _mark(gone: Sequence[tuple[Declaration, str]], *, now: datetime, at: datetime) -> None:
    """Papers are with their window; by the numbers it gave at once, mostly none."""
    by_number: dict[str, list[Declaration]] = {}
    for row, number in gone:
        by_number.setdefault(number, []).append(row)
    for number, rows in by_number.items():
        with transaction.atomic():
            mine = [row.pk for row in company.finish([(row, at) for row in rows])]
            Declaration.objects.filter(pk__in=mine, state=S.READY).update(
                state=S.SENT, sent_at=now, inventory_number=number
            )
