"""Notices to the shop: repeated, late, out of order, lost, and tried again."""

import pytest

from tests.sandbox.conftest import order_payment


@pytest.fixture
def heard(sandbox, ear):
    sandbox.put("/_/shops/shop", json={"notify_url": ear.url})
    return ear


def pay(sandbox, key="k"):
    payment = order_payment(sandbox, key=key)
    sandbox.post(f"/_/pay/{payment['id']}", json={}).raise_for_status()
    return payment["id"]


def refund(sandbox, payment_id):
    sandbox.post(
        "/yookassa/v3/refunds",
        shop="shop",
        key=f"r-{payment_id}",
        json={"payment_id": payment_id, "amount": {"value": "1.00", "currency": "RUB"}},
    ).raise_for_status()


def test_a_payment_and_its_refund_are_told(sandbox, heard):
    payment_id = pay(sandbox)
    heard.wait(1)
    refund(sandbox, payment_id)

    assert heard.wait(2) == ["payment.succeeded", "refund.succeeded"]
    assert heard.heard[0]["type"] == "notification"
    assert heard.heard[0]["object"]["id"] == payment_id
    assert heard.heard[1]["object"]["payment_id"] == payment_id


def test_a_notice_is_repeated_as_often_as_scripted(sandbox, heard):
    sandbox.script("shop", notify={"repeat": 2})
    pay(sandbox)

    assert heard.wait(3) == ["payment.succeeded"] * 3
    assert heard.heard[0] == heard.heard[1] == heard.heard[2]


def test_a_notice_nobody_takes_is_tried_again(sandbox, heard):
    heard.answers = [500]
    pay(sandbox)

    assert heard.wait(2) == ["payment.succeeded"] * 2
    assert sandbox.get("/_/books/notices").json()["count"] == 1


def test_a_dropped_notice_never_comes(sandbox, heard):
    sandbox.script("shop", notify={"drop": 1})
    pay(sandbox)
    sandbox.script("shop", notify={})
    pay(sandbox, "second")

    assert heard.wait(1) == ["payment.succeeded"]
    assert sandbox.get("/_/books/notices").json()["count"] == 1


def test_shuffled_notices_overtake_each_other(sandbox, heard):
    sandbox.script("shop", notify={"shuffle": True})
    refund(sandbox, pay(sandbox))

    assert heard.wait(2) == ["refund.succeeded", "payment.succeeded"]


def test_a_late_notice_waits(sandbox, heard):
    sandbox.script("shop", notify={"delay_seconds": 1})
    pay(sandbox)

    assert heard.wait(1, 0.5) == []
    assert heard.wait(1) == ["payment.succeeded"]


def test_notices_survive_a_restart(another, ear):
    sandbox = another()
    sandbox.put("/_/shops/shop", json={"notify_url": ear.url})
    sandbox.script("shop", notify={"delay_seconds": 1})
    payment_id = pay(sandbox)
    sandbox.stop(9)
    sandbox.start()

    assert ear.wait(1) == ["payment.succeeded"]
    found = sandbox.get(f"/yookassa/v3/payments/{payment_id}", shop="shop").json()
    assert found["status"] == "succeeded"


def test_a_reply_can_be_lost_after_the_work_was_done(sandbox):
    import requests

    sandbox.script("shop", replies={"drop_share": 1})
    with pytest.raises(requests.ConnectionError):
        order_payment(sandbox, key="lost")
    sandbox.script("shop", replies={})

    again = order_payment(sandbox, key="lost")
    books = sandbox.get("/_/books/payments").json()

    assert [payment["id"] for payment in books["payments"]] == [again["id"]]


@pytest.mark.parametrize(
    ("replies", "status"),
    [({"status": 503}, 503), ({"status": 429}, 429), ({"garbage": "html"}, 200)],
)
def test_replies_can_be_spoilt(sandbox, replies, status):
    sandbox.script("shop", replies=replies)

    answer = sandbox.get("/yookassa/v3/payments", shop="shop")

    assert answer.status_code == status
    assert "items" not in answer.text


def test_a_script_with_a_slip_is_refused(sandbox):
    answer = sandbox.put("/_/shops/shop", json={"script": {"notify": {"repeats": 2}}})

    assert answer.status_code == 422
    assert answer.json()["field"] == "script.notify.repeats"
