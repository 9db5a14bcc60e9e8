"""The moment a buyer's money becomes the seller's."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import Delivery, OrderLine
from payments import bearing, ledger, parts, postings
from payments.models import Journal, Rate
from storefront.lib import money
from storefront.lib.refusal import Refusal


class NotCovered(Refusal):
    """The buyer's money for this delivery is not, or no longer, held."""

    code = "not_covered"


class NotDelivered(Refusal):
    """The goods are not with the buyer."""

    code = "not_delivered"


@transaction.atomic
def release(delivery: Delivery, *, actor: str, now: datetime) -> list[Journal]:
    """Book that a delivery's money is no longer the buyer's; twice is once.

    Money: the seller's yuan fixed at the sale, less what was given back since; rubles at the
    rate of the quote; the margin is the rest.
    Locks: the caller holds the order's.
    Raises: NotDelivered; NotCovered.
    """
    known = Journal.objects.filter(kind="released", key__startswith=f"release:{delivery.pk}:")
    if known.exists():
        return list(known.order_by("pk"))
    if delivery.delivered_at is None or delivery.cancelled_at is not None:
        raise NotDelivered(_("This delivery is not with the buyer."))
    order = delivery.order
    gone = parts.undone(delivery)
    lines = [_kept(bearing.line_of(line), gone) for line in _lines(delivery)]
    freight = money.to_minor(delivery.freight.amount, "RUB") - gone.freight
    duty = money.to_minor(delivery.duty.amount, "RUB") - gone.duty
    needed = sum(line.goods for line in lines) + freight + duty
    if -ledger.order_balance("buyer_funds", "RUB", order.number) < needed:
        raise NotCovered(_("The money of this delivery is not held."), order=order.number)
    pages = postings.released(lines, freight=freight, duty=duty, order_number=order.number)
    rate = Rate.objects.filter(
        currency="CNY", rate_on=order.rate_on, rate=order.rate, is_held=False
    ).first()
    return [
        ledger.post(
            "released",
            key=f"release:{delivery.pk}:{page}",
            legs=legs,
            occurred_at=now,
            actor=actor,
            source=f"delivery {delivery.pk}",
            rate=rate,
        )
        for page, legs in enumerate(pages, start=1)
    ]


def _lines(delivery: Delivery) -> Iterator[OrderLine]:
    yield from delivery.lines.select_related("seller", "order").order_by("position")


def _kept(line: postings.Line, gone: parts.Undone) -> postings.Line:
    start = gone.goods.get(line.number, 0)
    return line.between(start, line.goods) if start else line
