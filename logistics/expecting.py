"""When a parcel will be at its door, from its plan and from what really happened so far."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from . import milestones, network, routing, runs
from .models import Shipment
from .states import State

PACKING = timedelta(hours=3)  # from the shelf into a bag, for a parcel that missed its plan


def day(shipment: Shipment, *, now: datetime) -> date | None:
    """The day a parcel will probably arrive, in its city; None, if its lane runs no more."""
    city = shipment.order.city
    if shipment.state == State.LAST_MILE:
        expected = _local(shipment.state_at + _door(shipment), city.timezone)
    else:
        arrived = _by_main(shipment, now=now)
        if arrived is None:
            return shipment.expected_on
        try:
            expected = routing.onward(shipment.lane_id, city, arrived=arrived)[0]
        except routing.LaneClosed:
            return shipment.expected_on
        departure = shipment.departure
        if departure is not None and departure.arrived_at is not None:
            ready = max(departure.arrived_at, _cleared_at(shipment, now=now))
            expected = _local(ready + _door(shipment), city.timezone)
    return max(expected, _local(now, city.timezone))


def _local(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _door(shipment: Shipment) -> timedelta:
    """What half of the parcels need for the last mile."""
    stretch = network.current().stretch(
        shipment.lane.terminal_id, shipment.order.city_id, on=shipment.planned_at.date()
    )
    return stretch.p50 if stretch else timedelta(0)


def _cleared_at(shipment: Shipment, *, now: datetime) -> datetime:
    return shipment.state_at if shipment.state == State.IMPORT_CLEARED else now


def _by_main(shipment: Shipment, *, now: datetime) -> datetime | None:
    """When the main service brings, or brought, the parcel to its end."""
    main = runs.main_of(shipment.lane_id)
    leg = shipment.legs.filter(service=main).select_related("service").first()
    if leg is not None and leg.arrived_at is not None:
        return leg.arrived_at
    departure = shipment.departure
    if departure is not None:
        left = departure.departed_at or max(departure.departs_at, _not_before(shipment, now))
        return left + timedelta(hours=float(departure.service.hours_p50))
    if leg is not None and now + PACKING <= leg.planned_departs_at - timedelta(
        hours=float(leg.service.cutoff_hours)
    ):
        return leg.planned_arrives_at
    try:
        return routing.next_run(shipment.lane_id, ready=now + PACKING).arrives_at
    except routing.LaneClosed:
        return None


def _not_before(shipment: Shipment, now: datetime) -> datetime:
    """A departure whose time is over and that has not left leaves now at the earliest."""
    return now if shipment.state == State.LOADED else shipment.planned_at


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
