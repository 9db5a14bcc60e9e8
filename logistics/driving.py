"""What the machine does with a parcel: one step at a time, each from a state to what follows."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

from orders import holds
from storefront.lib import due

from . import (
    bagging,
    boxes,
    centre,
    collecting,
    company,
    departures,
    expecting,
    failing,
    following,
    moving,
    riding,
    runs,
    stranded,
    together,
)
from .centre import Act
from .customs import declarations, identities, opening
from .models import Declaration, Departure, Shipment
from .moving import Fact
from .states import Code, State

S = State
ACTOR = "task:shipments"
HANDS = "task:hands"
LATER = timedelta(hours=6)


def drive(shipment: Shipment, *, now: datetime) -> None:
    """Take a claimed parcel one step on: what its state waits for, or what must follow from it.

    Raises: the errors of lib.http; Zombie.
    """
    if shipment.follows_id is not None and shipment.state in riding.RIDING:
        riding.follow(shipment, now=now)
        return
    step = STEPS.get(State(shipment.state), _rest)
    left = together.take(shipment, now=now)
    for other in left:
        if other.pk != shipment.pk:
            company.apart(other, step, now=now)
    if shipment in left:
        step(shipment, now=now)


def _rest(shipment: Shipment, *, now: datetime) -> None:
    """Others move this parcel: its departure, a worker, or nobody any more."""
    due.finish(shipment, at=None)


def _start(shipment: Shipment, *, now: datetime) -> None:
    boxes.propose(shipment, now=now)
    with moving.claimed(shipment) as row:
        is_here = row.delivery.origin == row.delivery.Origin.HARBIN
        to = S.STOCKED if is_here else S.AWAITED
        moving.move(row, to, Fact(Code.PRE_ADVICE, now, "centre", "planned"), actor=ACTOR)
        due.finish(shipment, at=centre.hands_at(to, now=now, number=row.number) if is_here else now)


def _await(shipment: Shipment, *, now: datetime) -> None:
    if collecting.has_arrived(shipment):
        _hands("receive")(shipment, now=now)
    else:
        collecting.drive(shipment, now=now)


def _hands(key: str) -> Callable[..., None]:
    """Let automatic hands do a step of the floor; without them a worker's scan does it."""
    step = centre.STEPS[key]

    def work(shipment: Shipment, *, now: datetime) -> None:
        if not settings.AUTOMATIC_HANDS:
            due.finish(shipment, at=None)
            return
        if shipment.wants_papers:
            identities.wait(shipment, now=now)
            return
        with moving.claimed(shipment) as row:
            due.finish(shipment, at=centre.perform(step, row, Act(HANDS, now)))

    return work


def _declare(shipment: Shipment, *, now: datetime) -> None:
    with moving.claimed(shipment) as row:
        if holds.is_on(row.order_id):
            expecting.update(row, now=now, actor=ACTOR)
            due.finish(shipment, at=now + LATER)
            return
        paper = opening.open_for(row, Declaration.Direction.EXPORT, now=now)
        fact = Fact(Code.EXPORT_CUSTOMS_START, now, "customs.cn", f"{paper.reference}:opened")
        moving.move(row, S.DECLARED, fact, actor=ACTOR)
        due.finish(shipment, at=None)


def _redeclare(shipment: Shipment, *, now: datetime) -> None:
    """After a person lifted the hold of a paper rejected twice, a new one is made."""
    direction = Declaration.Direction.EXPORT
    with moving.claimed(shipment) as row:
        under_way = declarations.ensure(row, direction, now=now)
        expecting.update(row, now=now, actor=ACTOR)
        due.finish(shipment, at=None if under_way else now + LATER)


def _bag(shipment: Shipment, *, now: datetime) -> None:
    """Automatic hands bag all that is due for a service at once; who finds no room waits."""
    if not settings.AUTOMATIC_HANDS or shipment.follows_id is not None:
        due.finish(shipment, at=None)
        return
    main = runs.main_of(shipment.lane_id)
    done = bagging.fill(main, now=now, actor=HANDS, due_by=now)
    for other in bagging.off_plan(done.bagged):
        with moving.locked(other) as row:
            expecting.update(row, now=now, actor=ACTOR)
    if shipment.pk in done.bagged:
        return
    with moving.claimed(shipment) as row:
        at = now + LATER
        if not holds.is_on(row.order_id) and stranded.move_on(row, now=now):
            at = now
        expecting.update(row, now=now, actor=ACTOR)
        due.finish(shipment, at=at)


def _rebag(shipment: Shipment, *, now: datetime) -> None:
    """A bagged parcel whose departure has gone without it takes the next."""
    with moving.claimed(shipment) as row:
        waits = {Departure.State.OPEN, Departure.State.CLOSED}
        due.finish(shipment, at=None)
        if row.departure is not None and row.departure.state not in waits:
            departures.leave_behind(row, now=now)


def _declare_import(shipment: Shipment, *, now: datetime) -> None:
    direction = Declaration.Direction.IMPORT
    with moving.claimed(shipment) as row:
        fact = Fact(Code.IMPORT_CUSTOMS_START, now, "customs.ru", "opened")
        moving.note(row, fact, actor=ACTOR)
        under_way = declarations.ensure(row, direction, now=now)
        expecting.update(row, now=now, actor=ACTOR)
        due.finish(shipment, at=None if under_way else now + LATER)


STEPS: dict[State, Callable[..., None]] = {
    S.PLANNED: _start,
    S.AWAITED: _await,
    S.STOCKED: _hands("pick"),
    S.PICKED: _hands("pack"),
    S.PACKED: _declare,
    S.DECLARED: _redeclare,
    S.CLEARED: _bag,
    S.BAGGED: _rebag,
    S.AT_BORDER: _declare_import,
    S.IMPORT_CLEARED: following.hand_over,
    S.LAST_MILE: following.check,
    S.LOST: failing.give_up,
    S.RETURNED: failing.give_up,
    S.DESTROYED: failing.give_up,
}
