"""What the machine does with a parcel: one step at a time, each from a state to what follows."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

from orders import holds, lifecycle
from orders.states import CancelReason
from payments import refunds
from payments.models import Refund
from storefront.lib import due

from . import centre, collecting, departures, expecting, moving, network, tracking
from .carriers import lastmile
from .centre import Act
from .customs import declarations, identities
from .models import Declaration, Departure, Shipment
from .moving import Fact
from .states import Code, State

S = State
ACTOR = "task:shipments"
HANDS = "task:hands"
LATER = timedelta(hours=6)
LEAST, MOST = timedelta(hours=3), timedelta(hours=6)


def drive(shipment: Shipment, *, now: datetime) -> None:
    """Take a claimed parcel one step on: what its state waits for, or what must follow from it.

    Raises: the errors of lib.http; Zombie.
    """
    STEPS.get(State(shipment.state), _rest)(shipment, now=now)


def _rest(shipment: Shipment, *, now: datetime) -> None:
    """Others move this parcel: its departure, a worker, or nobody any more."""
    due.finish(shipment, at=None)


def _start(shipment: Shipment, *, now: datetime) -> None:
    with moving.claimed(shipment) as row:
        is_here = row.delivery.origin == row.delivery.Origin.HARBIN
        to = S.STOCKED if is_here else S.AWAITED
        moving.move(row, to, Fact(Code.PRE_ADVICE, now, "centre", "planned"), actor=ACTOR)
        due.finish(shipment, at=centre.hands_at(to, now=now) if is_here else now)


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
        paper = declarations.open_for(row, Declaration.Direction.EXPORT, now=now)
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
    if not settings.AUTOMATIC_HANDS:
        due.finish(shipment, at=None)
        return
    with moving.claimed(shipment) as row:
        at = None
        if holds.is_on(row.order_id):
            at = now + LATER
        else:
            try:
                centre.perform(centre.STEPS["bag"], row, Act(HANDS, now))
            except centre.NoRoom:
                at = now + LATER
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


def _hand_over(shipment: Shipment, *, now: datetime) -> None:
    """Give a cleared parcel that has reached its terminal to the last carrier, and follow it."""
    if shipment.track:
        _follow(shipment, now=now)
        return
    departure = shipment.departure
    if departure is None or departure.arrived_at is None:
        due.finish(shipment, at=now + LATER)
        return
    parcel = _parcel(shipment, departure.arrived_at)
    if parcel is None:
        _nobody_brings_it(shipment, now=now)
        return
    track = lastmile.hand_over(parcel)
    with moving.claimed(shipment) as row:
        Shipment.objects.filter(pk=row.pk).update(
            track=track, carrier=parcel.carrier, place=row.lane.terminal_id
        )
        due.finish(shipment, at=now + LEAST)


def _nobody_brings_it(shipment: Shipment, *, now: datetime) -> None:
    with moving.claimed(shipment) as row:
        holds.put(
            row.order,
            reason="NO_LAST_MILE",
            owner="operator",
            actor=ACTOR,
            now=now,
            note=row.number,
        )
        due.finish(shipment, at=now + LATER)


def _parcel(shipment: Shipment, arrived_at: datetime) -> lastmile.Parcel | None:
    """What the last carrier is told: the same each time, for it stands in the database."""
    city = shipment.order.city
    stretch = network.current().stretch(
        shipment.lane.terminal_id, city.pk, on=shipment.planned_at.date()
    )
    if stretch is None:
        return None
    return lastmile.Parcel(
        carrier=stretch.carrier,
        reference=shipment.number,
        handed_at=max(arrived_at, shipment.state_at),
        origin=shipment.lane.terminal.code,
        city=city.title_ru,
        postcode=shipment.order.postcode,
        timezone=city.timezone,
        weight_g=shipment.weight_g or shipment.planned_weight_g,
        planned_days=max(1, round(stretch.p50 / timedelta(days=1))),
    )


def _follow(shipment: Shipment, *, now: datetime) -> None:
    events = lastmile.track(shipment.carrier, shipment.number)
    facts = [tracking.fact_of(event, source=shipment.carrier) for event in events]
    if not tracking.news([shipment.pk], facts) and not expecting.has_moved(shipment, now=now):
        due.finish(shipment, at=_next_look(shipment, now=now))
        return
    with moving.claimed(shipment) as row:
        tracking.apply(row, facts, actor=ACTOR)
        expecting.update(row, now=now, actor=ACTOR)
        due.finish(shipment, at=_next_look(row, now=now))


def _next_look(row: Shipment, *, now: datetime) -> datetime | None:
    """Growing steps; at once, if the parcel ended badly; never, if it is delivered."""
    if row.state == S.DELIVERED:
        return None
    if row.state in State.ends():
        return now
    return now + min(max((now - row.state_at) / 4, LEAST), MOST)


FAILURES = {
    S.LOST: CancelReason.LOST,
    S.DESTROYED: CancelReason.REFUSED_BY_CUSTOMS,
    S.RETURNED: CancelReason.RETURNED,
}


def _give_up(shipment: Shipment, *, now: datetime) -> None:
    """A parcel that will not arrive: the buyer's money goes back, once.

    A delivery of several parcels is decided by a person.
    """
    with moving.claimed(shipment) as row:
        if row.delivery.shipments.exclude(pk=row.pk).exclude(state=row.state).exists():
            holds.put(
                row.order,
                reason="PARTLY_FAILED",
                owner="operator",
                actor=ACTOR,
                now=now,
                note=row.number,
            )
        else:
            _give_back(row, now=now)
        due.finish(shipment, at=None)


def _give_back(row: Shipment, *, now: datetime) -> None:
    refused = {Code.IMPORT_CUSTOMS_REFUSED, Code.EXPORT_CUSTOMS_FAILED}
    reason = FAILURES[State(row.state)]
    if row.events.filter(code__in=refused).exists():
        reason = CancelReason.REFUSED_BY_CUSTOMS
    if lifecycle.mark_failed(row.delivery, reason=reason, actor=ACTOR, now=now):
        given = refunds.give_back(
            row.order, row.delivery, reason=Refund.Reason.LOST, actor=ACTOR, now=now
        )
        for refund in given:
            due.wake(Refund.DUE_TASK, id=refund.pk)


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
    S.IMPORT_CLEARED: _hand_over,
    S.LAST_MILE: _follow,
    S.LOST: _give_up,
    S.RETURNED: _give_up,
    S.DESTROYED: _give_up,
}
