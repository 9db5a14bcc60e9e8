"""The choices a buyer narrows a list by, each counted as if it alone were not chosen."""

# ruff: noqa: S608  the statement is put together from names of this module alone

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet

from catalog.models import Product

# Beyond so many goods a count is a count of the first so many: a page must not cost more
# because the shop has grown.
COUNTED = 10_000

NUMBERS = ("ram", "storage")
FLAGS = ("five_g", "nfc")


@dataclass(frozen=True)
class Choice:
    """What a buyer chose. Empty means all.

    Money: CNY of the best price, both bounds inclusive.
    """

    brand: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    ram: tuple[int, ...] = ()
    storage: tuple[int, ...] = ()
    five_g: bool = False
    nfc: bool = False
    harbin: bool = False
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass
class Counts:
    """How many goods stand behind each choice.

    Money: CNY, the lowest and the highest price, as if no price were chosen.
    """

    total: int = 0
    brand: dict[str, int] = field(default_factory=dict)
    category: dict[str, int] = field(default_factory=dict)
    ram: dict[str, int] = field(default_factory=dict)
    storage: dict[str, int] = field(default_factory=dict)
    five_g: int = 0
    nfc: int = 0
    harbin: int = 0
    lowest: Decimal | None = None
    highest: Decimal | None = None
    names: dict[str, str] = field(default_factory=dict)


def conditions(choice: Choice) -> dict[str, Q]:
    """Give a condition for each facet in which something is chosen."""
    found = {
        "brand": Q(brand__slug__in=choice.brand) if choice.brand else Q(),
        "category": Q(category__slug__in=choice.category) if choice.category else Q(),
        "harbin": Q(harbin_quantity__gt=0) if choice.harbin else Q(),
        "price": _between(choice.low, choice.high),
    }
    for name in NUMBERS:
        found[name] = _any(Q(facets__contains={name: [n]}) for n in getattr(choice, name))
    for name in FLAGS:
        found[name] = Q(facets__contains={name: True}) if getattr(choice, name) else Q()
    return {name: condition for name, condition in found.items() if condition}


def _any(parts: Iterable[Q]) -> Q:
    whole = Q()
    for part in parts:
        whole |= part
    return whole


def _between(low: Decimal | None, high: Decimal | None) -> Q:
    whole = Q()
    if low is not None:
        whole &= Q(best_price_cny__gte=low)
    if high is not None:
        whole &= Q(best_price_cny__lte=high)
    return whole


def count(scope: QuerySet[Product], chosen: Mapping[str, Q]) -> Counts:
    """Count every choice over the goods of a scope, in one statement."""
    flags = {
        f"is_{name}": ExpressionWrapper(condition, output_field=BooleanField())
        for name, condition in chosen.items()
    }
    goods = scope.order_by().annotate(
        brand_slug=F("brand__slug"),
        brand_name=F("brand__name"),
        category_slug=F("category__slug"),
        **flags,
    )
    columns = ("brand_slug", "brand_name", "category_slug", "facets", "best_price_cny")
    inner = goods.values(*columns, "harbin_quantity", *flags)[:COUNTED]
    sql, params = inner.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_statement(sql, list(chosen)), params)
        return _gather(cursor.fetchall())


def _statement(goods: str, chosen: list[str]) -> str:
    def others(own: str) -> str:
        return " AND ".join(f"is_{name}" for name in chosen if name != own) or "TRUE"

    parts = [
        f"SELECT 'total', '', '', count(*)::numeric FROM goods WHERE {others('')}",
        f"SELECT 'lowest', '', '', min(best_price_cny) FROM goods WHERE {others('price')}",
        f"SELECT 'highest', '', '', max(best_price_cny) FROM goods WHERE {others('price')}",
        "SELECT 'brand', brand_slug, brand_name, count(*) FROM goods "
        f"WHERE {others('brand')} GROUP BY 2, 3",
        "SELECT 'category', category_slug, '', count(*) FROM goods "
        f"WHERE {others('category')} GROUP BY 2",
        "SELECT 'harbin', '', '', count(*) FROM goods "
        f"WHERE harbin_quantity > 0 AND {others('harbin')}",
    ]
    parts += [
        f"SELECT '{name}', value, '', count(*) FROM goods, "
        f"jsonb_array_elements_text(facets->'{name}') value WHERE {others(name)} GROUP BY 2"
        for name in NUMBERS
    ]
    parts += [
        f"SELECT '{name}', '', '', count(*) FROM goods "
        f"WHERE (facets->>'{name}')::boolean AND {others(name)}"
        for name in FLAGS
    ]
    return f"WITH goods AS MATERIALIZED ({goods}) {' UNION ALL '.join(parts)}"


def _gather(rows: Iterable[tuple[str, str, str, Decimal | None]]) -> Counts:
    counts = Counts()
    for name, value, title, number in rows:
        if name in ("lowest", "highest"):
            setattr(counts, name, number)
        elif value:
            getattr(counts, name)[value] = int(number or 0)
            counts.names[value] = title or value
        else:
            setattr(counts, name, int(number or 0))
    return counts
