"""Money comes, and therefore the goods go; whatever comes else is recorded and given back."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import permutations

import pytest

from logistics.models import Reservation, Shipment, Stock
from orders import holds, lifecycle
from orders.models import Handover, Hold, Order
from payments import charges, ledger
from payments.models import Charge, ChargeFact, Journal, Refund
from storefront.flows import cancellation, payment
from storefront.lib import clock, due
from tests.factories import payments
from tests.flows import story
from tests.flows.story import NOW, counts, goods, paid, pay, placed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(db: None) -> Iterator[None]:
    with story.noon():
        yield


def funds(order: Order) -> Decimal:
    """What the ledger holds for a buyer, in rubles."""
    return Decimal(-ledger.order_balance("buyer_funds", "RUB", order.number)) / 100


def test_paid_order_has_its_goods_its_parcel_and_its_money_in_the_ledger() -> None:
    offer = goods(quantity=5)

    order = paid(offer, quantity=2)

    assert (order.state, order.paid_at, order.due_at) == ("PAID", NOW, None)
    assert Stock.objects.values_list("on_hand", "reserved", "allocated").get(offer=offer) == (
        5,
        0,
        2,
    )
    parcel = Shipment.objects.get(order=order)
    assert (parcel.state, parcel.due_at) == ("PLANNED", NOW)
    assert [(item.line.offer, item.quantity) for item in parcel.items.all()] == [(offer, 2)]
    (journal,) = Journal.objects.filter(kind="captured")
    units = int(order.total.amount * 100)
    legs = {(leg.purpose, leg.currency, leg.units) for leg in ledger.legs_of(journal)}
    assert legs == {("acquirer_clearing", "RUB", units), ("buyer_funds", "RUB", -units)}
    assert {leg.order_number for leg in ledger.legs_of(journal)} == {order.number}
    assert [event.kind for event in order.events.order_by("pk")] == ["PLACED", "PAID"]


def test_same_answer_again_changes_nothing() -> None:
    order = paid(goods())
    before = counts(ChargeFact, Journal, Shipment, Refund)

    for _time in range(3):
        pay(order.charges.get())

    assert counts(ChargeFact, Journal, Shipment, Refund) == before


@pytest.mark.parametrize("story_told", list(permutations(["pending", "captured", "cancelled"])))
def test_answers_in_any_order_end_in_the_same_state(story_told: tuple[str, ...]) -> None:
    """The facts decide, not their order: what arrived has arrived."""
    order = placed(goods())
    charge = order.charges.get()

    for status in (*story_told, *story_told):
        pay(charge, status=status)

    order.refresh_from_db()
    charge.refresh_from_db()
    kinds = sorted(charge.facts.values_list("kind", flat=True))
    assert (order.state, charge.state, kinds) == ("PAID", "CAPTURED", ["CANCELLED", "CAPTURED"])
    assert funds(order) == order.total.amount
    assert counts(Shipment, Refund) == [1, 0]


def test_goods_of_shenzhen_are_asked_of_their_seller() -> None:
    offer = goods(at="shenzhen")

    order = paid(offer)

    handover = Handover.objects.get()
    assert (handover.delivery.order, handover.seller) == (order, offer.seller)
    assert handover.handed_at is None
    assert handover.due_at > NOW


def test_money_after_the_reservation_ended_is_recorded_and_given_back() -> None:
    offer = goods()
    order = placed(offer)
    charge = order.charges.get()
    story.later(minutes=65)
    cancellation.expire(story.claim(order), wall=clock.wall(), now=clock.now())

    pay(charge)

    order.refresh_from_db()
    assert (order.state, order.cancel_reason, order.paid_at) == ("CANCELLED", "EXPIRED", None)
    refund = Refund.objects.get()
    assert (refund.charge, refund.price, refund.reason, refund.state) == (
        charge,
        order.total,
        "CAME_TOO_LATE",
        "READY",
    )
    assert refund.due_at is not None
    told = order.events.get(kind="REFUNDING")
    assert told.detail == {"reason": "CAME_TOO_LATE"}
    assert funds(order) == order.total.amount
    assert Stock.objects.get(offer=offer).available == 5
    assert counts(Shipment) == [0]


def test_late_money_told_again_is_given_back_once() -> None:
    order = placed(goods())
    charge = order.charges.get()
    story.later(minutes=65)
    cancellation.expire(story.claim(order), wall=clock.wall(), now=clock.now())

    for _time in range(3):
        pay(charge)

    assert counts(Refund) == [1]


def test_second_payment_of_an_order_is_given_back() -> None:
    order = placed(goods())
    first = order.charges.get()
    second = charges.open(order, method="sbp", actor="guest", now_wall=clock.wall())
    pay(second)
    before = counts(Shipment, Reservation)

    pay(first)

    refund = Refund.objects.get()
    assert (refund.charge, refund.price, refund.reason) == (first, order.total, "CAME_TWICE")
    assert funds(order) == order.total.amount * 2
    assert counts(Shipment, Reservation) == before
    order.refresh_from_db()
    assert order.state == "PAID"


def test_too_little_money_pays_nothing_and_calls_a_person() -> None:
    order = placed(goods())

    pay(order.charges.get(), captured=Decimal("10.00"))

    order.refresh_from_db()
    assert (order.state, order.paid_at) == ("PLACED", None)
    assert Hold.objects.get(order=order).reason == "PAYMENT_DIFFERS"
    assert Refund.objects.get().price.amount == Decimal("10.00")
    assert counts(Shipment) == [0]


def test_too_much_money_pays_the_order_and_calls_a_person() -> None:
    order = placed(goods())
    more = order.total.amount + 5

    pay(order.charges.get(), captured=more)

    order.refresh_from_db()
    assert order.state == "PAID"
    assert Hold.objects.get(order=order).reason == "PAYMENT_DIFFERS"
    assert funds(order) == more


def test_declined_payment_keeps_the_order_and_another_can_be_tried() -> None:
    order = placed(goods())
    first = order.charges.get()
    pay(first, status="cancelled", reason="insufficient_funds")
    first.refresh_from_db()
    assert (first.state, first.reason) == ("CANCELLED", "insufficient_funds")

    payment.again(order, actor="guest", wall=clock.wall())
    payment.again(order, actor="guest", wall=clock.wall())

    second = order.charges.exclude(pk=first.pk).get()
    assert (second.state, second.method, second.price) == ("READY", first.method, order.total)
    pay(second)
    order.refresh_from_db()
    assert order.state == "PAID"


def test_paid_order_is_not_paid_again() -> None:
    order = paid(goods())

    with pytest.raises(lifecycle.WrongState):
        payment.again(order, actor="guest", wall=clock.wall())

    assert counts(Charge) == [1]


def test_worker_that_lost_its_lease_writes_nothing() -> None:
    order = placed(goods())
    zombie = story.claim(order.charges.get())
    due.plan(order.charges.get(), clock.wall())
    answer = payments.answer(zombie)

    with pytest.raises(due.Zombie):
        payment.settle(zombie, answer, actor="provider:yookassa", now=NOW, claimed=True)

    order.refresh_from_db()
    assert order.state == "PLACED"
    assert counts(ChargeFact, Journal, Shipment) == [0, 0, 0]


def test_worker_that_holds_its_lease_gives_the_row_back() -> None:
    order = placed(goods())
    charge = story.claim(order.charges.get())
    pending = payments.answer(charge, "pending", page_url="http://127.0.0.1:9/pay/1")

    payment.settle(charge, pending, actor="provider:yookassa", now=NOW, claimed=True)

    charge.refresh_from_db()
    assert (charge.state, charge.page_url) == ("PENDING", "http://127.0.0.1:9/pay/1")
    assert charge.lease_until is None
    assert charge.due_at == clock.wall() + charges.FIRST_LOOK


def test_money_of_a_held_order_is_taken_in_all_the_same() -> None:
    order = placed(goods())
    holds.put(order, reason="SCREENING", owner="operator", actor="task:test", now=NOW)

    pay(order.charges.get())

    order.refresh_from_db()
    assert order.state == "PAID"
    assert funds(order) == order.total.amount
