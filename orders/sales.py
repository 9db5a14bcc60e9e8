"""What a seller has sold, and what he must hand over."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from catalog.models import Seller
from orders import days

from .models import Handover, OrderLine
from .states import State

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
YUAN = DecimalField(max_digits=14, decimal_places=2)
NONE = Decimal("0.00")


@dataclass(frozen=True)
class Sold:
    """Paid sales of a while.

    Money: CNY, before commission.
    """

    pieces: int
    yuan: Decimal


def recent(seller: Seller, *, now: datetime) -> tuple[Sold, Sold]:
    """What was sold yesterday and in the seven days until today; one query.

    Time: days of Shenzhen, by the instant of payment.
    """
    today = datetime.combine(now.astimezone(days.CHINA), time(), days.CHINA)
    lines = OrderLine.objects.filter(
        seller=seller,
        order__state__in=(State.PAID, State.COMPLETED),
        order__paid_at__gte=today - WEEK,
        order__paid_at__lt=today,
    )
    sums = lines.aggregate(**_sums("day", Q(order__paid_at__gte=today - DAY)), **_sums("week", Q()))
    return (
        Sold(sums["day_pieces"], sums["day_yuan"]),
        Sold(sums["week_pieces"], sums["week_yuan"]),
    )


def _sums(name: str, when: Q) -> dict[str, Any]:
    yuan = Sum(F("price_cny") * F("quantity"), filter=when, output_field=YUAN)
    return {
        f"{name}_pieces": Coalesce(Sum("quantity", filter=when), 0),
        f"{name}_yuan": Coalesce(yuan, NONE, output_field=YUAN),
    }


def waiting(seller: Seller) -> QuerySet[Handover]:
    """What a seller still has to hand over, the most urgent first, with its lines in `goods`."""
    open_ones = Q(handed_at=None, delivery__cancelled_at=None, delivery__order__state=State.PAID)
    return with_goods(seller).filter(open_ones).order_by("due_at", "pk")


def handed(seller: Seller, *, since: datetime) -> QuerySet[Handover]:
    """What a seller handed over lately, newest first, with its lines in `goods`."""
    return with_goods(seller).filter(handed_at__gte=since).order_by("-handed_at", "-pk")


def with_goods(seller: Seller) -> QuerySet[Handover]:
    """Give a seller's handovers, each delivery with the seller's own lines in `goods`."""
    lines = OrderLine.objects.filter(seller=seller).select_related("offer__variant__product")
    goods = Prefetch("delivery__lines", lines.order_by("position"), to_attr="goods")
    rows = Handover.objects.filter(seller=seller).select_related("delivery__order")
    return rows.prefetch_related(goods)
