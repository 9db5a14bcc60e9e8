"""Instalments at the acquirer: their own page, their own refusals, the whole sum to the shop."""

import pytest

from tests.sandbox.conftest import order_payment


@pytest.fixture
def payment(sandbox):
    return order_payment(sandbox, payment_method_data={"type": "installments"})


def test_the_page_asks_for_a_telephone_and_a_term(sandbox, payment):
    page = sandbox.get(f"/pay/{payment['id']}")

    assert "Оплата в рассрочку" in page.text
    assert "24 мес. по" in page.text
    assert "+7 900 000-00-01" in page.text


def test_a_wrong_form_is_shown_again(sandbox, payment):
    page = sandbox.post(f"/pay/{payment['id']}/installments", data={"phone": "12", "months": "5"})

    assert "Это не тестовый номер" in page.text
    assert "Выберите срок" in page.text
    assert read(sandbox, payment)["status"] == "pending"


def test_a_refusal_is_told_and_another_try_may_succeed(sandbox, payment):
    address = f"/pay/{payment['id']}/installments"
    sandbox.post(address, data={"phone": "+7 900 000-00-02", "months": "6"})
    assert "банк отказал в рассрочке" in sandbox.get(f"/pay/{payment['id']}").text

    sandbox.post(address, data={"phone": "+7 900 000-00-01", "months": "6"})

    paid = read(sandbox, payment)
    assert paid["status"] == "succeeded"
    assert paid["payment_method"]["title"] == "Рассрочка на 6 мес."
    assert paid["income_amount"]["value"] == "16836.65"


def test_giving_up_after_a_refusal_ends_with_its_reason(sandbox, payment):
    sandbox.post(f"/_/pay/{payment['id']}", json={"borrower": "79000000003"})
    sandbox.post(f"/_/pay/{payment['id']}", json={"outcome": "cancel"})

    assert read(sandbox, payment)["cancellation_details"]["reason"] == "loan_declined_by_payer"


def test_money_is_not_held_by_instalments(sandbox):
    body = {
        "amount": {"value": "17630.00", "currency": "RUB"},
        "capture": False,
        "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1:9/"},
        "payment_method_data": {"type": "installments"},
    }
    answer = sandbox.post("/yookassa/v3/payments", shop="shop", key="k2", json=body)

    assert answer.status_code == 400
    assert answer.json()["parameter"] == "capture"


def read(sandbox, payment):
    return sandbox.get(f"/yookassa/v3/payments/{payment['id']}", shop="shop").json()
