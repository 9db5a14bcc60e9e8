"""The desks of disputes and chargebacks: who decides, who agrees, what goes to the bank."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from orders import holds
from orders.models import Order
from payments import disputes
from payments.models import Chargeback, ChargebackReason, Dispute, DisputeDecision, Refund
from storefront.lib import clock
from tests.factories import catalog, orders, payments


@pytest.fixture
def sold(desks) -> Order:
    """Two phones with their buyer."""
    now = clock.now()
    made = orders.order(catalog.offer(), quantity=2, now=now)
    payments.paid(made, now=now)
    payments.delivered(made, at=now)
    return made


def opened(order: Order, **more: object) -> Dispute:
    claim = disputes.Claim("DAMAGED", "PARTIAL", "Разбит угол", line=order.lines.get(), **more)
    made = disputes.open(order.deliveries.get(), claim, actor="guest", now=clock.now())
    return disputes.answer(made, "完好", actor="user:2", now=clock.now())


def deed(row, name: str) -> str:
    options = row._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{name}", args=[row.pk])


def said(**changes: str) -> dict[str, str]:
    plain = {"sure": "1", "outcome": "PARTIAL", "goods": "900", "bearer": "CARRIER", "text": "да"}
    return {**plain, **changes}


def test_an_operator_decides_and_the_money_goes(sign_in, sold):
    dispute = opened(sold)
    operator = sign_in("operator")

    operator.post(deed(dispute, "decide"), said(freight="640"))

    dispute.refresh_from_db()
    assert dispute.state == "CLOSED"
    assert Refund.objects.get(reason="DISPUTE").price.amount == Decimal(1540)


def test_customs_and_the_floor_decide_nothing(sign_in, sold):
    dispute = opened(sold)

    answer = sign_in("customs").post(deed(dispute, "decide"), said())

    assert answer.status_code in (302, 403, 404)
    assert not DisputeDecision.objects.exists()


def test_over_the_limit_finance_agrees_to_what_an_operator_decided(sign_in, sold):
    dispute = opened(sold)
    operator, finance = sign_in("operator"), sign_in("finance")

    operator.post(deed(dispute, "decide"), said(outcome="FULL", bearer="SELLER"))
    operator.post(deed(dispute, "agree"), {"sure": "1"})
    dispute.refresh_from_db()
    assert dispute.state == "PROPOSED"
    finance.post(deed(dispute, "agree"), {"sure": "1"})

    dispute.refresh_from_db()
    assert dispute.state == "CLOSED"
    assert Refund.objects.get(reason="DISPUTE").price.amount == Decimal(33980)


def test_goods_that_are_back_release_the_money(sign_in, sold):
    dispute = opened(sold, quantity=1)
    operator = sign_in("operator")
    operator.post(deed(dispute, "decide"), said(outcome="FULL", bearer="SELLER", with_return="on"))
    assert not Refund.objects.filter(reason="DISPUTE").exists()

    operator.post(deed(dispute, "returned"), {"sure": "1"})

    assert Refund.objects.get(reason="DISPUTE").price.amount == Decimal(16990)


def test_pieces_and_freight_are_given_back_from_the_charge_and_no_more(sign_in, sold):
    charge, finance = sold.charges.get(), sign_in("finance")
    one = {"sure": "1", "delivery": "1", "line": "1", "quantity": "1", "bearer": "PLATFORM"}

    finance.post(deed(charge, "give_some_back"), {**one, "freight": "100"})
    finance.post(deed(charge, "give_some_back"), one)
    finance.post(deed(charge, "give_some_back"), one)  # there were two
    finance.post(deed(charge, "give_some_back"), {**one, "line": "7"})
    finance.post(deed(charge, "give_some_back"), {**one, "delivery": "7"})

    rows = Refund.objects.filter(charge=charge).order_by("pk")
    assert [row.price.amount for row in rows] == [Decimal(17090), Decimal(16990)]
    assert sold.events.filter(kind="PARTLY_REFUNDED").count() == 2


def test_one_person_gives_no_more_than_the_limit_at_a_time(sign_in, sold):
    charge, finance = sold.charges.get(), sign_in("finance")
    both = {"sure": "1", "delivery": "1", "line": "1", "quantity": "2", "bearer": "PLATFORM"}

    answer = finance.post(deed(charge, "give_some_back"), both, follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not Refund.objects.filter(charge=charge).exists()


def taken(order: Order) -> Chargeback:
    holds.put(order, reason="CHARGEBACK", owner="finance", actor="x", now=clock.now())
    charge = order.charges.get()
    return Chargeback.objects.create(
        charge=charge,
        provider_id="cb-desk",
        reason=ChargebackReason.objects.get(code="fraud"),
        reason_code="fraud",
        money=charge.price,
        received_at=clock.now(),
        evidence_until=clock.now() + timedelta(days=10),
        bearer="PLATFORM",
    )


def test_finance_answers_a_bank_and_says_who_bears_it(sign_in, sold):
    row = taken(sold)
    finance, operator = sign_in("finance"), sign_in("operator")

    assert operator.post(deed(row, "answer_bank"), {"sure": "1", "text": "x"}).status_code == 403
    finance.post(deed(row, "assign"), {"sure": "1", "bearer": "CARRIER"})
    finance.post(deed(row, "answer_bank"), {"sure": "1", "text": "Вручено под подпись"})
    finance.post(deed(row, "answer_bank"), {"sure": "1", "text": "ещё раз"})

    row.refresh_from_db()
    assert (row.bearer, row.answer) == ("CARRIER", "Вручено под подпись")
    assert row.due_at <= clock.wall()
