"""What carriers tell of parcels: any order, any number of times, the same result."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from orders import lifecycle
from orders.models import Order
from storefront.lib import locks

from . import expecting, incidents, moving
from .models import Incident, Leg, Shipment, ShipmentEvent
from .moving import Fact
from .states import MISHAPS, Code, State

TARGETS: dict[str, State] = {
    Code.LINEHAUL_DEPARTED: State.DEPARTED,
    Code.TRANSIT_ARRIVED: State.DEPARTED,
    Code.TRANSIT_DEPARTED: State.DEPARTED,
    Code.LINEHAUL_ARRIVED: State.AT_BORDER,
    Code.LASTMILE_ACCEPTED: State.LAST_MILE,
    Code.AT_DELIVERY_OFFICE: State.LAST_MILE,
    Code.READY_FOR_PICKUP: State.LAST_MILE,
    Code.OUT_FOR_DELIVERY: State.LAST_MILE,
    Code.DELIVERY_FAILED: State.LAST_MILE,
    Code.RETURN_STARTED: State.LAST_MILE,
    Code.DELIVERED: State.DELIVERED,
    Code.RETURNED_TO_SENDER: State.RETURNED,
    Code.LOST: State.LOST,
    Code.DESTROYED: State.DESTROYED,
}
TOLD = frozenset({Code.OUT_FOR_DELIVERY, Code.READY_FOR_PICKUP})
LEAVING = frozenset({Code.LINEHAUL_DEPARTED, Code.TRANSIT_DEPARTED})
REACHING = frozenset({Code.TRANSIT_ARRIVED, Code.LINEHAUL_ARRIVED})


def target_of(fact: Fact, shipment: Shipment) -> State | None:
    """Where a parcel is, if this happened to it."""
    at_border = fact.code in REACHING and fact.place == shipment.lane.import_customs.code
    return State.AT_BORDER if at_border else TARGETS.get(fact.code)


def apply(shipment: Shipment, facts: Iterable[Fact], *, actor: str) -> bool:
    """Keep facts about one parcel and walk it as far as they say; whether it moved.

    In the order they happened, whatever the order they were heard in.
    Locks: the caller holds the order and the shipment.
    """
    moved = False
    fresh = moving.note_all(shipment, facts, actor=actor)
    for fact in sorted(fresh, key=lambda fact: (fact.at, fact.key)):
        if fact.code in TOLD:
            told = {name: fact.detail[name] for name in ("kept_until",) if name in fact.detail}
            lifecycle.record(
                shipment.order, fact.code, actor=actor, now=fact.at, parcel=shipment.number, **told
            )
        if fact.code == Code.READY_FOR_PICKUP:
            _wait(shipment, fact)
        target = target_of(fact, shipment)
        if target is not None:
            _doubt(shipment, target, fact, actor=actor)
            moved |= moving.reach(shipment, target, fact, actor=actor)
        moving.mind(shipment, fact, actor=actor)
    return moved


def _wait(shipment: Shipment, fact: Fact) -> None:
    """Note since when a parcel waits where it is given out, and until when it is kept there."""
    until = fact.detail.get("kept_until")
    shipment.ready_at = shipment.ready_at or fact.at
    shipment.kept_until = date.fromisoformat(until) if until else shipment.kept_until
    Shipment.objects.filter(pk=shipment.pk).update(
        ready_at=shipment.ready_at, kept_until=shipment.kept_until
    )


def _doubt(shipment: Shipment, target: State, fact: Fact, *, actor: str) -> None:
    """A second, other end is for a person: what followed from the first may be money."""
    ends = {State.DELIVERED, *MISHAPS}
    if target in ends and shipment.state in ends - {target}:
        cause = f"{shipment.state}, {fact.code}"
        kind = Incident.Kind.CONTRADICTION
        incidents.open(shipment, kind, cause=cause, actor=actor, now=fact.at)


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
    return news_of(dict.fromkeys(shipments, facts))


def news_of(told: Mapping[int, Sequence[Fact]]) -> dict[int, list[Fact]]:
    """As `news`, for parcels that were told different things; one query."""
    keys = {fact.key for facts in told.values() for fact in facts}
    known = set(
        ShipmentEvent.objects.filter(shipment__in=told, source_key__in=keys).values_list(
            "shipment_id", "source", "source_key"
        )
    )
    found = {
        pk: [fact for fact in facts if (pk, fact.source, fact.key) not in known]
        for pk, facts in told.items()
    }
    return {pk: unknown for pk, unknown in found.items() if unknown}


def travel(shipments: Sequence[Shipment], fact: Fact) -> None:
    """Write the real times of the stretches that a fact ends or begins."""
    legs = Leg.objects.filter(shipment__in=shipments).exclude(service__carrier="customs")
    if fact.code in LEAVING:
        legs.filter(service__origin__code=fact.place, departed_at=None).update(departed_at=fact.at)
    elif fact.code in REACHING:
        legs.filter(service__target__code=fact.place, arrived_at=None).update(arrived_at=fact.at)
