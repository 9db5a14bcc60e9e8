"""Parcels let out of China whose lane runs no more, as a ferry's at the end of its season."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from catalog.dated import holding
from orders import holds, lifecycle

from . import moving, network, runs, slack
from .models import Lane, Leg, Shipment
from .moving import Fact
from .runs import Stretch
from .states import Code

ACTOR = "task:shipments"


def move_on(shipment: Shipment, *, now: datetime) -> bool:
    """Put a parcel onto another lane over the office that let it out, or ask a person.

    False, if its own lane runs again soon, or a person was asked.
    Locks: the caller holds the order and the parcel.
    """
    if runs.way(shipment.lane, ready=now):
        return False
    for lane in _others(shipment, now=now):
        if way := runs.way(lane, ready=now):
            _take(shipment, lane, way, now=now)
            return True
    note = f"{shipment.number}: {shipment.lane.code}"
    holds.put(
        shipment.order, reason="LANE_CLOSED", owner="operator", actor=ACTOR, now=now, note=note
    )
    return False


def _others(shipment: Shipment, *, now: datetime) -> list[Lane]:
    """Lanes from the same origin by the same office to the same city, the cheapest first."""
    own, on = shipment.lane, now.date()
    lanes = Lane.objects.filter(
        holding(on),
        origin=own.origin,
        export_customs=own.export_customs_id,
    ).exclude(pk=own.pk)
    known, city, to_point = network.current(), shipment.order.city_id, bool(shipment.order.point)
    cheapest = lanes.select_related("terminal", "import_customs").order_by("base", "pk")
    return [
        lane for lane in cheapest if known.stretch(lane.terminal_id, city, on=on, to_point=to_point)
    ]


def _take(shipment: Shipment, lane: Lane, way: Sequence[Stretch], *, now: datetime) -> None:
    before = shipment.lane.code
    shipment.legs.filter(departed_at=None).delete()
    first = (shipment.legs.aggregate(last=Max("position"))["last"] or 0) + 1
    Leg.objects.bulk_create(
        Leg(
            shipment=shipment,
            position=first + number,
            service=stretch.service,
            planned_departs_at=stretch.departs_at,
            planned_arrives_at=stretch.arrives_at,
        )
        for number, stretch in enumerate(way)
    )
    shipment.lane = lane
    shipment.leave_by = slack.leave_by(shipment, now=now)
    Shipment.objects.filter(pk=shipment.pk).update(lane=lane, leave_by=shipment.leave_by)
    detail = {"lane": lane.code, "lane_before": before}
    fact = Fact(Code.REROUTED, now, "network", f"lane:{before}", detail=detail)
    moving.note(shipment, fact, actor=ACTOR)
    lifecycle.record(
        shipment.order, "REROUTED", actor=ACTOR, now=now, parcel=shipment.number, lane=lane.code
    )
