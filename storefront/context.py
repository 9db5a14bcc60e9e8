"""What every template may know of the visitor: his city, his cart, his languages, his desks."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language_from_path

from orders.models import City

HOME_CITY = "ekaterinburg"


@cache
def cities() -> dict[str, City]:
    """Every city by its slug, read once per process: they are reference rows."""
    return {city.slug: city for city in City.objects.order_by("-population")}


def city(request: HttpRequest) -> City | None:
    """The delivery city of this visitor; the house's own before he has chosen one."""
    known = cities()
    return known.get(request.session.get("city", HOME_CITY)) or known.get(HOME_CITY)


def alternates(request: HttpRequest) -> list[dict[str, str]]:
    """This page in the other languages, with the choices made on it."""
    query = request.META.get("QUERY_STRING", "")
    return [
        {"lang": code, "url": f"{path}?{query}" if query else path}
        for code, path in _sisters(request).items()
    ]


def _sisters(request: HttpRequest) -> dict[str, str]:
    """The path of this page in each language: Russian at the root, the others by prefix."""
    here = get_language_from_path(request.path)
    plain = request.path.removeprefix(f"/{here}") if here else request.path
    return {
        code: plain if code == settings.LANGUAGE_CODE else f"/{code}{plain}"
        for code, _name in settings.LANGUAGES
    }


def canonical(request: HttpRequest) -> str:
    """What of the query makes another page: what was looked for, and which page of the list.

    Choices and the order do not: a list narrowed is the same list.
    """
    kept = QueryDict(mutable=True)
    words, page = request.GET.get("q", "").strip(), request.GET.get("page", "")
    if words:
        kept["q"] = words
    if page.isascii() and page.isdecimal() and int(page[:6]) > 1:
        kept["page"] = page
    return f"?{kept.urlencode()}" if kept else ""


def hreflangs(code: str) -> list[str]:
    """What search engines call a language of ours; the first one also stands for all others."""
    name = {"zh-hans": "zh-Hans"}.get(code, code)
    return [name, "x-default"] if code == settings.LANGUAGE_CODE else [name]


def _versions(request: HttpRequest, query: str) -> list[dict[str, str]]:
    """This page in every language, for search engines."""
    return [
        {"lang": lang, "url": request.build_absolute_uri(path + query)}
        for code, path in _sisters(request).items()
        for lang in hreflangs(code)
    ]


def desks(request: HttpRequest) -> dict[str, bool]:
    """Which desks this visitor may open, as noted in his session when he signed in."""
    noted: dict[str, bool] = request.session.get("desks", {})
    return noted


def site(request: HttpRequest) -> dict[str, Any]:
    query = canonical(request)
    return {
        "demo": settings.DEMO,
        "city": city(request),
        "cart_quantity": request.session.get("cart_quantity", 0),
        "alternates": alternates(request),
        "canonical": request.build_absolute_uri(request.path + query),
        "versions": _versions(request, query),
        "header": desks(request),
    }
