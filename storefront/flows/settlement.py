"""The protection of a delivery ends, and its money is the seller's."""

from datetime import datetime

from django.db import transaction

from orders import holds, lifecycle
from orders.models import Delivery
from payments import settlement
from storefront.lib import due


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
    if lifecycle.mark_released(delivery, now=now):
        settlement.release(delivery, actor="task:release", now=now)
    if lifecycle.all_ended(order):
        lifecycle.complete(order, actor="task:release", now=now)
