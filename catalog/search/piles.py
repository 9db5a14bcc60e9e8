"""Goods laid side by side in memory: for each value of a facet, the set of places that have it."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, NamedTuple

from . import bitmaps
from .bitmaps import Digits

# With so few goods left they are sorted; with more, an order laid beforehand is walked.
SORTED = 1_500
MONTHS = 1_000_000  # room for a month, 202611, below the number that counts more
# What goods have or have not, by the key of the attribute: each is a facet.
PROPERTIES = ("five_g", "nfc")
FLAG = "1"


class Row(NamedTuple):
    """What is read of a product to lay it: `values_list(*COLUMNS)`."""

    pk: int
    category_id: int
    brand: str
    category: str
    best_price_cny: Decimal | None
    harbin_quantity: int
    rating: Decimal | None
    sold_quantity: int
    released: str
    listed_at: datetime | None
    facets: dict[str, Any]
    is_prominent: bool


COLUMNS = tuple(
    {"brand": "brand__slug", "category": "category__slug"}.get(name, name) for name in Row._fields
)


@dataclass
class Pile:
    """Goods of a category at their places; the first is that of the good to be shown first.

    Units: prices in fen, screens in tenths of an inch, batteries in mAh, ratings in tenths.
    """

    category_id: int = 0
    lists: dict[str, "array[int]"] = field(default_factory=dict)
    columns: dict[str, dict[str, int]] = field(default_factory=dict)
    quantities: dict[str, dict[str, int]] = field(default_factory=dict)
    numbers: dict[str, Digits] = field(default_factory=dict)
    rated: dict[int, int] = field(default_factory=dict)

    @property
    def ids(self) -> "array[int]":
        return self.lists["ids"]

    @property
    def size(self) -> int:
        return len(self.ids)

    def key(self, order: str, place: int) -> tuple[int, int]:
        """Give what two places are compared by, also those of two piles: the lesser is first."""
        pk = self.ids[place]
        if order == "cheap":
            return self.lists["prices"][place], -pk
        if order == "dear":
            return -self.lists["prices"][place], pk
        if order == "new":
            return -self.lists["listings"][place], -pk
        return -self.lists["popularity"][place], -pk

    def find(self, pk: int) -> int | None:
        """Give the place of a good."""
        at = bisect_left(self._sorted_ids, pk)
        found = at < self.size and self._sorted_ids[at] == pk
        return self.lists["by_id"][at] if found else None

    @cached_property
    def _sorted_ids(self) -> "array[int]":
        return array("q", map(self.ids.__getitem__, self.lists["by_id"]))

    def places(self, bits: int, order: str) -> Iterator[int]:
        """Give the places of a set in an order; without one, as they were laid."""
        if order not in ("cheap", "dear", "new"):
            return bitmaps.members(bits)
        walk = self._walk(order, bits) if bits.bit_count() > SORTED else None
        if walk is not None:
            return bitmaps.among(walk, bits)
        return iter(sorted(bitmaps.members(bits), key=partial(self.key, order)))

    def _walk(self, order: str, bits: int) -> Iterable[int] | None:
        """Dear is cheap from its end. Prices that no place of the set has are passed over."""
        laid = self.lists.get("new" if order == "new" else "cheap")
        if laid is None or order == "new":
            return laid
        numbers = self.numbers.get("price", Digits(0, ()))
        if not bits & ~numbers.has:
            price = self.lists["prices"].__getitem__
            start = bisect_left(laid, numbers.lowest(bits) or 0, key=price)
            laid = laid[start : bisect_right(laid, numbers.highest(bits) or 0, key=price)]
        return reversed(laid) if order == "dear" else laid


def popularity(row: Row) -> int:
    """Give the number by which goods are ordered unless the buyer says otherwise."""
    return row.sold_quantity * MONTHS + _month(row)


def lay(rows: Iterable[Row]) -> Pile:
    """Lay goods in the order given."""
    lists = {name: array("q") for name in ("ids", "popularity", "prices", "listings")}
    places: dict[str, dict[str, array[int]]] = {}
    numbers: dict[str, dict[int, int]] = {}
    for place, row in enumerate(rows):
        lists["ids"].append(row.pk)
        lists["popularity"].append(popularity(row))
        lists["prices"].append(_fen(row))
        lists["listings"].append(_listing(row))
        for facet, value in _values(row):
            places.setdefault(facet, {}).setdefault(value, array("L")).append(place)
        for name, number in _numbers(row):
            numbers.setdefault(name, {})[place] = number
    return _packed(lists, places, numbers)


def _packed(
    lists: dict[str, "array[int]"],
    places: dict[str, dict[str, "array[int]"]],
    numbers: dict[str, dict[int, int]],
) -> Pile:
    size = len(lists["ids"])
    lists["by_id"] = array("i", sorted(range(size), key=lists["ids"].__getitem__))
    return Pile(
        lists=lists,
        columns={
            facet: {value: bitmaps.pack(at, size) for value, at in values.items()}
            for facet, values in places.items()
        },
        quantities={
            facet: {value: len(at) for value, at in values.items()}
            for facet, values in places.items()
        },
        numbers={name: bitmaps.digits(given, size) for name, given in numbers.items()},
    )


def arrange(pile: Pile) -> None:
    """Lay the orders beforehand in which a large pile is walked."""
    for order in ("cheap", "new"):
        places = sorted(range(pile.size), key=partial(pile.key, order))
        pile.lists[order] = array("i", places)


def carriage(row: Row) -> str:
    """Give the class of carriage: where it starts, and what is in its parcels."""
    origin = "harbin" if row.harbin_quantity else "shenzhen"
    return ",".join(f"{origin}/{kind}" for kind in row.facets.get("carriage", ()))


def _values(row: Row) -> Iterator[tuple[str, str]]:
    """Give each facet value that a good has."""
    facts = row.facets
    yield "brand", row.brand
    yield "category", row.category
    yield "way", carriage(row)
    if row.harbin_quantity:
        yield "harbin", FLAG
    for name in PROPERTIES:
        if facts.get(name):
            yield name, FLAG
    for name in ("colour", "seller", "ram", "storage"):
        for value in facts.get(name, ()):
            yield name, str(value)


def _numbers(row: Row) -> Iterator[tuple[str, int]]:
    if row.best_price_cny is not None:
        yield "price", _fen(row)
    if row.rating is not None:
        yield "rating", int(row.rating * 10)
    for name in ("screen", "battery"):
        if row.facets.get(name):
            yield name, row.facets[name]


def _fen(row: Row) -> int:
    return int((row.best_price_cny or Decimal(0)) * 100)


def _listing(row: Row) -> int:
    seconds = int(row.listed_at.timestamp()) if row.listed_at else 0
    return seconds * MONTHS + _month(row)


def _month(row: Row) -> int:
    """2025-09 is 202509, 2025 is 202500."""
    year, _sign, month = row.released.partition("-")
    return int(f"{year:0>4}{month:0>2}") if (year + month).isdecimal() else 0
