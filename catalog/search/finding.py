"""Finding goods: by words in any spelling, by choices, in an order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any

from catalog import shelves
from catalog.models import Product

from . import bitmaps, candidates, facets, keeping, ranking, reading, stacks
from .facets import Choice, Counts, Narrowed
from .piles import Pile, lay
from .reading import Reading

PAGE_SIZE = 24
LAST_PAGE = 200
NEAR = 8  # so many goods are shown when none are what was asked for
CHOSEN = 500  # so many goods that meet a choice are asked whether they have a common word
AT_HOME = 10  # a category with less than a tenth of a word's goods is not looked through for it
ORDERS = ("popular", "cheap", "dear", "new")  # a text has one more: as well as it fits


@dataclass(frozen=True)
class Query:
    """What is looked for: words, shelves, choices, order and page."""

    text: str = ""
    categories: tuple[int, ...] = ()
    choice: Choice = field(default_factory=Choice)
    order: str = ""
    page: int = 1


@dataclass(frozen=True)
class Found:
    """A page of goods and what stands beside it.

    `corrected` is the text that was looked for in place of the one given, if any; `dropped` the
    words left out of it. `near` are goods to look at when none were found. `is_cut` says that more
    goods have the words than were looked at: every count is then at least so much.
    """

    products: list[Product]
    counts: Counts
    page: int
    corrected: str = ""
    dropped: tuple[str, ...] = ()
    near: list[Product] = field(default_factory=list)
    is_cut: bool = False


def find(query: Query) -> Found:
    """Find a page of listed goods, with every choice counted.

    Two statements; up to four more when there are words, and two more when choices leave less than
    a page of the goods that were looked at.
    """
    readings = reading.understand(query.text)
    if not readings:
        piles = keeping.current(query.categories)
        return _found(query, [facets.narrow(pile, query.choice) for pile in piles])
    return _told(query, readings)


def _told(query: Query, readings: Sequence[Reading]) -> Found:
    gathered = candidates.gather(readings, categories=query.categories, enough=_enough(query))
    if gathered.reading is None:
        return Found([], Counts(), 1, near=_near(query))
    meant = readings[gathered.reading]
    piles = keeping.current(query.categories)
    ids, parts = _ranked(query, meant, piles, gathered)
    if gathered.is_cut and _wants_more(query, parts) and _enough(query) < candidates.ENOUGH:
        gathered = candidates.gather([meant], categories=query.categories)
        ids, parts = _ranked(query, meant, piles, gathered)
    if gathered.is_cut and _wants_more(query, parts):
        ids = _chosen(query, meant, _where(piles, gathered)) | ids
        parts = _among(piles, ids, query.choice)
    said = {"corrected": meant.corrected, "dropped": meant.dropped, "is_cut": gathered.is_cut}
    return _found(query, parts, list(ids), **said)


def _ranked(
    query: Query, meant: Reading, piles: Sequence[Pile], gathered: candidates.Gathered
) -> tuple[dict[int, int], list[Narrowed]]:
    """Give what was gathered, the best first, and what the choices leave of it."""
    ids = dict.fromkeys(ranking.arrange(gathered.ranked, meant), 0) | gathered.shelves
    return ids, _among(piles, ids, query.choice)


def _enough(query: Query) -> int:
    """Goods for the page and one for the next; another order is not found by a few pages."""
    if query.order in ORDERS:
        return candidates.ENOUGH
    return min(max(query.page, 1) * PAGE_SIZE + 1, candidates.ENOUGH)


def _wants_more(query: Query, parts: Sequence[Narrowed]) -> bool:
    """Whether an order is asked for, or a choice does not leave the page that is asked for."""
    left = sum(part.found.bit_count() for part in parts)
    wanted = min(max(query.page, 1), LAST_PAGE) * PAGE_SIZE
    return query.order in ORDERS or (query.choice != Choice() and left < wanted)


def _chosen(query: Query, meant: Reading, piles: Sequence[Pile]) -> dict[int, int]:
    """Of a word too common to look at all its goods: those among the first that meet the choice."""
    parts = [facets.narrow(pile, query.choice) for pile in piles]
    return candidates.having(meant, _ids(parts, query.order, CHOSEN))


def _where(piles: Sequence[Pile], gathered: candidates.Gathered) -> list[Pile]:
    """Leave the categories out in which the words are not at home."""
    goods = Counter(gathered.shelves.values())
    return [pile for pile in piles if goods[pile.category_id] * AT_HOME >= len(gathered.shelves)]


def _among(piles: Sequence[Pile], ids: Mapping[int, int], choice: Choice) -> list[Narrowed]:
    """Narrow piles to some goods; those too new to lie in any are laid by themselves."""
    by_shelf: dict[int, list[int]] = {}
    for pk, shelf in ids.items():
        by_shelf.setdefault(shelf, []).append(pk)
    left, parts = set(ids), []
    for pile in piles:
        found = {pk: pile.find(pk) for pk in by_shelf.get(pile.category_id, ())}
        places = {pk: place for pk, place in found.items() if place is not None}
        left -= places.keys()
        if places:
            within = bitmaps.pack(places.values(), pile.size)
            parts.append(facets.narrow(pile, choice, within=within))
    if left:
        parts.append(facets.narrow(lay(stacks.rows(pk__in=left)), choice))
    return parts


def _found(
    query: Query, parts: Sequence[Narrowed], ranked: Sequence[int] = (), **said: Any
) -> Found:
    counts = facets.count(parts)
    page = _page(query.page, counts.total)
    start, end = (page - 1) * PAGE_SIZE, page * PAGE_SIZE
    if ranked and query.order not in ORDERS:
        ids = _by_rank(parts, ranked)
    else:
        ids = _ids(parts, query.order, end)
    return Found(candidates.products(ids[start:end]), counts, page, **said)


def _by_rank(parts: Iterable[Narrowed], ranked: Sequence[int]) -> list[int]:
    found = {part.pile.ids[place] for part in parts for place in bitmaps.members(part.found)}
    return [pk for pk in ranked if pk in found]


def _page(wanted: int, total: int) -> int:
    last = min(max(-(-total // PAGE_SIZE), 1), LAST_PAGE)
    return min(max(wanted, 1), last)


def _ids(parts: Iterable[Narrowed], order: str, most: int) -> list[int]:
    """Give the first goods of several piles in one order."""
    runs = [_run(part, order, most) for part in parts]
    ordered = runs[0] if len(runs) == 1 else merge(*runs)
    return [pk for _key, pk in islice(ordered, most)]


def _run(part: Narrowed, order: str, most: int) -> Iterator[tuple[Any, int]]:
    pile = part.pile
    for place in islice(pile.places(part.found, order), most):
        yield pile.key(order, place), pile.ids[place]


def _near(query: Query) -> list[Product]:
    """Goods that have some of the words."""
    meant = reading.near(query.text)
    if meant is None:
        return []
    gathered = candidates.gather([candidates.Plain(meant)], most=NEAR)
    return candidates.products(list(gathered.shelves))


def newest(*, harbin: bool, limit: int) -> list[Product]:
    """Give listed goods for the front page: the best sold in Harbin now, or the newest."""
    choice = Choice(flags=frozenset({"harbin"} if harbin else ()))
    parts = [facets.narrow(pile, choice) for pile in keeping.current()]
    return candidates.products(_ids(parts, "popular" if harbin else "new", limit))


def shelf_counts() -> dict[int, int]:
    """Give the number of listed goods on each shelf, those of its parts included."""
    found: dict[int, int] = {}
    above = {shelf.slug: shelf for shelf in shelves.categories()}
    for pile in keeping.current():
        for slug, quantity in pile.quantities["category"].items():
            shelf = above.get(slug)
            for pk in filter(None, (shelf.pk, shelf.parent_id) if shelf else ()):
                found[pk] = found.get(pk, 0) + quantity
    return found
