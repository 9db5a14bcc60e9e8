"""Charges: one per order, and the same state whatever the order of what is said of them."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, transaction
from django.urls import resolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.models import Hold, Order
from orders.states import CancelReason
from payments import charges, ledger, states
from payments.models import Charge, ChargeFact, Journal
from payments.providers import Answer
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW

State, Kind = Charge.State, ChargeFact.Kind
pytestmark = pytest.mark.django_db
ACTOR = "provider:yookassa"


@pytest.fixture
def order() -> Order:
    """Anna's phone: 16 990 and 640 for the way."""
    return factory.order(goods.offer())


def said(charge: Charge, *answers: Answer) -> Charge:
    for answer in answers:
        fresh = Charge.objects.get(pk=charge.pk)
        charges.record(fresh, answer, actor=ACTOR, now=NOW)
    return Charge.objects.get(pk=charge.pk)


def test_a_charge_asks_for_the_whole_price_and_is_due_at_once(order: Order) -> None:
    charge = money.charge(order)

    assert charge.price == order.total
    assert charge.price.amount == Decimal("17630.00")
    assert (charge.state, charge.due_at, charge.opened_by) == (State.READY, NOW, "user:anna")


def test_a_second_click_gives_the_same_charge(order: Order) -> None:
    assert money.charge(order).pk == money.charge(order).pk


def test_another_method_lets_the_first_charge_go(order: Order) -> None:
    first = money.charge(order)

    second = money.charge(order, "sbp", wall=NOW + timedelta(minutes=5))

    first.refresh_from_db()
    assert (first.is_wanted, first.state) == (False, State.READY)
    assert first.due_at is not None
    assert second.is_wanted
    assert Charge.objects.open().get() == second


def test_the_database_keeps_one_open_charge_per_order(order: Order) -> None:
    charge = money.charge(order)

    with pytest.raises(IntegrityError, match="charge_one_wanted"), transaction.atomic():
        Charge.objects.create(
            order=order, provider="yookassa", method="sbp", price=charge.price, opened_at=NOW
        )


def test_a_paid_order_is_not_charged_again(order: Order) -> None:
    money.paid(order)

    with pytest.raises(charges.NothingToPay):
        money.charge(order)
    assert Charge.objects.count() == 1


def test_money_that_came_is_a_fact_a_posting_and_a_state(order: Order, check_now: object) -> None:
    charge = money.charge(order)

    recorded = charges.record(charge, money.answer(charge), actor=ACTOR, now=NOW)

    check_now()
    fact = ChargeFact.objects.get()
    assert recorded.is_new_capture
    assert (fact.kind, fact.money.amount, fact.fee.amount) == (
        Kind.CAPTURED,
        Decimal("17630.00"),
        Decimal("493.64"),
    )
    assert (charge.state, charge.title) == (State.CAPTURED, "Bank card *0053")
    assert ledger.order_balance("buyer_funds", "RUB", order.number) == -1_763_000
    assert ledger.balance("acquirer_clearing", "RUB") == 1_763_000
    assert charges.covers(charge, order)
    assert charges.captured(order) == Decimal("17630.00")


ANSWERS = {
    "pending": Answer("pending", provider_id="p-1", page_url="https://pay.example/p-1"),
    "captured": Answer(
        "captured", provider_id="p-1", captured=Decimal(17_630), fee=Decimal(493), operation="p-1"
    ),
    "cancelled": Answer("cancelled", provider_id="p-1", party="yoo_money", reason="expired"),
}


def expected(names: object) -> Charge.State:
    return (
        State.CAPTURED
        if "captured" in names
        else State.CANCELLED
        if "cancelled" in names
        else State.PENDING
    )


@pytest.mark.parametrize("size", [1, 2, 3])
def test_any_order_of_answers_gives_the_same_charge(order: Order, size: int) -> None:
    for names in permutations(ANSWERS, size):
        sequence = transaction.savepoint()
        charge = said(money.charge(order), *[ANSWERS[name] for name in names])

        assert charge.state == expected(names), names
        assert charge.provider_id == "p-1"
        assert ChargeFact.objects.count() == len(set(names) - {"pending"})
        transaction.savepoint_rollback(sequence)


@given(st.lists(st.sampled_from(sorted(ANSWERS)), min_size=1, max_size=5))
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_number_of_answers_gives_the_same_charge(order: Order, names: list[str]) -> None:
    sequence = transaction.savepoint()
    charge = said(money.charge(order), *[ANSWERS[name] for name in names])

    assert charge.state == expected(names)
    assert ledger.balance("buyer_funds", "RUB") == (-1_763_000 if "captured" in names else 0)
    assert Journal.objects.count() == int("captured" in names)
    assert not Hold.objects.exists()
    transaction.savepoint_rollback(sequence)


def test_a_late_pending_changes_nothing(order: Order) -> None:
    charge = said(money.charge(order), ANSWERS["captured"], ANSWERS["pending"])

    assert charge.state == State.CAPTURED
    again = charges.record(charge, ANSWERS["captured"], actor=ACTOR, now=NOW)
    assert not again.is_new_capture


def test_money_after_a_cancellation_is_recorded(order: Order) -> None:
    charge = said(money.charge(order), ANSWERS["cancelled"], ANSWERS["captured"])

    assert charge.state == State.CAPTURED
    assert ledger.order_balance("buyer_funds", "RUB", order.number) == -1_763_000


def test_states_follow_from_facts_alone() -> None:
    assert charges.state_of([], is_created=False) == State.READY
    assert charges.state_of([], is_created=True) == State.PENDING
    assert charges.state_of([Kind.CANCELLED], is_created=True) == State.CANCELLED
    assert charges.state_of([Kind.CANCELLED, Kind.CAPTURED], is_created=False) == State.CAPTURED
    for before in states.CHARGE_MOVES:  # no fact takes a captured charge back
        assert before == State.CAPTURED or State.CAPTURED in states.CHARGE_MOVES[before]


@pytest.mark.parametrize(
    ("came", "currency"),
    [("17629.99", "RUB"), ("17630.01", "RUB"), ("17630.00", "CNY"), ("17630.00", "USD")],
)
def test_money_that_differs_is_kept_as_it_is_and_stops_the_order(
    order: Order, came: str, currency: str, check_now: object
) -> None:
    charge = money.charge(order)

    answer = money.answer(charge, captured=Decimal(came), currency=currency)
    recorded = charges.record(charge, answer, actor=ACTOR, now=NOW)

    check_now()
    assert recorded.is_new_capture
    fact = ChargeFact.objects.get()
    assert (fact.money.amount, fact.money.currency.code) == (Decimal(came), currency)
    hold = Hold.objects.get()
    assert (hold.reason, hold.owner, hold.order) == ("PAYMENT_DIFFERS", "finance", order)
    assert charges.covers(charge, order) is (came == "17630.01")
    if currency != "USD":  # the ledger has no scale for it: the hold and the books show it
        minor = -int(Decimal(came) * 100)
        assert ledger.order_balance("buyer_funds", currency, order.number) == minor


def test_a_second_payment_under_one_charge_is_kept_too(order: Order) -> None:
    charge = money.charge(order)
    twin = Answer("captured", provider_id="p-2", captured=Decimal(17_630), operation="p-2")

    charge = said(charge, ANSWERS["captured"], twin)

    assert charge.provider_id == "p-1"
    assert charges.captured_by(charge) == Decimal(35_260)
    assert Hold.objects.get().reason == "PAYMENT_DIFFERS"


def test_an_abandoned_charge_is_due_and_unwanted(order: Order) -> None:
    charge = money.charge(order)
    charge.refresh_from_db()

    (found,) = charges.abandon(order)

    charge.refresh_from_db()
    assert (found.pk, charge.is_wanted) == (charge.pk, False)
    assert charges.abandon(order) == []


def test_what_the_provider_is_asked_adds_up_and_says_nothing_personal(order: Order) -> None:
    request = charges.request(money.charge(order))

    assert sum(item.price * item.quantity for item in request.items) == request.price
    assert [item.subject for item in request.items] == ["commodity", "service"]
    assert request.return_url.endswith(f"/pay/return/{order.number}/")
    assert resolve(urlsplit(request.return_url).path).url_name == "pay_return"
    told = f"{request.description} {request.return_url} {request.key} {request.items}"
    assert order.recipient not in told
    assert order.phone not in told


def test_a_payment_or_its_refund_leads_to_the_charge(order: Order) -> None:
    charge = said(money.charge(order), ANSWERS["captured"])

    assert charges.for_object("yookassa", "p-1") == charge
    assert charges.for_object("yookassa", "p-2") is None
    assert charges.for_object("yookassa", "") is None
    assert charges.for_object("other", "p-1") is None


def test_a_charge_is_asked_about_less_and_less_and_never_once_ended(order: Order) -> None:
    from storefront.lib import clock

    charge = money.charge(order)
    waits = []
    for minutes in (0, 4, 40):
        with clock.simulated(NOW + timedelta(minutes=minutes)):
            waits.append((charges.next_look(charge) - clock.wall()).total_seconds())

    assert waits == [5, 60, 300]
    assert charges.next_look(said(charge, ANSWERS["cancelled"])) is None


def test_the_database_knows_the_moves_of_a_charge(order: Order) -> None:
    charge = said(money.charge(order), ANSWERS["captured"])

    with pytest.raises(IntegrityError, match="cannot become"), transaction.atomic():
        Charge.objects.filter(pk=charge.pk).update(state=State.PENDING)
    assert CancelReason.EXPIRED in CancelReason.values
