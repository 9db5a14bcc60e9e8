"""An order ends early: its goods are free again, its money goes back, or it is too late."""

from collections.abc import Iterator

import pytest

from logistics import shipments
from logistics.models import Shipment, Stock
from orders import lifecycle
from orders.models import Order
from orders.states import CancelReason
from payments.models import Refund
from storefront.flows import cancellation
from storefront.lib import clock, due
from tests.flows import story
from tests.flows.story import NOW, counts, goods, paid, placed

pytestmark = pytest.mark.django_db
BUYER = CancelReason.BUYER


@pytest.fixture(autouse=True)
def noon(db: None) -> Iterator[None]:
    with story.noon():
        yield


def cancel(order: Order) -> None:
    cancellation.cancel(order, reason=BUYER, actor="guest", now=clock.now())
    order.refresh_from_db()


def expire(order: Order) -> None:
    cancellation.expire(story.claim(order), wall=clock.wall(), now=clock.now())
    order.refresh_from_db()


def parcel_in(order: Order, *steps: str) -> Shipment:
    """The parcel of an order after these steps of the floor."""
    parcel = order.shipments.get()
    Shipment.objects.filter(pk=parcel.pk).update(state="STOCKED")
    for step in steps:
        weight = parcel.planned_weight_g if step == "pack" else None
        shipments.scan(parcel.number, step, actor="user:vera", now=clock.now(), weight_g=weight)
    parcel.refresh_from_db()
    return parcel


def test_unpaid_order_gives_its_goods_back_and_lets_its_charge_go() -> None:
    offer = goods(quantity=3)
    order = placed(offer, quantity=2)
    assert cancellation.may_cancel(order)

    cancel(order)

    assert (order.state, order.cancel_reason, order.closed_at) == ("CANCELLED", "BUYER", NOW)
    assert Stock.objects.get(offer=offer).available == 3
    charge = order.charges.get()
    assert (charge.is_wanted, charge.due_at) == (False, NOW)
    assert counts(Refund) == [0]


def test_paid_order_before_packing_gives_goods_and_money_back() -> None:
    offer = goods(quantity=3)
    order = paid(offer, quantity=2)
    assert cancellation.may_cancel(order)

    cancel(order)

    assert (order.state, order.cancel_reason) == ("CANCELLED", "BUYER")
    assert order.shipments.get().state == "CANCELLED"
    assert order.shipments.get().due_at is None
    assert Stock.objects.values_list("on_hand", "reserved", "allocated").get(offer=offer) == (
        3,
        0,
        0,
    )
    refund = Refund.objects.get()
    assert (refund.price, refund.reason, refund.due_at) == (order.total, "CANCELLED", NOW)
    assert order.deliveries.get().cancelled_at == NOW


def test_picked_goods_go_back_to_their_shelf() -> None:
    offer = goods(quantity=3)
    order = paid(offer, quantity=2)
    parcel_in(order, "pick")
    assert Stock.objects.get(offer=offer).on_hand == 1

    cancel(order)

    stock = Stock.objects.get(offer=offer)
    assert (stock.on_hand, stock.available) == (3, 3)
    assert Refund.objects.get().price == order.total


def test_packed_parcel_cannot_be_cancelled_and_nothing_is_changed() -> None:
    offer = goods(quantity=3)
    order = paid(offer, quantity=2)
    parcel_in(order, "pick", "pack")
    assert not cancellation.may_cancel(order)

    with pytest.raises(shipments.TooLate):
        cancel(order)

    order.refresh_from_db()
    assert (order.state, order.cancel_reason) == ("PAID", "")
    assert order.shipments.get().state == "PACKED"
    assert counts(Refund) == [0]
    assert Stock.objects.get(offer=offer).on_hand == 1


def test_order_is_cancelled_once() -> None:
    order = paid(goods())
    cancel(order)

    with pytest.raises(lifecycle.WrongState):
        cancel(order)

    assert counts(Refund) == [1]
    assert not cancellation.may_cancel(order)


def test_reservation_that_ran_out_cancels_the_order() -> None:
    offer = goods(quantity=3)
    order = placed(offer, quantity=2)
    story.later(minutes=65)

    expire(order)

    assert (order.state, order.cancel_reason, order.due_at) == ("CANCELLED", "EXPIRED", None)
    assert Stock.objects.get(offer=offer).available == 3
    assert not order.charges.get().is_wanted


def test_early_look_at_a_reservation_only_comes_again() -> None:
    order = placed(goods())

    expire(order)

    assert (order.state, order.due_at) == ("PLACED", order.expires_at)
    assert order.charges.get().is_wanted


def test_paid_order_does_not_expire() -> None:
    offer = goods(quantity=3)
    order = paid(offer)
    story.later(minutes=65)

    expire(order)

    assert (order.state, order.due_at) == ("PAID", None)
    assert Stock.objects.get(offer=offer).allocated == 1


def test_worker_that_lost_its_lease_cancels_nothing() -> None:
    order = placed(goods())
    story.later(minutes=65)
    zombie = story.claim(order)
    due.plan(order, clock.wall())

    with pytest.raises(due.Zombie):
        cancellation.expire(zombie, wall=clock.wall(), now=clock.now())

    order.refresh_from_db()
    assert order.state == "PLACED"
