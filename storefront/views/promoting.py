"""The seller's prices: lists and promotions, what they do, when they begin and end."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog import former, promotions
from catalog.models import PriceList, Promotion, Seller
from storefront.flows import promoting
from storefront.forms.promoting import PriceListForm, PromotionForm
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from . import _desk
from ._desk import actor, listing_page

KINDS: dict[str, Any] = {"promotion": Promotion, "list": PriceList}
TONES = {promotions.COMING: "river", promotions.RUNS: "good", promotions.OVER: "plain"}
FOUND_SHOWN = 40
GOODS_SHOWN = 100


@require_GET
@listing_page
def prices(request: HttpRequest, seller: Seller) -> HttpResponse:
    """What runs and what is coming, or what is over."""
    now, over = clock.now(), request.GET.get("show") == "over"
    rows = promotions.of(seller, now=now, over=over)
    page = {
        "tab": "prices",
        "seller": seller.name,
        "over": over,
        "rows": [_told(row, now) for row in rows],
        "former": former.rule(now.date()),
    }
    return render(request, "seller/prices.html", page)


def _told(row: Any, now: Any) -> dict[str, Any]:
    """A price list or promotion with what its card says."""
    standing = promotions.standing(row, now=now)
    labels = {
        promotions.COMING: _("coming"),
        promotions.RUNS: _("running"),
        promotions.OVER: _("over"),
    }
    return {
        "row": row,
        "kind": "promotion" if isinstance(row, Promotion) else "list",
        "percent": promotions.percent_of(row) if isinstance(row, Promotion) else None,
        "standing": standing,
        "label": labels[standing],
        "tone": TONES[standing],
        "goods": row.goods_count,
        "ended_at": min(filter(None, (row.ends_at, row.stopped_at)), default=None),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@listing_page
def promotion_add(request: HttpRequest, seller: Seller) -> HttpResponse:
    """Less of the price for a while."""
    form = PromotionForm(request.POST or None, seller=seller)
    if _is_sent(request) and form.is_valid():
        try:
            row = promoting.promote(
                seller,
                form.plan(now=clock.now()),
                discount=form.discount(),
                offers=form.offers,
                most_pieces=form.cleaned_data["most_pieces"],
                actor=actor(request),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, row)
    return _form_page(request, seller, form, kind="promotion")


@require_http_methods(["GET", "HEAD", "POST"])
@listing_page
def list_add(request: HttpRequest, seller: Seller) -> HttpResponse:
    """Other prices for a while."""
    form = PriceListForm(request.POST or None, seller=seller)
    if _is_sent(request) and form.is_valid():
        try:
            row = promoting.list_prices(
                seller,
                form.plan(now=clock.now()),
                prices=form.prices,
                actor=actor(request),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, row)
    return _form_page(request, seller, form, kind="list")


def _is_sent(request: HttpRequest) -> bool:
    """Looking for goods and trying out are not yet sending."""
    return request.method == "POST" and request.POST.get("action") == "save"


def _done(request: HttpRequest, row: Any) -> HttpResponse:
    runs = promotions.standing(row, now=clock.now()) == promotions.RUNS
    messages.success(request, _("It holds now.") if runs else _("It begins by itself."))
    kind = "promotion" if isinstance(row, Promotion) else "list"
    return redirect("seller_price", kind=kind, pk=row.pk)


def _form_page(request: HttpRequest, seller: Seller, form: Any, *, kind: str) -> HttpResponse:
    q = request.POST.get("q", request.GET.get("q", "")).strip()[:100]
    is_looking = request.POST.get("action") == "find" or bool(q)
    page = {
        "tab": "prices",
        "seller": seller.name,
        "form": form,
        "kind": kind,
        "found": q,
        "is_looking": is_looking,
        "lines": _goods(request, seller, form, q) if is_looking else _picked(form),
        "effects": _effects(form, kind) if request.POST.get("action") == "try" else None,
    }
    return render(request, "seller/prices_form.html", page)


def _goods(request: HttpRequest, seller: Seller, form: Any, q: str) -> list[dict[str, Any]]:
    """What was looked for, and what is chosen already."""
    rows = _desk.found(_desk.offers(request, seller), q=q, state="")
    chosen = {line["offer"].pk: line for line in _picked(form)}
    found = [_line(form, row) for row in rows.order_by("-pk")[:FOUND_SHOWN]]
    return [*chosen.values(), *(line for line in found if line["offer"].pk not in chosen)]


def _picked(form: Any) -> list[dict[str, Any]]:
    """What was ticked or priced on the page, not what was pasted."""
    if form.is_bound:
        form.is_valid()
    lines = [_line(form, row) for row in form.offers]
    return [line for line in lines if line["ticked"] or line["typed"]]


def _line(form: Any, offer: Any) -> dict[str, Any]:
    typed = getattr(form, "typed", {}).get(offer.pk, "")
    return {"offer": offer, "ticked": offer.pk in getattr(form, "picked", ()), "typed": typed}


def _effects(form: Any, kind: str) -> list[Any] | None:
    if not form.is_valid():
        return None
    given = {"discount": form.discount()} if kind == "promotion" else {"prices": form.prices}
    return promotions.effects(form.offers[:GOODS_SHOWN], **given)


def _find(seller: Seller, kind: str, pk: int) -> Any:
    if kind not in KINDS:
        raise Http404
    rows = KINDS[kind].objects.filter(seller=seller).annotate(goods_count=Count("lines"))
    return get_object_or_404(rows, pk=pk)


@require_GET
@listing_page
def price(request: HttpRequest, seller: Seller, kind: str, pk: int) -> HttpResponse:
    """One price list or promotion: its goods, its times, what overlaps with it."""
    row, now = _find(seller, kind, pk), clock.now()
    lines = row.lines.select_related("offer__variant__product").order_by("offer__article")
    shown = _desk.page(request, lines)
    page = {
        "tab": "prices",
        "seller": seller.name,
        "told": _told(row, now),
        "effects": _effects_of(row, shown),
        "overlaps": [
            _told(other, now)
            for other in promotions.overlapping(row).annotate(goods_count=Count("lines"))
        ],
        "page": shown,
        "address": "?",
    }
    return render(request, "seller/prices_one.html", page)


def _effects_of(row: Any, lines: Any) -> list[Any]:
    offers = [line.offer for line in lines]
    if isinstance(row, Promotion):
        return promotions.effects(offers, discount=promotions.discount_of(row))
    return promotions.effects(offers, prices={line.offer_id: line.price.amount for line in lines})


@require_POST
@listing_page
def price_stop(request: HttpRequest, seller: Seller, kind: str, pk: int) -> HttpResponse:
    """End it before its time; the old prices hold at once."""
    promoting.stop(_find(seller, kind, pk), now=clock.now())
    messages.success(request, _("It is over; the earlier prices hold again."))
    return redirect("seller_price", kind=kind, pk=pk)
