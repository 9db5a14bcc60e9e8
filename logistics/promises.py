"""The window of days a buyer was promised: fixed when he has paid, kept or broken at his door."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Q

from orders import holds, lifecycle
from orders.models import City, Delivery, Order

from . import network, routing, windows


@dataclass(frozen=True)
class Kept:
    """How promises were kept on one lane, of deliveries that have arrived."""

    lane: str
    mode: str
    delivered: int
    kept: int

    @property
    def share_bps(self) -> int:
        return self.kept * 10_000 // self.delivered


@transaction.atomic
def fix(order: Order, *, actor: str, now: datetime) -> list[Delivery]:
    """Plan each delivery of a paid order anew from this instant; those whose last day moved.

    A window never moves forward: the buyer has seen the old one. Where a lane runs no more, the
    old window stays, and the order is held for the desk; money that came is never refused here.

    Time: `now` is the business instant of payment.
    Locks: the caller holds the order.
    """
    moved = []
    for delivery in order.deliveries.filter(cancelled_at=None).order_by("position"):
        delivery.order = order
        try:
            way = routing.plan(delivery, now=now)
        except routing.LaneClosed as refusal:
            note = f"{delivery.lane}: {refusal}"
            holds.put(
                order, reason="LANE_CLOSED", owner="operator", actor=actor, now=now, note=note
            )
            continue
        if _stretch(delivery, way):
            lifecycle.record(
                order,
                "PROMISE_MOVED",
                actor=actor,
                now=now,
                delivery=delivery.position,
                from_on=delivery.promised_from_on.isoformat(),
                until_on=delivery.promised_until_on.isoformat(),
            )
            moved.append(delivery)
    return moved


def _stretch(delivery: Delivery, way: routing.Way) -> bool:
    """Move a window back to what the timetable still allows; whether its last day moved."""
    before = delivery.promised_until_on
    until = max(before, way.until_on)
    first = min(max(delivery.promised_from_on, way.from_on), until)
    if (first, until) != (delivery.promised_from_on, before):
        delivery.promised_from_on, delivery.promised_until_on = first, until
        delivery.save(update_fields=["promised_from_on", "promised_until_on"])
    return until != before


def soonest(
    origin: str, city: City, *, modes_forbidden: frozenset[str], now: datetime
) -> tuple[str, date, date] | None:
    """The mode and the window of the soonest way for a small parcel, as it was drawn.

    None, where nothing was drawn for this hour: then routing must be asked. One query in a minute
    for a city, whatever the origins and the goods.
    """
    found = [
        (until, first, route.base, route.mode)
        for route in network.current().routes
        if route.origin == origin and not route.modes & modes_forbidden
        if (window := windows.of(route.id, city.pk, now=now)) and route.runs_on(now.date())
        for first, until in (window,)
    ]
    if not found:
        return None
    until, first, _base, mode = min(found, key=lambda one: (one[0], one[2], one[1]))
    return mode, first, until


def judge(delivery: Delivery, *, delivered_at: datetime) -> bool:
    """Whether a delivery came by its last promised day.

    Time: days of the buyer's city; the last day counts whole, an early parcel is a kept promise.
    """
    return day_in(delivery.order.city, delivered_at) <= delivery.promised_until_on


def day_in(city: City, instant: datetime) -> date:
    """The day it is in a city at an instant."""
    return instant.astimezone(ZoneInfo(city.timezone)).date()


def kept_by_lane(*, since: datetime | None = None) -> list[Kept]:
    """For each lane how many deliveries have arrived, and how many of them in time; one query."""
    arrived = Delivery.objects.filter(is_kept__isnull=False)
    if since:
        arrived = arrived.filter(delivered_at__gte=since)
    rows = arrived.values("lane", "mode").annotate(
        delivered=Count("pk"), kept=Count("pk", filter=Q(is_kept=True))
    )
    return [Kept(**row) for row in rows.order_by("lane", "mode")]
