"""The protection of a delivery ends: its money is the seller's, and the order is complete."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from orders import holds, lifecycle
from orders.models import Delivery, Order
from orders.states import CancelReason
from payments import ledger
from payments.models import Journal
from storefront.flows import settlement
from storefront.lib import clock, due
from tests.factories import catalog, payments
from tests.factories import orders as order_rows
from tests.flows import story
from tests.flows.story import NOW, counts, goods, paid

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=14)


@pytest.fixture(autouse=True)
def noon(db: None) -> Iterator[None]:
    with story.noon():
        yield


def release(delivery: Delivery) -> Delivery:
    """A worker takes the row and runs the flow."""
    settlement.release(story.claim(delivery), now=clock.now())
    delivery.refresh_from_db()
    return delivery


def received(*offers: catalog.Offer) -> Order:
    """An order whose parcels are with the buyer for a fortnight."""
    order = paid(*offers)
    payments.delivered(order, at=clock.now())
    clock.set_virtual(clock.now() + DAYS)
    return order


def test_delivery_is_due_when_its_protection_ends() -> None:
    order = paid(goods())

    payments.delivered(order, at=NOW)

    assert order.deliveries.get().due_at == NOW + DAYS


def test_released_delivery_is_booked_as_an_accountant_would() -> None:
    """One phone: 16 990 rubles and 640 of freight, 1 299 yuan at 11.87, commission 8 %."""
    offer = catalog.offer("1299.00")
    order = order_rows.order(offer)
    payments.paid(order)
    payments.delivered(order, at=NOW)
    clock.set_virtual(NOW + DAYS)

    release(order.deliveries.get())

    (journal,) = Journal.objects.filter(kind="released")
    sums: dict[tuple[str, str], int] = {}
    for leg in ledger.legs_of(journal):
        sums[leg.purpose, leg.currency] = sums.get((leg.purpose, leg.currency), 0) + leg.units
    assert sums == {
        ("buyer_funds", "RUB"): 17_630_00,
        ("freight_income", "RUB"): -640_00,
        ("fx_position", "RUB"): -15_419_13,
        ("margin", "RUB"): -1_570_87,
        ("fx_position", "CNY"): 1_299_00,
        ("seller_payable", "CNY"): -1_195_08,
        ("commission", "CNY"): -103_92,
    }
    assert ledger.order_balance("buyer_funds", "RUB", order.number) == 0
    assert ledger.balance("seller_payable", "CNY", offer.seller.slug) == -1_195_08


def test_release_completes_the_order() -> None:
    order = received(goods())

    delivery = release(order.deliveries.get())

    order.refresh_from_db()
    assert (delivery.released_at, delivery.due_at) == (clock.now(), None)
    assert (order.state, order.closed_at) == ("COMPLETED", clock.now())
    assert order.events.filter(kind="COMPLETED").count() == 1


def test_order_with_two_deliveries_is_complete_after_the_second() -> None:
    order = received(goods(), goods(at="shenzhen"))
    first, second = order.deliveries.order_by("position")

    release(first)
    order.refresh_from_db()
    assert order.state == "PAID"

    release(second)
    order.refresh_from_db()
    assert order.state == "COMPLETED"
    assert ledger.order_balance("buyer_funds", "RUB", order.number) == 0


def test_order_is_complete_when_its_last_delivery_fails_after_the_others_are_paid_out() -> None:
    order = paid(goods(), goods(at="shenzhen"))
    first, last = order.deliveries.order_by("position")
    lifecycle.mark_delivered(first, delivered_at=NOW, is_kept=True, actor="test", now=NOW)
    clock.set_virtual(NOW + DAYS)
    release(first)

    lifecycle.mark_failed(last, reason=CancelReason.LOST, actor="test", now=clock.now())

    order.refresh_from_db()
    assert (order.state, order.cancel_reason) == ("COMPLETED", "")


def test_delivery_is_released_once() -> None:
    order = received(goods())
    delivery = release(order.deliveries.get())
    before = counts(Journal)

    release(delivery)

    assert counts(Journal) == before
    order.refresh_from_db()
    assert order.state == "COMPLETED"


def test_held_order_waits_until_a_person_lets_it_go() -> None:
    order = received(goods())
    hold = holds.put(order, reason="DISPUTE", owner="operator", actor="user:1", now=clock.now())
    delivery = order.deliveries.get()

    release(delivery)

    assert delivery.released_at is None
    assert delivery.due_at == lifecycle.later(clock.now())
    assert Journal.objects.filter(kind="released").count() == 0

    holds.lift(hold, answer="settled", actor="user:1", now=clock.now())
    assert release(delivery).released_at == clock.now()


def test_worker_that_lost_its_lease_releases_nothing() -> None:
    order = received(goods())
    zombie = story.claim(order.deliveries.get())
    due.plan(order.deliveries.get(), clock.now())

    with pytest.raises(due.Zombie):
        settlement.release(zombie, now=clock.now())

    assert order.deliveries.get().released_at is None
    assert Journal.objects.filter(kind="released").count() == 0
