"""The protection of a delivery ends, and its money is the seller's."""

from datetime import datetime

from django.db import transaction

from orders import holds, lifecycle
from orders.models import Delivery, Order
from payments import protection, settlement
from storefront.lib import due

ACTOR = "task:release"


@transaction.atomic(durable=True)
def release(delivery: Delivery, *, now: datetime) -> None:
    """Release the money of a claimed delivery whose protection is over; then close the order.

    A stop sign, a dispute or a chargeback makes it wait until a person has decided.
    Locks: the order row, ledger accounts.
    """
    order = lifecycle.lock(delivery.order_id)
    if is_stopped(delivery):
        due.finish(delivery, at=lifecycle.later(now))
        return
    due.finish(delivery, at=None)
    end(order, delivery, actor=ACTOR, now=now)


def is_stopped(delivery: Delivery) -> bool:
    """Whether a person has to decide before the money of a delivery moves."""
    return holds.is_on(delivery.order_id) or protection.is_stopped(delivery)


def end(order: Order, delivery: Delivery, *, actor: str, now: datetime) -> bool:
    """End the protection of a delivery: book its release, and close the order with the last one.

    Locks: the caller holds the order's.
    """
    if not _pay_out(delivery, actor=actor, now=now):
        return False
    if lifecycle.all_ended(order):
        lifecycle.complete(order, actor=actor, now=now)
    return True


def _pay_out(delivery: Delivery, *, actor: str, now: datetime) -> bool:
    """Post the release; what the books do not cover is held for the finance desk."""
    try:
        with transaction.atomic():
            if lifecycle.mark_released(delivery, now=now):
                settlement.release(delivery, actor=actor, now=now)
    except settlement.NotCovered as refusal:
        holds.put(
            delivery.order,
            reason="NOT_COVERED",
            owner="finance",
            actor=actor,
            now=now,
            note=str(refusal),
        )
        return False
    return True
