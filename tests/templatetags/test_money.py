"""Money is written as people write it."""

from decimal import Decimal

import pytest
from django.utils import translation
from moneyed import Money

from storefront.templatetags import money


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (16990, "16\u202f990\u00a0₽"),
        (Decimal("16990.00"), "16\u202f990\u00a0₽"),
        (Money("1234567.50", "RUB"), "1\u202f234\u202f567,50\u00a0₽"),
        (0, "0\u00a0₽"),
        (640, "640\u00a0₽"),
        (Decimal("-640"), "\u2212640\u00a0₽"),
        (None, ""),
    ],
)
def test_rubles_in_russian(value, text):
    with translation.override("ru"):
        assert money.rubles(value) == text


def test_kopecks_follow_the_language():
    with translation.override("en"):
        assert money.rubles(Decimal("9.05")) == "9.05\u00a0₽"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "1\u202f299,00\u00a0¥"),
        ("zh-hans", "¥1,299.00"),
        ("en", "¥1,299.00"),
    ],
)
def test_yuan_follow_the_language(language, text):
    with translation.override(language):
        assert money.yuan(Money("1299", "CNY")) == text


def test_owed_yuan_carry_a_minus():
    with translation.override("zh-hans"):
        assert money.yuan(Decimal("-12.5")) == "\u2212¥12.50"


def test_nothing_is_written_for_no_price():
    assert money.yuan(None) == ""
    assert money.whole(None) == ""


def test_counts_are_grouped():
    assert money.whole(12500) == "12\u202f500"
