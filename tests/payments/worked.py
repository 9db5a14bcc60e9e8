"""A phone that is sold, released, given back: the steps of the worked examples."""

from datetime import timedelta

from orders import lifecycle
from orders.models import Delivery, Order
from payments import books, parts, refunds, settlement
from payments.models import Refund
from payments.providers import RefundAnswer
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW

LATER = NOW + timedelta(days=30)
VERA, GLEB = "user:vera", "user:gleb"


def sold(quantity: int = 1) -> Delivery:
    """A delivery with its buyer, paid and protected."""
    order = factory.order(goods.offer("1299.00"), quantity=quantity)
    money.paid(order)
    return money.delivered(order)[0]


def released(quantity: int = 1) -> Delivery:
    delivery = sold(quantity)
    settlement.release(delivery, actor="task:release", now=LATER)
    lifecycle.mark_released(delivery, now=LATER)
    delivery.refresh_from_db()
    return delivery


def send(given: list[Refund]) -> None:
    """The acquirer does what it was asked for."""
    for number, refund in enumerate(given):
        answer = RefundAnswer("done", provider_id=f"r-{refund.pk}-{number}")
        refunds.record(refund, answer, actor="provider:yookassa", now=LATER)


def give(order: Order, *asked: parts.Part) -> list[Refund]:
    given = refunds.spread(order, asked, reason="PARTLY", actor=VERA, now=LATER)
    send(given)
    return given


def sound() -> None:
    assert [wrong for _name, _rows, wrong in books.checks() if wrong] == []
