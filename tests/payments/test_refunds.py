"""Refunds: never above what came, booked once, and back through the seller if he had it."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders import lifecycle
from orders.models import Hold, Order, OrderEvent
from payments import books, charges, ledger, parts, refunds, settlement
from payments.models import ChargeFact, Journal, Refund
from payments.providers import RefundAnswer
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW

pytestmark = pytest.mark.django_db
ACTOR = "provider:yookassa"
DONE = RefundAnswer("done", provider_id="r-1", price=Decimal(1))


@pytest.fixture
def order() -> Order:
    return factory.order(goods.offer())


def open_one(charge: object, price: str = "640.00") -> Refund:
    return refunds.open(
        charge,
        parts=[parts.surplus(Decimal(price))],
        reason="CANCELLED",
        actor="user:vera",
        now_wall=NOW,
    )


def finish(refund: Refund, answer: RefundAnswer = DONE) -> Refund:
    return refunds.record(refund, answer, actor=ACTOR, now=NOW)


def test_a_refund_is_due_at_once(order: Order) -> None:
    refund = open_one(money.paid(order))

    assert (refund.state, refund.due_at, refund.asked_by) == ("READY", NOW, "user:vera")
    assert charges.captured(order) == Decimal("16990.00")


def test_more_than_came_is_refused_and_nothing_is_written(order: Order) -> None:
    charge = money.paid(order)
    open_one(charge, "17000.00")

    with pytest.raises(refunds.TooMuch):
        open_one(charge, "630.01")

    assert Refund.objects.count() == 1
    open_one(charge, "630.00")
    assert refunds.left(charge) == 0


def test_nothing_is_given_back_of_a_charge_nobody_paid(order: Order) -> None:
    with pytest.raises(refunds.TooMuch):
        open_one(money.charge(order), "0.01")


@given(st.lists(st.integers(1, 2_000_000), max_size=5), st.data())
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_asked_no_more_leaves_than_came(
    order: Order, asked: list[int], data: st.DataObject
) -> None:
    start = transaction.savepoint()
    try:
        charge = money.captured(order)
        for number, kopecks in enumerate(asked):
            with suppress(refunds.TooMuch):
                refund = open_one(charge, str(Decimal(kopecks).scaleb(-2)))
                status = data.draw(st.sampled_from(["done", "pending", "rejected"]))
                finish(refund, RefundAnswer(status, provider_id=f"r-{number}"))

        out = 1_763_000 - ledger.balance("acquirer_clearing", "RUB")
        assert 0 <= out <= 1_763_000
        assert ledger.order_balance("buyer_funds", "RUB", order.number) == out - 1_763_000
        assert refunds.left(charge) >= 0
    finally:
        transaction.savepoint_rollback(start)


def test_a_done_refund_is_a_fact_and_a_posting_once(order: Order, check_now: object) -> None:
    charge = money.paid(order)
    refund = open_one(charge)

    for _twice in range(2):
        finish(refund)

    check_now()
    assert (refund.state, refund.done_at, refund.provider_id) == ("DONE", NOW, "r-1")
    assert ChargeFact.objects.filter(kind="REFUNDED").count() == 1
    assert ledger.order_balance("buyer_funds", "RUB", order.number) == -1_699_000
    assert ledger.balance("acquirer_clearing", "RUB") == 1_699_000


def test_a_pending_refund_is_asked_about_again(order: Order) -> None:
    refund = finish(open_one(money.paid(order)), RefundAnswer("pending", provider_id="r-1"))

    assert refund.state == "SENT"
    assert refunds.next_look(refund) is not None
    assert refunds.next_look(finish(refund)) is None


def test_a_rejected_refund_stops_the_order_and_can_be_sent_again(order: Order) -> None:
    charge = money.paid(order)
    refund = open_one(charge, "17630.00")

    finish(refund, RefundAnswer("rejected", provider_id="r-1", reason="insufficient_funds"))

    assert (refund.state, refund.answer) == ("REJECTED", "insufficient_funds")
    assert Hold.objects.get().reason == "REFUND_REJECTED"
    assert refunds.left(charge) == Decimal("17630.00")
    again = refunds.send_again(refund, actor="user:vera", now_wall=NOW)
    assert again.key != refund.key
    assert refunds.send_again(refund, actor="user:vera", now_wall=NOW) == again


def test_the_rest_is_given_back_once(order: Order) -> None:
    charge = money.captured(order)

    first = refunds.open_rest(charge, reason="CAME_TOO_LATE", actor=ACTOR)
    second = refunds.open_rest(charge, reason="CAME_TOO_LATE", actor=ACTOR)

    assert first.price.amount == Decimal("17630.00")
    assert second is None


def test_a_delivery_is_given_back_with_freight_and_duty_once(order: Order) -> None:
    money.paid(order)
    delivery = order.deliveries.get()
    arguments = {"reason": "LOST", "actor": "carrier:x", "now": NOW}

    (refund,) = refunds.give_back(order, delivery, **arguments)
    again = refunds.give_back(order, delivery, **arguments)

    assert refund.price.amount == Decimal("17630.00")
    assert again == []
    event = OrderEvent.objects.get(order=order, kind="REFUNDING")
    assert event.detail == {"delivery": 1, "reason": "LOST", "price": "17630.00"}


def test_one_delivery_of_two_is_given_back_alone() -> None:
    offer, other = goods.offer(), goods.offer()
    body = factory.body(
        factory.part(factory.line(offer)),
        factory.part(
            factory.line(other, 2),
            origin="shenzhen",
            freight_rub=Decimal(290),
            duty_rub=Decimal(77),
        ),
    )
    order = factory.order(offer, other, body=body)
    money.paid(order)
    second = order.deliveries.get(position=2)

    (refund,) = refunds.give_back(order, second, reason="LOST", actor="carrier:x", now=NOW)

    assert refund.price.amount == Decimal("34347.00")  # 2 x 16 990 + 290 + 77
    assert charges.captured(order) == Decimal("17630.00")


def test_a_refund_after_the_release_goes_back_by_its_lines_at_the_original_rate(
    order: Order, check_now: object
) -> None:
    money.rate()
    money.paid(order)
    (delivery,) = money.delivered(order)
    later = NOW + timedelta(days=20)
    lifecycle.mark_released(delivery, now=later)
    (released,) = settlement.release(delivery, actor="task:release", now=later)
    slug = order.lines.get().seller.slug
    assert ledger.balance("seller_payable", "CNY", slug) == -119_508

    (refund,) = refunds.give_back(order, delivery, reason="LOST", actor="user:vera", now=later)
    finish(refund)

    check_now()
    mirror = Journal.objects.get(kind="undone")
    assert mirror.rate == released.rate
    assert ledger.legs_of(mirror) == [leg.mirrored() for leg in ledger.legs_of(released)]
    assert ledger.balance("seller_payable", "CNY", slug) == 0
    assert {row.units for row in ledger.trial_balance()} == {0}
    assert [failures for _n, _r, failures in books.checks() if failures] == []


def test_what_is_no_longer_held_is_the_houses_expense(order: Order, check_now: object) -> None:
    money.rate()
    charge = money.paid(order)
    (delivery,) = money.delivered(order)
    settlement.release(delivery, actor="task:release", now=NOW)

    finish(open_one(charge, "500.00"))

    check_now()
    assert ledger.balance("compensation_expense", "RUB") == 50_000
    assert ledger.order_balance("buyer_funds", "RUB", order.number) == 0
