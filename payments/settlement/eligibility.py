"""Whether a sold line may be paid to its seller now, and the reason when it may not."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from catalog.models import Seller
from orders.models import Hold, OrderLine
from payments.models import (
    AccountChange,
    Chargeback,
    Dispute,
    LeftOut,
    Payout,
    ReturnReason,
)
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
    """Why a seller may not be paid now; empty, if he may."""
    return unpayable([seller]).get(seller.pk, "")


def unpayable(sellers: Iterable[Seller]) -> dict[int, str]:
    """The sellers that may not be paid now, by key, and why.

    The first gate every payout passes: the bank details must be such that a bank takes them, and
    none that a bank has sent back. The second one, the screening of parties, is asked for all
    sellers at once when payouts are made.
    """
    rows = list(sellers)
    found = dict.fromkeys(bounced([row.pk for row in rows]), "ACCOUNT_BOUNCED")
    for row in rows:
        if not row.bank_account or not identifiers.is_cnaps(row.cnaps):
            found[row.pk] = "BANK_DETAILS"
    return found


def bounced(sellers: Collection[int]) -> dict[int, str]:
    """The sellers whose account gave their last payout back as a wrong one, and the bank's code.

    It holds until another account is in force, or the same one was confirmed again since.
    """
    ended = (Payout.State.CREDITED, Payout.State.RETURNED)
    told = Coalesce(OuterRef("ended_at"), OuterRef("made_at"))
    since = AccountChange.objects.filter(
        seller=OuterRef("seller"), state="IN_FORCE", ended_at__gte=told
    )
    here = Q(account=F("seller__bank_account"), cnaps=F("seller__cnaps"))
    rows = Payout.objects.filter(here, ~Exists(since), seller__in=sellers, state__in=ended)
    last = rows.order_by("seller", F("ended_at").desc(nulls_last=True), "-pk").distinct("seller")
    theirs = ReturnReason.objects.filter(remedy=ReturnReason.Remedy.SELLER).values("code")
    wrong = Payout.objects.filter(
        pk__in=last.values("pk"), state=Payout.State.RETURNED, reason__in=theirs
    )
    return dict(wrong.values_list("seller", "reason"))
