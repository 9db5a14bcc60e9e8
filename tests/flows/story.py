"""From goods on a shelf to an order in any stage, through the flows, without processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import models

from catalog.models import Offer
from logistics.customs import vault
from orders import lifecycle
from orders.models import Cart, Order, Quote
from payments.models import Charge
from storefront.flows import checkout, payment
from storefront.lib import clock, due, kept
from tests.factories import catalog, logistics, papers, payments
from tests.factories import orders as order_rows

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
RATE_ON = date(2026, 11, 21)
ANNA = lifecycle.Contact(
    recipient="Анна Тестова",
    phone="+79120000000",
    email="anna@example.com",
    postcode="620014",
    street="ул. Тестовая, 1",
    language="ru",
)


@contextmanager
def noon() -> Iterator[None]:
    """A Monday noon in Harbin on both clocks, with the rates of the Saturday before."""
    kept.forget()
    payments.rate("11.87", on=RATE_ON)
    payments.rate("99.33", on=RATE_ON, currency="EUR")
    with clock.simulated(NOW):
        yield


def later(**time: float) -> datetime:
    """Let so much time pass on both clocks."""
    clock.set_virtual(clock.now() + timedelta(**time))
    return clock.now()


def goods(price: str = "999.00", quantity: int = 5, at: str = "harbin-warehouse") -> Offer:
    offer = catalog.offer(price)
    logistics.stock(offer, quantity, at=at)
    return offer


def quote(cart: Cart, **chosen: str) -> Quote:
    """What the checkout page shows."""
    now = clock.now()
    city = order_rows.city()
    return checkout.quote(cart, city=city, chosen=chosen, now=now, wall=now)[0]


def agreement(offered: Quote, **fields: Any) -> checkout.Agreement:
    """What Anna sends when she presses the button under a quote."""
    given = {
        "quote_id": str(offered.pk),
        "digest": offered.digest,
        "method": "bank_card",
        "contact": ANNA,
        "form_key": f"form-{offered.pk}",
    }
    return checkout.Agreement(**{**given, **fields})


def agree(offered: Quote, **fields: Any) -> Order:
    now = clock.now()
    return checkout.agree(agreement(offered, **fields), actor="guest", now=now, wall=now)


def placed(
    *offers: Offer, quantity: int = 1, person: vault.Person | None = papers.ANNA, **chosen: str
) -> Order:
    return agree(quote(order_rows.cart(*offers, quantity=quantity), **chosen), person=person)


def paid(*offers: Offer, **how: Any) -> Order:
    """An order whose money has come."""
    order = placed(*offers, **how)
    pay(order.charges.get())
    order.refresh_from_db()
    return order


def pay(charge: Charge, **answer: Any) -> None:
    """The provider says that the money has come, or what else is told."""
    charge.refresh_from_db()
    said = payments.answer(charge, **answer)
    payment.settle(charge, said, actor="provider:yookassa", now=clock.now())


def claim(row: due.Due) -> due.Due:
    """A worker has taken this row."""
    type(row)._default_manager.filter(pk=row.pk).update(due_at=clock.now())
    held = due.claim(type(row), row.pk)
    assert held is not None
    return held


def counts(*kinds: type[models.Model]) -> list[int]:
    """How many rows there are of each kind."""
    return [kind._default_manager.count() for kind in kinds]
