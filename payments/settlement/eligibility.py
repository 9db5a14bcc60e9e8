"""Whether a sold line may be paid to its seller now, and the reason when it may not."""

from collections.abc import Collection
from decimal import Decimal

from django.db.models import QuerySet

from catalog.models import Seller
from orders.models import Hold, OrderLine
from payments.models import Chargeback, Dispute, LeftOut
from storefront.lib import identifiers

Reason = LeftOut.Reason


def unreleased(seller: Seller) -> QuerySet[OrderLine]:
    """What was paid by buyers and is not the seller's yet."""
    lines = OrderLine.objects.filter(
        seller=seller,
        order__state="PAID",
        delivery__released_at=None,
        delivery__cancelled_at=None,
    )
    return lines.select_related("order", "delivery")


def stopped(orders: Collection[int]) -> set[int]:
    """Which of the orders somebody has stopped: a dispute, a chargeback, a question."""
    held = Hold.objects.filter(order__in=orders, lifted_at=None).values_list("order")
    disputed = Dispute.objects.open().filter(delivery__order__in=orders)
    taken = Chargeback.objects.open().filter(charge__order__in=orders)
    found = held.union(disputed.values_list("delivery__order"), taken.values_list("charge__order"))
    return {order for (order,) in found}


def waits(line: OrderLine, *, stopped: Collection[int]) -> Reason:
    """Why the money of a line is still the buyer's."""
    if line.order_id in stopped:
        return Reason.ON_HOLD
    if line.delivery.delivered_at is None:
        return Reason.NOT_DELIVERED
    return Reason.IN_PROTECTION if line.delivery.due_at else Reason.NOT_RELEASED


def withheld(line: OrderLine | None, *, stopped: Collection[int]) -> Reason | None:
    """Why a line that was released is left out of a period all the same; None, if it is not.

    A correction that belongs to no line is never left out.
    """
    if line is None:
        return None
    if line.order_id in stopped:
        return Reason.ON_HOLD
    return None if line.delivery.cleared_at else Reason.NOT_CLEARED


def net(line: OrderLine) -> Decimal:
    """What a line brings its seller, in yuan after commission."""
    gross: Decimal = line.price_cny.amount * line.quantity
    return gross - line.commission.amount


def may_be_paid(seller: Seller) -> str:
    """Why a seller may not be paid now; empty, if he may.

    The first gate every payout passes: the bank details must be such that a bank takes them. The
    second one, the screening of parties, is asked for all sellers at once when payouts are made.
    """
    if not seller.bank_account or not identifiers.is_cnaps(seller.cnaps):
        return "BANK_DETAILS"
    return ""
