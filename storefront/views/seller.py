"""The seller's desk: his day, his goods, his stock, what to hand over, what he is owed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog import histories, matching, uploads
from catalog.models import Offer, Product, Seller, Variant
from logistics import holdings
from orders import sales
from orders.models import Handover
from payments import settlement
from payments.models import Payout
from storefront.flows import selling
from storefront.forms.seller import PicturesForm, ProductForm, initial
from storefront.lib import clock

from . import _desk
from ._desk import actor, seller_page
from .refusals import told_on

LATELY = timedelta(days=7)
CARDS_SHOWN = 24


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
    }
    return render(request, "seller/today.html", page)


@require_GET
@seller_page
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


@require_http_methods(["GET", "HEAD", "POST"])
@seller_page
def product_add(request: HttpRequest, seller: Seller) -> HttpResponse:
    """Choose a card or begin a new one, then say what is sold and for how much."""
    card, variant = _chosen(request)
    if card is None and request.GET.get("card") != "new":
        return _choose(request, seller)
    if card and not variant and request.GET.get("variant") != "new" and card.variants.exists():
        return _choose_variant(request, seller, card)
    form = ProductForm(request.POST or None, card=card, variant=variant)
    if form.is_valid():
        answer = _list(request, seller, form)
        if answer:
            return answer
    page = {"tab": "products", "seller": seller.name, "form": form, "card": card}
    page["variant"] = variant
    return render(request, "seller/product_add.html", page)


def _chosen(request: HttpRequest) -> tuple[Product | None, Variant | None]:
    """The card and the variant that the address names."""
    wanted, which = request.GET.get("card", ""), request.GET.get("variant", "")
    if not wanted.isdecimal():
        return None, None
    cards = Product.objects.select_related("brand", "category").prefetch_related("variants")
    card = get_object_or_404(cards, pk=wanted)
    variant = get_object_or_404(card.variants, pk=which) if which.isdecimal() else None
    return card, variant


def _choose(request: HttpRequest, seller: Seller) -> HttpResponse:
    q = request.GET.get("q", "").strip()[:100]
    cards = list(matching.cards(q)[:CARDS_SHOWN]) if q else []
    page = {"tab": "products", "seller": seller.name, "found": q, "cards": cards}
    return render(request, "seller/choose.html", page)


def _choose_variant(request: HttpRequest, seller: Seller, card: Product) -> HttpResponse:
    mine = Offer.objects.filter(seller=seller)
    rows = card.variants.prefetch_related("pictures", Prefetch("offers", mine, to_attr="mine"))
    lines = [
        {"variant": row, "mine": row.mine, "picture": _desk.picture_urls(row)[0]}
        for row in rows.select_related("product").order_by("position", "pk")
    ]
    page = {"tab": "products", "seller": seller.name, "card": card, "lines": lines}
    return render(request, "seller/choose_variant.html", page)


def _list(request: HttpRequest, seller: Seller, form: ProductForm) -> HttpResponse | None:
    """Take the goods in; None, when the form now says what is wrong."""
    listing = form.goods()
    try:
        offer = selling.add(
            listing,
            seller=seller,
            actor=actor(request),
            now=clock.now(),
            submits=form.submits,
        )
    except selling.NotTaken as refusal:
        form.refuse(refusal.problems)
        return None
    messages.success(request, _saved(offer))
    return redirect("seller_product_edit", pk=offer.pk)


def _saved(offer: Offer) -> str:
    if offer.state == Offer.State.REVIEW:
        return _("The goods are sent for approval.")
    return _("Saved.")


def _find(request: HttpRequest, seller: Seller, pk: int) -> Offer:
    return get_object_or_404(_desk.offers(request, seller), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@seller_page
@told_on("seller_product_edit")
def product_edit(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """One offer: its facts, its price, its pictures, its way into the shop."""
    offer = _find(request, seller, pk)
    action = ACTIONS.get(request.POST.get("action", ""))
    if request.method == "POST" and action:
        return action(request, seller, offer)
    return _edit_page(request, seller, offer)


def _form(offer: Offer, data: Any = None) -> ProductForm:
    return ProductForm(data, offer=offer, is_own=selling.may_show(offer), initial=initial(offer))


def _edit_page(
    request: HttpRequest,
    seller: Seller,
    offer: Offer,
    *,
    form: ProductForm | None = None,
    pictures: PicturesForm | None = None,
) -> HttpResponse:
    page = _facts(offer) | {
        "tab": "products",
        "seller": seller.name,
        "form": form or _form(offer),
        "form_key": request.POST.get("form_key") or uuid4().hex,
        "pictures_form": pictures or PicturesForm(),
    }
    return render(request, "seller/product_edit.html", page)


def _facts(offer: Offer) -> dict[str, Any]:
    return {
        "offer": offer,
        "line": _desk.lines([offer])[0],
        "is_own": selling.may_show(offer),
        "pictures": offer.variant.pictures.order_by("position", "pk"),
        "history": histories.tell(offer),
    }


def _save(request: HttpRequest, seller: Seller, offer: Offer) -> HttpResponse:
    form = _form(offer, request.POST)
    if form.is_valid():
        try:
            selling.edit(
                form.goods(),
                seller=seller,
                actor=actor(request),
                now=clock.now(),
                form_key=request.POST.get("form_key", "")[:64],
            )
        except selling.NotTaken as refusal:
            form.refuse(refusal.problems)
        else:
            messages.success(request, _("Saved."))
            return redirect("seller_product_edit", pk=offer.pk)
    return _edit_page(request, seller, offer, form=form)


def _show(request: HttpRequest, seller: Seller, offer: Offer) -> HttpResponse:
    form = PicturesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _edit_page(request, seller, offer, pictures=form)
    given = form.cleaned_data["pictures"]
    try:
        selling.show(offer, given, actor=actor(request), now=clock.now())
    except uploads.TooManyPictures as refusal:
        form.add_error("pictures", str(refusal))
        return _edit_page(request, seller, offer, pictures=form)
    messages.success(request, _("The pictures are saved."))
    return redirect("seller_product_edit", pk=offer.pk)


def _hide(request: HttpRequest, seller: Seller, offer: Offer) -> HttpResponse:
    wanted = request.POST.get("picture", "")
    picture = get_object_or_404(offer.variant.pictures, pk=wanted if wanted.isdecimal() else 0)
    selling.hide(picture, offer)
    return redirect("seller_product_edit", pk=offer.pk)


def _move(verb: Callable[..., Offer]) -> Callable[[HttpRequest, Seller, Offer], HttpResponse]:
    def move(request: HttpRequest, seller: Seller, offer: Offer) -> HttpResponse:
        moved = verb(offer, actor=actor(request), now=clock.now())
        messages.success(request, _saved(moved))
        return redirect("seller_product_edit", pk=offer.pk)

    return move


ACTIONS = {
    "save": _save,
    "show": _show,
    "hide": _hide,
    "submit": _move(selling.submit),
    "pause": _move(selling.pause),
    "resume": _move(selling.resume),
}


@require_GET
@seller_page
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
@seller_page
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
@seller_page
def money(request: HttpRequest, seller: Seller) -> HttpResponse:
    """What is owed, what is on its way, what waits for its day."""
    payouts = Payout.objects.filter(seller=seller).order_by("-pk")
    page = {
        "tab": "money",
        "seller": seller.name,
        "owed": settlement.owed(seller),
        "page": _desk.page(request, payouts),
    }
    return render(request, "seller/money.html", page)
