"""Waves: the shortest walk past the bins, pieces claimed for each parcel, picked once."""

import random
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics import shipments
from logistics.models import BinStock, PickStop, Shipment
from logistics.states import State
from logistics.stocking import bins, walks, waves
from storefront.lib import clock
from tests.factories import catalog, warehouse
from tests.factories.warehouse import MEI, put_away
from tests.logistics import story
from tests.logistics.conftest import *
from tests.logistics.story import Outside
from tests.logistics.test_advices import broken

GROUND = walks.Ground(racks=9, pitch_cm=300, rack_cm=120)


def way(spots: tuple[walks.Spot, ...]) -> int:
    """The length of the shortest way past spots in this order, there and back."""
    length, at = 0, (1, 0)
    for spot in [*spots, (1, 0)]:
        length += step(at, spot)
        at = spot
    return length


def step(one: walks.Spot, two: walks.Spot) -> int:
    if one[0] == two[0]:
        return abs(one[1] - two[1]) * GROUND.rack_cm
    across = abs(one[0] - two[0]) * GROUND.pitch_cm
    ends = GROUND.racks + 1
    racks = min(one[1] + two[1], 2 * ends - one[1] - two[1])
    return across + racks * GROUND.rack_cm


def serpentine(spots: set[walks.Spot]) -> int:
    """The plain S: through every aisle that has something, back out of the last if it is odd."""
    aisles = sorted({aisle for aisle, _rack in spots})
    long = (GROUND.racks + 1) * GROUND.rack_cm
    across = 2 * (aisles[-1] - 1) * GROUND.pitch_cm
    if len(aisles) % 2 == 0:
        return across + len(aisles) * long
    deepest = max(rack for aisle, rack in spots if aisle == aisles[-1])
    return across + (len(aisles) - 1) * long + 2 * deepest * GROUND.rack_cm


def test_the_walk_is_never_longer_than_an_s_and_near_the_best_of_all():
    dice = random.Random(11)
    ratios = []
    for _round in range(150):
        spots = {(dice.randint(1, 5), dice.randint(1, 9)) for _spot in range(5)}

        tour = walks.tour(spots, GROUND)

        best = min(way(order) for order in permutations(spots))
        assert sorted(tour.spots) == sorted(spots)
        assert best <= tour.length_cm <= serpentine(spots)
        assert tour.length_cm >= way(tour.spots)
        ratios.append(tour.length_cm / best)
    assert sum(ratios) / len(ratios) < 1.07  # 6 %; the plain S is 17 % longer


def test_no_bin_is_no_walk_and_one_bin_is_there_and_back():
    assert walks.tour([], GROUND) == walks.Tour((), 0)
    assert walks.tour([(2, 3)], GROUND) == walks.Tour(((2, 3),), 2 * (300 + 360))


@pytest.fixture
def floor(outside: Outside, settings: Any) -> list[Shipment]:
    """Three paid orders of two offers that lie in two bins; nobody picks by himself."""
    settings.AUTOMATIC_HANDS = False
    one, two = catalog.offer(), catalog.offer()
    orders = [story.paid_order(one), story.paid_order(one, two), story.paid_order(two)]
    for order in orders:
        story.run(story.is_in(order, State.STOCKED))
    warehouse.laid_out()
    for offer, code in ((one, "A03-05-1-1"), (two, "A01-02-1-1")):
        stock = offer.stocks.get()
        put_away(stock, stock.on_hand, code)
    return [story.parcel(order) for order in orders]


def made() -> waves.Wave:
    return waves.make(warehouse.logistics.place(), actor="user:mei", now=clock.now())


def confirm(wave: waves.Wave, code: str) -> waves.Picked:
    return waves.confirm(wave, code, actor="user:mei", now=clock.now())


@pytest.mark.django_db
def test_a_wave_is_picked_bin_by_bin_and_whole_parcels_leave_it(floor: list[Shipment]):
    with CaptureQueriesContext(connection) as queries:
        wave = made()
    one, both, two = (parcel.number for parcel in floor)

    assert [stop.bin.code for stop in waves.next_stops(wave)] == ["A01-02-1-1"] * 2
    with pytest.raises(waves.WrongBin, match="A01-02-1-1"):
        confirm(wave, "A03-05-1-1X")
    first = confirm(wave, "a01-02-1-1")
    again = PickStop.objects.filter(state="IN_TROLLEY").count()
    second = confirm(wave, "A03-05-1-1")

    wave.refresh_from_db()
    assert (first.pieces, first.parcels, again) == (2, (two,), 1)
    assert (second.pieces, second.parcels) == (2, (one, both))
    assert wave.state == "DONE"
    assert set(Shipment.objects.values_list("state", flat=True)) == {"PICKED"}
    assert not BinStock.objects.filter(claimed__gt=0).exists()
    assert wave.closes_at is not None
    assert broken() == []
    assert len(queries) < 40


@pytest.mark.django_db
def test_a_parcel_is_on_one_wave_and_a_cancelled_one_gives_its_pieces_up(floor: list[Shipment]):
    wave = made()
    with pytest.raises(waves.NoWave):
        made()

    shipments.cancel(floor[0].order, **{**MEI, "now": clock.now()})
    picked = confirm(wave, "A01-02-1-1")
    done = confirm(wave, "A03-05-1-1")

    assert floor[0].stops.get().state == "DROPPED"
    assert (picked.parcels, done.parcels) == ((floor[2].number,), (floor[1].number,))
    assert broken() == []


@pytest.mark.django_db
def test_a_bin_that_lacks_pieces_frees_its_parcels_for_another_wave(floor: list[Shipment]):
    wave = made()

    empty = waves.short(wave, "A03-05-1-1", actor="user:mei", now=clock.now())

    assert empty.code == "A03-05-1-1"
    assert {row.pk for row in waves.waiting(empty.place)} == {floor[0].pk, floor[1].pk}
    with pytest.raises(waves.WrongBin):
        waves.short(wave, "A03-05-1-1", actor="user:mei", now=clock.now())
    assert broken() == []


@pytest.mark.django_db
def test_claimed_pieces_stay_where_the_wave_will_find_them(floor: list[Shipment]):
    made()
    stock = floor[2].items.get().line.reservation.stock

    with pytest.raises(bins.NotThere):
        put_away(stock, stock.on_hand, "A02-01-1-1", source="A01-02-1-1")
    put_away(stock, stock.on_hand - 2, "A02-01-1-1", source="A01-02-1-1")

    assert broken() == []
