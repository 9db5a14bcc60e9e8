"""The shop: front page, shelves, products, search, delivery city."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog import search as finding
from catalog import shelves
from catalog.models import Kind, language
from storefront import context

from . import _cards, _goods, _listing, _markup, _opinions, _showing, refusals

SHOWN = 10
LONGEST = 200


def _visit(request: HttpRequest) -> _listing.Visit:
    return _showing.visit(request)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search, shelves, what lies in Harbin now, what is new."""
    visit = _visit(request)
    near, new = finding.newest(harbin=True, limit=SHOWN), finding.newest(harbin=False, limit=SHOWN)
    goods = [*near, *new]
    cards = _cards.make(goods, tariff=visit.tariff, city=visit.city, now=visit.now)
    faces = [card for row, card in zip(goods, cards, strict=True) if row.kind == Kind.PHONE]
    page = {
        "tiles": _tiles(),
        "near": cards[: len(near)],
        "new": cards[len(near) :],
        "has_prices": visit.tariff is not None,
        "show": next(iter([*faces, *cards]), None),
        "data": [_markup.site(request)],
    }
    return _showing.public(request, render(request, "shop/home.html", page))


def _tiles() -> list[dict[str, Any]]:
    """Shelves that hold goods, with the number of them."""
    counts = _showing.shelf_counts()
    return [
        {
            "url": reverse("category", args=[shelf.slug]),
            "title": shelf.title,
            "icon": _cards.icon(shelf),
            "count": counts[shelf.pk],
        }
        for shelf in shelves.categories()
        if shelf.kind and counts.get(shelf.pk)
    ]


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A shelf of goods with its choices."""
    shelf = shelves.category(slug)
    if shelf is None:
        raise Http404
    crumbs = _showing.crumbs(shelf)
    page = {
        "shelf": shelf,
        "crumbs": crumbs,
        "tree": _showing.tree(shelf),
        "aisles": _cards.aisles(shelf),
        "listing": _listing.make(request, _visit(request), _listing.Place(shelf=shelf)),
        "data": [_markup.crumbs(request, crumbs)],
    }
    return _showing.goods(request, "shop/category.html", page)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results for what was typed, with the same choices as a shelf."""
    text = request.GET.get("q", "")[:LONGEST].replace("\0", "")
    listing = _listing.make(request, _visit(request), _listing.Place(text=text))
    page = {"q": text, "listing": listing, "aisles": _cards.aisles()}
    return _showing.goods(request, "shop/search.html", page)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product: pictures, choice, price, dates, sellers, facts, reviews."""
    visit = _visit(request)
    sheet = _goods.sheet(slug, request.GET.get("v", ""), visit)
    if sheet is None:
        raise Http404
    opinions = _opinions.of_product(request, sheet.product)
    told = _markup.product(request, sheet, opinions["reviews"])
    page = {
        **opinions,
        "sheet": sheet,
        "product": sheet.product,
        "has_prices": visit.tariff is not None,
        "aisles": _cards.aisles(sheet.product.category),
        "data": [told, _markup.crumbs(request, sheet.crumbs)],
    }
    return _showing.own(render(request, "shop/product.html", page))


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Words to go on with and the likeliest goods while somebody types."""
    visit = _visit(request)
    text = request.GET.get("q", "")[:LONGEST].replace("\0", "")
    suggestions = [
        {
            "url": reverse("product", args=[row.slug]),
            "title": row.title,
            "picture_url": _cards.picture_url(row),
            "price": _cards.price(row, visit.tariff),
        }
        for row in finding.suggest(text)
    ]
    completions = [_completion(each) for each in finding.complete(text)] if suggestions else []
    page = {"suggestions": suggestions, "completions": completions}
    return render(request, "components/suggestions.html", page)


def _completion(each: finding.Completion) -> dict[str, str]:
    """Where a word to go on with leads: a shelf, or the results for it."""
    if each.kind == "category":
        url = reverse("category", args=[each.slug])
    else:
        url = f"{reverse('search')}?{urlencode({'q': each.text})}"
    return {"url": url, "text": each.text, "kind": each.kind}


def city(request: HttpRequest) -> HttpResponse:
    """Choose the city that dates and freight are worked out for."""
    known = context.cities()
    wanted = request.POST.get("city", "")
    if wanted in known:
        request.session["city"] = wanted
        return redirect(refusals.back(request, otherwise="home"))
    rows = [
        {"slug": row.slug, "title": row.title, "region": getattr(row, f"region_{language()}")}
        for row in known.values()
    ]
    rows.sort(key=lambda row: row["title"])
    back = refusals.back(request, otherwise="home")
    page = {"cities": rows, "next": back, "aisles": _cards.aisles()}
    return render(request, "shop/city.html", page)
