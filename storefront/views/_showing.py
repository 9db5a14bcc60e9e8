"""How a page of goods is answered: who looks, where he stands, and who may keep the answer."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _

from catalog import search, shelves
from catalog.models import Category
from storefront import context
from storefront.lib import clock

from . import _listing, _prices

KEPT_SECONDS = 60


def visit(request: HttpRequest) -> _listing.Visit:
    """Say who looks, from which city, when, and by which rate."""
    now = clock.now()
    return _listing.Visit(context.city(request), now, _prices.tariff(now))


def goods(request: HttpRequest, template: str, page: dict[str, Any]) -> HttpResponse:
    """The whole page, or for htmx only the part that a choice changes."""
    is_part = request.headers.get("HX-Target") == "results"
    response = render(request, "shop/_goods.html" if is_part else template, page)
    patch_vary_headers(response, ["HX-Target"])
    if is_part:  # it has the address of the whole page, for which nobody may take it
        patch_cache_control(response, no_store=True)
        return response
    return public(request, response)


def own(response: HttpResponse) -> HttpResponse:
    """A page with a form in it belongs to one visitor and is asked anew."""
    patch_cache_control(response, private=True, no_cache=True)
    return response


def public(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let caches keep for a minute what a stranger sees; a visitor's own page is asked anew.

    A stranger has no session: his language stands in the address, his city is the house's own.
    """
    patch_vary_headers(response, ["Cookie"])
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return own(response)
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response


def crumbs(shelf: Category) -> list[dict[str, str]]:
    """Give the way from the front page to a shelf."""
    above = [shelf.parent] if shelf.parent else []
    found = [{"url": reverse("home"), "title": _("Sungari")}]
    found += [_crumb(one) for one in above]
    return [*found, {**_crumb(shelf), "url": ""}]


def _crumb(shelf: Category) -> dict[str, str]:
    return {"url": reverse("category", args=[shelf.slug]), "title": shelf.title}


def shelf_counts() -> dict[int, int]:
    """Give the number of goods on each shelf, asked of the database once a minute."""
    found: dict[int, int] = cache.get_or_set("shelves", search.shelf_counts, KEPT_SECONDS) or {}
    return found


def tree(here: Category) -> list[dict[str, Any]]:
    """Give the main shelves with their counts, and the parts of the one we stand in."""
    counts, top = shelf_counts(), here.parent_id or here.pk
    return [
        {
            **_branch(shelf, here, counts),
            "parts": [_branch(part, here, counts) for part in _parts(shelf, top, counts)],
        }
        for shelf in shelves.categories()
        if shelf.parent_id is None and (counts.get(shelf.pk) or shelf.pk == top)
    ]


def _parts(shelf: Category, top: int, counts: dict[int, int]) -> list[Category]:
    return [part for part in shelves.parts(shelf) if shelf.pk == top and counts.get(part.pk)]


def _branch(shelf: Category, here: Category, counts: dict[int, int]) -> dict[str, Any]:
    return {
        **_crumb(shelf),
        "count": counts.get(shelf.pk, 0),
        "current": shelf.pk == here.pk,
    }
