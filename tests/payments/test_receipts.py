"""Fiscal receipts: of money that came, of goods handed over, of money given back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moneyed import Money

from orders.models import Delivery, Order, Term
from payments import books, charges, fiscal, parts, receipts, refunds, tasks
from payments.models import Charge, Receipt, Refund
from payments.providers import RefundAnswer
from storefront.lib import clock, kept
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.payments.test_yookassa import pay, step
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
ACTOR = "provider:yookassa"
NOW = money.NOW


@pytest.fixture
def order() -> Order:
    return factory.order(goods.offer(), quantity=3)


def sums(receipt: Receipt) -> Decimal:
    items = receipt.body["items"]
    return sum((Decimal(i["amount"]["value"]) * int(i["quantity"]) for i in items), Decimal(0))


def delivered(order: Order) -> Delivery:
    (found,) = money.delivered(order)
    return found


def test_money_that_came_has_a_receipt_of_a_prepayment(order: Order) -> None:
    charge = money.paid(order)

    receipt = Receipt.objects.get()
    goods_line, freight = receipt.body["items"]
    assert (receipt.kind, receipt.charge, receipt.state) == ("PREPAYMENT", charge, "SENT")
    assert sums(receipt) == receipt.price.amount == order.total.amount
    assert goods_line["payment_mode"] == freight["payment_mode"] == "full_prepayment"
    assert (goods_line["vat_code"], goods_line["payment_subject"]) == (1, "commodity")
    assert goods_line["agent_type"] == "commissioner"
    seller = order.lines.get().seller
    assert goods_line["supplier"] == {"name": seller.name_ru, "inn": "0000000000"}
    assert "supplier" not in freight
    assert order.email not in str(receipt.body)


def test_the_same_money_again_has_no_second_receipt(order: Order) -> None:
    charge = money.paid(order)
    charges.record(charge, money.answer(charge), actor=ACTOR, now=NOW)
    receipts.prepaid(charge, actor=ACTOR, now=NOW)

    assert Receipt.objects.count() == 1


def test_goods_handed_over_are_settled_by_the_prepayment(order: Order) -> None:
    money.paid(order)

    receipt = receipts.handed_over(delivered(order), actor=ACTOR, now=NOW)

    again = receipts.handed_over(receipt.delivery, actor=ACTOR, now=NOW)
    assert again == receipt
    assert {item["payment_mode"] for item in receipt.body["items"]} == {"full_payment"}
    (paid,) = receipt.body["settlements"]
    assert (paid["type"], Decimal(paid["amount"]["value"])) == ("prepayment", order.total.amount)


def test_what_was_given_back_before_is_not_settled(order: Order) -> None:
    charge = money.paid(order)
    line = order.lines.get()
    refund = refunds.open(
        charge, parts=[parts.goods(line, 1)], reason="PARTLY", actor=ACTOR, now_wall=NOW
    )
    done(refund)

    receipt = receipts.handed_over(delivered(order), actor=ACTOR, now=NOW)

    of_refund = Receipt.objects.get(kind="REFUND")
    assert of_refund.price == refund.price
    assert of_refund.body["items"][0]["payment_mode"] == "full_prepayment"
    assert receipt.price + of_refund.price == order.total
    assert receipt.body["items"][0]["quantity"] == "2"


def done(refund: Refund) -> Refund:
    told = RefundAnswer("done", provider_id=f"r-{refund.pk}", price=refund.price.amount)
    return refunds.record(refund, told, actor=ACTOR, now=NOW)


def test_a_refund_after_handover_is_of_a_full_payment(order: Order) -> None:
    charge = money.paid(order)
    delivery = delivered(order)
    receipts.handed_over(delivery, actor=ACTOR, now=NOW)

    part = parts.Part("FREIGHT", Decimal("100.00"), delivery)
    refund = refunds.open(charge, parts=[part], reason="PARTLY", actor=ACTOR, now_wall=NOW)
    done(refund)
    done(refund)

    receipt = Receipt.objects.get(kind="REFUND")
    (item,) = receipt.body["items"]
    assert (item["description"], item["payment_mode"]) == ("Доставка", "full_payment")
    assert sums(receipt) == Decimal("100.00")


def test_a_payment_for_nothing_is_given_back_by_its_lines(order: Order) -> None:
    charge = money.captured(order)
    refund = refunds.open_rest(charge, reason="CAME_TOO_LATE", actor=ACTOR)
    done(refund)

    of_payment, of_refund = Receipt.objects.order_by("pk")
    assert of_refund.body["items"] == of_payment.body["items"]


@given(st.data())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_items_add_up_to_the_refund_to_the_kopeck(order: Order, data: st.DataObject) -> None:
    point = transaction.savepoint()
    order = Order.objects.get(pk=order.pk)
    charge = money.paid(order)
    if data.draw(st.booleans()):
        delivered(order)
    delivery, line = order.deliveries.get(), order.lines.get()
    pieces = data.draw(st.integers(0, 3))
    whole = line.price_rub.amount * 3
    most = line.price_rub.amount * pieces if pieces else whole
    kopecks = data.draw(st.integers(1, int(most * 100)))
    asked = [parts.Part("GOODS", Decimal(kopecks) / 100, delivery, line, pieces)]
    freight = data.draw(st.integers(0, int(delivery.freight.amount * 100)))
    if freight:
        asked.append(parts.Part("FREIGHT", Decimal(freight) / 100, delivery))
    refund = refunds.open(charge, parts=asked, reason="PARTLY", actor=ACTOR, now_wall=NOW)
    done(refund)

    receipt = Receipt.objects.get(refund=refund)
    assert sums(receipt) == receipt.price.amount == refund.price.amount
    transaction.savepoint_rollback(point)


@pytest.mark.parametrize(
    ("system", "on", "code"),
    [
        (1, date(2025, 12, 31), 4),
        (1, date(2026, 1, 1), 11),
        (2, date(2026, 11, 22), 1),
    ],
)
def test_vat_follows_the_day_and_the_system(system: int, on: date, code: int) -> None:
    Term.objects.filter(key="tax_system").update(value=system)
    kept.forget()

    assert fiscal.rule("FREIGHT", on=on).vat_code == code
    assert fiscal.rule("GOODS", on=on).vat_code == 1
    assert "DOMAIN 3.2" in fiscal.rule("FREIGHT", on=on).source


def test_what_a_receipt_says_never_changes(order: Order) -> None:
    money.paid(order)

    for change in ({"body": {}}, {"price": Money(1, "RUB")}, {"kind": "REFUND"}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Receipt.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_receipt SET state = 'READY'")


def broken(name: str) -> list[str]:
    return next(found for title, _rows, found in books.checks() if title == name)


def test_the_books_miss_a_receipt(order: Order) -> None:
    from unittest.mock import patch

    with patch.object(receipts, "prepaid"):
        charge = money.paid(order)
    name = "receipts: one of each payment and refund"
    assert broken(name) == [f"{charge.key}: captured without a receipt"]

    receipts.prepaid(charge, actor=ACTOR, now=NOW)
    assert broken(name) == []


@pytest.fixture
def paid(outside: Sandbox, order: Order) -> Charge:
    charge = step(money.charge(order, wall=clock.wall()))
    pay(outside, charge)
    return step(charge)


def send(receipt: Receipt) -> Receipt:
    Receipt.objects.filter(pk=receipt.pk).update(due_at=clock.wall() - timedelta(seconds=1))
    tasks.send_receipt(id=receipt.pk)
    return Receipt.objects.get(pk=receipt.pk)


def script(outside: Sandbox, **how: object) -> None:
    outside.http.put(
        f"{outside.url}/_/shops/f2-shop", json={"script": how}, timeout=5
    ).raise_for_status()


@pytest.mark.django_db(transaction=False)
def test_each_is_registered_at_the_acquirer(outside: Sandbox, paid: Charge, order: Order) -> None:
    assert answer_of(Receipt.objects.get(kind="PREPAYMENT")).status == "done"

    order.refresh_from_db()
    handed = receipts.handed_over(order.deliveries.get(), actor=ACTOR, now=NOW)
    first = receipts.ask(handed)
    assert receipts.ask(handed) == first  # the same key, the same receipt
    handed = receipts.record(handed, first, actor=ACTOR, now=NOW)
    assert (handed.state, handed.provider_id[:3]) == ("REGISTERED", "rt-")

    refund = refunds.open(
        paid,
        parts=[parts.Part("FREIGHT", Decimal("40.50"), order.deliveries.get())],
        reason="PARTLY",
        actor=ACTOR,
        now_wall=clock.wall(),
    )
    refund = refunds.record(refund, refunds.ask(refund), actor=ACTOR, now=NOW)
    of_refund = Receipt.objects.get(kind="REFUND")
    assert answer_of(of_refund).status == "done"


def answer_of(receipt: Receipt) -> object:
    return receipts.ask(receipt)


def test_a_receipt_is_registered_later(outside: Sandbox, paid: Charge, order: Order) -> None:
    script(outside, receipt_seconds=3600)
    handed = receipts.handed_over(order.deliveries.get(), actor=ACTOR, now=NOW)

    answer = receipts.ask(handed)
    handed = receipts.record(handed, answer, actor=ACTOR, now=NOW)

    assert handed.state == "SENT"
    assert receipts.next_look(handed) is not None


def test_a_receipt_whose_answer_was_lost_is_found_and_not_made_twice(
    outside: Sandbox, paid: Charge, order: Order
) -> None:
    with clock.simulated(clock.wall() - timedelta(hours=21)):
        handed = receipts.handed_over(order.deliveries.get(), actor=ACTOR, now=NOW)
    first = receipts.ask(handed)

    handed.key = "5a1d9f2e-6b0c-5c11-9c3e-0d4a53756e67"  # the acquirer has forgotten the first

    assert receipts.ask(handed) == first


def test_a_receipt_is_sent_by_its_key_however_fast_business_time_runs(
    outside: Sandbox, paid: Charge, order: Order
) -> None:
    delivery = order.deliveries.get()
    handed = receipts.handed_over(delivery, actor=ACTOR, now=clock.now() - timedelta(days=3))
    first = receipts.ask(handed)

    handed.key = "5a1d9f2e-6b0c-5c11-9c3e-0d4a53756e67"

    assert first.status == "done"
    assert receipts.ask(handed) != first  # it was not looked for: it was asked by this key


def test_a_refused_receipt_is_sent_again_with_a_reason(
    outside: Sandbox, paid: Charge, order: Order
) -> None:
    script(outside, refuse=[{"what": "receipt", "reason": "no_operator", "times": 1}])
    handed = receipts.handed_over(order.deliveries.get(), actor=ACTOR, now=NOW)
    with pytest.raises(receipts.NotRejected):
        receipts.send_again(handed, why="too early", actor="user:1", now=NOW)
    handed = receipts.record(handed, receipts.ask(handed), actor=ACTOR, now=NOW)
    assert (handed.state, handed.answer) == ("REJECTED", "no_operator")
    assert order.events.filter(kind="RECEIPT_REJECTED").exists()
    with pytest.raises(receipts.NotRejected):
        receipts.send_again(handed, why="  ", actor="user:1", now=NOW)

    again = receipts.send_again(handed, why="operator is back", actor="user:1", now=NOW)

    assert receipts.send_again(handed, why="twice", actor="user:2", now=NOW) == again
    assert (again.body, again.key == handed.key) == (handed.body, False)
    again = receipts.record(again, receipts.ask(again), actor=ACTOR, now=NOW)
    assert again.state == "REGISTERED"


def test_a_receipt_of_more_than_was_paid_is_refused(
    outside: Sandbox, paid: Charge, order: Order
) -> None:
    handed = receipts.handed_over(order.deliveries.get(), actor=ACTOR, now=NOW)
    handed.body["items"][0]["quantity"] = "4"
    handed.body.pop("settlements")

    answer = receipts.ask(handed)

    assert answer.status == "rejected"
    assert "more than the payment" in answer.reason
