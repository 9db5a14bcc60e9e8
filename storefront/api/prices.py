"""Plain prices of a seller's goods, one or many at a time."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Router

from catalog import asking
from catalog.models import Offer
from storefront.flows import interface
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from . import reading, showing
from .auth import Caller, caller
from .errors import NotTaken
from .keys import once
from .schemas import (
    Article,
    BatchResult,
    Flaw,
    ItemResult,
    PriceBatch,
    PriceGiven,
    PriceItem,
    PriceSet,
    counted,
)

router = Router(tags=["prices"])


@router.put("/prices/{path:article}", response=PriceSet, summary="Set one price")
@once
def write_price(
    request: HttpRequest, article: Annotated[Article, Path()], given: PriceGiven
) -> PriceSet:
    """Set the plain price of goods, at once and without approval.

    A price list or promotion of yours that runs goes on: `asked` says what buyers see.
    """
    who, name = caller(request), reading.article(article)
    try:
        prices = {name: reading.price(given.price)}
    except Refusal as refusal:
        raise NotTaken(str(refusal), flaws=[_flaw(refusal)]) from refusal
    if not _set(who, prices):
        raise Http404
    offer = Offer.objects.get(seller=who.seller, article=name)
    return PriceSet(
        article=offer.article,
        price=showing.yuan(asking.plain(offer)),
        asked=showing.yuan(offer.price.amount),
    )


@router.post("/prices", response=BatchResult, summary="Set up to 500 prices")
@once
def write_prices(request: HttpRequest, given: PriceBatch) -> BatchResult:
    """Each item is taken or refused by itself; unknown article numbers are refused."""
    found = _Batch()
    for item in given.items:
        found.read(item)
    moved = _set(caller(request), found.prices)
    return counted([found.result(item, moved) for item in given.items])


class _Batch:
    """What the items of a batch ask for, and what is wrong with them."""

    def __init__(self) -> None:
        self.prices: dict[str, Any] = {}
        self.flaws: dict[int, Flaw] = {}

    def read(self, item: PriceItem) -> None:
        name = reading.article(item.article)
        try:
            price = reading.price(item.price)
        except Refusal as refusal:
            self.flaws[id(item)] = _flaw(refusal)
            return
        if name in self.prices:
            self.flaws[id(item)] = reading.repeated()
        self.prices.setdefault(name, price)

    def result(self, item: PriceItem, moved: dict[str, bool]) -> ItemResult:
        name = reading.article(item.article)
        flaw = self.flaws.get(id(item))
        if flaw is None and name not in moved:
            flaw = reading.unknown()
        if flaw:
            return ItemResult(article=item.article, status="refused", errors=[flaw])
        return ItemResult(article=name, status="updated" if moved[name] else "unchanged")


def _flaw(refusal: Refusal) -> Flaw:
    part = "currency" if refusal.code == asking.OtherCurrency.code else "amount"
    return Flaw(field=f"price.{part}", code=refusal.code, message=str(refusal))


def _set(who: Caller, prices: dict[str, Any]) -> dict[str, bool]:
    return interface.reprice(prices, seller=who.seller, actor=who.actor, now=clock.now())
