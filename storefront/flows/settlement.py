"""The protection of a delivery ends, and its money is the seller's."""

from datetime import datetime

from django.db import transaction

from orders import holds, lifecycle
from orders.models import Delivery
from payments import settlement
from storefront.lib import due

ACTOR = "task:release"


@transaction.atomic(durable=True)
def release(delivery: Delivery, *, now: datetime) -> None:
    """Release the money of a claimed delivery whose protection is over; then close the order.

    An order on hold waits until a person has lifted the stop sign.
    Locks: the order row, ledger accounts.
    """
    order = lifecycle.lock(delivery.order_id)
    if holds.is_on(order.pk):
        due.finish(delivery, at=lifecycle.later(now))
        return
    due.finish(delivery, at=None)
    if not _pay_out(delivery, now=now):
        return
    if lifecycle.all_ended(order):
        lifecycle.complete(order, actor=ACTOR, now=now)


def _pay_out(delivery: Delivery, *, now: datetime) -> bool:
    """Post the release; what the books do not cover is held for the finance desk."""
    try:
        with transaction.atomic():
            if lifecycle.mark_released(delivery, now=now):
                settlement.release(delivery, actor=ACTOR, now=now)
    except settlement.NotCovered as refusal:
        holds.put(
            delivery.order,
            reason="NOT_COVERED",
            owner="finance",
            actor=ACTOR,
            now=now,
            note=str(refusal),
        )
        return False
    return True
