"""Parcels are planned, driven to the door, scanned and cancelled."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from logistics import measuring, paces, shipments, warehouse
from logistics.models import Departure, Reservation, Shipment, ShipmentEvent, StepTime, Stock
from logistics.states import Code, State
from orders import holds
from orders.models import Delivery, Handover, OrderEvent
from storefront.lib import clock, due, identifiers
from tests.factories import catalog
from tests.logistics import story
from tests.logistics.story import NOW, Outside

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("lane", "city", "border"),
    [
        ("air-svx", "ekaterinburg", "koltsovo"),
        ("rail-mzl", "ekaterinburg", "zabaikalsk"),
        ("road-hek", "blagoveshchensk", "kani-kurgan"),
        ("road-sfh", "vladivostok", "pogranichny"),
    ],
)
def test_a_parcel_goes_from_plan_to_door(
    outside: Outside, lane: str, city: str, border: str
) -> None:
    order = story.paid_order(lane=lane, city=city)

    story.run()

    parcel, delivery = story.parcel(order), Delivery.objects.get(order=order)
    assert parcel.state == State.DELIVERED
    assert parcel.due_at is None
    assert delivery.delivered_at == parcel.ended_at
    assert delivery.is_kept is True
    assert delivery.cleared_at is not None
    codes = story.codes(parcel)
    assert codes[:6] == [
        "PRE_ADVICE",
        "HUB_PICKED",
        "HUB_PACKED",
        "EXPORT_CUSTOMS_START",
        "EXPORT_CUSTOMS_CLEARED",
        "HUB_BAGGED",
    ]
    assert codes[-1] == "DELIVERED"
    reached = parcel.events.filter(place=border, code__in=["TRANSIT_ARRIVED", "LINEHAUL_ARRIVED"])
    assert reached.exists()
    departure = Departure.objects.get()
    assert departure.state == Departure.State.ARRIVED
    assert departure.master_bill
    assert outside.books("parcels")["count"] == 1
    assert outside.books("consignments")["count"] == 1
    kinds = list(OrderEvent.objects.filter(order=order).values_list("kind", flat=True))
    assert [kinds.count(kind) for kind in ("SHIPPED", "CLEARED", "DELIVERED")] == [1, 1, 1]
    assert "DELAYED" not in kinds


def test_goods_of_shenzhen_are_handed_over_and_cross_the_dock(outside: Outside) -> None:
    order = story.paid_order(origin="shenzhen", lane="szx-air-svx")

    story.run()

    parcel = story.parcel(order)
    assert parcel.state == State.DELIVERED
    assert Handover.objects.get(delivery__order=order).handed_at is not None
    codes = story.codes(parcel)
    start = codes.index("SELLER_HANDED_OVER")
    assert codes[start : start + 5] == [
        "SELLER_HANDED_OVER",
        "LINEHAUL_ACCEPTED",
        "LINEHAUL_DEPARTED",
        "HUB_INBOUND",
        "HUB_PICKED",
    ]
    assert Stock.objects.get().on_hand == 99


def test_a_seller_who_hands_over_himself_lets_his_parcels_go_on(
    outside: Outside, settings: Any
) -> None:
    settings.AUTOMATIC_HANDS = False
    order = story.paid_order(origin="shenzhen", lane="szx-air-svx")
    story.run(story.is_in(order, State.AWAITED))
    clock.set_virtual(NOW + timedelta(hours=3))

    done = shipments.hand_over(Handover.objects.get(), actor="user:boris", now=clock.now())
    again = shipments.hand_over(Handover.objects.get(), actor="user:boris", now=clock.now())
    story.step()

    assert (done, again) == (True, False)
    assert story.parcel(order).events.filter(code="SELLER_HANDED_OVER").count() == 1


def test_planning_twice_makes_the_same_parcels(outside: Outside) -> None:
    order = story.paid_order()
    first = story.parcel(order)

    again = shipments.plan(order, now=NOW, actor="test")

    assert [one.pk for one in again] == [first.pk]
    assert identifiers.is_s10(first.number)


def test_a_heavy_delivery_is_parted_and_delivered_with_its_last_parcel(outside: Outside) -> None:
    heavy = catalog.offer(variant=catalog.variant(weight_g=6000, net_weight_g=5000))
    order = story.paid_order(heavy, quantity=5)

    parcels = list(order.shipments.order_by("pk"))
    story.run()

    assert [sum(item.quantity for item in one.items.all()) for one in parcels] == [2, 2, 1]
    assert all(one.planned_weight_g <= 15_000 for one in parcels)
    assert len({one.number for one in parcels}) == 3
    ended = [one.ended_at for one in Shipment.objects.all()]
    assert Delivery.objects.get(order=order).delivered_at == max(ended)
    assert OrderEvent.objects.filter(order=order, kind="DELIVERED").count() == 1


def test_bonded_and_domestic_goods_are_packed_apart(outside: Outside) -> None:
    mine, bonded = catalog.offer(), catalog.offer()
    story.paid_order(mine)
    order = story.paid_order(bonded, regime="bonded")

    line = order.lines.get()
    lines = [line, *Shipment.objects.earliest("pk").order.lines.all()]
    boxes = shipments.pack(lines, heaviest_g=15_000)

    assert len(boxes) == 2


@pytest.mark.parametrize("here", [State.PLANNED, State.STOCKED, State.PICKED])
def test_cancelling_before_packing_gives_the_goods_back(outside: Outside, here: State) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, here))

    assert shipments.may_cancel(order)
    shipments.cancel(order, actor="user:anna", now=clock.now())
    warehouse.release(order, actor="user:anna", now=clock.now())
    story.run()

    assert story.parcel(order).state == State.CANCELLED
    stock = Stock.objects.get()
    assert (stock.on_hand, stock.allocated, stock.reserved) == (100, 0, 0)
    assert Reservation.objects.get().state == Reservation.State.RELEASED


def test_cancelling_a_packed_parcel_is_too_late_and_changes_nothing(outside: Outside) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.PACKED))
    events = ShipmentEvent.objects.count()

    with pytest.raises(shipments.TooLate):
        shipments.cancel(order, actor="user:anna", now=clock.now())

    assert not shipments.may_cancel(order)
    assert story.parcel(order).state == State.PACKED
    assert ShipmentEvent.objects.count() == events
    story.run()
    assert story.parcel(order).state == State.DELIVERED


def test_a_hold_stops_a_parcel_before_customs_until_it_is_lifted(outside: Outside) -> None:
    order = story.paid_order()
    hold = holds.put(order, reason="ASK", owner="operator", actor="test", now=NOW)

    story.run(days=3)

    assert story.parcel(order).state == State.PACKED
    holds.lift(hold, answer="fine", actor="user:7", now=clock.now())
    story.run()
    assert story.parcel(order).state == State.DELIVERED


def test_a_hold_stops_a_cleared_parcel_before_the_bag(outside: Outside) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.CLEARED))
    hold = holds.put(order, reason="ASK", owner="operator", actor="test", now=clock.now())

    story.run(days=3)

    assert story.parcel(order).state == State.CLEARED
    assert not Departure.objects.exists()
    holds.lift(hold, answer="fine", actor="user:7", now=clock.now())
    story.run()
    assert story.parcel(order).state == State.DELIVERED


def test_the_steps_of_a_parcel_are_measured_from_its_events(outside: Outside) -> None:
    order = story.paid_order()
    story.run()
    steps = measuring.steps(now=clock.now())

    for number in range(14):
        measuring.measure(NOW.date() + timedelta(days=number), steps)

    found = {row.step: row for row in StepTime.objects.all()}
    assert {
        "centre/harbin",
        "service/export-air",
        "service/flight-hrb-svx",
        "service/import-koltsovo",
        "door/ekaterinburg/ekaterinburg",
    } == set(found)
    parcel = story.parcel(order)
    took = parcel.events.get(code=Code.HUB_PACKED).happened_at - parcel.planned_at
    assert found["centre/harbin"].bucket == paces.bucket(took.total_seconds())
    flight = parcel.departure.arrived_at - parcel.departure.departs_at
    assert found["service/flight-hrb-svx"].bucket == paces.bucket(flight.total_seconds())
    assert measuring.measure(found["centre/harbin"].measured_on, steps) == 0


def test_a_late_parcel_is_told_again_only_when_it_comes_later_than_told(outside: Outside) -> None:
    outside.script("carriers.linehaul", refuse=[{"what": "late", "reason": "200", "times": 1}])
    window = {"from_on": date(2026, 11, 27), "until_on": date(2026, 11, 29)}
    order = story.paid_order(**window)

    story.run()

    tellings = list(OrderEvent.objects.filter(order=order, kind="DELAYED").order_by("pk"))
    delayed = tellings[0]
    for before, after in pairwise(tellings):
        assert after.detail["expected_on"] > before.detail["until_on"]
    parcel, delivery = story.parcel(order), Delivery.objects.get(order=order)
    assert delayed.detail["promised_until_on"] == "2026-11-29"
    assert delayed.detail["expected_on"] > "2026-11-29"
    assert delayed.happened_at < delivery.delivered_at
    assert parcel.state == State.DELIVERED
    assert delivery.is_kept is False


def test_a_parcel_that_is_late_at_the_very_end_is_told_before_it_comes(outside: Outside) -> None:
    outside.script("carriers.ruspost", refuse=[{"what": "parcel", "reason": "failed", "times": 1}])
    order = story.paid_order(from_on=date(2026, 11, 25), until_on=date(2026, 11, 26))

    story.run()

    delayed = OrderEvent.objects.get(order=order, kind="DELAYED")
    delivery = Delivery.objects.get(order=order)
    assert (delivery.is_kept, delayed.detail["expected_on"]) == (False, "2026-11-28")
    assert delayed.happened_at < delivery.delivered_at


def test_a_train_that_does_not_leave_is_told_before_it_leaves(outside: Outside) -> None:
    outside.script("carriers.linehaul", refuse=[{"what": "late", "reason": "200", "times": 1}])
    order = story.paid_order(from_on=date(2026, 11, 27), until_on=date(2026, 11, 29))

    story.run(lambda: OrderEvent.objects.filter(order=order, kind="DELAYED").exists())

    assert story.parcel(order).state == State.LOADED
    assert Departure.objects.get().departed_at is None


def test_a_lost_parcel_gives_the_money_back_once(outside: Outside) -> None:
    outside.script("carriers.ruspost", refuse=[{"what": "parcel", "reason": "lost", "times": 1}])
    order = story.paid_order()

    story.run()

    parcel = story.parcel(order)
    order.refresh_from_db()
    refund = order.charges.get().refunds.get()
    assert parcel.state == State.LOST
    assert (order.state, order.cancel_reason) == ("CANCELLED", "LOST")
    assert refund.price == order.total
    due.plan(parcel, clock.now())
    story.run()
    assert order.charges.get().refunds.count() == 1


def test_a_parcel_nobody_takes_goes_back_and_the_money_too(outside: Outside) -> None:
    outside.script("carriers.ruspost", refuse=[{"what": "parcel", "reason": "return", "times": 1}])
    order = story.paid_order()

    story.run()

    order.refresh_from_db()
    assert story.parcel(order).state == State.RETURNED
    assert order.cancel_reason == "RETURNED"
    assert order.charges.get().refunds.get().price == order.total


def test_of_several_parcels_one_that_is_lost_is_given_back_alone(outside: Outside) -> None:
    outside.script("carriers.ruspost", refuse=[{"what": "parcel", "reason": "lost", "times": 1}])
    heavy = catalog.offer(variant=catalog.variant(weight_g=9000, net_weight_g=8000))
    order = story.paid_order(heavy, quantity=2)

    story.run()

    assert sorted(order.shipments.values_list("state", flat=True)) == ["DELIVERED", "LOST"]
    delivery, line = order.deliveries.get(), order.lines.get()
    half = {"FREIGHT": delivery.freight.amount / 2, "DUTY": delivery.duty.amount / 2}
    given = order.charges.get().refunds.get()
    for part in given.parts.all():
        assert abs(part.money.amount - half.get(part.kind, line.price_rub.amount)) < 1
    assert given.parts.get(kind="GOODS").quantity == 1
    assert delivery.delivered_at is not None
    assert delivery.cancelled_at is None
    assert not order.holds.exists()


def test_of_several_parcels_all_lost_everything_is_given_back(outside: Outside) -> None:
    outside.script("carriers.ruspost", refuse=[{"what": "parcel", "reason": "lost", "times": 2}])
    heavy = catalog.offer(variant=catalog.variant(weight_g=9000, net_weight_g=8000))
    order = story.paid_order(heavy, quantity=2)

    story.run()

    order.refresh_from_db()
    assert set(order.shipments.values_list("state", flat=True)) == {"LOST"}
    assert (order.state, order.cancel_reason) == ("CANCELLED", "LOST")
    given = order.charges.get().refunds.all()
    assert sum(one.price.amount for one in given) == order.total.amount
