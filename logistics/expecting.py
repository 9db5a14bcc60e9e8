"""When a parcel will be at its door, from its plan and from what really happened so far."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from . import milestones, network, routing, runs
from .models import Leg, Shipment
from .states import State

PACKING = timedelta(hours=3)  # from the shelf into a bag, for a parcel that missed its plan


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
        ready = max(departure.arrived_at, _cleared_at(shipment, now=now))
        return _local(ready + _door(shipment), city.timezone)
    legs = list(shipment.legs.select_related("service").order_by("position"))
    main = runs.main_of(shipment.lane_id)
    started = [leg for leg in legs if leg.departed_at is not None]
    if started and started[-1].service_id != main and departure is not None:
        last = started[-1]
        rest = legs[-1].planned_arrives_at - last.planned_departs_at
        assert last.departed_at is not None
        return _local(last.departed_at + rest + _door(shipment), city.timezone)
    arrived = _by_main(shipment, [leg for leg in legs if leg.service_id == main], now=now)
    to_point = bool(shipment.order.point)
    return routing.onward(shipment.lane_id, city, arrived=arrived, to_point=to_point)[0]


def _local(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _door(shipment: Shipment) -> timedelta:
    """What half of the parcels need for the last mile."""
    stretch = network.current().stretch(
        shipment.lane.terminal_id,
        shipment.order.city_id,
        on=shipment.planned_at.date(),
        to_point=bool(shipment.order.point),
    )
    return stretch.p50 if stretch else timedelta(0)


def _cleared_at(shipment: Shipment, *, now: datetime) -> datetime:
    return shipment.state_at if shipment.state == State.IMPORT_CLEARED else now


def _by_main(shipment: Shipment, legs: list[Leg], *, now: datetime) -> datetime:
    """When the main service brings, or brought, the parcel to its end.

    Raises: LaneClosed.
    """
    leg = legs[0] if legs else None
    if leg is not None and leg.arrived_at is not None:
        return leg.arrived_at
    departure = shipment.departure
    if departure is not None:
        left = departure.departed_at or max(departure.departs_at, _not_before(shipment, now))
        return max(left + timedelta(hours=float(departure.service.hours_p50)), now)
    if leg is not None and now + PACKING <= leg.planned_departs_at - timedelta(
        hours=float(leg.service.cutoff_hours)
    ):
        return leg.planned_arrives_at
    return routing.next_run(shipment.lane_id, ready=now + PACKING).arrives_at


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
