"""A buyer has the goods: he is content, or some of them come back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders import lifecycle
from orders.models import Delivery
from payments import giving
from storefront.flows import settlement
from storefront.lib import due
from storefront.lib.refusal import Refusal


class NotReceived(Refusal):
    """There is no delivery here that a buyer could confirm."""

    code = "not_received"


class Stopped(Refusal):
    """Somebody has to decide about this order first."""

    code = "stopped"


def may_confirm(delivery: Delivery) -> bool:
    """Whether the page should offer to confirm a delivery: it came, and its money is held."""
    return bool(
        delivery.delivered_at and delivery.released_at is None and delivery.cancelled_at is None
    ) and not settlement.is_stopped(delivery)


@transaction.atomic(durable=True)
def give(delivery: Delivery, wish: giving.Wish, *, actor: str, now: datetime) -> None:
    """Give some of a delivery back, and send the money.

    Locks: the order row; the charges.
    Raises: TooMuch, OverLimit.
    """
    for refund in giving.give(delivery.order, delivery, wish, actor=actor, now=now):
        due.wake(refund.DUE_TASK, id=refund.pk)


@transaction.atomic(durable=True)
def confirm(delivery: Delivery, *, actor: str, now: datetime) -> None:
    """The buyer says that all is well: the money is the seller's at once; twice is once.

    Locks: the order row, ledger accounts.
    Raises: NotReceived; Stopped, while a dispute, a chargeback or a stop sign is open.
    """
    order = lifecycle.lock(delivery.order_id)
    fresh = Delivery.objects.get(pk=delivery.pk)
    if fresh.delivered_at is None or fresh.cancelled_at is not None:
        raise NotReceived(_("This delivery has not arrived."))
    if fresh.released_at is not None:
        return
    if settlement.is_stopped(fresh):
        raise Stopped(_("This order is being looked into; its money moves when that is decided."))
    lifecycle.receive(fresh, actor=actor, now=now)
    due.plan(fresh, None)
    settlement.end(order, fresh, actor=actor, now=now)
