"""The acquirer's page, filled in as a browser without JavaScript would."""

import re
from html import unescape

import pytest
from lxml import html

from tests.sandbox.conftest import order_payment

GOOD = {"number": "2200 0000 0000 0012", "expiry": "12/30", "cvc": "123", "holder": "ANNA IVANOVA"}
BACK = "http://127.0.0.1:9/pay/return/1/"


@pytest.fixture
def payment(sandbox):
    return order_payment(sandbox)


def status(sandbox, payment):
    found = sandbox.get(f"/yookassa/v3/payments/{payment['id']}", shop="shop").json()
    return found["status"], found.get("cancellation_details", {}).get("reason")


def send(sandbox, payment, step="card", **fields):
    return sandbox.post(f"/pay/{payment['id']}/{step}", data=fields)


def test_a_card_is_charged_and_the_buyer_sent_back(sandbox, payment):
    answer = send(sandbox, payment, **GOOD)

    assert (answer.status_code, answer.headers["Location"]) == (302, BACK)
    assert status(sandbox, payment) == ("succeeded", None)


def test_a_card_with_3d_secure_asks_for_its_code(sandbox, payment):
    asked = send(sandbox, payment, **{**GOOD, "number": "2200000000000053"})
    page = sandbox.get(asked.headers["Location"])
    wrong = send(sandbox, payment, "3ds", code="1")
    right = send(sandbox, payment, "3ds", code=" 12345678 ")
    paid = sandbox.get(f"/yookassa/v3/payments/{payment['id']}", shop="shop").json()

    assert asked.headers["Location"] == f"/pay/{payment['id']}/3ds"
    assert "•• 0053" in page.text
    assert "Осталось попыток: 2" in wrong.text
    assert right.headers["Location"] == BACK
    assert paid["authorization_details"]["three_d_secure"] == {"applied": True}


def test_three_wrong_codes_refuse_the_card_and_leave_the_payment_open(sandbox, payment):
    send(sandbox, payment, **{**GOOD, "number": "2200000000000053"})
    answers = [send(sandbox, payment, "3ds", code="1") for _ in range(3)]
    page = sandbox.get(f"/pay/{payment['id']}")

    assert answers[2].headers["Location"] == f"/pay/{payment['id']}"
    assert "не пройдена проверка 3-D Secure" in page.text
    assert status(sandbox, payment) == ("pending", None)


@pytest.mark.parametrize(
    ("number", "reason", "words"),
    [
        ("2200000000000020", "insufficient_funds", "на карте не хватает денег"),
        ("2201382000000021", "general_decline", "банк не назвал причину"),
        ("2201000000000011", "card_expired", "срок действия карты истёк"),
        ("2201000000000029", "issuer_unavailable", "банк карты не отвечает"),
    ],
)
def test_a_refused_card_says_why_and_another_may_be_tried(sandbox, payment, number, reason, words):
    send(sandbox, payment, **{**GOOD, "number": number})
    page = sandbox.get(f"/pay/{payment['id']}")

    assert words in page.text
    assert status(sandbox, payment) == ("pending", None)
    assert send(sandbox, payment, **GOOD).headers["Location"] == BACK
    assert status(sandbox, payment) == ("succeeded", None)


def test_who_gives_up_after_a_refusal_ends_the_payment_with_its_reason(sandbox, payment):
    send(sandbox, payment, **{**GOOD, "number": "2200000000000020"})
    answer = send(sandbox, payment, "cancel")

    assert answer.headers["Location"] == BACK
    assert status(sandbox, payment) == ("canceled", "insufficient_funds")
    assert "Платёж отменён" in sandbox.get(f"/pay/{payment['id']}").text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("number", "2200 0000 0000 0013", "проверьте цифры"),
        ("number", "4111 1111 1111 1111", "не тестовая карта"),
        ("number", "<script>", "проверьте цифры"),
        ("expiry", "13/30", "месяц и год"),
        ("expiry", "01/20", "уже прошёл"),
        ("cvc", "12", "три цифры"),
        ("holder", "Анна", "латинскими"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_kept_but_the_cvc(
    sandbox, payment, field, typed, words
):
    answer = send(sandbox, payment, **{**GOOD, field: typed})
    page = html.fromstring(answer.text)
    wrong = page.xpath("//input[@aria-invalid='true']")

    assert [found.get("name") for found in wrong] == [field]
    assert words in page.get_element_by_id(wrong[0].get("aria-describedby")).text_content()
    assert page.get_element_by_id("cvc").value == ""
    kept = {name: page.get_element_by_id(name).value for name in ("number", "expiry", "holder")}
    assert kept == {name: {**GOOD, field: typed}[name] for name in kept}
    assert status(sandbox, payment) == ("pending", None)


def test_a_paid_payment_is_not_charged_again(sandbox, payment):
    send(sandbox, payment, **GOOD)
    again = send(sandbox, payment, **GOOD)

    assert again.headers["Location"] == f"/pay/{payment['id']}"
    assert "Оплачено" in sandbox.get(f"/pay/{payment['id']}").text
    assert sandbox.get("/_/books/payments").json()["captured"] == "17630.00"


def test_sbp_shows_a_code_that_refreshes_until_told_to_stand_still(sandbox):
    payment = order_payment(sandbox, payment_method_data={"type": "sbp"})
    page = sandbox.get(f"/pay/{payment['id']}")
    still = sandbox.get(f"/pay/{payment['id']}?still=1")
    drawn = sandbox.get(f"/pay/{payment['id']}/qr.svg")
    link = sandbox.get(f"/_/pay/{payment['id']}/sbp").json()["link"]

    assert page.headers["Refresh"] == f"5; url=/pay/{payment['id']}?method=sbp"
    assert "Refresh" not in still.headers
    assert drawn.headers["Content-Type"] == "image/svg+xml"
    assert re.fullmatch(
        r"https://qr\.nspk\.ru/AD[0-9A-Z]{30}\?type=02&bank=\d{12}&sum=1763000&cur=RUB"
        r"&crc=[0-9A-F]{4}",
        link,
    )
    assert send(sandbox, payment, "sbp").headers["Location"] == BACK
    paid = sandbox.get(f"/yookassa/v3/payments/{payment['id']}", shop="shop").json()
    assert paid["payment_method"]["type"] == "sbp"
    assert paid["income_amount"]["value"] == "17506.59"


@pytest.mark.parametrize(
    ("address", "checksum"),
    [
        (
            "https://qr.nspk.ru/AS100001ORTF4GAF80KPJ53K186D9A3G?type=01&bank=100000000007",
            0x0C8A,
        ),
        (
            "https://qr.nspk.ru/AS10003P3RH0LJ2A9ROO038L6NT5RU1M?type=01&bank=000000000001"
            "&sum=10000&cur=RUB",
            0xF3D0,
        ),
    ],
)
def test_the_checksum_of_published_links_comes_out(address, checksum):
    from storefront.sandbox.acquirer import sbp

    assert sbp.crc(address) == checksum


@pytest.mark.parametrize(
    ("locale", "language", "words"),
    [
        ("ru_RU", "ru", "Оплатить 17\u202f630\u202f₽"),
        ("en_US", "en", "Pay 17,630\u202f₽"),
        ("zh_CN", "zh-Hans", "支付 17,630\u202f₽"),
    ],
)
def test_the_page_speaks_the_language_of_the_payment(sandbox, locale, language, words):
    confirmation = {"type": "redirect", "return_url": BACK, "locale": locale}
    payment = order_payment(sandbox, confirmation=confirmation)

    page = sandbox.get(f"/pay/{payment['id']}")

    assert f'<html lang="{language}">' in page.text
    assert words in page.text


def test_the_page_is_closed_to_scripts_and_strangers(sandbox):
    payment = order_payment(sandbox, description="<script>alert(1)</script>")
    page = sandbox.get(f"/pay/{payment['id']}")
    policy = page.headers["Content-Security-Policy"]

    assert "<script" not in page.text
    assert "<script>alert(1)</script>" in unescape(page.text)
    assert " style=" not in page.text
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:9;" in policy
    assert "unsafe" not in policy


def test_an_unknown_payment_is_a_page_too(sandbox):
    page = sandbox.get("/pay/nothing")

    assert page.status_code == 404
    assert "Такого платежа нет" in page.text
