"""Numbers of pieces are checked once more when a parcel is packed."""

from typing import Any

import pytest

from logistics import centre, moving, shipments
from logistics.models import Serial, Shipment, Stock
from logistics.reference import load
from logistics.states import State
from logistics.stocking import advices
from storefront.lib import clock
from tests.factories import catalog, warehouse
from tests.logistics import story
from tests.logistics.conftest import *
from tests.logistics.story import Outside
from tests.logistics.test_advices import broken, found

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def picked(outside: Outside, settings: Any, tmp_path) -> tuple[Shipment, list[str]]:
    """A picked parcel of two telephones, of which two more lie in the warehouse by number."""
    settings.AUTOMATIC_HANDS = False
    settings.PAPERS_ROOT = tmp_path
    load()
    offer = catalog.offer()
    numbers = [warehouse.imei() for _piece in range(2)]
    order = story.paid_order(offer, quantity=2)
    line = warehouse.advice(offer, 2).lines.get()
    advices.receive(line, found(whole=2, numbers=numbers), **warehouse.MEI)
    story.run(story.is_in(order, State.STOCKED))
    parcel = story.parcel(order)
    shipments.scan(parcel.number, "pick", actor="user:mei", now=clock.now())
    return parcel, numbers


def packed(parcel: Shipment, *numbers: str) -> Shipment:
    return shipments.scan(
        parcel.number,
        "pack",
        actor="user:mei",
        now=clock.now(),
        weight_g=parcel.planned_weight_g,
        numbers=numbers,
    ).shipment


def test_the_pieces_of_a_parcel_leave_by_their_numbers(picked: tuple[Shipment, list[str]]):
    parcel, numbers = picked

    assert packed(parcel, *numbers).state == State.PACKED

    assert set(Serial.objects.values_list("state", "item__shipment")) == {("PACKED", parcel.pk)}
    assert broken() == []


def test_a_missing_wrong_or_doubled_number_stops_packing(picked: tuple[Shipment, list[str]]):
    parcel, (one, two) = picked
    wrong = two[:-1] + str((int(two[-1]) + 1) % 10)

    for numbers, words in (
        ((), "each piece"),
        ((one,), "each piece"),
        ((one, wrong), "no IMEI"),
        ((one, one), "already"),
    ):
        with pytest.raises(shipments.WrongScan, match=words) as refusal:
            packed(parcel, *numbers)
        assert refusal.value.facts["why"] == "serial"

    parcel.refresh_from_db()
    assert parcel.state == State.PICKED
    assert set(Serial.objects.values_list("state", flat=True)) == {"IN_STOCK"}


def test_a_piece_that_lay_there_before_gets_its_number_and_a_stranger_does_not(
    picked: tuple[Shipment, list[str]],
):
    parcel, (one, _two) = picked
    foreign = warehouse.imei()
    other = warehouse.advice(catalog.offer(), 1).lines.get()
    advices.receive(other, found(whole=1, numbers=[foreign]), **warehouse.MEI)

    with pytest.raises(shipments.WrongScan, match="not of these goods"):
        packed(parcel, one, foreign)
    fresh = warehouse.imei()
    packed(parcel, one, fresh)

    assert Serial.objects.get(number=fresh).state == "PACKED"
    with pytest.raises(advices.serials.BadSerial, match="already"):
        advices.receive(other, found(whole=1, numbers=[one]), **warehouse.MEI)


def test_automatic_hands_take_the_first_pieces_and_goods_without_numbers_cost_nothing(
    picked: tuple[Shipment, list[str]], django_assert_num_queries: Any
):
    parcel, _numbers = picked
    plain = Shipment(pk=0)
    plain.held_stocks = [Stock(is_serial=False)]
    with django_assert_num_queries(0):
        advices.serials.pack(plain, None, now=clock.now())

    with moving.locked(parcel) as row:
        centre.perform(centre.STEPS["pack"], row, centre.Act(centre.HANDS, clock.now()))

    assert set(Serial.objects.values_list("state", "item__shipment")) == {("PACKED", parcel.pk)}


def test_a_piece_that_came_back_is_taken_in_and_leaves_again(picked: tuple[Shipment, list[str]]):
    parcel, (one, two) = picked
    packed(parcel, one, two)
    again = warehouse.advice(catalog.offer(), 1).lines.get()
    with pytest.raises(advices.serials.BadSerial, match="already"):
        advices.receive(again, found(whole=1, numbers=[one]), **warehouse.MEI)
    with moving.locked(parcel) as row:
        moving.move(
            row, State.RETURNED, moving.Fact("RETURNED_TO_SENDER", clock.now(), "test", "back"),
            actor="test",
        )  # fmt: skip

    advices.receive(again, found(whole=1, numbers=[one]), **warehouse.MEI)

    rows = Serial.objects.filter(number=one).order_by("pk")
    assert [(row.state, row.item_id is None) for row in rows] == [
        ("CAME_BACK", False),
        ("IN_STOCK", True),
    ]
    with pytest.raises(advices.serials.BadSerial, match="already"):
        advices.receive(again, found(whole=1, numbers=[one]), **warehouse.MEI)
