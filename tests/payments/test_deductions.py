"""Penalties and storage: by the terms of the day, once, and never nothing."""

from datetime import date
from decimal import Decimal

import pytest

from payments import ledger
from payments.models import Journal
from payments.settlement import deductions
from tests.factories import catalog as goods
from tests.factories.payments import NOW

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
    assert ledger.balance("seller_payable", "CNY", seller.slug) == 600
    assert ledger.balance("storage_income", "CNY") == -600


def test_the_key_of_another_sum_is_refused() -> None:
    seller = goods.seller()
    deductions.penalise(seller, Decimal("20.00"), key="late 1", **MINE)

    with pytest.raises(ledger.KeyReused):
        deductions.penalise(seller, Decimal("50.00"), key="late 1", **MINE)
    with pytest.raises(deductions.NothingToTake):
        deductions.penalise(seller, Decimal(0), key="late 2", **MINE)
    assert Journal.objects.filter(kind="penalty").count() == 1
