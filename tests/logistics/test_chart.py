"""The way of a parcel on a drawing: towns that can be told apart, legs as they were travelled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from logistics import chart, shipments
from logistics.states import State
from storefront.lib import clock
from tests.factories import catalog, logistics, orders

pytestmark = pytest.mark.django_db
NOW = orders.NOW


def parcel(**fields):
    offer = catalog.offer()
    logistics.stock(offer, 5, at=fields.pop("at", "harbin-warehouse"))
    order = orders.order(offer, **fields)
    with clock.simulated(NOW):
        from logistics import warehouse

        warehouse.reserve(order, actor="test", now=NOW)
        warehouse.allocate(order, actor="test", now=NOW)
        return shipments.plan(order, actor="test", now=NOW)[0]


def test_a_flight_bends_from_town_to_town():
    drawn = chart.of(parcel())

    assert [spot.title for spot in drawn.spots] == ["Харбин", "Екатеринбург"]
    assert [stretch.path.count("Q") for stretch in drawn.stretches] == [1]
    assert all(0 < spot.x < drawn.width and 0 < spot.y < drawn.height for spot in drawn.spots)


def test_the_east_is_right_and_the_north_is_up():
    harbin, home = chart.of(parcel()).spots

    assert harbin.x > home.x
    assert harbin.y > home.y


def test_a_train_goes_over_the_ground_by_the_border():
    part = {"lane": "rail-mzl", "mode": "rail"}

    drawn = chart.of(parcel(part=part))

    assert len(drawn.spots) > 2
    assert not any("Q" in stretch.path for stretch in drawn.stretches)


def test_legs_are_done_as_the_parcel_travels():
    shipment = parcel()
    assert [one.is_done for one in chart.of(shipment).stretches] == [False]

    shipment.legs.update(arrived_at=NOW + timedelta(days=3))

    assert [one.is_done for one in chart.of(shipment).stretches] == [True]


def test_a_parcel_without_legs_is_one_point():
    shipment = parcel()
    shipment.legs.all().delete()
    shipment.state = State.PLANNED

    drawn = chart.of(shipment)

    assert [spot.title for spot in drawn.spots] == ["Екатеринбург"]
    assert drawn.stretches == ()


def test_a_long_name_at_the_edge_of_a_small_sheet_begins_at_its_point():
    shipment = parcel()
    shipment.order.city = orders.city("saint-petersburg")

    wide, narrow = (chart.of(shipment, sheet).spots[-1] for sheet in (chart.WIDE, chart.NARROW))

    assert wide.title == narrow.title == "Санкт-Петербург"
    assert (wide.anchor, narrow.anchor) == ("middle", "start")


def test_a_chinese_letter_takes_the_room_of_two():
    spot = chart.Spot(300, 100, "哈巴罗夫斯克", mode="air", is_reached=True)

    assert chart._anchor(spot, chart.NARROW) == "end"
    assert chart._anchor(replace(spot, title="Habaro"), chart.NARROW) == "middle"
