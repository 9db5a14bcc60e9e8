"""What a buyer narrows a list by, read from its address; what cannot be read is not chosen."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.core.validators import slug_re
from django.utils.datastructures import MultiValueDict

from catalog import pricing
from catalog.search import FLAGS, RATINGS, Choice, Span

Given = MultiValueDict[str, str]
MOST = 30
LONGEST_NUMBER = 8
PLAIN_NUMBER = re.compile(r"\d{1,8}(\.\d{1,2})?", re.ASCII)
DAYS = ("7", "10", "14")
# A slider of about so many stops can be walked by arrow keys and set by a finger.
STOPS = 150
STEPS = tuple(
    Decimal(step)
    for step in ("0.1", "1", "10", "20", "50", "100", "200", "500", "1000", "2000", "5000")
)


def read(given: Given, tariff: pricing.Tariff | None) -> Choice:
    """Read the choices of an address, all but the day of arrival, which depends on the city."""
    low, high = whole(given.get("from", "")), whole(given.get("to", ""))
    yuan = tariff.yuan_bounds(low, high) if tariff else (None, None)
    return Choice(
        brand=_slugs(given.getlist("brand")),
        category=_slugs(given.getlist("category")),
        colour=_slugs(given.getlist("colour")),
        seller=_slugs(given.getlist("seller")),
        ram=_wholes(given.getlist("ram")),
        storage=_wholes(given.getlist("storage")),
        flags=frozenset(name for name in FLAGS if name in given),
        rating=_rating(given.get("rating", "")),
        price=Span(*yuan),
        screen=Span(number(given.get("screen_from", "")), number(given.get("screen_to", ""))),
        battery=Span(number(given.get("battery_from", "")), number(given.get("battery_to", ""))),
    )


def _rating(text: Any) -> Decimal | None:
    return Decimal(text) if text in RATINGS else None


def within(given: Given) -> int | None:
    """Give the number of days within which the goods are to arrive, if one was chosen."""
    days = given.get("within")
    return int(days) if days in DAYS else None


def whole(text: str) -> int | None:
    """Whole rubles however they were typed: with spaces, or not a number at all."""
    plain = "".join(text.split())
    good = plain.isascii() and plain.isdecimal() and len(plain) <= LONGEST_NUMBER
    return int(plain) if good else None


def number(text: str) -> Decimal | None:
    """A measure as people of different countries type it: `6,1` or `6.1`."""
    plain = "".join(text.split()).replace(",", ".")
    return Decimal(plain) if PLAIN_NUMBER.fullmatch(plain) else None


def _wholes(texts: Iterable[str]) -> tuple[int, ...]:
    found = (whole(text) for text in texts)
    return tuple(each for each in found if each is not None)[:MOST]


def _slugs(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if slug_re.fullmatch(text)))[:MOST]


@dataclass(frozen=True)
class Scale:
    """How far a slider goes, in the steps it takes; plain numbers as browsers read them.

    `least` and `most` are the values there are; the ends lie on steps around them.
    """

    low: str
    high: str
    step: str
    least: Decimal
    most: Decimal


def scale(low: Decimal, high: Decimal, *, finest: str) -> Scale | None:
    """Lay a slider over all that there is, in round steps; None when there is nothing to choose.

    Rounding: the ends outwards, so that every value lies on the slider.
    """
    steps = [step for step in STEPS if step >= Decimal(finest)]
    step = next((each for each in steps if (high - low) / each <= STOPS), steps[-1])
    start = (low / step).to_integral_value(ROUND_FLOOR) * step
    end = (high / step).to_integral_value(ROUND_CEILING) * step
    return Scale(_plain(start), _plain(end), _plain(step), low, high) if start < end else None


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
