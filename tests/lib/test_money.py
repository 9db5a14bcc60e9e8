"""Arithmetic of money: parts sum to the whole, rounding is done once and said aloud."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.lib import money

UNITS = st.integers(-(10**12), 10**12)
WEIGHTS = st.lists(
    st.decimals("0", "1000000", allow_nan=False, allow_infinity=False, places=4),
    min_size=1,
    max_size=30,
).filter(any)
VALUES = st.decimals("-10000000", "10000000", allow_nan=False, allow_infinity=False, places=6)


@given(UNITS, WEIGHTS)
def test_parts_add_up_to_the_whole(total: int, weights: list[Decimal]) -> None:
    assert sum(money.apportion(total, weights)) == total


@given(UNITS, WEIGHTS)
def test_no_part_is_a_unit_or_more_off_its_exact_share(total: int, weights: list[Decimal]) -> None:
    whole = sum(weights)

    for part, weight in zip(money.apportion(total, weights), weights, strict=True):
        assert abs(part - total * weight / whole) < Decimal("1.000001")


@given(UNITS, WEIGHTS)
def test_what_weighs_nothing_gets_nothing(total: int, weights: list[Decimal]) -> None:
    for part, weight in zip(money.apportion(total, weights), weights, strict=True):
        assert weight or part == 0


def test_leftover_units_go_to_the_largest_rests_and_earlier_parts_first() -> None:
    assert money.apportion(100, [Decimal(1)] * 3) == [34, 33, 33]
    assert money.apportion(101, [Decimal(1), Decimal(2), Decimal(1)]) == [25, 51, 25]
    assert money.apportion(-100, [Decimal(1)] * 3) == [-34, -33, -33]


@pytest.mark.parametrize("weights", [[], [Decimal(0)], [Decimal(2), Decimal(-1)]])
def test_weights_that_share_nothing_are_refused(weights: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="weights"):
        money.apportion(100, weights)


@given(UNITS, st.sampled_from(sorted(money.SCALE)))
def test_minor_units_survive_the_way_there_and_back(units: int, currency: str) -> None:
    assert money.to_minor(money.from_minor(units, currency), currency) == units


def test_half_a_kopeck_has_no_minor_units() -> None:
    with pytest.raises(ValueError, match=r"0\.005 RUB"):
        money.to_minor(Decimal("0.005"), "RUB")


def test_currency_without_scale_is_unknown() -> None:
    with pytest.raises(KeyError):
        money.to_minor(Decimal(1), "JPY")


@given(VALUES)
def test_rounding_half_up_is_never_more_than_half_a_kopeck_off(value: Decimal) -> None:
    rounded = money.half_up(value)

    assert rounded == rounded.quantize(Decimal("0.01"))
    assert abs(rounded - value) <= Decimal("0.005")
    assert money.half_up(-value) == -rounded


@given(st.decimals("0", "10000000", allow_nan=False, allow_infinity=False, places=6))
def test_price_goes_up_to_whole_tens_by_less_than_ten(value: Decimal) -> None:
    price = money.up_to_tens(value)

    assert price % 10 == 0
    assert 0 <= price - value < 10


@given(
    st.decimals("0", "1000000", allow_nan=False, places=4),
    st.decimals("0", "1000000", allow_nan=False, places=4),
)
def test_dearer_goods_never_get_a_lower_price(first: Decimal, second: Decimal) -> None:
    low, high = sorted((first, second))

    assert money.up_to_tens(low) <= money.up_to_tens(high)


@pytest.mark.parametrize(
    ("value", "bps", "expected"),
    [
        ("1299.00", 700, "90.93"),
        ("0.01", 5000, "0.01"),
        ("100.00", 0, "0.00"),
        ("33.33", 1, "0.00"),
    ],
)
def test_share_is_rounded_half_up_once(value: str, bps: int, expected: str) -> None:
    assert money.share(Decimal(value), bps) == Decimal(expected)
