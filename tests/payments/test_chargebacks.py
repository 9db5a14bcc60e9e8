"""Chargebacks: told by the acquirer, answered with evidence in time, and in any order of news."""

import json
from collections import Counter
from datetime import timedelta
from itertools import permutations
from random import Random
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from catalog import papers
from logistics import warehouse
from orders import holds, lifecycle
from orders.models import Hold
from payments import books, chargebacks, charges, evidence, ledger, protection, settlement
from payments.models import Charge, Chargeback, ChargeFact, Journal, Notice, Refund
from payments.settlement import payouts
from storefront.flows import disputes as flow
from storefront.flows import payment
from storefront.flows import settlement as releasing
from storefront.lib import clock, due
from tests.factories import catalog as goods
from tests.factories import logistics
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.tables import picture
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
VERA = "user:vera"


@pytest.fixture
def charge(outside: Sandbox, settings, tmp_path) -> Charge:
    """A paid order of a phone, at the acquirer and with us."""
    settings.PAPERS_ROOT = tmp_path
    money.rate()
    money.rate("99.33", currency="EUR")
    offer = goods.offer()
    logistics.stock(offer, 5)
    order = factory.order(offer)
    warehouse.reserve(order, actor="task:test", now=clock.now())
    made = money.charge(order, wall=clock.wall())
    payment.settle(made, charges.ask(made), actor="task:test", now=clock.now())
    made.refresh_from_db()
    return made


@pytest.fixture
def paid(outside: Sandbox, charge: Charge) -> Charge:
    call(outside, f"/_/pay/{charge.provider_id}", card="2200000000000053")
    actor = "provider:yookassa"
    charges.record(charge, charges.ask(charge), actor=actor, now=clock.now())
    lifecycle.mark_paid(charge.order, actor=actor, now=clock.now())
    charge.order.refresh_from_db()
    return charge


def call(world: Sandbox, path: str, **body: object) -> dict:
    answer = world.http.post(world.url + path, json=body, timeout=5)
    answer.raise_for_status()
    return answer.json()


def notice(event: str, told: dict) -> Notice:
    return Notice(provider="yookassa", event=event, object_id=told["id"], body=b"")


def follow(event: str, told: dict) -> str:
    return payment.receive(notice(event, told), now=clock.now())


def take(world: Sandbox, charge: Charge, **how: object) -> dict:
    told = call(world, f"/_/chargebacks/{charge.provider_id}", **how)
    follow("chargeback.created", told)
    return told


def decide(world: Sandbox, told: dict, outcome: str) -> None:
    follow(
        "chargeback.updated", call(world, f"/_/chargebacks/{told['id']}/decide", outcome=outcome)
    )


def claim(row: due.Due) -> due.Due:
    type(row).objects.filter(pk=row.pk).update(due_at=clock.wall())
    held = due.claim(type(row), row.pk)
    assert held is not None
    return held


def test_a_forged_notice_of_money_that_never_came_changes_nothing(outside, charge: Charge) -> None:
    """It is only a hint: whoever forges one makes us ask the acquirer, who knows better."""
    before = standing(charge)
    price = {"value": "17630.00", "currency": "RUB"}
    told = {"id": charge.provider_id, "status": "succeeded", "paid": True, "amount": price}
    body = {"type": "notification", "event": "payment.succeeded", "object": told}

    taken = Client().post("/webhooks/yookassa/", json.dumps(body), "application/json")
    answer = payment.receive(Notice.objects.get(), now=clock.now())

    assert (taken.status_code, answer) == (200, "pending")
    assert standing(charge) == before
    charge.order.refresh_from_db()
    assert (charge.order.state, charge.order.paid_at) == ("PLACED", None)


def test_a_chargeback_is_booked_once_and_stops_the_order(outside, paid: Charge) -> None:
    told = take(outside, paid, reason="not_received")
    follow("chargeback.created", told)

    row = Chargeback.objects.get()
    assert (row.state, row.reason.code, row.bearer) == ("RECEIVED", "not_received", "CARRIER")
    assert row.money == paid.price
    assert ledger.order_balance("chargebacks", "RUB", paid.order.number) == 1_763_000
    assert Hold.objects.get().reason == "CHARGEBACK"
    assert ChargeFact.objects.filter(kind="CHARGEBACK").count() == 1


def test_an_open_chargeback_stops_the_release_and_the_end_lets_it_go(outside, paid) -> None:
    (delivery,) = money.delivered(paid.order, at=clock.now() - timedelta(days=20))
    told = take(outside, paid)
    releasing.release(claim(delivery), now=clock.now())
    delivery.refresh_from_db()
    assert delivery.released_at is None

    decide(outside, told, "won")
    delivery.refresh_from_db()
    releasing.release(claim(delivery), now=clock.now())

    delivery.refresh_from_db()
    assert delivery.released_at is not None
    assert not holds.is_on(paid.order_id)


def test_what_is_owed_for_a_charged_back_order_is_not_paid_out(outside, paid: Charge) -> None:
    (delivery,) = money.delivered(paid.order, at=clock.now() - timedelta(days=20))
    settlement.release(delivery, actor="task:release", now=clock.now() - timedelta(days=5))
    slug = paid.order.lines.get().seller.slug
    assert payouts.payables() == {slug: 119_508}

    told = take(outside, paid)

    assert protection.withheld() == {slug: 119_508}
    assert payouts.payables() == {slug: 0}
    decide(outside, told, "won")
    assert payouts.payables() == {slug: 119_508}


def test_an_answer_goes_to_the_bank_with_its_files_once(outside, paid: Charge) -> None:
    told = take(outside, paid)
    row = Chargeback.objects.get()
    files = [("парcel.jpg", papers.read(picture("JPEG")))]
    flow.answer_bank(row, "Вручено под подпись", files, actor=VERA, now=clock.now())

    for _twice in range(2):
        flow.drive(claim(row), now=clock.now())

    row.refresh_from_db()
    assert row.state == "ANSWERED"
    kept = outside.http.get(
        f"{outside.url}/yookassa/v3/chargebacks/{told['id']}", auth=("f2-shop", "secret"), timeout=5
    ).json()
    assert kept["evidence"] == {"text": "Вручено под подпись", "files": ["парcel.jpg"]}
    with pytest.raises(chargebacks.TooLate):
        chargebacks.answer(row, "ещё", actor=VERA, now=clock.now())
    document = papers.read(picture("PNG"))
    with pytest.raises(evidence.Late):
        evidence.of_chargeback(row, document, name="x.png", actor=VERA, now=clock.now())


def test_an_answer_after_the_deadline_is_refused(outside, paid: Charge) -> None:
    take(outside, paid, days=1)
    row = Chargeback.objects.get()

    with pytest.raises(chargebacks.TooLate):
        chargebacks.answer(row, "поздно", actor=VERA, now=clock.now() + timedelta(days=2))

    assert Chargeback.objects.get().answer == ""


def test_a_refund_made_at_the_acquirer_is_taken_in_and_shown_to_a_person(outside, paid) -> None:
    told = refund_at_acquirer(outside, paid, "640.00")

    for _twice in range(2):
        follow("refund.succeeded", told)

    refund = Refund.objects.get()
    assert (refund.reason, refund.state, refund.price.amount) == ("PROVIDER", "DONE", 640)
    assert Hold.objects.get().reason == "REFUND_UNASKED"
    assert [wrong for _name, _rows, wrong in books.checks() if wrong] == []


def refund_at_acquirer(world: Sandbox, charge: Charge, price: str) -> dict:
    """What a person does in the acquirer's cabinet."""
    answer = world.http.post(
        f"{world.url}/yookassa/v3/refunds",
        json={
            "payment_id": charge.provider_id,
            "amount": {"value": price, "currency": "RUB"},
        },
        headers={"Idempotence-Key": str(uuid4())},
        auth=("f2-shop", "secret"),
        timeout=5,
    )
    answer.raise_for_status()
    return answer.json()


@pytest.mark.soak  # the same without HTTP: tests/flows/test_notice_orders.py
def test_all_orders_of_four_notices_with_five_duplicates_end_alike(outside, charge, check_now):
    """Paid, refunded in the cabinet, 5 000 taken by the bank, and lost; each told five times."""
    call(outside, f"/_/pay/{charge.provider_id}", card="2200000000000053")
    refund = refund_at_acquirer(outside, charge, "640.00")
    taken = call(outside, f"/_/chargebacks/{charge.provider_id}", amount="5000.00", reason="fraud")
    lost = call(outside, f"/_/chargebacks/{taken['id']}/decide", outcome="lost")
    history = [
        ("payment.succeeded", {"id": charge.provider_id}),
        ("refund.succeeded", refund),
        ("chargeback.created", taken),
        ("chargeback.updated", lost),
    ]
    dice, ends = Random(4), Counter()

    for order in permutations(history):
        again = list(order) * 4
        dice.shuffle(again)
        start = transaction.savepoint()
        for event, told in (*order, *again):
            follow(event, told)
        check_now()
        ends[json.dumps(standing(charge), sort_keys=True)] += 1
        transaction.savepoint_rollback(start)

    assert list(ends.values()) == [24]
    (end,) = map(json.loads, ends)
    assert end["state"] == "CAPTURED"
    assert end["refunds"] == [["CHARGEBACK", "5000.00", "DONE"], ["PROVIDER", "640.00", "DONE"]]
    assert end["books"]["buyer_funds.RUB"] == -(1_763_000 - 564_000)
    assert end["books"]["acquirer_clearing.RUB"] == 1_763_000 - 564_000
    assert end["wrong"] == []


def standing(charge: Charge) -> dict:
    """How everything stands that money is said of."""
    charge.refresh_from_db()
    facts = ChargeFact.objects.order_by("kind").values_list("kind", "operation", "money")
    given = Refund.objects.order_by("reason").values_list("reason", "price", "state")
    taken = Chargeback.objects.values_list("state", "money")
    return {
        "state": charge.state,
        "facts": [list(map(str, row)) for row in facts],
        "refunds": [list(map(str, row)) for row in given],
        "chargebacks": [list(map(str, row)) for row in taken],
        "books": {row.code: row.units for row in ledger.trial_balance()},
        "journals": sorted(Journal.objects.values_list("kind", flat=True)),
        "wrong": [wrong for _name, _rows, wrong in books.checks() if wrong],
    }
