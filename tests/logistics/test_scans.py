"""Workers do the steps of the floor by scans; a wrong scan says why and writes nothing."""

from datetime import timedelta
from typing import Any

import pytest

from logistics import shipments
from logistics.models import Departure, Shipment, ShipmentEvent, StockMove
from logistics.shipments import WrongScan
from logistics.states import State
from orders import holds
from orders.models import Order
from storefront.lib import clock
from tests.logistics import story
from tests.logistics.story import NOW, Outside

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor(outside: Outside, settings: Any) -> Outside:
    """Hands that are not automatic: Vera works here."""
    settings.AUTOMATIC_HANDS = False
    return outside


def scan(order: Order, step: str, weight_g: int | None = None) -> Shipment:
    number = story.parcel(order).number
    return shipments.scan(
        number, step, actor="user:vera", now=clock.now(), weight_g=weight_g
    ).shipment


def test_without_automatic_hands_a_parcel_waits_for_each_scan(floor: Outside) -> None:
    order = story.paid_order()

    story.run(days=2)
    assert story.parcel(order).state == State.STOCKED
    scan(order, "pick")
    story.run(days=2)
    assert story.parcel(order).state == State.PICKED
    scan(order, "pack", 505)
    story.run(story.is_in(order, State.CLEARED))
    story.run(days=1)
    assert story.parcel(order).state == State.CLEARED
    scan(order, "bag")
    assert story.parcel(order).bag is not None
    scan(order, "load")
    story.run()

    parcel = story.parcel(order)
    assert parcel.state == State.DELIVERED
    assert parcel.weight_g == 505
    done = parcel.events.filter(actor="user:vera").order_by("pk").values_list("code", flat=True)
    assert list(done) == ["HUB_PICKED", "HUB_PACKED", "HUB_BAGGED", "HUB_OUTBOUND"]


def test_a_scan_is_earlier_than_automatic_hands_and_is_done_once(outside: Outside) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.STOCKED))

    scan(order, "pick")
    story.run()

    parcel = story.parcel(order)
    assert parcel.state == State.DELIVERED
    assert parcel.events.filter(code="HUB_PICKED").count() == 1
    assert parcel.events.get(code="HUB_PICKED").happened_at < NOW + timedelta(minutes=60)


def test_a_bagged_parcel_that_nobody_loads_takes_the_next_departure(floor: Outside) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.STOCKED))
    scan(order, "pick")
    scan(order, "pack", 505)
    story.run(story.is_in(order, State.CLEARED))
    scan(order, "bag")
    first = story.parcel(order).departure

    story.run(lambda: Departure.objects.count() == 2)

    parcel = story.parcel(order)
    first.refresh_from_db()
    assert parcel.state == State.BAGGED
    assert parcel.departure.departs_at > first.departs_at
    assert (first.booked_g, parcel.departure.booked_g) == (0, 505)
    assert first.bags.get().parcels == 0
    scan(order, "load")
    story.run()
    assert story.parcel(order).state == State.DELIVERED


def cancelled(order: Order) -> None:
    shipments.cancel(order, actor="user:anna", now=clock.now())


def held(order: Order) -> None:
    holds.put(order, reason="ASK", owner="operator", actor="test", now=clock.now())


def nothing(order: Order) -> None:
    """The order as it is."""


@pytest.mark.parametrize(
    ("before", "number", "step", "why"),
    [
        (nothing, "LX300000009CN0", "pick", "form"),
        (nothing, "4006381333931", "pick", "form"),
        (nothing, "LX300000008CN", "pick", "check_digit"),
        (nothing, "LX473124829CN", "pick", "unknown"),
        (nothing, "", "bag", "early"),
        (nothing, "", "load", "early"),
        (nothing, "", "pack", "early"),
        (held, "", "pick", "held"),
        (cancelled, "", "pick", "cancelled"),
    ],
)
def test_a_wrong_scan_says_why_and_writes_nothing(
    floor: Outside, before: Any, number: str, step: str, why: str
) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.STOCKED))
    before(order)
    parcel = story.parcel(order)
    counts = ShipmentEvent.objects.count(), StockMove.objects.count()

    with pytest.raises(WrongScan) as wrong:
        shipments.scan(number or parcel.number, step, actor="user:vera", now=clock.now())

    assert wrong.value.facts["why"] == why
    assert str(wrong.value)
    assert (ShipmentEvent.objects.count(), StockMove.objects.count()) == counts
    assert story.parcel(order).state == parcel.state
    assert story.parcel(order).attempt == parcel.attempt


def test_the_same_step_twice_is_refused(floor: Outside) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.STOCKED))
    scan(order, "pick")

    with pytest.raises(WrongScan) as wrong:
        scan(order, "pick")

    assert wrong.value.facts["why"] == "done"
    assert ShipmentEvent.objects.filter(code="HUB_PICKED").count() == 1


@pytest.mark.parametrize("weight", [None, 0, 460, 5000])
def test_scales_that_cannot_be_right_are_refused(floor: Outside, weight: int | None) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.STOCKED))
    scan(order, "pick")
    scan(order, "pack")

    with pytest.raises(WrongScan) as wrong:
        scan(order, "weigh", weight)

    assert wrong.value.facts["why"] == "weight"
    assert story.parcel(order).weight_g is None
    assert story.parcel(order).state == State.PICKED


def test_goods_of_shenzhen_are_not_received_before_they_are_handed_over(floor: Outside) -> None:
    order = story.paid_order(origin="shenzhen", lane="szx-air-svx")
    story.run(story.is_in(order, State.AWAITED))

    with pytest.raises(WrongScan) as wrong:
        scan(order, "receive")

    assert wrong.value.facts["why"] == "early"
    shipments.hand_over(order.deliveries.get().handovers.get(), actor="user:boris", now=NOW)
    assert scan(order, "receive").state == State.PICKED
    assert story.parcel(order).events.filter(code="HUB_INBOUND").exists()


def test_blanks_and_small_letters_of_a_scanner_do_no_harm(floor: Outside) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.STOCKED))
    number = story.parcel(order).number.lower()

    done = shipments.scan(f" {number[:4]} {number[4:]}\n", "pick", actor="user:vera", now=NOW)

    assert done.shipment.state == State.PICKED
