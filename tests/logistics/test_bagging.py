"""Rounds of bagging: many parcels in a few statements, seals once, bills that can be bills."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from logistics import bagging, bills, consolidation, runs
from logistics.models import Bag, Departure, Seal, Service, Shipment, Vehicle
from logistics.states import State
from orders import holds
from orders.models import Order
from storefront.lib import kept
from tests.factories import catalog, logistics
from tests.factories import orders as order_rows
from tests.logistics.story import NOW

pytestmark = pytest.mark.django_db


def cleared(
    order: Order, *, hours: int = 0, weight_g: int = 500, lane: str = "air-svx"
) -> Shipment:
    return logistics.shipment(
        order,
        lane=logistics.lane(lane),
        state=State.CLEARED,
        weight_g=weight_g,
        volume_cm3=1_000,
        leave_by=NOW + timedelta(days=9, hours=hours),
        due_at=NOW,
    )


def order() -> Order:
    return order_rows.order(catalog.offer())


def fill() -> bagging.Round:
    return bagging.fill(runs.main_of(logistics.lane().pk), now=NOW, actor="task:hands")


def room(**most: int) -> None:
    Service.objects.filter(code="flight-hrb-svx").update(**most)
    kept.forget()


def test_a_round_takes_the_least_slack_first_and_keeps_every_measure() -> None:
    room(capacity_g=1_000, capacity_parcels=9, capacity_cm3=9_000)
    rows = [cleared(order(), hours=hours) for hours in (5, 1, 3, 2, 4)]

    done = fill()

    assert not done.waiting
    rows = [Shipment.objects.get(pk=row.pk) for row in rows]
    flights = sorted({row.departure.departs_at for row in rows if row.departure})
    assert [flights.index(row.departure.departs_at) for row in rows if row.departure] == [
        2,
        0,
        1,
        0,
        1,
    ]
    assert {row.state for row in rows} == {State.BAGGED}
    assert [vehicle.booked_g for vehicle in Vehicle.objects.order_by("departs_at")][:3] == [
        1_000,
        1_000,
        500,
    ]
    assert sum(bag.parcels for bag in Bag.objects.all()) == 5
    assert all(row.events.filter(code="HUB_BAGGED").count() == 1 for row in rows)


def in_time(order_: Order, until: timedelta, **fields: int) -> Shipment:
    row = cleared(order_, **fields)
    Shipment.objects.filter(pk=row.pk).update(leave_by=NOW + until)
    return row


def test_who_would_leave_too_late_pushes_the_most_slack_out_of_an_open_bag() -> None:
    room(capacity_g=1_000)
    calm, calmest = (cleared(order(), hours=hours) for hours in (1, 2))
    fill()
    first = Shipment.objects.get(pk=calmest.pk)
    assert first.departure is not None
    hurried = in_time(order(), first.departure.departs_at - NOW)

    done = fill()

    rows = {row.pk: Shipment.objects.get(pk=row.pk) for row in (calm, calmest, hurried)}
    assert done.bagged.keys() == {hurried.pk, calmest.pk}
    assert rows[hurried.pk].departure == rows[calm.pk].departure == first.departure
    pushed = rows[calmest.pk]
    assert pushed.departure is not None
    assert pushed.departure.departs_at > first.departure.departs_at
    assert pushed.state == State.BAGGED
    assert pushed.events.filter(code="HUB_BAGGED").count() == 2
    for vehicle in Vehicle.objects.all():
        held = Shipment.objects.filter(departure__vehicle=vehicle)
        assert vehicle.booked_g == sum(row.weight_g or 0 for row in held) <= 1_000
    for bag in Bag.objects.all():
        held = Shipment.objects.filter(bag=bag)
        assert (bag.parcels, bag.weight_g) == (len(held), sum(row.weight_g or 0 for row in held))


def test_nobody_is_pushed_out_of_a_sealed_bag_or_by_who_has_time() -> None:
    room(capacity_g=1_000)
    for hours in (1, 2):
        cleared(order(), hours=hours)
    fill()
    full = Bag.objects.get()
    patient = cleared(order())

    done = fill()

    assert done.bagged.keys() == {patient.pk}
    consolidation.seal(full, "AB12345", actor="user:1", now=NOW)
    hurried = in_time(order(), full.departure.departs_at - NOW)
    assert fill().bagged.keys() == {hurried.pk}
    full.refresh_from_db()
    assert (full.parcels, full.weight_g) == (2, 1_000)


def test_statements_do_not_grow_with_parcels() -> None:
    def asked(count: int) -> int:
        for _parcel in range(count):
            cleared(order())
        with CaptureQueriesContext(connection) as queries:
            assert len(fill().bagged) == count
        return len(queries)

    asked(1)

    assert asked(12) <= asked(2)


def test_what_is_held_stays_and_lanes_share_the_vehicle() -> None:
    room(capacity_parcels=1)
    held = cleared(order())
    holds.put(held.order, reason="TEST", owner="operator", actor="test", now=NOW)
    one, other = cleared(order()), cleared(order(), lane="szx-air-svx")

    fill()

    held.refresh_from_db()
    assert held.state == State.CLEARED
    flights = [Shipment.objects.get(pk=row.pk).departure for row in (one, other)]
    assert len({flight.departs_at for flight in flights if flight}) == 2
    assert all(vehicle.booked_parcels <= 1 for vehicle in Vehicle.objects.all())


def test_no_lane_may_overload_what_another_has_filled() -> None:
    room(capacity_g=1_000)
    cleared(order())
    fill()
    vehicle = Vehicle.objects.earliest("departs_at")

    for what, most in (("g", 1_000), ("parcels", 1), ("cm3", 1_000)):
        Vehicle.objects.filter(pk=vehicle.pk).update(**{f"capacity_{what}": most})
        with pytest.raises(IntegrityError), transaction.atomic():
            Vehicle.objects.filter(pk=vehicle.pk).update(**{f"booked_{what}": most + 1})


def test_a_seal_is_put_on_once_and_changed_only_with_a_reason() -> None:
    cleared(order())
    fill()
    bag, departure = Bag.objects.get(), Departure.objects.get()
    first = consolidation.seal(bag, "hrb 0012345", actor="user:7", now=NOW)

    assert consolidation.seal(bag, "HRB0012345", actor="user:8", now=NOW) == first
    for number, reason in (("HRB0099999", ""), ("HRB0012345X" * 2, "torn"), ("SG00000001", "torn")):
        with pytest.raises(consolidation.BadSeal):
            consolidation.seal(bag, number, actor="user:7", now=NOW, reason=reason)
    again = consolidation.seal(bag, "HRB0099999", actor="user:7", now=NOW, reason="torn")
    consolidation.close(departure, now=NOW)

    bag.refresh_from_db()
    assert (bag.seal, bag.state) == ("HRB0099999", Bag.State.SEALED)
    assert [(one.number, one.reason) for one in bag.seals.order_by("position")] == [
        ("HRB0012345", ""),
        (again.number, "torn"),
    ]
    with (
        pytest.raises(Exception, match=r"permission denied|append-only|refuse"),
        transaction.atomic(),
    ):
        Seal.objects.filter(pk=first.pk).update(number="OTHER")


def test_a_bag_nobody_sealed_gets_a_seal_of_the_house() -> None:
    cleared(order())
    fill()
    departure = Departure.objects.get()

    consolidation.close(departure, now=NOW)

    bag = Bag.objects.get()
    assert bag.seal == f"SG{bag.pk:08d}" == bag.seals.get().number
    assert (bag.mode, bag.destination.code if bag.destination else "") == ("air", "ekaterinburg")


@pytest.mark.parametrize(
    ("mode", "told", "kept_as"),
    [
        ("air", "123-12345675", "123-12345675"),
        ("air", "12312345675", "123-12345675"),
        ("air", "123-12345674", None),
        ("air", "SMGS00000012", None),
        ("rail", "SMGS00000012", "SMGS00000012"),
        ("rail", "CMR00000012", None),
        ("road", "CMR00000012", "CMR00000012"),
        ("river", "RU 77/0012-3", "RU77/0012-3"),
        ("road", "!", None),
    ],
)
def test_a_master_bill_is_one_of_its_mode(mode: str, told: str, kept_as: str | None) -> None:
    if kept_as is None:
        with pytest.raises(bills.BadBill):
            bills.check(told, mode=mode)
    else:
        assert bills.check(told, mode=mode) == kept_as
