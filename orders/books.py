"""What must always hold of orders."""

from collections.abc import Iterable, Iterator

from django.db.models import Count, F, Q, QuerySet, Sum

from .models import Delivery, Order
from .states import State

SHOWN = 10
Check = tuple[str, int, list[str]]


def checks() -> Iterator[Check]:
    """Every invariant: its name, the rows looked at, up to ten failures."""
    yield _check("orders: goods are the sum of the lines", Order.objects.all(), _wrong_goods())
    yield _check("orders: freight is the sum of deliveries", Order.objects.all(), _wrong_freight())
    yield _check("orders: a completed one has no open delivery", _completed(), _unfinished())
    yield _check("orders: a paid one was paid at some time", _paid(), _paid().filter(paid_at=None))
    yield _check("orders: every one has its first event", Order.objects.all(), _silent())


def _check(name: str, looked: QuerySet[Order], wrong: Iterable[object]) -> Check:
    return name, looked.count(), [str(row) for row in list(wrong)[:SHOWN]]


def _wrong_goods() -> QuerySet[Order]:
    lines = Sum(F("lines__price_rub") * F("lines__quantity"))
    return Order.objects.annotate(lines_sum=lines).exclude(lines_sum=F("goods"))


def _wrong_freight() -> QuerySet[Order]:
    sums = Order.objects.annotate(
        freight_sum=Sum("deliveries__freight"), duty_sum=Sum("deliveries__duty")
    )
    return sums.exclude(freight_sum=F("freight"), duty_sum=F("duty"))


def _completed() -> QuerySet[Order]:
    return Order.objects.filter(state=State.COMPLETED)


def _unfinished() -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        order__state=State.COMPLETED, released_at=None, cancelled_at=None
    )


def _paid() -> QuerySet[Order]:
    return Order.objects.filter(state__in=[State.PAID, State.COMPLETED])


def _silent() -> QuerySet[Order]:
    first = Count("events", filter=Q(events__kind="PLACED"))
    return Order.objects.annotate(first=first).exclude(first=1)
