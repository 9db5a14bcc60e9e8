"""Sets of places as whole numbers, held against plain sets."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from catalog.search import bitmaps

SIZE = 70
places = some.sets(some.integers(0, SIZE - 1))
numbers = some.dictionaries(some.integers(0, SIZE - 1), some.integers(0, 5000))
bounds = some.none() | some.integers(-3, 10_000)


@given(places, places)
def test_a_set_of_bits_is_a_set(one, other):
    here, there = bitmaps.pack(one, SIZE), bitmaps.pack(other, SIZE)

    assert list(bitmaps.members(here & there)) == sorted(one & other)
    assert list(bitmaps.members(here | there)) == sorted(one | other)
    assert here.bit_count() == len(one)
    assert bitmaps.read(bitmaps.write(here, SIZE)) == here
    assert set(bitmaps.members(bitmaps.everything(SIZE) & ~here)) == set(range(SIZE)) - one


@given(places, some.permutations(range(SIZE)))
def test_an_order_is_walked_over_the_members_alone(one, order):
    walked = list(bitmaps.among(order, bitmaps.pack(one, SIZE)))

    assert walked == [place for place in order if place in one]


@given(numbers, bounds, bounds)
def test_a_range_of_numbers_is_found_by_their_digits(numbers, low, high):
    found = bitmaps.digits(numbers, SIZE).between(low, high)

    assert set(bitmaps.members(found)) == {
        place
        for place, number in numbers.items()
        if (low is None or number >= low) and (high is None or number <= high)
    }


@given(numbers, places)
def test_the_ends_of_the_numbers_of_a_set(numbers, one):
    digits, bits = bitmaps.digits(numbers, SIZE), bitmaps.pack(one, SIZE)
    among = [number for place, number in numbers.items() if place in one]

    assert digits.lowest(bits) == min(among, default=None)
    assert digits.highest(bits) == max(among, default=None)


@pytest.mark.parametrize("share", [0.0001, 0.004, 0.0077, 0.05, 0.4])
@pytest.mark.parametrize("within", [0.001, 0.02, 0.3, 0.99])
def test_what_two_sets_share_is_counted_to_a_thousand(share, within):
    size, dice = 1 << 17, Random(3)
    one, other = (
        bitmaps.pack((place for place in range(size) if dice.random() < part), size)
        for part in (within, share)
    )

    counted = bitmaps.Tally(one, size).count(other, other.bit_count())

    shared = (one & other).bit_count()
    assert counted == shared if shared <= 1_000 else counted > 1_000
