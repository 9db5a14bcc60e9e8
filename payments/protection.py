"""Buyer protection: what stops a release, and what a late delivery gives."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum

from orders import lifecycle, terms
from orders.models import Delivery, Order
from storefront.lib import clock, money

from . import refunds
from .models import Bearer, Chargeback, Dispute, Entry, Refund, RefundPart
from .parts import Part


def is_stopped(delivery: Delivery) -> bool:
    """Whether a dispute of this delivery, or a chargeback of its order, stops its money."""
    return (
        Dispute.objects.open().filter(delivery=delivery).exists()
        or Chargeback.objects.open().filter(charge__order=delivery.order_id).exists()
    )


def withheld() -> dict[str, int]:
    """Fen per seller's slug that are not paid out while a bank may take their order's money."""
    orders = Chargeback.objects.open().values("charge__order__number")
    rows = (
        Entry.objects.filter(order_number__in=orders, account__purpose="seller_payable")
        .values_list("account__party")
        .annotate(units=Sum("units"))
    )
    return {slug: -units for slug, units in rows.order_by("account__party") if units < 0}


@transaction.atomic
def compensate(delivery: Delivery, *, actor: str, now: datetime) -> Refund | None:
    """Give what a delivery later than promised gives its buyer; None, if it gives nothing.

    Once per delivery. It counts against what was captured, as every refund does.
    Money: a share of the freight per late day, up to a share of all of it, by dated terms.
    Rounding: half up to the kopeck, once.
    Locks: the order row; the charges. The caller wakes the refund.
    """
    order = lifecycle.lock(delivery.order_id)
    fresh = Delivery.objects.get(pk=delivery.pk)
    given = RefundPart.objects.filter(delivery=fresh, kind=RefundPart.Kind.COMPENSATION)
    days = days_late(fresh, order)
    if fresh.is_kept is not False or days <= 0 or given.exists():
        return None
    on = order.paid_at.date() if order.paid_at else now.date()
    share = min(
        days * terms.value("late_freight_bps", on=on), terms.value("late_freight_most_bps", on=on)
    )
    price = money.share(fresh.freight.amount, share)
    charge = order.charges.filter(state="CAPTURED").order_by("pk").first()
    if charge is None or not 0 < price <= refunds.left(charge):
        return None
    part = Part(RefundPart.Kind.COMPENSATION, price, fresh, bearer=Bearer.PLATFORM)
    refund = refunds.open(
        charge,
        parts=[part],
        reason=Refund.Reason.BROKEN_PROMISE,
        actor=actor,
        now_wall=clock.wall(),
        now=now,
    )
    lifecycle.record(
        order,
        "COMPENSATED",
        actor=actor,
        now=now,
        delivery=fresh.position,
        days=days,
        price=str(price),
    )
    return refund


def days_late(delivery: Delivery, order: Order) -> int:
    """How many days after the last promised one a delivery came, by the buyer's calendar."""
    if delivery.delivered_at is None:
        return 0
    on = delivery.delivered_at.astimezone(ZoneInfo(order.city.timezone)).date()
    return (on - delivery.promised_until_on).days
