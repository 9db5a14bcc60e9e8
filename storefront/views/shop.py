"""The shop: front page, shelves, products, search, delivery city."""

from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from catalog import search as finding
from catalog import shelves
from catalog.models import Kind, language
from storefront import context
from storefront.lib import clock

from . import _cards, _goods, _listing, _prices, refusals

SHOWN = 10
LONGEST = 200
COUNTS_KEPT_SECONDS = 60


def _visit(request: HttpRequest) -> _listing.Visit:
    now = clock.now()
    return _listing.Visit(context.city(request), now, _prices.tariff(now))


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
    }
    return render(request, "shop/home.html", page)


def _tiles() -> list[dict[str, Any]]:
    """Shelves that hold goods, with the number of them."""
    counts = cache.get_or_set("shelves", finding.count_shelves, COUNTS_KEPT_SECONDS) or {}
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
    visit = _visit(request)
    above = [shelf.parent] if shelf.parent else []
    crumbs = [{"url": reverse("category", args=[one.slug]), "title": one.title} for one in above]
    page = {
        "shelf": shelf,
        "parts": shelves.parts(shelf),
        "crumbs": [*crumbs, {"url": "", "title": shelf.title}],
        "aisles": _cards.aisles(shelf),
        "listing": _listing.make(request, visit, shelf=shelf),
    }
    return _list(request, "shop/category.html", page)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results for what was typed, with the same choices as a shelf."""
    text = request.GET.get("q", "")[:LONGEST].replace("\0", "")
    listing = _listing.make(request, _visit(request), text=text)
    page = {"q": text, "listing": listing, "aisles": _cards.aisles()}
    return _list(request, "shop/search.html", page)


def _list(request: HttpRequest, template: str, page: dict[str, Any]) -> HttpResponse:
    """The whole page, or for htmx only the part that a choice changes."""
    is_part = request.headers.get("HX-Target") == "results"
    response = render(request, "shop/_goods.html" if is_part else template, page)
    patch_vary_headers(response, ["HX-Target"])
    return response


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product: pictures, choice, price, dates, sellers, facts, reviews."""
    visit = _visit(request)
    sheet = _goods.sheet(slug, request.GET.get("v", ""), visit)
    if sheet is None:
        raise Http404
    page = {
        "sheet": sheet,
        "has_prices": visit.tariff is not None,
        "aisles": _cards.aisles(sheet.product.category),
    }
    return render(request, "shop/product.html", page)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """The likeliest goods while somebody types."""
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
    return render(request, "components/suggestions.html", {"suggestions": suggestions})


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


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What machines may read."""
    page = {"sitemap": request.build_absolute_uri(reverse("sitemap"))}
    return render(request, "shop/robots.txt", page, content_type="text/plain")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page, in Russian."""
    slugs = finding.slugs()
    paths = [
        reverse("home"),
        *(reverse("category", args=[shelf.slug]) for shelf in shelves.categories()),
        *(reverse("product", args=[slug]) for slug in slugs),
    ]
    page = {"addresses": [request.build_absolute_uri(path) for path in paths]}
    return render(request, "shop/sitemap.xml", page, content_type="application/xml")
