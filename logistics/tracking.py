"""What carriers tell of parcels: any order, any number of times, the same result."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from orders import lifecycle
from orders.models import Order
from storefront.lib import locks

from . import expecting, moving
from .carriers import Event
from .models import Leg, Shipment, ShipmentEvent
from .moving import Fact
from .states import Code, State

TARGETS: dict[str, State] = {
    Code.LINEHAUL_DEPARTED: State.DEPARTED,
    Code.TRANSIT_ARRIVED: State.DEPARTED,
    Code.TRANSIT_DEPARTED: State.DEPARTED,
    Code.LINEHAUL_ARRIVED: State.AT_BORDER,
    Code.LASTMILE_ACCEPTED: State.LAST_MILE,
    Code.AT_DELIVERY_OFFICE: State.LAST_MILE,
    Code.OUT_FOR_DELIVERY: State.LAST_MILE,
    Code.DELIVERY_FAILED: State.LAST_MILE,
    Code.RETURN_STARTED: State.LAST_MILE,
    Code.DELIVERED: State.DELIVERED,
    Code.RETURNED_TO_SENDER: State.RETURNED,
    Code.LOST: State.LOST,
    Code.DESTROYED: State.DESTROYED,
}
LEAVING = frozenset({Code.LINEHAUL_DEPARTED, Code.TRANSIT_DEPARTED})
REACHING = frozenset({Code.TRANSIT_ARRIVED, Code.LINEHAUL_ARRIVED})


def fact_of(event: Event, *, source: str) -> Fact:
    """A carrier's event in our words; an unknown code stays as it came."""
    return Fact(event.code, event.happened_at, source, event.key, place=event.place)


def target_of(fact: Fact, shipment: Shipment) -> State | None:
    """Where a parcel is, if this happened to it."""
    at_border = fact.code in REACHING and fact.place == shipment.lane.import_customs.code
    return State.AT_BORDER if at_border else TARGETS.get(fact.code)


def apply(shipment: Shipment, facts: Iterable[Fact], *, actor: str) -> bool:
    """Keep facts about one parcel and walk it as far as they say; whether it moved.

    Locks: the caller holds the order and the shipment.
    """
    moved = False
    for fact in facts:
        if not moving.note(shipment, fact, actor=actor):
            continue
        if fact.code == Code.OUT_FOR_DELIVERY:
            lifecycle.record(
                shipment.order, fact.code, actor=actor, now=fact.at, parcel=shipment.number
            )
        target = target_of(fact, shipment)
        if target is not None:
            moved |= moving.reach(shipment, target, fact, actor=actor)
    return moved


def apply_all(
    shipments: Sequence[int], facts: Sequence[Fact], *, actor: str, now: datetime
) -> None:
    """Keep facts about a departure for parcels that are on it, and wake those that may go on.

    Locks: the orders, then the shipments, each in key order; in the caller's transaction.
    """
    unknown = news(shipments, facts)
    if not unknown:
        return
    fresh = Shipment.objects.filter(pk__in=unknown)
    locks.rows(Order.objects.filter(pk__in=fresh.values("order")))
    rows = locks.rows(fresh)
    for fact in facts:
        travel(rows, fact)
    for row in rows:
        apply(row, unknown[row.pk], actor=actor)
        expecting.update(row, now=now, actor=actor)
        if row.state in {State.AT_BORDER, State.IMPORT_CLEARED}:
            moving.plan(row, now)


def expect_all(shipments: Sequence[int], *, actor: str, now: datetime) -> None:
    """See whether parcels to which nothing happened fall behind; only those that do are locked.

    Locks: the order and the parcel of each, one at a time.
    """
    rows = Shipment.objects.filter(pk__in=shipments, ended_at=None)
    for row in rows.select_related("departure__service", "lane", "order__city", "delivery"):
        if expecting.has_moved(row, now=now):
            with moving.locked(row) as fresh:
                expecting.update(fresh, now=now, actor=actor)


def news(shipments: Sequence[int], facts: Sequence[Fact]) -> dict[int, list[Fact]]:
    """Which facts are new to which parcels; nothing is locked for what is known."""
    known = set(
        ShipmentEvent.objects.filter(
            shipment__in=shipments, source_key__in=[fact.key for fact in facts]
        ).values_list("shipment_id", "source", "source_key")
    )
    found = {
        pk: [fact for fact in facts if (pk, fact.source, fact.key) not in known] for pk in shipments
    }
    return {pk: unknown for pk, unknown in found.items() if unknown}


def travel(shipments: Sequence[Shipment], fact: Fact) -> None:
    """Write the real times of the stretches that a fact ends or begins."""
    legs = Leg.objects.filter(shipment__in=shipments).exclude(service__carrier="customs")
    if fact.code in LEAVING:
        legs.filter(service__origin__code=fact.place, departed_at=None).update(departed_at=fact.at)
    elif fact.code in REACHING:
        legs.filter(service__target__code=fact.place, arrived_at=None).update(arrived_at=fact.at)
