"""Penalties and storage: by the terms of the day, once, and never nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from orders import holds
from payments import ledger
from payments.models import Entry, Journal, LeftOut
from payments.settlement import deductions, periods
from storefront.lib import clock
from tests.factories import catalog as goods
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.payments.worked import sold

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 23)
MINE = {"source": "storehouse", "actor": "user:vera", "now": NOW}


def test_storage_is_free_at_first_and_then_by_piece_and_day() -> None:
    assert deductions.storage_price(10, 30, on=ON) == 0
    assert deductions.storage_price(10, 33, on=ON) == Decimal("6.00")


def test_each_penalty_has_its_term() -> None:
    prices = {kind: deductions.penalty_price(kind, on=ON) for kind in deductions.PENALTIES}

    assert prices == {"late_handover": Decimal("20.00"), "not_as_described": Decimal("50.00")}


def test_a_deduction_is_taken_once_by_its_key() -> None:
    seller = goods.seller()
    first = deductions.store(seller, Decimal("6.00"), key="week 52", **MINE)

    again = deductions.store(seller, Decimal("6.00"), key="week 52", **MINE)

    assert again == first
    assert (first.key, first.source, first.actor, first.occurred_at) == (
        "storage:week 52", "storehouse", "user:vera", NOW,
    )  # fmt: skip
    long = deductions.store(seller, Decimal("0.01"), key="k" * 120, **MINE | {"source": "s" * 121})
    assert (long.key, long.source) == ("storage:" + "k" * 112, "s" * 120)
    deductions.penalise(seller, Decimal("-0.01") + Decimal("6.00"), key="a", **MINE)
    assert ledger.balance("penalty_income", "CNY") == -599
    assert ledger.balance("seller_payable", "CNY", seller.slug) == 600 + 1 + 599
    assert ledger.balance("storage_income", "CNY") == -601


def test_the_key_of_another_sum_is_refused() -> None:
    seller = goods.seller()
    deductions.penalise(seller, Decimal("20.00"), key="late 1", **MINE)

    with pytest.raises(ledger.KeyReused):
        deductions.penalise(seller, Decimal("50.00"), key="late 1", **MINE)
    with pytest.raises(deductions.NothingToTake, match=r"^Удержание должно быть больше нуля"):
        deductions.penalise(seller, Decimal(0), key="late 2", **MINE)
    assert Journal.objects.filter(kind="penalty").count() == 1


def test_a_penalty_of_a_line_that_is_not_released_leaves_the_line_out_once() -> None:
    with clock.simulated(NOW):
        money.rate()
        line = sold().lines.get()
    deductions.penalise(line.seller, Decimal("50.00"), key="dispute:1", line=line, **MINE)
    deductions.store(line.seller, Decimal("6.00"), key="week 48", **MINE)
    taken = Entry.objects.filter(account__purpose__in=["penalty_income", "storage_income"])
    places = dict(taken.values_list("journal__kind", "order_number"))
    assert places == {"penalty": line.order.number, "storage": ""}
    assert taken.get(order_number=line.order.number).order_line == line.position
    holds.put(line.order, reason="QUESTION", owner="finance", actor="user:vera", now=NOW)

    made = periods.settle(ON + timedelta(days=7), now=NOW + timedelta(days=7), actor="task:job")

    (left_out,) = LeftOut.objects.all()
    assert (made, left_out.order_line, left_out.reason) == (1, line, "ON_HOLD")
