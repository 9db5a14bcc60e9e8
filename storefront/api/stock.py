"""Pieces of a seller's goods: what lies where, and bringing more of them to Shenzhen."""

import hashlib
from collections.abc import Sequence
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router

from catalog.goods import Goods
from catalog.models import Offer
from logistics import holdings
from logistics.models import Stock
from storefront.flows import interface
from storefront.lib import clock

from . import keys, paging, reading
from .auth import caller
from .keys import once
from .schemas import (
    ArrivalGiven,
    Article,
    BatchResult,
    ItemResult,
    ItemStatus,
    Level,
    LevelBatch,
    LevelItem,
    Page,
    Place,
    Slug,
    StockRow,
    counted,
)

router = Router(tags=["stock"])


@router.get("/stock", response=Page[StockRow], summary="List your stock")
def stock(
    request: HttpRequest,
    place: Annotated[
        Slug | None, Query(None, description="A code such as harbin-warehouse.")
    ] = None,
    article: Annotated[Article | None, Query(None)] = None,
    after: paging.After = 0,
    limit: paging.Limit = 100,
) -> Page[StockRow]:
    """Every row of stock: one per article number, place and customs regime."""
    rows = Stock.objects.filter(offer__seller=caller(request).seller)
    if place:
        rows = rows.filter(place__code=place)
    if article:
        rows = rows.filter(offer__article=reading.article(article))
    rows = rows.select_related("place", "offer")
    return paging.page(rows, _shown, after=after, limit=limit)


def _shown(rows: Sequence[Stock]) -> list[StockRow]:
    return [
        StockRow.model_construct(
            id=row.pk,
            article=row.offer.article,
            place=Place(code=row.place.code, title=row.place.title),
            regime=row.regime,
            on_hand=row.on_hand,
            reserved=row.reserved,
            allocated=row.allocated,
            free=row.available,
        )
        for row in rows
    ]


@router.post("/stock", response=BatchResult, summary="Raise up to 500 levels in Shenzhen")
@once
def write_levels(request: HttpRequest, given: LevelBatch) -> BatchResult:
    """Say how many pieces lie in Shenzhen: what is lacking is received, less is refused.

    Each item is taken or refused by itself; the same levels again change nothing.
    """
    who = caller(request)
    rows = [_level(line, item) for line, item in enumerate(given.items)]
    brought = interface.raise_levels(rows, seller=who.seller, actor=who.actor, now=clock.now())
    return counted([_result(row, brought) for row in rows])


def _level(line: int, item: LevelItem) -> Goods:
    return Goods(line, reading.article(item.article), identity={"quantity": item.quantity})


def _result(row: Goods, brought: dict[str, bool]) -> ItemResult:
    flaws = reading.flaws(row.problems)
    if not flaws and row.article not in brought:
        flaws = [reading.unknown()]
    if flaws:
        return ItemResult(article=row.article, status="refused", errors=flaws)
    status: ItemStatus = "updated" if brought[row.article] else "unchanged"
    return ItemResult(article=row.article, status=status)


@router.post(
    "/stock/{path:article}/arrivals", response=Level, summary="Bring more pieces to Shenzhen"
)
@once
def write_arrival(
    request: HttpRequest, article: Annotated[Article, Path()], given: ArrivalGiven
) -> Level:
    """Receive more pieces in Shenzhen, once per Idempotency-Key."""
    who = caller(request)
    mine = Offer.objects.filter(seller=who.seller, article=reading.article(article))
    offer = mine.first()
    if offer is None:
        raise Http404
    interface.bring(offer, given.quantity, cause=_cause(request), actor=who.actor, now=clock.now())
    have = holdings.levels(who.seller, [offer.article])
    return Level(article=offer.article, shenzhen=have[offer.article])


def _cause(request: HttpRequest) -> str:
    """Keys may hold any sign; a cause is read by people and searched by machines."""
    key = request.headers[keys.HEADER]
    return f"interface:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
