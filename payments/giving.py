"""An operator gives some of an order back: pieces of its lines, freight, and who bears it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from orders import lifecycle, terms
from orders.models import Delivery, Order
from storefront.lib.refusal import Refusal

from . import parts, refunds
from .models import Refund
from .parts import Kind, Part, TooMuch


class OverLimit(Refusal):
    """More than one person may give back by himself."""

    code = "over_limit"


@dataclass(frozen=True)
class Wish:
    """What is to be given back of one delivery.

    Money: `freight` in rubles; `pieces` by the position of their line.
    """

    pieces: Mapping[int, int] = field(default_factory=dict)
    freight: Decimal = Decimal(0)
    bearer: str = ""


@transaction.atomic
def give(
    order: Order, delivery: Delivery, wish: Wish, *, actor: str, now: datetime
) -> list[Refund]:
    """Give some of a delivery back, at what was paid for it; any number of times.

    Above a limit of the terms a dispute is the way, where a second person agrees.
    Locks: the order row; the charges. The caller wakes the refunds.
    Raises: TooMuch; OverLimit.
    """
    order = lifecycle.lock(order.pk)
    asked = _parts(delivery, wish)
    price = parts.total(asked)
    if price > terms.value("refund_alone_rubles", on=now.date()):
        raise OverLimit(_("This is more than one person may give back."), price=price)
    parts.check(asked)
    given = refunds.spread(order, asked, reason=Refund.Reason.PARTLY, actor=actor, now=now)
    if not price or sum((refund.price.amount for refund in given), Decimal(0)) != price:
        raise TooMuch(_("No more can be given back than was paid."), asked=price)
    lifecycle.record(
        order,
        "PARTLY_REFUNDED",
        actor=actor,
        now=now,
        delivery=delivery.position,
        price=str(price),
        bearer=wish.bearer,
    )
    return given


def _parts(delivery: Delivery, wish: Wish) -> list[Part]:
    lines = {line.position: line for line in delivery.lines.select_related("delivery")}
    unknown = set(wish.pieces) - set(lines)
    if unknown or any(count < 0 for count in wish.pieces.values()):
        raise TooMuch(_("There are no such lines in this delivery."), lines=sorted(unknown))
    asked = [
        parts.goods(lines[position], count, bearer=wish.bearer)
        for position, count in sorted(wish.pieces.items())
        if count
    ]
    if wish.freight:
        asked.append(Part(Kind.FREIGHT, wish.freight, delivery, bearer=wish.bearer))
    return asked
