"""When a parcel will be at its door, from its plan and from what really happened so far."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from . import milestones, routing, runs, usual
from .models import Leg, Service, Shipment
from .states import State

PACKING = timedelta(hours=3)  # from the shelf into a bag, at the quickest
BEFORE_PACKED = frozenset({State.PLANNED, State.STOCKED, State.PICKED})


def day(shipment: Shipment, *, now: datetime) -> date | None:
    """The day a parcel will probably arrive, in its city; None, if its lane runs no more."""
    city = shipment.order.city
    if shipment.order.point and shipment.ready_at is not None:
        return _local(shipment.ready_at, city.timezone)
    if shipment.state == State.LAST_MILE:
        expected = _local(shipment.state_at + _door(shipment), city.timezone)
    else:
        try:
            expected = _on_the_way(shipment, now=now)
        except routing.LaneClosed:
            return shipment.expected_on
    return max(expected, _local(now, city.timezone))


def _on_the_way(shipment: Shipment, *, now: datetime) -> date:
    """By the terminal, if it is there; by the last stretch travelled; else by the timetable.

    Raises: LaneClosed.
    """
    city = shipment.order.city
    departure = shipment.departure
    if departure is not None and departure.arrived_at is not None:
        ready = _cleared_at(shipment, departure.arrived_at, now=now)
        return _local(ready + _door(shipment), city.timezone)
    legs = shipment.known_legs
    if legs is None:
        legs = list(shipment.legs.select_related("service").order_by("position"))
    main = runs.main_of(shipment.lane_id)
    started = [leg for leg in legs if leg.departed_at is not None]
    goal = routing.goal_of(shipment.order)
    if started and started[-1].service_id != main and departure is not None:
        last = started[-1]
        arrived, after = _by(last, now=now), last.service_id
        return routing.onward(shipment.lane_id, goal, arrived=arrived, after=after)[0]
    arrived = _by_main(shipment, [leg for leg in legs if leg.service_id == main], now=now)
    return routing.onward(shipment.lane_id, goal, arrived=arrived)[0]


def _by(leg: Leg, *, now: datetime) -> datetime:
    """When a leg that has begun brings, or brought, the parcel to its end."""
    assert leg.departed_at is not None
    return leg.arrived_at or max(leg.departed_at + _takes(leg.service), now)


def _takes(service: Service) -> timedelta:
    """What half of the parcels need on a service."""
    return usual.service(service.code) or timedelta(hours=float(service.hours_p50))


def _local(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _door(shipment: Shipment) -> timedelta:
    """What half of the parcels need for the last mile."""
    goal, on = routing.goal_of(shipment.order), shipment.planned_at.date()
    terminal = shipment.lane.terminal_id
    stretch = usual.stretch(terminal, goal.city, on=on, to_point=goal.to_point)
    return stretch.p50 if stretch else timedelta(0)


def _cleared_at(shipment: Shipment, arrived_at: datetime, *, now: datetime) -> datetime:
    """When a parcel at its terminal is, or will be, released in Russia."""
    if shipment.state == State.IMPORT_CLEARED:
        return max(arrived_at, shipment.state_at)
    offices = [link.code for link in runs.route_of(shipment.lane_id).links if link.is_customs]
    needs = usual.service(offices[-1]) if offices else None
    return max(arrived_at, now, shipment.state_at + (needs or timedelta(0)))


def _by_main(shipment: Shipment, legs: Sequence[Leg], *, now: datetime) -> datetime:
    """When the main service brings, or brought, the parcel to its end.

    Raises: LaneClosed.
    """
    leg = legs[0] if legs else None
    if leg is not None and leg.arrived_at is not None:
        return leg.arrived_at
    departure = shipment.departure
    if departure is not None:
        left = departure.departed_at or max(departure.departs_at, _not_before(shipment, now))
        return max(left + _takes(departure.service), now)
    ready = _ready(shipment, now=now)
    if leg is not None and ready <= leg.planned_departs_at - timedelta(
        hours=float(leg.service.cutoff_hours)
    ):
        takes = usual.service(leg.service.code)
        return leg.planned_departs_at + takes if takes else leg.planned_arrives_at
    return routing.next_run(shipment.lane_id, ready=ready).arrives_at


def _ready(shipment: Shipment, *, now: datetime) -> datetime:
    """When a parcel will be in its bag: after what the centre usually needs, and not at once."""
    needs = usual.centre(shipment.delivery.origin)
    if needs is None or shipment.state not in BEFORE_PACKED:
        return now + PACKING
    return max(shipment.planned_at + needs, now + PACKING)


def _not_before(shipment: Shipment, now: datetime) -> datetime:
    """A departure whose time is over and that has not left leaves now at the earliest."""
    return now if shipment.state == State.LOADED else shipment.planned_at


def has_moved(shipment: Shipment, *, now: datetime) -> bool:
    """Whether the expected day is another one now; asked before anything is locked."""
    return day(shipment, now=now) != shipment.expected_on


def update(shipment: Shipment, *, now: datetime, actor: str) -> None:
    """Keep the expected day up to date, and say so first when it falls behind the promise.

    Locks: the caller holds the order and the shipment.
    """
    if shipment.state in State.ends():
        return
    expected = day(shipment, now=now)
    if expected != shipment.expected_on:
        Shipment.objects.filter(pk=shipment.pk).update(expected_on=expected)
        shipment.expected_on = expected
    milestones.falls_behind(shipment, now=now, actor=actor)
