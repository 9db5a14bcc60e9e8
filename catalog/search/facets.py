"""The choices a buyer narrows a list by, each counted as if it alone were not chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from math import ceil, floor
from operator import and_, or_

from catalog.models import Brand, Seller, language
from storefront.lib import kept

from . import bitmaps
from .piles import FLAG, PROPERTIES, Pile

LISTS = ("brand", "category", "colour", "seller")
MEMORIES = ("ram", "storage")
FLAGS = (*PROPERTIES, "harbin")
TEXT = "text"
RATINGS = ("4.5", "4", "3")

# How many of the units a number is kept in make one of the buyer's: fen to a yuan, tenths of an
# inch to an inch, mAh.
UNITS = {"price": 100, "screen": 10, "battery": 1}


@dataclass(frozen=True)
class Span:
    """From the lowest to the highest, both inclusive; none is no bound."""

    low: Decimal | None = None
    high: Decimal | None = None

    def __bool__(self) -> bool:
        return self.low is not None or self.high is not None


@dataclass(frozen=True)
class Choice:
    """What a buyer chose. Empty means all.

    Money: CNY of the best price.
    Units: GB, inches, mAh; `rating` is at least so much; `flags` are names of FLAGS; `ways` are the
    classes of carriage that arrive in time, none means that no day is wished.
    """

    brand: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    colour: tuple[str, ...] = ()
    seller: tuple[str, ...] = ()
    ram: tuple[int, ...] = ()
    storage: tuple[int, ...] = ()
    flags: frozenset[str] = frozenset()
    rating: Decimal | None = None
    price: Span = Span()
    screen: Span = Span()
    battery: Span = Span()
    ways: frozenset[str] | None = None


@dataclass
class Counts:
    """How many goods stand behind each choice, and from where to where the numbers reach.

    Money: CNY, as if no price were chosen.
    """

    total: int = 0
    brand: dict[str, int] = field(default_factory=dict)
    category: dict[str, int] = field(default_factory=dict)
    colour: dict[str, int] = field(default_factory=dict)
    seller: dict[str, int] = field(default_factory=dict)
    ram: dict[str, int] = field(default_factory=dict)
    storage: dict[str, int] = field(default_factory=dict)
    rating: dict[str, int] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    price: Span = Span()
    screen: Span = Span()
    battery: Span = Span()
    ways: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Narrowed:
    """A pile and, for each facet in which something is chosen, the places that have it.

    `TEXT` is the facet of those that have the words looked for.
    """

    pile: Pile
    chosen: Mapping[str, int]

    @property
    def found(self) -> int:
        """The places that have everything that is chosen."""
        return self.without("")

    def without(self, facet: str) -> int:
        """Give the places that have everything chosen in the other facets."""
        others = [bits for name, bits in self.chosen.items() if name != facet]
        return reduce(and_, others) if others else bitmaps.everything(self.pile.size)


def narrow(pile: Pile, choice: Choice, *, within: int | None = None) -> Narrowed:
    """Find the places of each thing chosen, among those of a set if there is one."""
    chosen = {name: _any(pile, name, getattr(choice, name)) for name in (*LISTS, *MEMORIES)}
    chosen |= {name: _any(pile, name, (FLAG,)) for name in FLAGS if name in choice.flags}
    chosen |= {name: _within(pile, name, getattr(choice, name)) for name in UNITS}
    if choice.rating is not None:
        chosen["rating"] = _rated(pile, choice.rating)
    if choice.ways is not None:
        chosen["ways"] = reduce(or_, (_column(pile, "way", way) for way in choice.ways), 0)
    chosen[TEXT] = within
    return Narrowed(pile, {name: bits for name, bits in chosen.items() if bits is not None})


def _any(pile: Pile, name: str, values: Iterable[object]) -> int | None:
    found = [_column(pile, name, str(value)) for value in values]
    return reduce(or_, found) if found else None


def _column(pile: Pile, name: str, value: str) -> int:
    return pile.columns.get(name, {}).get(value, 0)


def _within(pile: Pile, name: str, span: Span) -> int | None:
    """A bound between two numbers that are kept is taken inwards."""
    if not span:
        return None
    if name not in pile.numbers:
        return 0
    unit = UNITS[name]
    low = None if span.low is None else ceil(span.low * unit)
    high = None if span.high is None else floor(span.high * unit)
    return pile.numbers[name].between(low, high)


def _rated(pile: Pile, least: Decimal) -> int:
    """The few limits that are asked for are kept beside the digits."""
    tenths = int(least * 10)
    if tenths not in pile.rated:
        digits = pile.numbers.get("rating")
        pile.rated[tenths] = digits.at_least(tenths) if digits else 0
    return pile.rated[tenths]


def count(parts: Sequence[Narrowed]) -> Counts:
    """Count every choice over some piles."""
    counts = Counts()
    for part in parts:
        _add(counts, part)
    for name in UNITS:
        setattr(counts, name, _span(name, parts))
    _name(counts)
    return counts


def _add(counts: Counts, part: Narrowed) -> None:
    """What is not narrowed was counted when the pile was laid."""
    found, facets = bitmaps.Tally(part.found, part.pile.size), {"ways": "way"}
    counts.total += found.number
    for name in (*LISTS, *MEMORIES, *FLAGS, "ways"):
        for value, number in _counted(part, name, facets.get(name, name), found).items():
            known, key = (counts.flags, name) if name in FLAGS else (getattr(counts, name), value)
            known[key] = known.get(key, 0) + number
    stars = part.without("rating")
    for text in RATINGS:
        number = (_rated(part.pile, Decimal(text)) & stars).bit_count()
        if number:
            counts.rating[text] = counts.rating.get(text, 0) + number


def _counted(part: Narrowed, name: str, facet: str, found: bitmaps.Tally) -> dict[str, int]:
    quantities = part.pile.quantities.get(facet, {})
    if not part.chosen.keys() - {name}:
        return quantities
    others = bitmaps.Tally(part.without(name), part.pile.size) if name in part.chosen else found
    columns = part.pile.columns.get(facet, {}) if others.number else {}
    numbers = {value: others.count(bits, quantities[value]) for value, bits in columns.items()}
    return {value: number for value, number in numbers.items() if number}


def _span(name: str, parts: Iterable[Narrowed]) -> Span:
    pairs = [
        (digits.lowest(bits), digits.highest(bits))
        for part in parts
        if (digits := part.pile.numbers.get(name)) and (bits := part.without(name))
    ]
    lows = [low for low, _high in pairs if low is not None]
    highs = [high for _low, high in pairs if high is not None]
    unit = Decimal(UNITS[name])
    return Span(min(lows) / unit, max(highs) / unit) if lows and highs else Span()


def _name(counts: Counts) -> None:
    known = _names(language())
    counts.names = {value: known.get(value, value) for value in (*counts.brand, *counts.seller)}


@kept.for_a_minute
def _names(_language: str) -> dict[str, str]:
    """What brands and sellers are called in the reader's language; a brand before a seller."""
    sellers = {seller.slug: seller.name for seller in Seller.objects.all()}
    return sellers | dict(Brand.objects.values_list("slug", "name"))
