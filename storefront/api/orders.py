"""What a seller has sold from Shenzhen and must bring there."""

from collections.abc import Sequence
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router

from orders import sales
from orders.models import Handover
from orders.states import State
from storefront.flows import selling
from storefront.lib import clock

from . import paging, showing
from .auth import Caller, caller
from .keys import once
from .schemas import Id, Order, OrderLine, Page

router = Router(tags=["orders"])
Numbered = Annotated[Id, Path(description="`id` of the list.", example=4711)]


@router.get("/orders", response=Page[Order], summary="List what you must hand over")
def orders(
    request: HttpRequest,
    state: Annotated[
        Literal["WAITING"] | None,
        Query(None, description="Only what is still to be handed over."),
    ] = None,
    after: paging.After = 0,
    limit: paging.Limit = 100,
) -> Page[Order]:
    """Your part of every paid order that leaves from Shenzhen; the buyer's data is not in it.

    To follow your sales ask for `state=WAITING` again and again, from the first page.
    """
    seller = caller(request).seller
    rows = sales.waiting(seller) if state else sales.with_goods(seller)
    return paging.page(rows, _shown, after=after, limit=limit)


@router.get("/orders/{id}", response=Order, summary="Read one of them")
def order(request: HttpRequest, id: Numbered) -> Order:
    """Your part of one order."""
    return _show(caller(request), id)


@router.post("/orders/{id}/hand-over", response=Order, summary="Say that you brought it")
@once
def hand_over(request: HttpRequest, id: Numbered) -> Order:
    """Record that the goods were brought to Shenzhen; 409 once the order was cancelled."""
    who = caller(request)
    selling.hand_over(_find(who, id), actor=who.actor, now=clock.now())
    return _show(who, id)


def _find(who: Caller, key: int) -> Handover:
    row = sales.with_goods(who.seller).filter(pk=key).first()
    if row is None:
        raise Http404
    return row


def _show(who: Caller, key: int) -> Order:
    (shown,) = _shown([_find(who, key)])
    return shown


def _shown(rows: Sequence[Handover]) -> list[Order]:
    return [
        Order.model_construct(
            id=row.pk,
            number=row.delivery.order.shown_number,
            state=_state(row),
            due_at=row.due_at,
            handed_at=row.handed_at,
            lines=[
                OrderLine(
                    article=line.offer.article,
                    title=line.title,
                    quantity=line.quantity,
                    price=showing.yuan(line.price_cny.amount),
                )
                for line in row.delivery.goods  # type: ignore[attr-defined]  # prefetched so
            ],
        )
        for row in rows
    ]


def _state(row: Handover) -> str:
    if row.handed_at is not None:
        return "HANDED_OVER"
    delivery = row.delivery
    is_over = delivery.cancelled_at is not None or delivery.order.state == State.CANCELLED
    return "CANCELLED" if is_over else "WAITING"
