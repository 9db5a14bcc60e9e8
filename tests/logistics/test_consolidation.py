"""Departures from the timetable, bags on them, least slack first, never more than they carry."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from logistics import consolidation, moving
from logistics.models import Bag, Departure, Service, Shipment
from logistics.states import State
from orders.models import Order
from storefront.lib import clock, due, kept
from tests.factories import catalog, logistics, orders
from tests.logistics import story
from tests.logistics.story import Outside

pytestmark = pytest.mark.django_db


def capacity(grams: int, parcels: int | None = None) -> None:
    flights = Service.objects.filter(code="flight-hrb-svx")
    flights.update(capacity_g=grams, capacity_parcels=parcels)
    kept.forget()


def cleared(**facts: object) -> Order:
    order = story.paid_order(**facts)  # type: ignore[arg-type]
    story.run(story.is_in(order, State.CLEARED))
    return order


def bagged(order: Order) -> Bag | None:
    with moving.locked(story.parcel(order)) as row:
        bag = consolidation.put_in_bag(row, now=clock.now())
        if bag is not None:
            Shipment.objects.filter(pk=row.pk).update(bag=bag, departure=bag.departure)
        return bag


@pytest.mark.parametrize(
    ("free", "ahead", "wanted", "expected"),
    [
        (None, 10_000, 500, (True, 0)),
        (1000, 0, 1000, (True, 0)),
        (1000, 0, 1001, (False, 0)),
        (1000, 600, 400, (True, 0)),
        (1000, 600, 401, (False, 0)),
        (1000, 1600, 1, (False, 600)),
        (0, 0, 1, (False, 0)),
    ],
)
def test_room_is_what_more_urgent_things_leave(
    free: int | None, ahead: int, wanted: int, expected: tuple[bool, int]
) -> None:
    assert consolidation.room(free, ahead, wanted) == expected


def test_parcels_of_a_lane_share_a_bag_and_a_departure(outside: Outside) -> None:
    first, second = story.paid_order(), story.paid_order()

    story.run(lambda: not Shipment.objects.exclude(state=State.BAGGED).exists())

    departure = Departure.objects.get()
    bag = Bag.objects.get()
    weights = [one.weight_g or 0 for one in Shipment.objects.all()]
    assert departure.state == Departure.State.OPEN
    assert departure.booked_g == bag.weight_g == sum(weights)
    assert bag.parcels == 2
    assert departure.closes_at + timedelta(hours=24) == departure.departs_at
    assert story.parcel(first).bag_id == story.parcel(second).bag_id


def test_a_bag_holds_30_kg(outside: Outside) -> None:
    heavy = catalog.offer(variant=catalog.variant(weight_g=13_000, net_weight_g=9000))
    for _parcel in range(3):
        story.paid_order(heavy)

    story.run(lambda: Shipment.objects.filter(state=State.BAGGED).count() == 3)

    assert sorted(Bag.objects.values_list("parcels", flat=True)) == [1, 2]
    assert all(bag.weight_g <= 30_000 for bag in Bag.objects.all())


def test_what_does_not_fit_takes_the_next_departure(outside: Outside) -> None:
    capacity(600)
    first, second = story.paid_order(), story.paid_order()

    story.run()

    here, there = (story.parcel(order).departure for order in (first, second))
    assert here.departs_at != there.departs_at
    assert all(one.booked_g <= 600 for one in Departure.objects.all())
    assert {story.parcel(order).state for order in (first, second)} == {State.DELIVERED}


def test_the_number_of_parcels_is_a_capacity_too(outside: Outside) -> None:
    capacity(62_000_000, parcels=1)
    for _parcel in range(3):
        story.paid_order()

    story.run()

    assert [one.shipments.count() for one in Departure.objects.all()] == [1, 1, 1]


def test_least_slack_goes_first(outside: Outside) -> None:
    capacity(600)
    calm = cleared(until_on=date(2026, 12, 31))
    due.plan(story.parcel(calm), None)
    urgent = cleared(from_on=date(2026, 11, 27), until_on=date(2026, 11, 29))

    assert story.parcel(calm).state == State.CLEARED
    late, soon = bagged(calm), bagged(urgent)

    assert late is not None
    assert soon is not None
    assert soon.departure.departs_at < late.departure.departs_at


def test_lanes_share_the_aeroplane_they_fly_on() -> None:
    capacity(600)
    rows = [
        logistics.shipment(
            orders.order(catalog.offer()),
            lane=logistics.lane(lane),
            state=State.CLEARED,
            weight_g=500,
            leave_by=story.NOW,
        )
        for lane in ("air-svx", "szx-air-svx")
    ]

    one, other = (consolidation.put_in_bag(row, now=story.NOW) for row in rows)

    assert one is not None
    assert other is not None
    assert one.departure.lane_id != other.departure.lane_id
    assert one.departure.departs_at < other.departure.departs_at


def test_no_room_in_sight_is_said(outside: Outside) -> None:
    order = cleared()
    capacity(100)

    assert bagged(order) is None
    assert not Bag.objects.exists()
    story.run(days=2)
    assert story.parcel(order).state == State.CLEARED


def test_the_database_refuses_more_than_a_departure_carries(outside: Outside) -> None:
    order = cleared()
    bag = bagged(order)
    assert bag is not None
    capacity_g = bag.departure.capacity_g
    assert capacity_g is not None

    with pytest.raises(IntegrityError), transaction.atomic():
        Departure.objects.update(booked_g=capacity_g + 1)


def test_a_closed_departure_takes_nothing_and_its_bags_are_sealed(outside: Outside) -> None:
    order, other = cleared(), story.paid_order()
    bag = bagged(order)
    assert bag is not None
    consolidation.close(bag.departure, now=clock.now())
    story.run(story.is_in(other, State.CLEARED))

    later = bagged(other)

    bag.refresh_from_db()
    assert (bag.state, bool(bag.seal)) == (Bag.State.SEALED, True)
    assert later is not None
    assert later.departure.departs_at > bag.departure.departs_at
