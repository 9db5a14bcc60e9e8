"""The goods of a seller: read, listed, changed, submitted, paused."""

from collections.abc import Callable
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status

from catalog.goods import Goods
from catalog.models import Offer
from catalog.outcomes import Fate, Outcome
from storefront.flows import interface, selling
from storefront.lib import clock

from . import paging, reading, showing
from .auth import Caller, caller
from .errors import NotTaken
from .keys import once
from .schemas import (
    Article,
    BatchResult,
    Instant,
    ItemResult,
    ItemStatus,
    Listing,
    ListingBatch,
    ListingGiven,
    ListingState,
    Page,
    counted,
)

router = Router(tags=["products"])
Named = Annotated[Article, Path()]
FATES: dict[Fate, ItemStatus] = {
    Fate.IMPORTED: "created",
    Fate.UPDATED: "updated",
    Fate.UNCHANGED: "unchanged",
    Fate.REFUSED: "refused",
}


@router.get("/products", response=Page[Listing], summary="List your goods")
def products(
    request: HttpRequest,
    state: ListingState | None = None,
    article: Annotated[Article | None, Query(None, description="Only this one.")] = None,
    updated_since: Annotated[
        Instant | None, Query(None, description="Changed at that instant or later.")
    ] = None,
    after: paging.After = 0,
    limit: paging.Limit = 100,
) -> Page[Listing]:
    """Goods in the order they were listed in; to follow changes, ask with `updated_since`."""
    rows = showing.offers(caller(request).seller)
    if state:
        rows = rows.filter(state=state)
    if article:
        rows = rows.filter(article=reading.article(article))
    if updated_since:
        rows = rows.filter(updated_at__gte=updated_since)
    return paging.page(rows, showing.listed, after=after, limit=limit)


@router.post("/products", response=BatchResult, summary="List or change up to 500 goods")
@once
def write_products(request: HttpRequest, given: ListingBatch) -> BatchResult:
    """Each item is taken or refused by itself; the answer has one result per item.

    Goods are known by their article number: new numbers are listed, known ones changed.
    """
    rows = reading.listings(given.items)
    return _told(_take(caller(request), rows, submits=given.submit))


# The longer addresses come first: an article number may hold slashes.


@router.post("/products/{path:article}/submit", response=Listing, summary="Ask for approval")
@once
def submit(request: HttpRequest, article: Named) -> Listing:
    """Send a draft or refused goods to approval; 422 names the facts that are missing."""
    return _move(request, article, selling.submit)


@router.post("/products/{path:article}/pause", response=Listing, summary="Take out of the shop")
@once
def pause(request: HttpRequest, article: Named) -> Listing:
    """Take goods out of the shop for a while."""
    return _move(request, article, selling.pause)


@router.post("/products/{path:article}/resume", response=Listing, summary="Bring back")
@once
def resume(request: HttpRequest, article: Named) -> Listing:
    """Bring paused goods back into the shop."""
    return _move(request, article, selling.resume)


@router.get("/products/{path:article}", response=Listing, summary="Read one of your goods")
def product(request: HttpRequest, article: Named) -> Listing:
    """One of your goods by its article number."""
    return _show(caller(request), article)


@router.put(
    "/products/{path:article}",
    response={200: Listing, 201: Listing},
    summary="List or change one of your goods",
)
@once
def write_product(request: HttpRequest, article: Named, given: ListingGiven) -> Status[Listing]:
    """Create goods under an article number (201) or change them (200).

    What is left out stays as it is. Facts that were approved send the goods back to approval, a
    price does not. Facts of goods that others sell too stay as they are.
    """
    who = caller(request)
    rows = reading.listings([reading.item(article, given)])
    (outcome,) = _take(who, rows, submits=given.submit)
    if outcome.fate == Fate.REFUSED:
        problems = outcome.goods.problems
        words = " ".join(problem.text for problem in problems)
        raise NotTaken(words, flaws=reading.flaws(problems))
    status = 201 if outcome.fate == Fate.IMPORTED else 200
    return Status(status, _show(who, outcome.goods.article))


def _take(who: Caller, rows: list[Goods], *, submits: bool) -> list[Outcome]:
    return interface.take(
        rows, seller=who.seller, actor=who.actor, now=clock.now(), submits=submits
    )


def _find(who: Caller, article: str) -> Offer:
    row = showing.offers(who.seller).filter(article=reading.article(article)).first()
    if row is None:
        raise Http404
    return row


def _show(who: Caller, article: str) -> Listing:
    (shown,) = showing.listed([_find(who, article)])
    return shown


def _move(request: HttpRequest, article: str, verb: Callable[..., Offer]) -> Listing:
    who = caller(request)
    offer = _find(who, article)
    verb(offer, actor=who.actor, now=clock.now())
    return _show(who, offer.article)


def _told(outcomes: list[Outcome]) -> BatchResult:
    results = [
        ItemResult(
            article=outcome.goods.article,
            status=FATES[outcome.fate],
            errors=reading.flaws(outcome.goods.problems),
        )
        for outcome in outcomes
    ]
    return counted(results)
