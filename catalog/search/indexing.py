"""What the shop shows of a product, written beside it for search: words, facets, best price."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When, prefetch_related_objects
from django.db.models.functions import Least

from catalog import colours
from catalog.models import Offer, Product
from storefront.lib import clock, due, locks

from . import stacks, texts, vocabulary
from .piles import PROPERTIES

SOLD_WAITS = timedelta(minutes=10)  # what sells best need not be known at once
AT_ONCE = 200  # products of one transaction, when nobody waits for them
MOST = 1_000_000  # a larger number is a slip of the pen


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


@transaction.atomic
def index(*products: Product, now: datetime) -> None:
    """Recompute everything the shop finds and lists products by, and mark their stacks.

    Listed is what has a live offer of an open seller. The first time is kept. What is new in the
    shop is prominent until its stack is laid again.
    Locks: the products, then the stacks of their categories; several in the caller's order.
    """
    offers = _offers(products)
    words: set[str] = set()
    for product in products:
        _write(product, offers[product.pk], now)
        words.update(texts.words_of(product, offers[product.pk]))
    vocabulary.learn(words)
    for category in sorted({product.category_id for product in products}):
        stacks.mark(category)


def _write(product: Product, offers: list[Offer], now: datetime) -> None:
    is_prominent = Case(When(is_listed=False, then=Value(value=True)), default=F("is_prominent"))
    Product.objects.filter(pk=product.pk).update(
        is_listed=bool(offers),
        is_prominent=is_prominent if offers else False,
        listed_at=product.listed_at or (now if offers else None),
        best_price_cny=min((offer.price.amount for offer in offers), default=None),
        facets=_facets(product, offers),
        search_text=texts.likeness(product, offers),
        search_vector=texts.vector(product, offers),
    )


def settle(*, now: datetime) -> int:
    """Index every product that is due and lay every stale stack, now; the number of products.

    For commands and tests: in the shop the workers do it.
    """
    waiting = Product.objects.exclude(due_at=None)
    keys = list(waiting.order_by("pk").values_list("pk", flat=True))
    number = sum(
        _settle(waiting.filter(pk__in=keys[start : start + AT_ONCE]), now)
        for start in range(0, len(keys), AT_ONCE)
    )
    stacks.restack(now=now)
    return number


@transaction.atomic
def _settle(waiting: QuerySet[Product], now: datetime) -> int:
    """Some products, locked first: no worker can lose or win them meanwhile."""
    products = locks.rows(waiting)
    prefetch_related_objects(products, "brand")
    index(*products, now=now)
    for product in products:
        due.finish(product, at=None)
    return len(products)


def _offers(products: Sequence[Product]) -> dict[int, list[Offer]]:
    """The live offers of each product, cheapest first."""
    found: dict[int, list[Offer]] = {product.pk: [] for product in products}
    live = Offer.objects.live().filter(variant__product__in=found)
    for offer in live.select_related("variant", "seller").order_by("price", "pk"):
        found[offer.variant.product_id].append(offer)
    return found


def _facets(product: Product, offers: list[Offer]) -> dict[str, Any]:
    """Facts that goods are narrowed by; `carriage` is what restrictions look at.

    Units: GB, tenths of an inch, mAh.
    """
    variants = [offer.variant for offer in offers]
    families = {colours.family(v.colour_key, v.colour_hex) for v in variants}
    facts = {
        "ram": sorted({v.ram_gb for v in variants if v.ram_gb}),
        "storage": sorted({v.storage_gb for v in variants if v.storage_gb}),
        "colour": sorted(families - {""}),
        "seller": sorted({offer.seller.slug for offer in offers}),
        **{name: bool(product.specs.get(name)) for name in PROPERTIES},
        "screen": _whole(product.specs.get("screen_inch"), 10),
        "battery": _whole(product.specs.get("battery_mah"), 1),
        "carriage": sorted({f"{v.battery_kind}/{v.hs_code}" for v in variants}),
    }
    return {name: value for name, value in facts.items() if value}


def _whole(value: object, unit: int) -> int:
    """A number that sellers wrote, in the unit in which it is kept; nought if it is none."""
    try:
        number = round(float(str(value)) * unit)
    except (ValueError, OverflowError):
        return 0
    return number if 0 < number < MOST else 0


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

    What narrows or orders lists makes the product due: at once what is seen at the choices, after
    a while what was sold.
    Units: every figure is the whole of it, not what was added.
    Time: the wall clock.
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
        Product.objects.filter(pk=product_id).update(**facts, due_at=_due_at(facts))


def _due_at(facts: dict[str, Any]) -> Case:
    """Never later than it is due already."""
    wall = clock.wall()
    seen = Q(pk__in=[])
    if "harbin_quantity" in facts:
        seen |= Q(harbin_quantity__gt=0) if not facts["harbin_quantity"] else Q(harbin_quantity=0)
    if "rating" in facts:
        seen |= Q(rating=None) | ~Q(rating=facts["rating"])
    sold = ~Q(sold_quantity=facts["sold_quantity"]) if "sold_quantity" in facts else Q(pk__in=[])
    return Case(
        When(seen, then=Least(F("due_at"), Value(wall))),
        When(sold, then=Least(F("due_at"), Value(wall + SOLD_WAITS))),
        default=F("due_at"),
    )
