"""The packing of departures and bags against what must hold of it, whatever the parcels."""

import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from logistics import packing
from logistics.packing import Bags, Offer, Piece, Room

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LIMIT = 3_000
limits = st.one_of(st.none(), st.integers(0, 9_000))
counts = st.one_of(st.none(), st.integers(0, 6))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Piece], dict[int, list[Offer]], dict[str, Room]]:
    vehicles = {name: Room(draw(limits), draw(counts), draw(limits)) for name in "ABC"}
    offers = {
        lane: [Offer((lane, name), name) for name in sorted(draw(st.sets(st.sampled_from("ABC"))))]
        for lane in (1, 2)
    }
    facts = st.tuples(
        st.integers(1, 2), st.integers(0, 5), st.integers(1, 4_000), st.integers(0, 4_000)
    )
    pieces = [
        Piece(key, lane, NOW + timedelta(hours=hours), grams, cm3)
        for key, (lane, hours, grams, cm3) in enumerate(draw(st.lists(facts, max_size=14)))
    ]
    return pieces, offers, vehicles


def used(loaded: list[tuple[Piece, Offer]], vehicle: str) -> tuple[int, int, int]:
    mine = [piece for piece, offer in loaded if offer.vehicle == vehicle]
    return sum(p.weight_g for p in mine), len(mine), sum(p.volume_cm3 for p in mine)


@given(worlds())
def test_no_vehicle_carries_more_than_it_may(world: tuple) -> None:  # type: ignore[type-arg]
    pieces, offers, rooms = world

    loaded, waiting = packing.load(pieces, offers, rooms)

    assert Counter([p.key for p, _offer in loaded] + [p.key for p in waiting]) == Counter(
        p.key for p in pieces
    )
    for name, room in rooms.items():
        for booked, most in zip(
            used(loaded, name), (room.grams, room.parcels, room.cm3), strict=True
        ):
            assert most is None or booked <= most


@given(worlds())
def test_nobody_is_left_behind_for_one_with_more_slack_unless_he_does_not_fit(
    world: tuple,  # type: ignore[type-arg]
) -> None:
    pieces, offers, rooms = world

    loaded, _waiting = packing.load(pieces, offers, rooms)

    taken = {piece.key: offer for piece, offer in loaded}
    for piece in pieces:
        before = [one for one in loaded if packing.urgency(one[0]) < packing.urgency(piece)]
        for offer in offers[piece.lane]:
            if taken.get(piece.key) == offer:
                break
            grams, parcels, cm3 = used(before, str(offer.vehicle))
            room = rooms[str(offer.vehicle)]
            left = Room(
                None if room.grams is None else room.grams - grams,
                None if room.parcels is None else room.parcels - parcels,
                None if room.cm3 is None else room.cm3 - cm3,
            )
            assert not left.takes(piece)


@given(worlds(), st.integers())
def test_the_order_in_which_parcels_are_told_changes_nothing(
    world: tuple,  # type: ignore[type-arg]
    seed: int,
) -> None:
    pieces, offers, rooms = world
    mixed = random.Random(seed).sample(pieces, len(pieces))

    one, other = (packing.load(given_so, offers, rooms)[0] for given_so in (pieces, mixed))

    bags = [packing.bag(found, defaultdict(lambda: Bags(LIMIT))) for found in (one, other)]
    assert bags[0] == bags[1]


@given(st.lists(st.integers(1, 4_000), max_size=40), st.lists(st.integers(0, 3_500), max_size=4))
def test_a_bag_is_never_too_heavy_and_none_is_opened_in_vain(
    weights: list[int], there: list[int]
) -> None:
    bags = Bags(LIMIT)
    held = dict(enumerate(there))
    for weight in there:
        bags.keep(weight)

    for weight in weights:
        fitting = [number for number, grams in held.items() if grams + weight <= LIMIT]
        number = bags.put(weight)
        assert (number in held) == bool(fitting)
        held[number] = held.get(number, 0) + weight

    assert all(grams <= LIMIT or grams in weights or grams in there for grams in held.values())
