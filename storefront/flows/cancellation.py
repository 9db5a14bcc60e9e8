"""An order ends early: nobody paid, or somebody changed his mind."""

from datetime import datetime

from django.db import transaction

from logistics import shipments, warehouse
from orders import lifecycle
from orders.models import Order
from orders.states import CancelReason, State
from payments import charges, refunds
from storefront.lib import due


@transaction.atomic(durable=True)
def expire(order: Order, *, wall: datetime, now: datetime) -> None:
    """Give back the goods of an order that was not paid in time; `order` is claimed.

    Locks: order, promotions by key, charges, stock by key.
    """
    fresh = lifecycle.lock(order.pk)
    if not fresh.awaits_payment:
        due.finish(order, at=None)
        return
    if fresh.expires_at > wall:
        due.finish(order, at=fresh.expires_at)
        return
    due.finish(order, at=None)
    _stop(fresh, reason=CancelReason.EXPIRED, actor="task:expire", now=now)


@transaction.atomic(durable=True)
def cancel(order: Order, *, reason: CancelReason, actor: str, now: datetime) -> None:
    """Cancel an order for its buyer or an operator; money that was paid goes back.

    Locks: order, promotions by key, charges, stock by key, shipments.
    Raises: WrongState; TooLate, once a parcel is packed.
    """
    fresh = lifecycle.lock(order.pk)
    if fresh.awaits_payment:
        _stop(fresh, reason=reason, actor=actor, now=now)
        return
    shipments.cancel(fresh, actor=actor, now=now)
    warehouse.release(fresh, actor=actor, now=now)
    lifecycle.cancel(fresh, reason=reason, actor=actor, now=now)
    for delivery in fresh.deliveries.filter(delivered_at=None, cancelled_at=None):
        lifecycle.drop(delivery, now=now)
        for refund in refunds.give_back(fresh, delivery, reason="CANCELLED", actor=actor, now=now):
            due.wake(refund.DUE_TASK, id=refund.pk)


def may_cancel(order: Order) -> bool:
    """Whether the page should offer to cancel: unpaid, or nothing packed yet."""
    return order.awaits_payment or (order.state == State.PAID and shipments.may_cancel(order))


def _stop(order: Order, *, reason: CancelReason, actor: str, now: datetime) -> None:
    lifecycle.cancel(order, reason=reason, actor=actor, now=now)
    for charge in charges.abandon(order):
        due.wake(charge.DUE_TASK, id=charge.pk)
    warehouse.release(order, actor=actor, now=now)
