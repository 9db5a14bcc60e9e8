"""How a seller lists goods and puts them right: card, variant, facts, pictures, papers."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from catalog import goods, histories, matching, uploads
from catalog.models import Kind, Offer, Product, Seller, Variant
from storefront.flows import selling
from storefront.forms.seller import PicturesForm, ProductForm, initial
from storefront.lib import clock

from . import _cards, _desk, _papers
from ._desk import actor, key, listing_page
from .refusals import told_on

CARDS_SHOWN = 24
TAB = {"tab": "products"}


@require_http_methods(["GET", "HEAD", "POST"])
@listing_page
def product_add(request: HttpRequest, seller: Seller) -> HttpResponse:
    """Choose a card or begin a new one, then say what is sold and for how much."""
    card, variant = _chosen(request)
    kind = request.GET.get("kind", "")
    if card is None and not _is_new(request, kind):
        return _choose(request, seller)
    if card and not variant and request.GET.get("variant") != "new" and card.variants.exists():
        return _choose_variant(request, seller, card)
    form = _papers.form(ProductForm, request, card=card, variant=variant, kind=kind)
    if form.is_valid():
        answer = _list(request, seller, form)
        if answer:
            return answer
    page = {**TAB, "seller": seller.name, "form": form, "card": card, "variant": variant}
    return render(request, "seller/product_add.html", page | _papers.codes(request, form))


def _is_new(request: HttpRequest, kind: str) -> bool:
    """Whether the form of a new card is asked for: it must know what kind of goods it is for."""
    return request.GET.get("card") == "new" and (request.method == "POST" or kind in Kind.values)


def _chosen(request: HttpRequest) -> tuple[Product | None, Variant | None]:
    """The card and the variant that the address names."""
    wanted, which = request.GET.get("card", ""), request.GET.get("variant", "")
    if not wanted.isdecimal():  # a new card, or none
        return None, None
    cards = Product.objects.select_related("brand", "category").prefetch_related("variants")
    card = get_object_or_404(cards, pk=key(wanted))
    variant = get_object_or_404(card.variants, pk=key(which)) if which.isdecimal() else None
    return card, variant


def _choose(request: HttpRequest, seller: Seller) -> HttpResponse:
    q = request.GET.get("q", "").strip()[:100]
    page = {
        **TAB,
        "seller": seller.name,
        "found": q,
        "cards": list(matching.cards(q)[:CARDS_SHOWN]) if q else [],
        "is_new": request.GET.get("card") == "new",
        "kinds": [_kind(kind) for kind in Kind],
    }
    return render(request, "seller/choose.html", page)


def _kind(kind: Kind) -> dict[str, Any]:
    shelf = goods.find_shelf("", kind)
    icon = _cards.ICONS.get(kind, str(kind))
    return {"key": kind, "label": kind.label, "icon": icon, "shelf": shelf.title if shelf else ""}


def _choose_variant(request: HttpRequest, seller: Seller, card: Product) -> HttpResponse:
    mine = Offer.objects.filter(seller=seller)
    rows = card.variants.prefetch_related("pictures", Prefetch("offers", mine, to_attr="mine"))
    lines = [
        {"variant": row, "mine": row.mine, "picture": _desk.picture_url(row)}
        for row in rows.select_related("product").order_by("position", "pk")
    ]
    page = {**TAB, "seller": seller.name, "card": card, "lines": lines}
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


@require_GET
@listing_page
def codes(request: HttpRequest, seller: Seller) -> HttpResponse:
    """The tariff codes that a text may mean, while one types."""
    page = _papers.found(request, kind=request.GET.get("kind", ""))
    return render(request, "seller/_codes.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@listing_page
@told_on("seller_product_edit")
def product_edit(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """One offer: its facts, its price, its pictures, its way into the shop."""
    offer = get_object_or_404(_desk.offers(request, seller), pk=pk)
    action = ACTIONS.get(request.POST.get("action", ""))
    if request.method == "POST" and action:
        return action(request, seller, offer)
    return _edit_page(request, seller, offer)


def _form(request: HttpRequest, offer: Offer) -> ProductForm:
    begin = initial(offer)
    return _papers.form(ProductForm, request, offer=offer, initial=begin)


def _edit_page(request: HttpRequest, seller: Seller, offer: Offer, **shown: Any) -> HttpResponse:
    """The page with a form that was refused, `form` or `pictures_form`, or as it begins."""
    form = shown.get("form") or _papers.unsent(
        ProductForm, request, offer=offer, initial=initial(offer)
    )
    page = {
        **TAB,
        "seller": seller.name,
        "form": form,
        "form_key": request.POST.get("form_key") or uuid4().hex,
        "pictures_form": shown.get("pictures_form") or PicturesForm(),
        "offer": offer,
        "line": _desk.lines([offer])[0],
        "history": histories.tell(offer),
    }
    page |= _papers.of(offer, form) | _papers.codes(request, form)
    return render(request, "seller/product_edit.html", page)


def _save(request: HttpRequest, seller: Seller, offer: Offer) -> HttpResponse:
    form = _form(request, offer)
    if form.is_valid():
        try:
            selling.edit(
                form.goods(),
                seller=seller,
                actor=actor(request),
                now=clock.now(),
                form_key=request.POST.get("form_key", "")[:64],
                label=form.label(),
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
        return _edit_page(request, seller, offer, pictures_form=form)
    given = form.cleaned_data["pictures"]
    try:
        selling.show(offer, given, actor=actor(request), now=clock.now())
    except uploads.TooManyPictures as refusal:
        form.add_error("pictures", str(refusal))
        return _edit_page(request, seller, offer, pictures_form=form)
    messages.success(request, _("The pictures are saved."))
    return redirect("seller_product_edit", pk=offer.pk)


def _picture(request: HttpRequest, offer: Offer) -> Any:
    wanted = request.POST.get("picture", "")
    return get_object_or_404(offer.variant.pictures, pk=key(wanted))


def _hide(request: HttpRequest, seller: Seller, offer: Offer) -> HttpResponse:
    selling.hide(_picture(request, offer), offer)
    return redirect("seller_product_edit", pk=offer.pk)


def _arrange(request: HttpRequest, seller: Seller, offer: Offer) -> HttpResponse:
    to = request.POST.get("to", "")
    if to.isdecimal():
        selling.arrange(_picture(request, offer), offer, to=int(to[:4]))
    return redirect("seller_product_edit", pk=offer.pk)


def _find(request: HttpRequest, seller: Seller, offer: Offer) -> HttpResponse:
    """Look for a tariff code without scripts: what was typed stays, and nothing is saved."""
    return _edit_page(request, seller, offer)


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
    "arrange": _arrange,
    "find_code": _find,
    "submit": _move(selling.submit),
    "pause": _move(selling.pause),
    "resume": _move(selling.resume),
}
