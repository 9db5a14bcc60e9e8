"""YooKassa's drawer against a real acquirer over HTTP, in its good and its bad hours."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from yookassa import Configuration

from orders import lifecycle
from orders.models import Order
from payments import charges, parts, providers, refunds, tasks
from payments.models import Charge, ChargeFact, Refund
from payments.providers import yookassa
from storefront.lib import clock, http
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
APPROVED = "2200000000000053"


@pytest.fixture
def charge(outside: Sandbox) -> Charge:
    return money.charge(factory.order(goods.offer()), wall=clock.wall())


def step(charge: Charge) -> Charge:
    """Ask the acquirer and record what it says, as the flow does."""
    answer = charges.ask(charge)
    fresh = Charge.objects.get(pk=charge.pk)
    return charges.record(fresh, answer, actor="provider:yookassa", now=money.NOW).charge


def pay(world: Sandbox, charge: Charge, **how: str) -> None:
    body = how or {"card": APPROVED}
    world.http.post(
        f"{world.url}/_/pay/{charge.provider_id}", json=body, timeout=5
    ).raise_for_status()


def books(world: Sandbox) -> dict:
    return world.http.get(f"{world.url}/_/books/payments?shop=f2-shop", timeout=5).json()


def script(world: Sandbox, **replies: object) -> None:
    body = {"script": {"replies": replies}}
    world.http.put(f"{world.url}/_/shops/f2-shop", json=body, timeout=5).raise_for_status()


def test_a_payment_is_created_once_and_has_a_page(outside: Sandbox, charge: Charge) -> None:
    first = charges.ask(charge)
    second = charges.ask(charge)

    assert first == second
    assert first.status == "pending"
    assert first.page_url.startswith("http")
    assert books(outside)["created"] == 1
    assert books(outside)["idempotence_replays"] == 1


@pytest.mark.parametrize(
    ("method", "how", "fee", "title"),
    [
        ("bank_card", {"card": APPROVED}, "493.64", "Bank card *0053"),
        ("sbp", {"method": "sbp", "outcome": "paid"}, "123.41", "СБП"),
    ],
)
def test_a_paid_payment_is_captured_with_its_fee(
    outside: Sandbox, charge: Charge, method: str, how: dict, fee: str, title: str
) -> None:
    Charge.objects.filter(pk=charge.pk).update(method=method)
    charge = step(Charge.objects.get(pk=charge.pk))
    assert charge.state == "PENDING"

    pay(outside, charge, **how)
    charge = step(charge)

    fact = ChargeFact.objects.get()
    assert charge.state == "CAPTURED"
    assert (fact.money.amount, fact.fee.amount) == (Decimal("17630.00"), Decimal(fee))
    assert charge.title == title


def test_an_unwanted_payment_is_ended_at_the_acquirer(outside: Sandbox, charge: Charge) -> None:
    charge = step(charge)
    charges.abandon(charge.order)

    charge = step(Charge.objects.get(pk=charge.pk))

    assert (charge.state, charge.party, charge.reason) == (
        "CANCELLED",
        "merchant",
        "canceled_by_merchant",
    )


def test_an_unwanted_payment_that_is_paid_meanwhile_is_captured(
    outside: Sandbox, charge: Charge
) -> None:
    charge = step(charge)
    charges.abandon(charge.order)
    pay(outside, charge)

    assert step(Charge.objects.get(pk=charge.pk)).state == "CAPTURED"


def test_a_charge_unwanted_before_it_was_sent_is_ended_too(
    outside: Sandbox, charge: Charge
) -> None:
    charges.abandon(charge.order)

    assert step(Charge.objects.get(pk=charge.pk)).state == "CANCELLED"
    assert books(outside)["pending"] == 0


def test_a_refused_creation_is_an_answer(outside: Sandbox, charge: Charge) -> None:
    outside.http.put(
        f"{outside.url}/_/shops/f2-shop",
        json={"script": {"refuse": [{"what": "payment", "reason": "forbidden", "times": 1}]}},
        timeout=5,
    )

    charge = step(charge)

    assert (charge.state, charge.party, charge.reason) == ("CANCELLED", "provider", "refused")


def test_a_payment_made_under_other_words_is_found_again(
    outside: Sandbox, charge: Charge, settings: object
) -> None:
    first = charges.ask(charge)
    settings.SITE_URL = "https://moved.example"  # the return address is part of the body

    assert charges.ask(charge).provider_id == first.provider_id
    assert books(outside)["created"] == 1


def test_a_forgotten_key_does_not_make_a_second_payment(outside: Sandbox, charge: Charge) -> None:
    first = charges.ask(charge)
    charge.opened_at -= timedelta(hours=21)

    assert charges.ask(charge).provider_id == first.provider_id
    assert books(outside)["created"] == 1


def test_a_payment_that_never_came_to_be_ends_the_charge(outside: Sandbox, charge: Charge) -> None:
    charge.opened_at -= timedelta(hours=21)

    assert step(charge).reason == "never_created"
    assert books(outside)["created"] == 0


def test_wrong_credentials_end_nothing(outside: Sandbox, charge: Charge) -> None:
    outside.http.put(f"{outside.url}/_/shops/f2-shop", json={"secret": "another"}, timeout=5)

    with pytest.raises(http.Refused) as refused:
        charges.ask(charge)
    assert refused.value.status == 401


def test_a_slow_acquirer_is_unknown_and_the_payment_is_found_by_its_key(
    outside: Sandbox, charge: Charge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yookassa, "TIMEOUT", 0.2)
    script(outside, delay_ms=600)

    with pytest.raises(http.Unknown):
        charges.ask(charge)

    script(outside)
    assert charges.ask(charge).status == "pending"
    assert books(outside)["created"] == 1


@pytest.mark.parametrize(
    "replies",
    [
        {"drop_share": 1},
        {"status": 503, "status_share": 1},
        {"status": 202, "status_share": 1},
        {"garbage": "html"},
        {"garbage": "truncated"},
        {"garbage": "wrong_type"},
        {"garbage": "huge"},
    ],
    ids=str,
)
def test_half_an_answer_is_unknown(outside: Sandbox, charge: Charge, replies: dict) -> None:
    script(outside, **replies)

    with pytest.raises(http.Unknown):
        charges.ask(charge)

    charge.refresh_from_db()
    assert charge.state == "READY"


def test_too_many_requests_were_not_seen(outside: Sandbox, charge: Charge) -> None:
    script(outside, status=429, status_share=1)

    with pytest.raises(http.Unreachable):
        charges.ask(charge)


def test_a_refused_connection_is_unreachable(charge: Charge, settings: object) -> None:
    settings.YOOKASSA_URL = "http://127.0.0.1:1/yookassa/v3"

    with pytest.raises(http.Unreachable):
        charges.ask(charge)


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    listener = socket.create_server(("127.0.0.1", 0))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def test_silence_is_unknown(
    charge: Charge, settings: object, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yookassa, "TIMEOUT", 0.2)
    settings.YOOKASSA_URL = silent

    with pytest.raises(http.Unknown):
        charges.ask(charge)


def test_the_process_wide_configuration_of_the_package_stays_empty(
    outside: Sandbox, charge: Charge
) -> None:
    charges.ask(charge)

    assert Configuration.account_id is None
    assert Configuration.secret_key is None


def refunded(world: Sandbox, charge: Charge, price: str = "640.00") -> Refund:
    charge = step(charge)
    pay(world, charge)
    charge = step(charge)
    return refunds.open(
        charge,
        parts=[parts.surplus(Decimal(price))],
        reason="CANCELLED",
        actor="a",
        now_wall=clock.wall(),
    )


def test_a_refund_is_made_once_by_its_task(outside: Sandbox, charge: Charge) -> None:
    refund = refunded(outside, charge)

    tasks.send_refund(id=refund.pk)
    tasks.send_refund(id=refund.pk)

    refund.refresh_from_db()
    assert (refund.state, refund.due_at, refund.last_error) == ("DONE", None, "")
    assert books(outside)["refunded"] == "640.00"
    assert books(outside)["refunds"] == 1


def test_a_slow_refund_is_asked_about_until_it_is_done(outside: Sandbox, charge: Charge) -> None:
    outside.http.put(
        f"{outside.url}/_/shops/f2-shop", json={"script": {"refund_seconds": 0.3}}, timeout=5
    )
    refund = refunded(outside, charge)

    tasks.send_refund(id=refund.pk)
    refund.refresh_from_db()
    assert refund.state == "SENT"
    threading.Event().wait(0.4)
    Refund.objects.update(due_at=clock.wall())
    tasks.send_refund(id=refund.pk)

    refund.refresh_from_db()
    assert refund.state == "DONE"


def test_a_refund_whose_answer_was_lost_is_not_made_twice(outside: Sandbox, charge: Charge) -> None:
    refund = refunded(outside, charge)
    script(outside, drop_share=1)
    tasks.send_refund(id=refund.pk)
    refund.refresh_from_db()
    assert (refund.state, refund.failures) == ("READY", 1)
    script(outside)

    Refund.objects.update(due_at=clock.wall(), asked_at=clock.wall() - timedelta(hours=21))
    tasks.send_refund(id=refund.pk)

    refund.refresh_from_db()
    assert refund.state == "DONE"
    assert books(outside)["refunds"] == 1


def test_a_refund_the_acquirer_will_not_make_is_rejected(outside: Sandbox, charge: Charge) -> None:
    refund = refunded(outside, charge)
    drawer = providers.drawer("yookassa")
    drawer.refund(
        refund.charge.provider_id,
        key="by-hand",
        price=Decimal("17630.00"),
        currency="RUB",
        description="made in the acquirer's own office",
    )

    tasks.send_refund(id=refund.pk)

    refund.refresh_from_db()
    assert (refund.state, refund.answer) == ("REJECTED", "refused")
    assert refund.charge.order.holds.get().reason == "REFUND_REJECTED"


def test_an_answer_that_is_no_payment_is_unknown() -> None:
    good = {"id": "p", "status": "succeeded", "amount": {"value": "1.00", "currency": "RUB"}}
    assert yookassa._answer(good).captured == Decimal("1.00")
    assert (
        yookassa._answer({**good, "payment_method": {"type": "shells", "title": "x"}}).title == "x"
    )
    for change in (
        {"status": "flying"},
        {"amount": {"value": "NaN", "currency": "RUB"}},
        {"amount": {"value": "-1", "currency": "RUB"}},
        {"amount": None},
        {"captured_at": "yesterday"},
    ):
        with pytest.raises(http.Unknown):
            yookassa._answer({**good, **change})


def test_orders_of_all_languages_can_be_paid(outside: Sandbox) -> None:
    for language in ("ru", "zh-hans", "en"):
        order = factory.order(goods.offer())
        Order.objects.filter(pk=order.pk).update(language=language)
        charge = money.charge(lifecycle.lock(order.pk), wall=clock.wall())
        assert charges.ask(charge).status == "pending"
    assert SimpleNamespace(**books(outside)).created == 3
