"""How long an order keeps who received it and where, and what is left of it afterwards."""

from datetime import UTC, date, datetime
from typing import Final

from django.db.models import QuerySet

from . import terms
from .models import Order

PERSON: Final = {"recipient": "", "phone": "", "email": "", "postcode": "", "street": ""}


def kept_until(order: Order, *, now: datetime) -> date | None:
    """The first day on which an order may be without its person; none while it is open.

    An order nobody paid for is a document of nothing, and is free at once.
    """
    if order.closed_at is None:
        return None
    if order.paid_at is None:
        return order.closed_at.date()
    years = terms.value("order_records_years", on=now.date())
    return date(order.closed_at.year + years + 1, 1, 1)


def forget(orders: QuerySet[Order]) -> int:
    """Take the person out of orders; numbers, goods and money stay. How many had one."""
    return orders.exclude(phone="").update(**PERSON)


def forget_old(*, now: datetime) -> int:
    """Take the person out of every order whose years of keeping are over; how many."""
    years = terms.value("order_records_years", on=now.date())
    ends = datetime(now.year - years, 1, 1, tzinfo=UTC)
    return forget(Order.objects.filter(closed_at__lt=ends))
