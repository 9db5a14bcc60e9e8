"""Duty, reckoned as an accountant would."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.customs import duties

A = duties.Rule(
    rule="row-a",
    free_eur=Decimal(200),
    free_g=31_000,
    rate_bps=1500,
    min_eur_per_kg=Decimal(2),
    is_on_excess=True,
    vat_bps=0,
    valid_from=date(2024, 4, 1),
    valid_until=None,
    source="test",
)
B = duties.Rule(
    rule="row-b",
    free_eur=Decimal(200),
    free_g=None,
    rate_bps=500,
    min_eur_per_kg=Decimal(1),
    is_on_excess=False,
    vat_bps=2200,
    valid_from=date(2026, 7, 1),
    valid_until=None,
    source="test",
)
RATE = Decimal(100)


def rubles(eur: str, grams: int, rule: duties.Rule = A) -> Decimal:
    value = Decimal(eur) * RATE
    return duties.duty(value, eur_rate=RATE, weight_g=grams, rule=rule).rub


@pytest.mark.parametrize(
    ("eur", "grams", "rub"),
    [
        ("200", 31_000, "0.00"),
        ("200.01", 1_000, "0.15"),
        ("300", 1_000, "1500.00"),  # 15 % of 100 EUR
        ("100", 40_000, "1800.00"),  # 2 EUR for each of 9 kg over
        ("300", 40_000, "1800.00"),  # both limits: the greater
        ("400", 40_000, "3000.00"),
    ],
)
def test_row_a_takes_from_the_excess(eur: str, grams: int, rub: str) -> None:
    assert rubles(eur, grams) == Decimal(rub)


@pytest.mark.parametrize(
    ("eur", "grams", "rub", "vat"),
    [
        ("200", 40_000, "0.00", "0.00"),
        ("300", 500, "8430.00", "6930.00"),  # 15.00 EUR and 22 % of 315 EUR
        ("300", 20_000, "9040.00", "7040.00"),  # 1 EUR for each of 20 kg is more than 5 %
    ],
)
def test_row_b_takes_from_the_whole_and_adds_vat(eur: str, grams: int, rub: str, vat: str) -> None:
    found = duties.duty(Decimal(eur) * RATE, eur_rate=RATE, weight_g=grams, rule=B)

    assert (found.rub, found.vat_rub) == (Decimal(rub), Decimal(vat))


def test_the_sample_phone_is_free_and_the_distance_to_the_limit_is_shown() -> None:
    found = duties.duty(Decimal("16990.00"), eur_rate=Decimal("99.3310"), weight_g=497, rule=A)

    assert found.rub == Decimal("0.00")
    assert not found.is_due
    assert found.limit_rub == Decimal("19866.20")
    assert found.free_left_rub == Decimal("2876.20")
    assert found.over_eur == Decimal("0.00")


def test_rule_and_inputs_are_kept_in_plain_words() -> None:
    found = duties.duty(Decimal("25000.00"), eur_rate=Decimal("99.33"), weight_g=900, rule=A)

    assert found.rule == "row-a"
    assert found.inputs == {
        "value_rub": "25000",
        "eur_rate": "99.33",
        "weight_g": "900",
        "free_eur": "200",
    }
    assert found.rub == Decimal("770.10")  # 15 % of 25 000 - 19 866
    assert found.over_eur == Decimal("51.69")


def test_it_is_rounded_once_half_up_to_the_kopeck() -> None:
    found = duties.duty(Decimal("20000.10"), eur_rate=RATE, weight_g=100, rule=A)

    assert found.rub == Decimal("0.02")  # 15 % of 0.10 is 0.015
    assert found.is_due


@pytest.mark.parametrize(("value", "rate", "grams"), [(-1, 1, 1), (1, 0, 1), (1, 1, -1)])
def test_a_negative_value_is_a_bug(value: int, rate: int, grams: int) -> None:
    with pytest.raises(ValueError, match=r"^value, weight and rate must not be negative$"):
        duties.duty(Decimal(value), eur_rate=Decimal(rate), weight_g=grams, rule=A)


def test_nothing_owes_nothing_and_a_cheap_euro_is_a_euro() -> None:
    found = duties.duty(Decimal(0), eur_rate=Decimal("0.5"), weight_g=0, rule=A)

    assert (found.rub, found.limit_rub, found.free_left_rub) == (0, 100, 100)


def test_the_limit_and_what_is_left_of_it_are_rounded_down() -> None:
    found = duties.duty(Decimal("0.01"), eur_rate=Decimal("0.666699"), weight_g=0, rule=A)

    assert found.limit_rub == Decimal("133.33")  # 133.3398
    assert found.free_left_rub == Decimal("133.32")


def test_a_rule_says_its_shares_in_plain_words() -> None:
    rule = replace(B, rate_bps=550, vat_bps=2250, free_eur=Decimal("150.50"))

    assert (rule.rate_percent, rule.vat_percent, rule.free_euros) == ("5.5", "22.5", "150.5")
    assert duties.duty(Decimal("15050.01"), eur_rate=RATE, weight_g=0, rule=rule).by == rule


def test_a_rule_without_a_free_weight_asks_for_none() -> None:
    assert rubles("100", 40_000, replace(A, free_g=None)) == 0


def test_rubles_are_told_in_euros_half_up() -> None:
    assert duties.in_euros(Decimal("100.50"), eur_rate=Decimal(100)) == Decimal("1.01")


MONEY = st.decimals(min_value=0, max_value=1_000_000, places=2)
GRAMS = st.integers(min_value=0, max_value=60_000)


@given(st.sampled_from([A, B]), MONEY, MONEY, GRAMS, GRAMS)
def test_dearer_and_heavier_goods_never_owe_less(
    rule: duties.Rule, value: Decimal, more: Decimal, grams: int, heavier: int
) -> None:
    one = duties.duty(value, eur_rate=RATE, weight_g=grams, rule=rule)
    other = duties.duty(value + more, eur_rate=RATE, weight_g=grams + heavier, rule=rule)

    assert other.rub >= one.rub
    assert other.free_left_rub <= one.free_left_rub
    assert 0 <= one.vat_rub <= one.rub
