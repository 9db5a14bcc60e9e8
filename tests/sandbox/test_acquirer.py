"""The acquirer's API, spoken to by hand and by the official SDK."""

import pytest
from yookassa import Configuration, Payment, Receipt, Refund
from yookassa.domain.exceptions import BadRequestError, NotFoundError, UnauthorizedError

from tests.sandbox.conftest import SECRET, order_payment

NOON = "2026-11-21T12:00:00Z"
APPROVED = "2200000000000012"


@pytest.fixture
def sdk(sandbox):
    Configuration.configure("shop", SECRET, api_url=f"{sandbox.url}/yookassa/v3")
    yield sandbox
    Configuration.account_id = Configuration.secret_key = None


def buy(sandbox, payment_id, at="", **how):
    answer = sandbox.post(f"/_/pay/{payment_id}", json=how or {"card": APPROVED}, at=at)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_official_sdk_pays_and_refunds(sdk):
    asked = {
        "amount": {"value": "17630.00", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1:9/back/"},
        "payment_method_data": {"type": "bank_card"},
        "description": "Заказ 61-204-883-5",
        "metadata": {"charge": "c-1"},
        "receipt": {
            "customer": {"email": "anna@example.org"},
            "items": [
                {
                    "description": "Смартфон",
                    "quantity": "1.00",
                    "amount": {"value": "17630.00", "currency": "RUB"},
                    "vat_code": 1,
                }
            ],
        },
    }

    made = Payment.create(asked, "key-1")
    again = Payment.create(asked, "key-1")
    buy(sdk, made.id)
    paid = Payment.find_one(made.id)
    refund = Refund.create(
        {"payment_id": made.id, "amount": {"value": "640.00", "currency": "RUB"}}, "key-2"
    )

    assert made.status == "pending"
    assert made.confirmation.confirmation_url == f"{sdk.url}/pay/{made.id}"
    assert again.id == made.id
    assert (paid.status, paid.paid, paid.test) == ("succeeded", True, True)
    assert paid.metadata["charge"] == "c-1"
    assert str(paid.income_amount.value) == "17136.36"
    assert paid.payment_method.card.card_type == "MIR"
    assert (paid.payment_method.card.first6, paid.payment_method.card.last4) == ("220000", "0012")
    assert paid.authorization_details.three_d_secure.applied is False
    assert paid.receipt_registration == "succeeded"
    assert refund.status == "succeeded"
    assert Refund.find_one(refund.id).payment_id == made.id
    assert str(Payment.find_one(made.id).refunded_amount.value) == "640.00"
    assert [item.id for item in Payment.list({"limit": 10}).items] == [made.id]


def test_the_official_sdk_hears_refusals_in_their_own_form(sdk):
    with pytest.raises(NotFoundError):
        Payment.find_one("00000000-0000-5000-8000-000000000000")
    with pytest.raises(BadRequestError) as wrong:
        Payment.create({"amount": {"value": "700001.00", "currency": "RUB"}}, "key-1")
    Configuration.secret_key = ""

    with pytest.raises(UnauthorizedError):
        Payment.list()
    assert wrong.value.args[0]["parameter"] == "amount.value"


def test_the_official_sdk_sends_a_receipt_of_its_own(sdk):
    payment = order_payment(sdk)
    item = {
        "description": "Смартфон",
        "quantity": "2.000",
        "amount": {"value": "10.00", "currency": "RUB"},
        "vat_code": 1,
    }

    made = Receipt.create(
        {
            "type": "payment",
            "payment_id": payment["id"],
            "customer": {"email": "anna@example.org"},
            "items": [item],
            "send": True,
            "settlements": [
                {"type": "prepayment", "amount": {"value": "20.00", "currency": "RUB"}}
            ],
        },
        "key-9",
    )

    assert made.status == "succeeded"
    assert Receipt.find_one(made.id).payment_id == payment["id"]


def test_a_key_gives_the_same_answer_and_no_second_payment(sandbox):
    first = order_payment(sandbox, key="same")
    buy(sandbox, first["id"])

    second = order_payment(sandbox, key="same")
    changed = sandbox.post(
        "/yookassa/v3/payments",
        shop="shop",
        key="same",
        json={"amount": {"value": "1.00", "currency": "RUB"}},
    )
    books = sandbox.get("/_/books/payments?shop=shop").json()

    assert second == first
    assert changed.status_code == 400
    assert changed.json()["parameter"] == "Idempotence-Key"
    assert (books["created"], books["idempotence_replays"]) == (1, 1)


def test_a_key_is_forgotten_after_a_day(sandbox):
    first = order_payment(sandbox, key="same", at=NOON)
    later = order_payment(sandbox, key="same", at="2026-11-22T13:00:00Z")

    assert later["id"] != first["id"]


def test_an_unpaid_payment_ends_after_an_hour(sandbox):
    payment = order_payment(sandbox, at=NOON)
    path = f"/yookassa/v3/payments/{payment['id']}"

    before = sandbox.get(path, shop="shop", at="2026-11-21T12:59:59Z").json()
    after = sandbox.get(path, shop="shop", at="2026-11-21T13:00:00Z").json()
    late = sandbox.post(f"/_/pay/{payment['id']}", json={}, at="2026-11-21T13:00:01Z")

    assert before["status"] == "pending"
    assert after["status"] == "canceled"
    assert after["cancellation_details"] == {
        "party": "yoo_money",
        "reason": "expired_on_confirmation",
    }
    assert late.status_code == 409


def test_held_money_is_captured_in_part_or_cancelled(sandbox):
    held = order_payment(sandbox, key="a", capture=False)
    dropped = order_payment(sandbox, key="b", capture=False)
    for payment in (held, dropped):
        assert buy(sandbox, payment["id"])["payment"]["status"] == "waiting_for_capture"

    taken = sandbox.post(
        f"/yookassa/v3/payments/{held['id']}/capture",
        shop="shop",
        key="c",
        json={"amount": {"value": "16990.00", "currency": "RUB"}},
    ).json()
    ended = sandbox.post(
        f"/yookassa/v3/payments/{dropped['id']}/cancel", shop="shop", key="d"
    ).json()

    assert (taken["status"], taken["amount"]["value"]) == ("succeeded", "16990.00")
    assert ended["cancellation_details"] == {"party": "merchant", "reason": "canceled_by_merchant"}
    assert sandbox.get("/_/books/payments").json()["captured"] == "16990.00"


def test_refunds_never_exceed_what_was_captured(sandbox):
    payment = order_payment(sandbox)
    buy(sandbox, payment["id"], method="sbp")

    def refund(value, key):
        return sandbox.post(
            "/yookassa/v3/refunds",
            shop="shop",
            key=key,
            json={
                "payment_id": payment["id"],
                "amount": {"value": value, "currency": "RUB"},
            },
        )

    first, over, rest = refund("640.00", "a"), refund("16990.01", "b"), refund("16990.00", "c")
    books = sandbox.get("/_/books/payments").json()

    assert [first.status_code, over.status_code, rest.status_code] == [200, 400, 200]
    assert over.json()["parameter"] == "amount.value"
    assert (books["refunded"], books["refunds"]) == ("17630.00", 2)
    assert books["payments"][0]["refundable"] is False


def test_a_scripted_refusal_cancels_one_refund(sandbox):
    sandbox.script("shop", refuse=[{"what": "refund", "reason": "insufficient_funds", "times": 1}])
    payment = order_payment(sandbox)
    buy(sandbox, payment["id"])
    body = {"payment_id": payment["id"], "amount": {"value": "640.00", "currency": "RUB"}}

    refused, made = (
        sandbox.post("/yookassa/v3/refunds", shop="shop", key=key, json=body).json()
        for key in ("a", "b")
    )

    assert refused["status"] == "canceled"
    assert refused["cancellation_details"]["reason"] == "insufficient_funds"
    assert made["status"] == "succeeded"
    assert sandbox.get("/_/books/payments").json()["refunded"] == "640.00"


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"amount": {"value": "10.001", "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "-1.00", "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "1.00", "currency": "USD"}}, "amount.currency"),
        ({"amount": None}, "amount"),
        ({"amount": {"value": "700000.01", "currency": "RUB"}}, "amount.value"),
        ({"payment_method_data": {"type": "cash"}}, "payment_method_data.type"),
        ({"payment_method_data": {"type": "sbp"}, "capture": False}, "capture"),
        ({"confirmation": {"type": "embedded"}}, "confirmation.type"),
        (
            {"confirmation": {"type": "redirect", "return_url": "javascript:1"}},
            "confirmation.return_url",
        ),
        ({"description": "x" * 129}, "description"),
        ({"metadata": {str(n): "x" for n in range(17)}}, "metadata"),
        ({"receipt": {"items": []}}, "receipt.customer"),
    ],
)
def test_a_wrong_request_names_its_parameter_and_makes_nothing(sandbox, changes, parameter):
    body = {
        "amount": {"value": "10.00", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1:9/"},
        **changes,
    }

    answer = sandbox.post("/yookassa/v3/payments", shop="shop", key="k", json=body)

    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter
    assert sandbox.get("/_/books/payments").json()["created"] == 0


def test_a_shop_sees_only_its_own_payments(sandbox):
    payment = order_payment(sandbox, shop="one")

    foreign = sandbox.get(f"/yookassa/v3/payments/{payment['id']}", shop="two")

    assert foreign.status_code == 404
    assert sandbox.get("/yookassa/v3/payments", shop="two").json()["items"] == []


def test_a_registered_secret_must_be_right(sandbox):
    sandbox.put("/_/shops/shop", json={"secret": "another"})

    assert sandbox.get("/yookassa/v3/me", shop="shop").status_code == 401


def test_lists_go_by_pages_and_by_time(sandbox):
    made = [
        order_payment(sandbox, key=str(n), at=f"2026-11-21T12:0{n}:00Z")["id"] for n in range(5)
    ]

    first = sandbox.get("/yookassa/v3/payments?limit=2", shop="shop").json()
    second = sandbox.get(
        f"/yookassa/v3/payments?limit=2&cursor={first['next_cursor']}", shop="shop"
    ).json()
    timed = sandbox.get(
        "/yookassa/v3/payments?created_at.gte=2026-11-21T12:01:00Z"
        "&created_at.lt=2026-11-21T12:03:00Z",
        shop="shop",
    ).json()

    assert [item["id"] for item in first["items"]] == [made[4], made[3]]
    assert [item["id"] for item in second["items"]] == [made[2], made[1]]
    assert [item["id"] for item in timed["items"]] == [made[2], made[1]]


def test_the_register_of_a_day_holds_captures_and_refunds(sandbox):
    payment = order_payment(sandbox, at="2026-11-21T20:30:00Z")
    buy(sandbox, payment["id"], at="2026-11-21T20:59:00Z", card=APPROVED)
    late = order_payment(sandbox, key="l", at="2026-11-21T20:59:30Z")
    buy(sandbox, late["id"], at="2026-11-21T21:00:00Z", method="sbp")
    sandbox.post(
        "/yookassa/v3/refunds",
        shop="shop",
        key="r",
        at="2026-11-21T20:59:30Z",
        json={"payment_id": payment["id"], "amount": {"value": "630.00", "currency": "RUB"}},
    )

    lines = sandbox.get("/yookassa/registry?on=2026-11-21&shop=shop").text.splitlines()

    assert lines[0] == "kind,id,payment_id,at,gross,fee,net,currency,description"
    assert [line.split(",")[0] for line in lines[1:]] == ["payment", "refund"]
    assert lines[1].endswith("17630.00,493.64,17136.36,RUB,Заказ 61-204-883-5")
    assert lines[2].endswith("-630.00,0.00,-630.00,RUB,")


def test_receipts_are_registered_with_their_payments_or_apart(sandbox):
    price = {"value": "17630.00", "currency": "RUB"}
    item = {"description": "Phone", "amount": price, "quantity": "1", "vat_code": 1}
    receipt = {"customer": {"email": "a@example.com"}, "items": [item]}
    payment = order_payment(sandbox, at="2026-11-21T10:00:00Z", receipt=receipt)
    buy(sandbox, payment["id"], at="2026-11-21T10:01:00Z", card=APPROVED)
    apart = {"type": "payment", "payment_id": payment["id"], **receipt}
    day_later = "2026-11-22T10:00:00Z"
    made = sandbox.post("/yookassa/v3/receipts", shop="shop", key="a", at=day_later, json=apart)
    assert made.status_code == 200, made.text

    first = sandbox.get("/yookassa/registry?on=2026-11-21&shop=shop").text.splitlines()
    second = sandbox.get("/yookassa/registry?on=2026-11-22&shop=shop").text.splitlines()

    assert [line.split(",")[0] for line in first[1:]] == ["payment", "receipt"]
    assert ",17630.00,0.00,0.00,RUB" in first[2]
    assert [line.split(",")[:4] for line in second[1:]] == [
        ["receipt", made.json()["id"], payment["id"], "2026-11-22T10:00:00Z"]
    ]
