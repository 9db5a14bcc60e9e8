"""The seller's desk: his day, his goods, his stock, what to hand over, what he is owed."""

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from catalog.models import Seller
from logistics import holdings
from orders import sales
from orders.models import Handover
from payments import settlement
from payments.models import Payout, Settlement
from payments.settlement import changes, statements
from storefront.flows import selling
from storefront.lib import clock

from . import _desk
from ._desk import actor, finance_page, listing_page, seller_page

LATELY = timedelta(days=7)


@require_GET
@seller_page
def today(request: HttpRequest, seller: Seller) -> HttpResponse:
    """What to do and how it goes."""
    now = clock.now()
    yesterday, week = sales.recent(seller, now=now)
    waiting = list(sales.waiting(seller))
    page = {
        "tab": "today",
        "seller": seller.name,
        "handovers": waiting,
        "late": _desk.late(waiting, now=now),
        "now": now,
        "yesterday": yesterday,
        "week": week,
        "low": list(holdings.low(seller)),
        "refused": list(_desk.found(_desk.offers(request, seller), q="", state="REFUSED")[:10]),
        "owed": settlement.owed(seller),
        **(_account(seller) if request.seat.may_see_money else {}),  # type: ignore[attr-defined]
        "is_new": not _desk.offers(request, seller).exists(),
    }
    return render(request, "seller/today.html", page)


def _account(seller: Seller) -> dict[str, object]:
    """Why the bank gave the last payout back, and the account that waits to take its place."""
    return {
        "bounced": settlement.bounced([seller.pk]).get(seller.pk, ""),
        "changing": changes.waiting(seller),
    }


@require_GET
@listing_page
def products(request: HttpRequest, seller: Seller) -> HttpResponse:
    """The seller's goods."""
    q, state = request.GET.get("q", "").strip()[:100], request.GET.get("state", "")
    rows = _desk.found(_desk.offers(request, seller), q=q, state=state)
    shown = _desk.page(request, rows.order_by("-pk"))
    page = {
        "tab": "products",
        "seller": seller.name,
        "lines": _desk.lines(shown),
        "page": shown,
        "found": q,
        "state": state,
        "states": _desk.states(seller, current=state),
        "address": f"?{urlencode({'q': q, 'state': state})}&",
    }
    return render(request, "seller/products.html", page)


@require_GET
@listing_page
def stock(request: HttpRequest, seller: Seller) -> HttpResponse:
    """What lies where, and how it came and went."""
    shelves = holdings.shelves(seller)
    show = request.GET.get("show", "")
    chosen = next((shelf for shelf in shelves if shelf.place.code == show), None)
    if chosen is None and show != "moves":
        chosen = next(iter(shelves), None)
    rows = holdings.rows(seller, chosen.place) if chosen else holdings.moves(seller)
    page = {
        "tab": "stock",
        "seller": seller.name,
        "shelves": shelves,
        "chosen": chosen,
        "page": _desk.page(request, rows),
        "address": f"?{urlencode({'show': chosen.place.code if chosen else 'moves'})}&",
    }
    return render(request, "seller/stock.html", page)


@require_GET
@seller_page
def orders(request: HttpRequest, seller: Seller) -> HttpResponse:
    """What was sold from Shenzhen and must be brought there."""
    now = clock.now()
    page = {
        "tab": "orders",
        "seller": seller.name,
        "waiting": list(sales.waiting(seller)),
        "handed": list(sales.handed(seller, since=now - LATELY)),
        "now": now,
    }
    return render(request, "seller/orders.html", page)


@require_POST
@listing_page
def hand_over(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """The goods were brought; a second click says the same."""
    handover = get_object_or_404(Handover.objects.filter(seller=seller), pk=pk)
    refusal = ""
    try:
        selling.hand_over(handover, actor=actor(request), now=clock.now())
    except selling.TooLate as error:
        refusal = str(error)
    if request.headers.get("HX-Request"):
        row = sales.with_goods(seller).get(pk=pk)
        context = {"handover": row, "refusal": refusal, "now": clock.now()}
        return render(request, "seller/_handover.html", context)
    if refusal:
        messages.error(request, refusal)
    return redirect("seller_orders")


@require_GET
@finance_page
def money(request: HttpRequest, seller: Seller) -> HttpResponse:
    """What is owed, what is on its way, what waits for its day."""
    payouts = Payout.objects.filter(seller=seller).order_by("-pk")
    settled = Settlement.objects.filter(seller=seller).order_by("-period_until")
    page = {
        "tab": "money",
        "seller": seller.name,
        "firm": seller,
        **_account(seller),
        "owed": settlement.owed(seller),
        "statements": [statements.brief(row) for row in settled[: _desk.PAGE]],
        "page": _desk.page(request, payouts),
    }
    return render(request, "seller/money.html", page)
