"""The ruble price."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import pricing
from catalog.models import Margin

FEN = Decimal("0.01")
yuan = st.decimals("0.01", "99999999.99", places=2)
rates = st.decimals("0.5", "50", places=10)
margins = st.builds(pricing.Margins, st.integers(0, 3000), st.integers(0, 5000))
limits = st.integers(0, 10_000_000)


def test_worked_example():
    house = pricing.Margins(exchange_bps=200, platform_bps=1000)

    price = pricing.rubles(Decimal("1299.00"), rate=Decimal("11.6571"), margins=house)

    # 1299.00 x 11.6571 = 15 142.5729; x 1.02 = 15 445.424358; x 1.10 = 16 989.9667938
    assert price == Decimal("16990.00")
    assert pricing.Margins(exchange_bps=3000, platform_bps=5000).factor == Decimal("1.95")


def test_a_price_of_whole_tens_is_not_raised():
    none = pricing.Margins(0, 0)

    assert pricing.rubles(Decimal("10.00"), rate=Decimal(10), margins=none) == Decimal(100)
    assert pricing.rubles(Decimal("10.01"), rate=Decimal(10), margins=none) == Decimal(110)


@given(yuan, yuan, rates, margins)
def test_a_higher_yuan_price_is_never_a_lower_ruble_price(one, other, rate, house):
    low, high = sorted((one, other))

    assert pricing.rubles(low, rate=rate, margins=house) <= pricing.rubles(
        high, rate=rate, margins=house
    )


@given(yuan, rates, margins)
def test_the_price_is_whole_tens_just_above_the_exact_one(price, rate, house):
    rubles = pricing.rubles(price, rate=rate, margins=house)

    exact = price * rate * house.factor
    assert rubles % 10 == 0
    assert rubles - 10 < exact.quantize(Decimal("1e-9")) <= rubles + Decimal("1e-6")


@given(yuan, rates, margins, limits, limits)
def test_a_range_in_rubles_is_the_same_range_in_yuan(price, rate, house, low, high):
    rubles = pricing.rubles(price, rate=rate, margins=house)

    least, most = pricing.yuan_bounds(low, high, rate=rate, margins=house)

    assert (low <= rubles <= high) == (least <= price <= most)


@given(rates, margins, limits)
def test_the_bounds_are_tight(rate, house, low):
    least, _ = pricing.yuan_bounds(low, None, rate=rate, margins=house)

    assert pricing.rubles(max(least, FEN), rate=rate, margins=house) >= low
    assert pricing.rubles(least - FEN, rate=rate, margins=house) < max(low, 1)


def test_an_open_range_has_no_bound():
    tariff = pricing.Tariff(Decimal(10), pricing.Margins(0, 0))

    assert tariff.yuan_bounds(None, None) == (None, None)
    assert tariff.yuan_bounds(95, 104) == (Decimal("9.01"), Decimal(10))
    assert tariff.rubles(Decimal("9.01")) == tariff.rubles(Decimal(10)) == 100


@pytest.mark.django_db
def test_margins_are_those_of_the_day():
    Margin.objects.create(
        kind=Margin.Kind.PLATFORM, rate_bps=1250, valid_from=date(2027, 1, 1), source="test"
    )

    assert pricing.margins(date(2026, 12, 31)) == pricing.Margins(200, 1000)
    assert pricing.margins(date(2027, 1, 1)) == pricing.Margins(200, 1250)


@pytest.mark.django_db
def test_a_day_before_every_row_has_no_margin():
    with pytest.raises(pricing.NoMargin, match=r"EXCHANGE.*on 2001-01-01"):
        pricing.margins(date(2001, 1, 1))
