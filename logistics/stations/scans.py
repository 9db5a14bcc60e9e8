"""A scan is answered once: the key it carries is unique, and brings the same answer again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from logistics.models import FloorScan
from logistics.states import State

from . import parcels, shelves
from .answers import Answer, Hand, Held, Station


@dataclass(frozen=True)
class Task:
    """One screen of the floor: what it is called, what is scanned first, what waits for it."""

    key: str
    label: Promise | str
    ask: Promise | str
    icon: str
    take: Station
    waits: State | None = None
    is_packed: bool | None = None


TASKS = {
    task.key: task
    for task in (
        Task(
            "receive",
            gettext_lazy("Receive"),
            gettext_lazy("Parcel or notice"),
            "box",
            parcels.receive,
            State.AWAITED,
        ),
        Task(
            "put-away",
            gettext_lazy("Put away"),
            gettext_lazy("Goods on the dock, then the bin"),
            "pin",
            shelves.put_away,
        ),
        Task(
            "pick",
            gettext_lazy("Pick"),
            gettext_lazy("Bin of the wave, or parcel"),
            "cart",
            parcels.pick,
            State.STOCKED,
        ),
        Task(
            "pack",
            gettext_lazy("Pack"),
            gettext_lazy("Parcel, then the IMEI of each piece"),
            "box",
            parcels.pack,
            State.PICKED,
            is_packed=False,
        ),
        Task(
            "weigh",
            gettext_lazy("Weigh"),
            gettext_lazy("Parcel, then the weight in grams"),
            "scale",
            parcels.weigh,
            State.PICKED,
            is_packed=True,
        ),
        Task(
            "bag",
            gettext_lazy("Bag"),
            gettext_lazy("Parcel"),
            "bag",
            parcels.bag,
            State.CLEARED,
        ),
        Task(
            "load",
            gettext_lazy("Load"),
            gettext_lazy("Bag or parcel"),
            "out",
            parcels.load,
            State.BAGGED,
        ),
    )
}


class _Twice(Exception):
    """Somebody has answered this scan meanwhile."""


@dataclass(frozen=True)
class Scan:
    """A scan as it came: `after` is the one before it of the same hand and screen."""

    key: UUID
    step: str
    code: str
    after: UUID | None = None
    waited_s: int = 0


def take(scan: Scan, *, actor: str, now: datetime) -> FloorScan:
    """Do what a scan asks for and keep the answer; the same key again changes nothing.

    Two at once: both try, the one that is later by a moment is undone and gets the other's answer.
    Locks: those of the station.
    """
    known = FloorScan.objects.filter(key=scan.key).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            held = _held(scan, actor)
            answer = TASKS[scan.step].take(scan.code.strip(), Hand(actor, now, held))
            return _keep(scan, answer, Hand(actor, now, held))
    except _Twice:
        return FloorScan.objects.get(key=scan.key)


def _held(scan: Scan, actor: str) -> Held:
    """What the scan before this one has left open, if it was of the same hand and screen."""
    if scan.after is None:
        return {}
    before = FloorScan.objects.filter(key=scan.after, actor=actor, step=scan.step).first()
    return before.held if before else {}


def _keep(scan: Scan, answer: Answer, hand: Hand) -> FloorScan:
    row = FloorScan(
        key=scan.key,
        after=scan.after,
        step=scan.step,
        code=scan.code[:60],
        tone=answer.tone,
        answer=answer.told(),
        held=answer.held,
        done=answer.done,
        waited_s=scan.waited_s,
        actor=hand.actor,
        happened_at=hand.now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if FloorScan.objects.filter(key=scan.key).exists():
            raise _Twice from error
        raise
    return row
