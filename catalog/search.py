"""Finding goods: by words in any spelling, by choices, in an order."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.postgres.search import (
    CombinedSearchQuery,
    SearchQuery,
    SearchRank,
    TrigramSimilarity,
)
from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    Expression,
    F,
    FloatField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Greatest, Ln, Lower

from catalog import facets, pictures, shelves, words
from catalog.facets import Choice, Counts
from catalog.indexing import index, note, touch
from catalog.models import Kind, Product

__all__ = [
    "Found",
    "Query",
    "count_shelves",
    "find",
    "index",
    "newest",
    "note",
    "slugs",
    "suggest",
    "touch",
]

PAGE_SIZE = 24
LAST_PAGE = 200
SUGGESTED = 6
MAPPED = 45_000  # a map may hold 50 000 addresses (sitemaps.org, read 2026-11-21)
WEIGHTS = [0.1, 0.2, 0.4, 1.0]  # description, specs, title, brand and model
LIKENESS = "0.4"
DEVICES = (Kind.PHONE, Kind.TABLET)

ORDERS = {
    "popular": [F("sold_quantity").desc(), F("released").desc(), F("pk").desc()],
    "cheap": [F("best_price_cny").asc(nulls_last=True), F("pk").desc()],
    "dear": [F("best_price_cny").desc(nulls_last=True), F("pk").desc()],
    "new": [F("listed_at").desc(nulls_last=True), F("released").desc(), F("pk").desc()],
}


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

    `corrected` is the text that was looked for in place of the one given, if any.
    """

    products: list[Product]
    counts: Counts
    page: int
    corrected: str = ""


@dataclass(frozen=True)
class Reading:
    """One way to understand a text."""

    text: str
    terms: Sequence[words.Term]

    @property
    def condition(self) -> Q:
        code = self.text.strip().upper()
        found = Q(search_vector=_tsquery(self.terms))
        return found | Q(facets__contains={"code": [code]}) if _may_be_code(code) else found

    @property
    def rank(self) -> Expression | Coalesce:
        return _rank(self.terms)


def find(query: Query) -> Found:
    """Find a page of listed goods, with every choice counted.

    Two statements, three when there are words, four when they were mistyped.
    """
    scope = Product.objects.listed()
    if query.categories:
        scope = scope.filter(category__in=query.categories)
    reading, corrected = _understand(query.text, scope)
    if reading:
        scope = scope.filter(reading.condition)
    chosen = facets.conditions(query.choice)
    counts = facets.count(scope, chosen)
    page = _page(query.page, counts.total)
    goods = scope.filter(*chosen.values()).select_related("brand", "category")
    return Found(_slice(_ordered(goods, query.order, reading), page), counts, page, corrected)


def suggest(text: str) -> list[Product]:
    """Give the likeliest goods for a text that is still being typed."""
    readings = [_reading(each, typing=True) for each in (text, words.other_keyboard(text))]
    known = [reading for reading in readings if reading.terms]
    if not known or len(words.fold(text)) < 2:
        return []
    condition = Q()
    for reading in known:
        condition |= reading.condition
    goods = Product.objects.listed().filter(condition).select_related("brand")
    rank = Greatest(*(reading.rank for reading in known)) if len(known) > 1 else known[0].rank
    ranked = goods.annotate(rank=rank).order_by("-rank", "-pk")
    return list(pictures.with_faces(ranked)[:SUGGESTED])


def newest(*, harbin: bool, limit: int) -> list[Product]:
    """Give listed goods for the front page: the best sold in Harbin now, or the newest."""
    goods = pictures.with_faces(Product.objects.listed().select_related("brand", "category"))
    if harbin:
        return list(goods.filter(harbin_quantity__gt=0).order_by(*ORDERS["popular"])[:limit])
    return list(goods.order_by(*ORDERS["new"])[:limit])


def count_shelves() -> dict[int, int]:
    """Give the number of listed goods on each shelf, those of its parts included."""
    rows = Product.objects.listed().order_by().values_list("category", "category__parent")
    found: dict[int, int] = {}
    for shelf, above, number in rows.annotate(number=Count("pk")):
        for pk in filter(None, (shelf, above)):
            found[pk] = found.get(pk, 0) + number
    return found


def slugs() -> list[str]:
    """Give the names of all listed goods, as many as a map of the site may hold."""
    goods = Product.objects.listed().order_by("pk")
    return list(goods.values_list("slug", flat=True)[:MAPPED])


def _page(wanted: int, total: int) -> int:
    last = min(max(-(-total // PAGE_SIZE), 1), LAST_PAGE)
    return min(max(wanted, 1), last)


def _slice(goods: QuerySet[Product], page: int) -> list[Product]:
    start = (page - 1) * PAGE_SIZE
    return list(pictures.with_faces(goods)[start : start + PAGE_SIZE])


def _ordered(goods: QuerySet[Product], order: str, reading: Reading | None) -> QuerySet[Product]:
    if reading and order not in ORDERS:
        return goods.annotate(rank=reading.rank).order_by("-rank", "-pk")
    return goods.order_by(*ORDERS.get(order, ORDERS["popular"]))


def _reading(text: str, *, typing: bool = False) -> Reading:
    return Reading(text, words.read(text, shelves.aliases(), typing=typing))


def _may_be_code(text: str) -> bool:
    return len(text) >= 4 and any(sign.isdigit() for sign in text)


def _tsquery(terms: Sequence[words.Term]) -> CombinedSearchQuery | SearchQuery:
    written = words.query(terms)
    simple, russian = (
        SearchQuery(written, config=config, search_type="raw") for config in ("simple", "russian")
    )
    return simple | russian


def _rank(terms: Sequence[words.Term]) -> Expression | Coalesce:
    """Score a product for a text: the one place where the order of results is decided.

    Where the words stand weighs most; then how much the text is the whole model (iPhone 16 before
    iPhone 16 Pro); then devices before accessories, what sells and what lies in Harbin.
    """
    where = SearchRank(F("search_vector"), _tsquery(terms), weights=WEIGHTS)
    name = Lower(Concat("brand__name", Value(" "), "model"))
    likeness = TrigramSimilarity(name, words.as_makers_write(terms))
    device = Case(When(kind__in=DEVICES, then=Value(0.2)), default=Value(0.0))
    sold = Ln(F("sold_quantity") + 1.0, output_field=FloatField())
    nearness = Coalesce(Ln(F("harbin_quantity") + 1.0, output_field=FloatField()), Value(0.0))
    return Coalesce(
        where + likeness * 0.8 + device + sold * 0.02 + nearness * 0.01,
        Value(0.0),
        output_field=FloatField(),
    )


def _understand(text: str, scope: QuerySet[Product]) -> tuple[Reading | None, str]:
    """Choose the reading that finds something: as typed, on the other keyboard, mended."""
    typed = _reading(text)
    if not typed.terms:
        return None, ""
    other = _reading(words.other_keyboard(text))
    finds = _finding(scope, [typed, other])
    if finds[0]:
        return typed, ""
    if finds[1]:
        return other, words.fold(other.text)
    for each in (text, other.text):
        mended = _mended(each)
        if mended != words.fold(each):
            return _reading(mended), mended
    return typed, ""


def _finding(scope: QuerySet[Product], readings: list[Reading]) -> list[bool]:
    """Ask in one statement which of the readings find anything at all."""
    asked = [
        Exists(scope.filter(reading.condition)) if reading.terms else Value(False)
        for reading in readings
    ]
    names = {f"reading_{at}": each for at, each in enumerate(asked)}
    row = Product.objects.annotate(**names).values_list(*names).first()
    return list(row) if row else [False] * len(readings)


# The threshold is set inside of the statement that needs it: one round trip, and no connection
# keeps it. The words depend on the row that sets it, so it is set before they are compared.
NEAR = """
WITH asked AS MATERIALIZED (
    SELECT unnest(%s::text[]) AS word,
           set_config('pg_trgm.word_similarity_threshold', %s, true) AS threshold
)
SELECT asked.word, near.search_text FROM asked CROSS JOIN LATERAL (
    SELECT search_text FROM catalog_product
    WHERE is_listed AND asked.word <%% search_text
    ORDER BY word_similarity(asked.word, search_text) DESC, id LIMIT 5
) near
"""


def _mended(text: str) -> str:
    """Replace mistyped words by the nearest ones that goods of the shop have."""
    asked = [word for word in words.fold(text).split() if len(word) > 2 and not word.isdigit()]
    with connection.cursor() as cursor:
        cursor.execute(NEAR, [asked[: words.MOST_WORDS], LIKENESS])
        known: dict[str, list[str]] = {}
        for word, texts in cursor.fetchall():
            known.setdefault(word, []).extend(texts.split())
    return words.mend(text, known)
