"""What the shop shows of a product, written beside it for search: words, facets, best price."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import F, Value
from django.db.models.expressions import Combinable

from catalog import words
from catalog.models import Offer, Product, Variant
from storefront.lib import clock, due, locks

CONFIGS = ("russian", "simple")


@transaction.atomic
def touch(product_ids: Iterable[int], now_wall: datetime | None = None) -> None:
    """Let the products' search columns be recomputed soon.

    A worker that is at it loses its lease, so that it cannot finish with what it read before.
    Time: the wall clock.
    Locks: the products, in key order.
    """
    ids = [row.pk for row in locks.rows(Product.objects.filter(pk__in=list(product_ids)))]
    Product.objects.filter(pk__in=ids).update(
        due_at=now_wall or clock.wall(),
        hinted_at=None,
        lease_until=None,
        attempt=F("attempt") + 1,
        failures=0,
    )
    for id in ids:
        due.wake(Product.DUE_TASK, id=id)


def index(product: Product, *, now: datetime) -> None:
    """Recompute everything the shop finds and lists a product by.

    Listed is what has a live offer of an open seller. The first time is kept.
    """
    offers = list(_offers(product))
    variants = [offer.variant for offer in offers]
    listed_at = product.listed_at or (now if offers else None)
    Product.objects.filter(pk=product.pk).update(
        is_listed=bool(offers),
        listed_at=listed_at,
        best_price_cny=min((offer.price.amount for offer in offers), default=None),
        facets=_facets(product, offers),
        search_text=_likeness(product),
        search_vector=_vector(product, variants),
    )


def _offers(product: Product) -> Iterable[Offer]:
    live = Offer.objects.live().filter(variant__product=product)
    return live.select_related("variant").order_by("price", "pk")


def _facets(product: Product, offers: list[Offer]) -> dict[str, Any]:
    """Facts in the form that containment finds by an index.

    `code` holds what a scanner or a seller would type; `carriage` what restrictions look at.
    """
    variants = [offer.variant for offer in offers]
    codes = {offer.article.upper() for offer in offers} | {v.barcode for v in variants}
    return {
        "ram": sorted({v.ram_gb for v in variants if v.ram_gb}),
        "storage": sorted({v.storage_gb for v in variants if v.storage_gb}),
        "five_g": bool(product.specs.get("five_g")),
        "nfc": bool(product.specs.get("nfc")),
        "code": sorted(codes - {""}),
        "carriage": sorted({f"{v.battery_kind}/{v.hs_code}" for v in variants}),
    }


def _vector(product: Product, variants: list[Variant]) -> Combinable:
    brand = product.brand
    texts = {
        "A": f"{brand.name} {brand.name_zh} {product.model}",
        "B": " ".join((product.title_ru, product.title_zh, product.title_en, _kind(product))),
        "C": " ".join((*_specs(product), *_looks(variants))),
        "D": f"{product.description_ru} {product.description_zh} {product.description_en}",
    }
    parts = [
        SearchVector(Value(words.indexed(text)), weight=weight, config=config)
        for weight, text in texts.items()
        for config in CONFIGS
    ]
    return reduce(add, parts)


def _kind(product: Product) -> str:
    return words.KIND_WORDS.get(product.kind, "")


def _specs(product: Product) -> list[str]:
    """Values that people search for; a bare yes is told by its name."""
    facts = product.specs
    names = {"five_g": "5g", "nfc": "nfc", "noise_cancelling": "anc шумоподавление"}
    found = [str(value) for value in facts.values() if value and not isinstance(value, bool)]
    return found + [word for key, word in names.items() if facts.get(key)]


def _looks(variants: list[Variant]) -> list[str]:
    found = {f"{v.colour_ru} {v.colour_zh} {v.colour_en} {v.memory}" for v in variants}
    return sorted(found)


def _likeness(product: Product) -> str:
    """The words that a mistyped query is compared with."""
    brand = product.brand
    parts = (brand.name, *brand.aliases, product.model, product.title_ru, product.title_en)
    found = words.fold(" ".join(parts)).split() + words.spoken(product.model)
    return " ".join(dict.fromkeys(found))


def note(
    product_id: int,
    *,
    harbin_quantity: int | None = None,
    transit_days: int | None = None,
    rating: Decimal | None = None,
    rating_count: int | None = None,
    sold: int | None = None,
) -> None:
    """Write down what later stages know of a product; what is not given stays.

    Units: every figure is the whole of it, not what was added.
    """
    given = {
        "harbin_quantity": harbin_quantity,
        "transit_days": transit_days,
        "rating": rating,
        "rating_count": rating_count,
        "sold_quantity": sold,
    }
    facts = {name: value for name, value in given.items() if value is not None}
    if facts:
        Product.objects.filter(pk=product_id).update(**facts)
