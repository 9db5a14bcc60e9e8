"""What must always hold in the catalogue, looked at over the whole database."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from catalog import asking
from catalog.models import AskedPrice, HsCode, Offer, OfferEvent, PriceListLine, Product

SHOWN = 10


def checks() -> Iterator[tuple[str, int, list[str]]]:
    """Give each invariant with the rows looked at and its first failures."""
    yield _check("the best price is the lowest live offer", _settled(), _wrong_price())
    yield _check("what is listed has a live offer and can be found", _settled(), _unfound())
    yield _check("live offers may be published", Offer.objects.live(), _unpublishable())
    yield _check("an offer's price is the last one recorded", _recorded(), _unrecorded())
    yield _check("an offer's price is the last one told", _told(), _untold())
    yield _check("no price is above the seller's own one", Offer.objects.all(), _raised())


def _check(name: str, looked: QuerySet[Any], wrong: Iterable[object]) -> tuple[str, int, list[str]]:
    return name, looked.count(), [str(row) for row in list(wrong)[:SHOWN]]


def _settled() -> QuerySet[Product]:
    """Products that do not wait to be indexed anew."""
    return Product.objects.filter(due_at__isnull=True)


def _lowest() -> Subquery:
    live = Offer.objects.live().filter(variant__product=OuterRef("pk"))
    return Subquery(live.values("variant__product").annotate(low=Min("price")).values("low"))


def _wrong_price() -> QuerySet[Product]:
    """No price is nothing, so nothing stands for none on both sides."""
    none = Value(Decimal(0))
    goods = _settled().annotate(
        shown=Coalesce("best_price_cny", none), lowest=Coalesce(_lowest(), none)
    )
    return goods.exclude(shown=F("lowest")).order_by("pk")[:SHOWN]


def _unfound() -> QuerySet[Product]:
    goods = _settled().annotate(low=_lowest())
    wrong = Q(is_listed=True) & (Q(low__isnull=True) | Q(search_vector__isnull=True))
    return goods.filter(wrong | Q(is_listed=False, low__isnull=False)).order_by("pk")[:SHOWN]


def _unpublishable() -> QuerySet[Offer]:
    """The facts of the variant that no constraint of its table keeps."""
    known = HsCode.objects.values("code")
    strict = HsCode.objects.filter(needs_fsb=True).values("code")
    bare = Q(variant__hs_code__in=strict, variant__fsb_notification="")
    unknown = ~Q(variant__hs_code__in=known)
    return Offer.objects.live().filter(bare | unknown).order_by("pk")[:SHOWN]


PRICED = ("CREATED", "REPRICED")


def _recorded() -> QuerySet[Any]:
    last = OfferEvent.objects.filter(offer=OuterRef("pk"), kind__in=PRICED).order_by("-pk")
    return Offer.objects.annotate(told=Subquery(last.values("detail__price")[:1])).filter(
        told__isnull=False
    )


def _unrecorded() -> Iterator[Offer]:
    for offer in _recorded().order_by("pk").iterator():
        if str(asking.plain(offer)) != offer.told:
            yield offer


def _told() -> QuerySet[Any]:
    """Offers that have a price history, with its last row."""
    rows = AskedPrice.objects.filter(offer=OuterRef("pk")).order_by("-asked_from", "-pk")
    last = {name: Subquery(rows.values(name)[:1]) for name in ("price", "is_asked")}
    offers = Offer.objects.annotate(last_price=last["price"], last_asked=last["is_asked"])
    return offers.filter(last_asked__isnull=False)


def _untold() -> QuerySet[Offer]:
    """An offer of a closed seller is not in the shop, whatever its own state."""
    is_sold = Q(state=Offer.State.LIVE, seller__is_open=True)
    told = Q(last_asked=True, last_price=F("price"))
    right = (is_sold & told) | (~is_sold & Q(last_asked=False))
    return _told().exclude(right).order_by("pk")[:SHOWN]


def _raised() -> QuerySet[Offer]:
    """Only a price list may raise what is asked."""
    listed = PriceListLine.objects.values("offer")
    dearer = Offer.objects.filter(price__gt=F("list_price_cny")).exclude(pk__in=listed)
    return dearer.order_by("pk")[:SHOWN]
