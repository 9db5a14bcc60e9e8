"""How a seller stands with us now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from catalog.models import Seller
from orders.models import OrderLine
from payments import ledger
from payments.models import LeftOut, Payout
from storefront.lib import money

from . import eligibility

State = Payout.State
MOST_SHOWN = 500


@dataclass(frozen=True)
class Waiting:
    """A sold line whose money is still the buyer's, and why."""

    line: OrderLine
    net: Decimal
    delivered_at: datetime | None
    until: datetime | None
    reason: LeftOut.Reason


@dataclass(frozen=True)
class Owed:
    """How a seller stands with us.

    Money: yuan, after commission. `payable` may be negative when goods came back after a payout.
    """

    payable: Decimal
    in_transit: Decimal
    paid: Decimal
    waiting: list[Waiting]


def owed(seller: Seller) -> Owed:
    """How a seller stands with us."""
    sums = dict(
        Payout.objects.filter(seller=seller).values_list("state").annotate(total=Sum("money"))
    )
    none = Decimal("0.00")
    made = sums.get(State.READY, none) + sums.get(State.WAITING, none)
    payable = -ledger.balance("seller_payable", "CNY", seller.slug)
    return Owed(
        payable=money.from_minor(payable, "CNY") - made,
        in_transit=made + sums.get(State.SENT, none),
        paid=sums.get(State.CREDITED, none),
        waiting=list(_waiting(seller)),
    )


def _waiting(seller: Seller) -> Iterator[Waiting]:
    lines = list(eligibility.unreleased(seller).order_by("-order_id", "position")[:MOST_SHOWN])
    stopped = eligibility.stopped({line.order_id for line in lines})
    for line in lines:
        delivery = line.delivery
        yield Waiting(
            line=line,
            net=eligibility.net(line),
            delivered_at=delivery.delivered_at,
            until=delivery.due_at if delivery.delivered_at else None,
            reason=eligibility.waits(line, stopped=stopped),
        )
