"""The goods a text may mean: of a bounded number, however many the shop has."""

# ruff: noqa: S608  the statement is put together from names of this module and compiled querysets

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery, SearchVectorField
from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.db.models.functions import Coalesce

from catalog import pictures
from catalog.models import Product
from storefront.lib import kept

from . import ranking

MOST = 1_000
ENOUGH = 240  # ten pages: who has found so many asks the rest of the shop no more
ROUNDS = (0, 1, 6, 12)  # the readings are asked in this many statements, beginning with these
RANKED = 100  # so many are weighed against each other; the others follow by popularity
PARTS, OTHERS = 4, 2  # the questions of a reading; from which on they are about the others

Words = SearchQuery | CombinedSearchQuery


class Understood(Protocol):
    """What is asked of a reading of a text."""

    @property
    def query(self) -> Words: ...

    @property
    def strong(self) -> Words | None: ...


@dataclass(frozen=True)
class _Limits:
    most: int
    enough: int


class Has(Func):
    """Whether a vector has the words of a query.

    The query is hidden in a statement of its own, so that the planner does not look into it: it
    would take the whole table for a common word, and reading the vectors costs more than it knows.
    """

    template = "%(expressions)s)"
    arg_joiner = " @@ (SELECT "
    output_field = BooleanField()


@dataclass(frozen=True)
class Plain:
    """A query that nothing else is known of."""

    query: Words
    strong: Words | None = None


@dataclass(frozen=True)
class Gathered:
    """What was found, and by which of the readings; `is_cut` if there are more such goods.

    `shelves` are the goods and their categories, the likeliest first; `ranked` are the first of
    them with what they are ranked by.
    """

    reading: int | None = None
    shelves: dict[int, int] = field(default_factory=dict)
    ranked: list[ranking.Candidate] = field(default_factory=list)
    is_cut: bool = False


def gather(
    readings: Sequence[Understood],
    *,
    categories: Sequence[int] = (),
    most: int | None = None,
    enough: int = ENOUGH,
) -> Gathered:
    """Give the goods of the first reading that finds any; four statements at most.

    The prominent goods, those found by brand and model and then any, the most popular first. Then
    the rest of the shop, in no order: by brand and model when not enough prominent goods were found
    so, by any word when nothing found enough. So the cost is bounded, and that of a common word
    does not grow with the shop.
    """
    limits = _Limits(most or MOST, enough)
    scope = Product.objects.listed().order_by()
    scope = scope.filter(category__in=categories) if categories else scope
    for start, end in zip(ROUNDS, (*ROUNDS[1:], None), strict=True):
        some = readings[start:end]
        rows = _ask(some, scope, limits) if some else []
        if rows:
            return _gathered(rows, start, limits)
    return Gathered()


def having(reading: Understood, ids: Sequence[int]) -> dict[int, int]:
    """Give those of some goods that have the words, in their order, and their categories.

    Each vector is read: the index would give every good of a common word first.
    """
    vector = Coalesce("search_vector", Value(""), output_field=SearchVectorField())
    goods = Product.objects.listed().filter(Has(vector, reading.query), pk__in=ids)
    found = dict(goods.values_list("pk", "category_id"))
    return {pk: found[pk] for pk in ids if pk in found}


def _ask(
    readings: Sequence[Understood], scope: QuerySet[Product], limits: _Limits
) -> list[tuple[Any, ...]]:
    parts = [part for reading in readings for part in _parts(reading, scope, limits.most)]
    with connection.cursor() as cursor:
        cursor.execute(*_statement(parts, limits))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _gathered(rows: Sequence[tuple[Any, ...]], start: int, limits: _Limits) -> Gathered:
    shelves = {row[1]: row[2] for row in rows}
    ids = list(shelves)[: limits.most]
    first = set(ids)
    before = sum(row[0] % PARTS < PARTS - 1 for row in rows)
    told = {row[1]: ranking.Candidate(*row[3:]) for row in rows if row[3] is not None}
    return Gathered(
        reading=start + rows[0][0] // PARTS,
        shelves={pk: shelves[pk] for pk in ids},
        ranked=[told[pk] for pk in told if pk in first],
        is_cut=len(shelves) > limits.most or (before >= limits.enough and _has_others()),
    )


@kept.for_a_minute
def _has_others() -> bool:
    """Whether there are goods in the shop that are not prominent."""
    return Product.objects.listed().filter(is_prominent=False).exists()


def _parts(reading: Understood, scope: QuerySet[Product], most: int) -> list[QuerySet[Any]]:
    """Four questions of a reading: prominent goods or others, by brand and model or by any word."""
    prominent = scope.filter(is_prominent=True).order_by("-sold_quantity", "-pk")
    others = scope.filter(is_prominent=False)
    strong = reading.query if reading.strong is None else reading.strong
    asked = [
        goods.filter(Has(F("search_vector"), words))
        for goods in (prominent, others)
        for words in (strong, reading.query & ~strong)
    ]
    return [part.values_list("category_id", *ranking.COLUMNS)[: most + 1] for part in asked]


def _statement(parts: Sequence[QuerySet[Any]], limits: _Limits) -> tuple[str, list[Any]]:
    """A part is looked at only if its reading has found too little, and no reading before any."""
    tables: list[str] = []
    params: list[Any] = []
    for at, part in enumerate(parts):
        sql, given = part.query.sql_with_params()
        guard = " AND ".join(_guards(at, limits)) or "TRUE"
        tables.append(f"part_{at} AS MATERIALIZED (SELECT * FROM ({sql}) goods WHERE {guard})")
        params += given
    union = " UNION ALL ".join(f"SELECT {at} AS part, * FROM part_{at}" for at in range(len(parts)))
    told = ", ".join(
        f"CASE WHEN row_number() OVER () <= {RANKED} THEN {name} END" for name in ranking.COLUMNS
    )
    columns = f"part, pk, category_id, {told}"
    return f"WITH {', '.join(tables)} SELECT {columns} FROM ({union}) found", params


def _guards(at: int, limits: _Limits) -> list[str]:
    own = at - at % PARTS
    guards = [f"NOT EXISTS (SELECT FROM part_{each})" for each in range(own)]
    counts = [f"(SELECT count(*) FROM part_{each})" for each in range(own, at)]
    if counts:
        guards.append(f"{' + '.join(counts)} <= {limits.most}")
    if len(counts) >= OTHERS:
        found = counts[:1] if len(counts) == OTHERS else counts
        guards.append(f"{' + '.join(found)} < {limits.enough}")
    return guards


def products(ids: Sequence[int]) -> list[Any]:
    """Give listed products in the order of their numbers, as cards show them; one query."""
    goods = Product.objects.listed().filter(pk__in=ids).select_related("brand", "category")
    lean = goods.defer("search_vector", "search_text", *DESCRIPTIONS)
    found = {product.pk: product for product in pictures.with_faces(lean)}
    return [found[pk] for pk in ids if pk in found]


DESCRIPTIONS = ("description_ru", "description_zh", "description_en")
