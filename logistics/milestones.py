"""What a parcel's way means for its order: shipped, cleared, late, delivered, gone."""

from datetime import datetime, timedelta
from math import ceil

from orders import lifecycle
from orders.models import OrderEvent
from payments import protection, receipts
from storefront.lib import due

from . import network, promises
from .models import Shipment
from .states import State

DAY = timedelta(days=1)


def entered(shipment: Shipment, state: State, *, at: datetime, actor: str) -> None:
    """Write downward what an order must know of its parcel's new state.

    Locks: the caller holds the order and the shipment.
    """
    if state == State.DEPARTED:
        _tell(shipment, "SHIPPED", at=at, actor=actor)
    elif state == State.IMPORT_CLEARED:
        _cleared(shipment, at=at, actor=actor)
    elif state == State.DELIVERED:
        _delivered(shipment, at=at, actor=actor)


def _tell(shipment: Shipment, kind: str, *, at: datetime, actor: str, **detail: str) -> None:
    detail["parcel"] = shipment.number
    lifecycle.record(shipment.order, kind, actor=actor, now=at, **detail)


def _cleared(shipment: Shipment, *, at: datetime, actor: str) -> None:
    """A delivery is cleared when the last of its parcels is."""
    before = State.ends() | {State.IMPORT_CLEARED, State.LAST_MILE}
    others = Shipment.objects.filter(delivery=shipment.delivery_id).exclude(pk=shipment.pk)
    if not others.exclude(state__in=before).exists():
        lifecycle.mark_cleared(shipment.delivery, at=at)
    _tell(shipment, "CLEARED", at=at, actor=actor)


def _delivered(shipment: Shipment, *, at: datetime, actor: str) -> None:
    """A delivery is delivered when the last of its parcels is.

    What waits at a point of issue has kept its promise: when it is fetched is for its buyer.
    """
    others = Shipment.objects.filter(delivery=shipment.delivery_id).exclude(pk=shipment.pk)
    if others.exclude(state=State.DELIVERED).exists():
        return
    ends = [(at, shipment.ready_at), *others.values_list("ended_at", "ready_at")]
    latest = max(ended for ended, _ready in ends if ended)
    to_point = bool(shipment.order.point)
    there = max((to_point and ready) or ended for ended, ready in ends if ended)
    delivery = shipment.delivery
    lifecycle.mark_delivered(
        delivery,
        delivered_at=latest,
        is_kept=promises.judge(delivery, delivered_at=there),
        actor=actor,
        now=at,
    )
    receipts.handed_over(delivery, actor=actor, now=at)
    given = protection.compensate(delivery, actor=actor, now=at)
    if given is not None:
        due.wake(given.DUE_TASK, id=given.pk)


def falls_behind(shipment: Shipment, *, now: datetime, actor: str) -> bool:
    """Tell the buyer that a parcel comes later than promised, and again if later than was told.

    Locks: the caller holds the order and the shipment.
    """
    promised = shipment.delivery.promised_until_on
    if shipment.expected_on is None or shipment.expected_on <= promised:
        return False
    known = OrderEvent.objects.filter(
        order=shipment.order_id, kind="DELAYED", detail__parcel=shipment.number
    )
    told = [detail.get("until_on", "9999") for detail in known.values_list("detail", flat=True)]
    if told and shipment.expected_on.isoformat() <= max(told):
        return False
    _tell(
        shipment,
        "DELAYED",
        at=now,
        actor=actor,
        expected_on=shipment.expected_on.isoformat(),
        until_on=(shipment.expected_on + _spare(shipment)).isoformat(),
        promised_until_on=promised.isoformat(),
    )
    return True


def _spare(shipment: Shipment) -> timedelta:
    """How many days later than is likely nine of ten come, by their last mile, and one more."""
    stretch = network.current().stretch(
        shipment.lane.terminal_id,
        shipment.order.city_id,
        on=shipment.planned_at.date(),
        to_point=bool(shipment.order.point),
    )
    return timedelta(days=1 + ceil((stretch.p90 - stretch.p50) / DAY)) if stretch else DAY
