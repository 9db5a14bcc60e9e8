"""The one place where the order of results is decided."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from math import log
from typing import NamedTuple, Protocol

from catalog.models import Kind
from catalog.words import Term, stems

DEVICES = frozenset({Kind.PHONE, Kind.TABLET})

BRAND, MODEL, TITLE, FACTS, ELSEWHERE = 1.0, 1.0, 0.9, 0.45, 0.25
IN_CODE = 0.88
GLUED = re.compile(r"([a-z]{3,})(\d+[a-z]?)")  # mate7 is mate 7
LATER = 0.02  # what each word before it costs a word of the title
SIDE_BY_SIDE = 0.06
COVERED = 0.15
OF_KIND = 0.2
DEVICE = 0.1
HARBIN, NEARNESS = 0.03, 0.004
PROMISE, LONG_DAYS = 0.03, 30
RATING, AVERAGE = 0.02, Decimal("4.0")
SOLD = 0.01


class Candidate(NamedTuple):
    """What is looked at of a product."""

    pk: int
    search_text: str
    kind: str
    harbin_quantity: int
    transit_days: int | None
    rating: Decimal | None
    sold_quantity: int


COLUMNS = Candidate._fields


class Asked(Protocol):
    """A reading, as far as ranking looks at it."""

    @property
    def terms(self) -> Sequence[Term]: ...


def arrange(rows: Iterable[Candidate], reading: Asked) -> list[int]:
    """Order goods by how well they answer a text, best first.

    The score is a sum. Text, 0 to 1: for each term the best of its ways, less the cost of that
    way, times where it stands (brand and model 1, title 0.9 and less the later, properties 0.45,
    elsewhere 0.25), weighted by the term; then words asked side by side that stand side by side;
    then how much of the brand and model was asked for (iPhone 16 before iPhone 16 Pro). Then the
    kind that was named, or a device rather than what belongs to it. Last, by small amounts that
    only part equals: stock in Harbin, the days of the promise, rating, what sells.
    """
    asked = _Asked(reading.terms)
    scored = [(-asked.score(row), -row.pk) for row in rows]
    return [-pk for _score, pk in sorted(scored)]


class _Asked:
    """The terms laid out for quick comparison."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = terms
        self.kinds = {kind for term in terms for kind in term.kinds}
        self.whole = sum(term.weight for term in terms) or 1.0
        self.ways = [_ways(term) for term in terms]

    def score(self, row: Candidate) -> float:
        places, names = _places(row.search_text)
        joined = row.search_text.replace(" ", "")
        text, beside, before = 0.0, 0, -9
        used: set[str] = set()
        for term, ways in zip(self.terms, self.ways, strict=True):
            value, at, words = _best(ways, places, joined)
            if term.kinds and row.kind in term.kinds:
                value = max(value, TITLE)
            text += term.weight * value
            beside += at == before + 1
            before = at
            used.update(words)
        covered = len(used & names) / len(names) if names else 0.0
        return (
            text / self.whole
            + SIDE_BY_SIDE * beside / len(self.terms)
            + COVERED * covered
            + self._of_kind(row)
            + _business(row)
        )

    def _of_kind(self, row: Candidate) -> float:
        if self.kinds:
            return OF_KIND * (row.kind in self.kinds)
        return DEVICE * (row.kind in DEVICES)


Ways = list[tuple[tuple[str, ...], float, bool]]
Places = dict[str, tuple[float, int]]


def _ways(term: Term) -> Ways:
    found = [
        (tuple(map(stems.stem, way.words)), way.cost, any(map(str.isdigit, "".join(way.words))))
        for way in term.ways
    ]
    return sorted(found, key=lambda way: way[1])


@lru_cache(maxsize=4_000)
def _places(text: str) -> tuple[Places, set[str]]:
    """Where the stems of a text stand and what that is worth; and those of brand and model."""
    brand, model, title, facts = ([*text.split("|"), "", "", ""])[:4]
    found: Places = {}
    at = 0
    for part, worth, later in (
        (brand, BRAND, 0.0),
        (model, MODEL, LATER),
        (title, TITLE, LATER),
        (facts, FACTS, 0.0),
    ):
        for number, word in enumerate(part.split()):
            value = max(worth - later * number, FACTS)
            found.setdefault(stems.stem(word), (value, at))
            if glued := GLUED.fullmatch(word):
                for piece in glued.groups():
                    found.setdefault(piece, (value * IN_CODE, at))
            at += 1
    return found, set(map(stems.stem, f"{brand} {model}".split()))


def _best(ways: Ways, places: Places, joined: str) -> tuple[float, int, Sequence[str]]:
    best: tuple[float, int, Sequence[str]] = (ELSEWHERE, -9, ())
    for words, cost, has_digit in ways:
        if 1 - cost <= best[0]:
            break
        found = [places[word] for word in words if word in places]
        if len(found) == len(words):
            value = min(worth for worth, _at in found) * (1 - cost)
            if value > best[0]:
                best = (value, found[-1][1], words)
        elif has_digit and len(words) == 1 and len(words[0]) > 2 and words[0] in joined:
            value = MODEL * (0.9 - cost)
            if value > best[0]:
                best = (value, -9, ())
    return best


def _business(row: Candidate) -> float:
    stock = HARBIN * (row.harbin_quantity > 0) + NEARNESS * log(row.harbin_quantity + 1)
    days = LONG_DAYS if row.transit_days is None else min(row.transit_days, LONG_DAYS)
    rating = row.rating if row.rating is not None else AVERAGE
    return (
        stock
        + PROMISE * (1 - days / LONG_DAYS)
        + RATING * float(rating - AVERAGE)
        + SOLD * log(row.sold_quantity + 1)
    )
