"""The invariants of money: silent on honest books, loud on each kind of lie."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from orders import lifecycle
from orders.models import Order
from payments import books, ledger, parts, postings, refunds, settlement
from payments.ledger import Leg
from payments.models import Charge, ChargeFact, Conversion, Dispute, Payout, Refund
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 12, 14, 6, 0, tzinfo=UTC)


@pytest.fixture
def order() -> Order:
    """A story told to its end, and another one in its middle."""
    money.paid(factory.order(goods.offer()))
    order = factory.order(goods.offer())
    money.paid(order)
    (delivery,) = money.delivered(order)
    lifecycle.mark_released(delivery, now=LATER)
    settlement.release(delivery, actor="task:release", now=LATER)
    lifecycle.complete(order, actor="task:release", now=LATER)
    return order


def broken() -> dict[str, list[str]]:
    return {name: failures for name, _rows, failures in books.checks() if failures}


def post(*legs: Leg) -> None:
    ledger.post("wrong", key="wrong", legs=legs, occurred_at=NOW, actor="gleb", source="x")


def test_honest_books_are_green_and_every_check_looks_at_rows(order: Order) -> None:
    found = list(books.checks())

    assert [failures for _name, _rows, failures in found if failures] == []
    names = {name for name, _rows, _failures in found}
    assert len(names) == len(books.INVARIANTS) + 1
    looked_at = {name: rows for name, rows, _failures in found}
    assert looked_at["ledger: every currency sums to zero"] == 2 + 2 + 8
    assert looked_at["charges: captured facts = ledger"] == 2
    assert looked_at["sellers: releases = lines of released deliveries"] == 1


def test_a_fact_without_its_posting_is_found(order: Order) -> None:
    charge = order.charges.get()
    ChargeFact.objects.create(
        charge=charge, kind="CAPTURED", operation="yookassa:x", money=Decimal(5),
        money_currency="RUB", fee=Decimal(0), fee_currency="RUB", happened_at=NOW,
    )  # fmt: skip

    assert broken() == {
        "charges: captured facts = ledger": ["yookassa:x: fact 5.00, ledger 0"],
        "orders: what was paid and kept = total": [
            f"{order.number}: total 17630.00, paid 17635.00"
        ],
    }


def test_a_state_that_does_not_follow_is_found(order: Order) -> None:
    charge = money.charge(factory.order(goods.offer()))
    Charge.objects.filter(pk=charge.pk).update(state="CAPTURED")

    assert broken() == {
        "charges: state follows from facts": [f"{charge.key} is CAPTURED, its facts say READY"]
    }


def test_the_database_refuses_refunds_over_what_was_captured(order: Order) -> None:
    charge = order.charges.get()

    with pytest.raises(IntegrityError, match="more than 17630"), transaction.atomic():
        Refund.objects.create(
            charge=charge, price=Decimal(17_631), price_currency="RUB", reason="LOST",
            asked_at=NOW, asked_by="gleb",
        )  # fmt: skip

    assert list(broken()) == []


def test_a_refund_done_without_a_posting_is_found() -> None:
    charge = money.paid(factory.order(goods.offer()))
    asked = [parts.surplus(Decimal(5))]
    refund = refunds.open(charge, parts=asked, reason="LOST", actor="a", now_wall=NOW)
    Refund.objects.filter(pk=refund.pk).update(state="DONE")

    assert list(broken()) == ["refunds: those done = ledger"]


def test_money_moved_out_of_an_order_is_found(order: Order) -> None:
    post(
        Leg("buyer_funds", "RUB", 1, order_number=order.number),
        Leg("margin", "RUB", -1, order_number=order.number),
    )

    assert list(broken()) == [
        "orders: no more is given out of a buyer's money than came",
        "orders: a completed one holds no money",
    ]


def test_money_of_a_chargeback_without_a_chargeback_is_found(order: Order) -> None:
    post(
        Leg("chargebacks", "RUB", 500, order_number=order.number),
        Leg("acquirer_clearing", "RUB", -500, order_number=order.number),
    )

    assert broken() == {
        "chargebacks: open ones = ledger": [f"{order.number}: at banks 0, ledger 500"]
    }


def test_a_dispute_that_stopped_nothing_is_found(order: Order) -> None:
    delivery = order.deliveries.get()
    dispute = Dispute.objects.create(
        delivery=delivery, kind="DAMAGED", wanted="REFUND", text="x", opened_at=NOW,
        opened_by="gleb", answer_until=NOW,
    )  # fmt: skip

    assert broken() == {
        "disputes: none is open once its money was released": [
            f"dispute {dispute.pk} of delivery {delivery.pk}"
        ]
    }


def test_a_gift_to_a_seller_is_found(order: Order) -> None:
    slug = order.lines.get().seller.slug
    post(Leg("commission", "CNY", 100), Leg("seller_payable", "CNY", -100, slug))

    assert broken() == {
        "sellers: payable = sales, refunds, deductions - payouts": [
            f"{slug}: ledger 119608, owed 119508"
        ]
    }


def test_a_release_nobody_noted_is_found(order: Order) -> None:
    delivery = order.deliveries.get()
    type(delivery).objects.filter(pk=delivery.pk).update(released_at=None)

    assert list(broken()) == ["sellers: releases = lines of released deliveries"]


def test_payouts_and_yuan_that_the_ledger_does_not_know_are_found(order: Order) -> None:
    payout = Payout.objects.create(
        seller=order.lines.get().seller, period_until=date(2026, 12, 14), money=Decimal(7),
        money_currency="CNY", message="PAY-1", made_at=NOW,
    )  # fmt: skip
    Payout.objects.filter(pk=payout.pk).update(state="SENT")
    Conversion.objects.create(
        reference="FX-1", bank="SNGHCNBH", deal="D1", rate=12, sold=Decimal(12),
        sold_currency="RUB", bought=Decimal(1), bought_currency="CNY", made_at=NOW,
    )  # fmt: skip

    assert list(broken()) == [
        "sellers: payable = sales, refunds, deductions - payouts",
        "payouts: in transit = ledger",
        "yuan bought - credited - fees = bank",
    ]


def test_unbalanced_entries_are_found() -> None:
    """The triggers would not let them be committed, but a broken restore might bring them."""
    start = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_journal (kind, key, occurred_at, booked_at, actor, source)"
            " VALUES ('x', 'x', now(), now(), 'x', 'x') RETURNING id"
        )
        journal = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO payments_account (code, purpose, party, currency)"
            " VALUES ('x.RUB', 'x', '', 'RUB') RETURNING id"
        )
        cursor.execute(
            "INSERT INTO payments_entry (journal_id, line, account_id, currency, units,"
            " order_number) VALUES (%s, 1, %s, 'RUB', 5, '')",
            [journal, cursor.fetchone()[0]],
        )

    found = broken()
    transaction.savepoint_rollback(start)

    assert found == {
        "ledger: every currency sums to zero": ["RUB is off by 5"],
        "ledger: every journal has two entries and balances": [
            "x does not balance",
            "x has fewer than two entries",
        ],
    }


def test_a_fee_without_a_line_of_a_statement_is_found(order: Order) -> None:
    legs = postings.bank_fee(15_60, currency="CNY")
    ledger.post(
        "bank-fee", key="bank-fee:line-1", legs=legs, occurred_at=NOW, actor="gleb", source="x"
    )

    assert broken()["fees of banks: each = its line of a statement = ledger"] == [
        "bank-fee:line-1 is of no line of a statement"
    ]
