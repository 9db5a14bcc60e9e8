"""Money held on a card: taken once the order can be kept, let go if it cannot."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from moneyed import Money

from orders import lifecycle
from orders.models import Order, Term
from payments import books, charges, ledger
from payments.models import Charge, ChargeFact, Journal
from payments.providers import Answer
from storefront.lib import clock, kept
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.payments.test_yookassa import pay, step
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
HELD = "charges: what is held on cards = memo accounts"


def two_stage() -> None:
    Term.objects.create(
        key="card_two_stage", value=1, unit="0 or 1", valid_from=date(2026, 1, 1), source="a test"
    )
    kept.forget()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of this file's own: what is held here ends by time, and time is moved."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox") / "books.sqlite3")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def order() -> Order:
    two_stage()
    made = factory.order(goods.offer())
    Order.objects.filter(pk=made.pk).update(expires_at=clock.wall() + timedelta(minutes=65))
    return Order.objects.get(pk=made.pk)


@pytest.fixture
def charge(outside: Sandbox, order: Order) -> Charge:
    return money.charge(order, wall=clock.wall())


def held(outside: Sandbox, charge: Charge) -> Charge:
    charge = step(charge)
    pay(outside, charge)
    return step(charge)


def broken(name: str) -> list[str]:
    return next(found for title, _rows, found in books.checks() if title == name)


def test_cards_are_taken_at_once_unless_a_term_says_otherwise() -> None:
    assert not money.charge(factory.order(goods.offer())).is_two_stage
    two_stage()
    assert money.charge(factory.order(goods.offer())).is_two_stage
    assert not money.charge(factory.order(goods.offer()), "sbp").is_two_stage
    assert not money.charge(factory.order(goods.offer()), "installments").is_two_stage


def test_held_money_is_a_memo_and_no_money_of_the_buyer_yet(
    outside: Sandbox, charge: Charge, check_now: object
) -> None:
    charge = held(outside, charge)

    check_now()
    assert charge.state == "AUTHORISED"
    assert ChargeFact.objects.get().money == Money("17630.00", "RUB")
    assert ledger.balance("card_holds", "RUB") == 1_763_000
    assert ledger.balance("card_holds_contra", "RUB") == -1_763_000
    assert ledger.balance("buyer_funds", "RUB") == 0
    assert charges.captured(charge.order) == 0
    assert broken(HELD) == []


def test_held_money_is_taken_and_the_memo_ends(outside: Sandbox, charge: Charge) -> None:
    charge = step(held(outside, charge))

    assert charge.state == "CAPTURED"
    assert ledger.balance("card_holds", "RUB") == 0
    assert ledger.order_balance("buyer_funds", "RUB", charge.order.number) == -1_763_000
    assert sorted(Journal.objects.values_list("kind", flat=True)) == ["captured", "held", "unheld"]
    assert broken(HELD) == []
    again = charges.ask(charge)
    assert (again.status, again.captured) == ("captured", Decimal("17630.00"))


@pytest.mark.parametrize("why", ["expired", "cancelled", "unwanted"])
def test_held_money_is_let_go_where_the_order_cannot_be_kept(
    outside: Sandbox, charge: Charge, why: str
) -> None:
    charge = held(outside, charge)
    if why == "expired":
        Order.objects.update(expires_at=clock.wall() - timedelta(seconds=1))
    elif why == "cancelled":
        order = lifecycle.lock(charge.order_id)
        lifecycle.cancel(order, reason="EXPIRED", actor="task:expire", now=money.NOW)
    else:
        charges.abandon(charge.order)

    charge = step(Charge.objects.get(pk=charge.pk))

    assert (charge.state, charge.reason) == ("CANCELLED", "canceled_by_merchant")
    assert ledger.balance("card_holds", "RUB") == 0
    assert charges.captured(charge.order) == 0
    assert broken(HELD) == []


def test_a_hold_nobody_took_goes_back_after_seven_days(outside: Sandbox, charge: Charge) -> None:
    charge = held(outside, charge)
    late = (clock.wall() + timedelta(days=7, minutes=1)).isoformat()
    found = outside.http.get(
        f"{outside.url}/yookassa/v3/payments/{charge.provider_id}",
        auth=("f2-shop", "secret"),
        headers={"X-Business-Time": late},
        timeout=5,
    ).json()

    assert found["cancellation_details"]["reason"] == "expired_on_capture"
    charge = step(charge)
    assert (charge.state, charge.party) == ("CANCELLED", "yoo_money")
    with translation.override("en"):
        assert "held for too long" in charge.reason_text
        assert charge.party_text == "cancelled by the acquirer"


def test_another_sum_than_the_price_is_not_taken(order: Order) -> None:
    from payments import authorising

    charge = money.charge(order)

    def held(value: str, currency: str = "RUB") -> Answer:
        return Answer("authorised", provider_id="p", held=Decimal(value), currency=currency)

    assert authorising.may_take(charge, held("17630.00"))
    assert not authorising.may_take(charge, held("17629.99"))
    assert not authorising.may_take(charge, held("17630.01"))
    assert not authorising.may_take(charge, held("17630.00", "CNY"))


def test_instalments_are_paid_or_refused_for_reasons_of_their_own(
    outside: Sandbox, order: Order
) -> None:
    charge = step(money.charge(order, "installments", wall=clock.wall()))
    answer = outside.http.post(
        f"{outside.url}/_/pay/{charge.provider_id}",
        json={"borrower": "79000000002", "method": "installments"},
        timeout=5,
    ).json()
    assert (answer["outcome"], answer["reason"]) == ("declined", "loan_declined")

    pay(outside, charge, method="installments")
    charge = step(charge)

    assert (charge.state, charge.title) == ("CAPTURED", "Рассрочка на 6 мес.")


def test_instalments_are_not_offered_for_small_sums(order: Order) -> None:
    Term.objects.filter(key="instalments_from_rubles").update(value=17_631)
    kept.forget()

    with pytest.raises(charges.NotOffered):
        money.charge(order, "installments")
    ways = charges.ways(order.total.amount, on=date(2026, 11, 23))
    assert ways.methods == ("bank_card", "sbp")
