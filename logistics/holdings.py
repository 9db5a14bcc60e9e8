"""What a seller's goods come to at each place, and bringing more of them to Shenzhen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from catalog.models import Offer, Seller

from . import warehouse
from .models import Place, Stock, StockMove

FREE = F("on_hand") - F("reserved") - F("allocated")
LOW = 3
SHOWN = 10


@dataclass(frozen=True)
class Holding:
    """Pieces of an offer that are free to sell."""

    harbin: int = 0
    shenzhen: int = 0


def of(offer_ids: Collection[int]) -> dict[int, Holding]:
    """Count the free pieces of each offer by origin, all rows of stock together; one query."""
    rows = (
        Stock.objects.filter(offer__in=offer_ids, place__kind__in=warehouse.ORIGINS)
        .values_list("offer_id", "place__kind")
        .annotate(free=Sum(FREE))
    )
    found: dict[int, dict[str, int]] = {}
    for offer_id, kind, free in rows:
        found.setdefault(offer_id, {})[warehouse.ORIGINS[Place.Kind(kind)].value] = free
    return {offer_id: Holding(**free) for offer_id, free in found.items()}


def low(seller: Seller) -> QuerySet[Offer]:
    """Give the offers in the shop of which hardly any pieces are free, fewest first.

    What a seller keeps in Harbin is judged by what lies there, for that is what buyers get in
    days; the rest by Shenzhen. `harbin` and `shenzhen` are none where no piece ever lay.
    """
    free = F("stocks__on_hand") - F("stocks__reserved") - F("stocks__allocated")
    harbin = Q(stocks__place__kind=Place.Kind.WAREHOUSE)
    shenzhen = Q(stocks__place__kind=Place.Kind.CONSOLIDATION)
    return (
        Offer.objects.live()
        .filter(seller=seller)
        .annotate(harbin=Sum(free, filter=harbin), shenzhen=Sum(free, filter=shenzhen))
        .annotate(left=Coalesce("harbin", "shenzhen", 0, output_field=IntegerField()))
        .filter(left__lte=LOW)
        .select_related("variant__product")
        .order_by("left", "pk")[:SHOWN]
    )


@dataclass(frozen=True)
class Shelf:
    """A place with what a seller has there, all goods together."""

    place: Place
    on_hand: int
    free: int


def shelves(seller: Seller) -> list[Shelf]:
    """Give the places that hold goods of a seller, Harbin first; two queries."""
    held = Stock.objects.filter(offer__seller=seller, on_hand__gt=0)
    sums = {
        place: (on_hand, free)
        for place, on_hand, free in held.values_list("place").annotate(
            total=Sum("on_hand"), free=Sum(FREE)
        )
    }
    places = Place.objects.filter(pk__in=sums).order_by("-kind", "pk")
    return [Shelf(place, *sums[place.pk]) for place in places]


def rows(seller: Seller, place: Place) -> QuerySet[Stock]:
    """Give the rows of stock of a seller at a place, fewest free pieces first."""
    return (
        Stock.objects.filter(offer__seller=seller, place=place, on_hand__gt=0)
        .annotate(left=FREE)
        .select_related("offer__variant__product")
        .order_by("left", "offer__article", "regime")
    )


def moves(seller: Seller) -> QuerySet[StockMove]:
    """Give the movements of a seller's stock, newest first."""
    return (
        StockMove.objects.filter(stock__offer__seller=seller)
        .select_related("stock__place", "stock__offer__variant__product")
        .order_by("-pk")
    )


def shenzhen() -> Place:
    """Give the place where sellers bring their goods."""
    return Place.objects.filter(kind=Place.Kind.CONSOLIDATION).earliest("pk")


def levels(seller: Seller, articles: Collection[str]) -> dict[str, int]:
    """How many pieces of a seller's articles are on hand in Shenzhen, sold ones among them."""
    stocks = Stock.objects.filter(
        offer__seller=seller, offer__article__in=articles, place__kind=Place.Kind.CONSOLIDATION
    )
    sums = stocks.values_list("offer__article").annotate(total=Sum("on_hand"))
    return dict(sums)


def top_up(
    wanted: Mapping[int, int], *, actor: str, now: datetime, cause: str = "import"
) -> set[int]:
    """Receive in Shenzhen what the offers have less of than is wanted; the ids that had less.

    Again with the same figures changes nothing; more than wanted stays.
    Locks: the stock rows, by key.
    """
    stocks = Stock.objects.filter(offer__in=wanted, place__kind=Place.Kind.CONSOLIDATION)
    have = dict(stocks.values_list("offer_id").annotate(total=Sum("on_hand")))
    lacking = {pk: quantity - have.get(pk, 0) for pk, quantity in wanted.items()}
    place = shenzhen()
    receipts = [
        warehouse.Receipt(place.pk, pk, quantity, cause=cause)
        for pk, quantity in lacking.items()
        if quantity > 0
    ]
    warehouse.receive_all(receipts, actor=actor, now=now)
    return {receipt.offer_id for receipt in receipts}


def bring(offer: Offer, quantity: int, *, cause: str, actor: str, now: datetime) -> bool:
    """Receive more pieces of an offer in Shenzhen, once per cause; the caller holds the seller.

    Locks: the stock row.
    """
    if StockMove.objects.filter(stock__offer=offer, cause=cause).exists():
        return False
    receipt = warehouse.Receipt(shenzhen().pk, offer.pk, quantity, cause=cause)
    warehouse.receive_all([receipt], actor=actor, now=now)
    return True
