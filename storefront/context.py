"""What every template may know of the visitor: his city, his cart, his languages, his desks."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url

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
    """This page in the other languages."""
    here = request.build_absolute_uri()
    return [{"lang": code, "url": translate_url(here, code)} for code, _ in settings.LANGUAGES]


def desks(request: HttpRequest) -> dict[str, bool]:
    """Which desks this visitor may open, as noted in his session when he signed in."""
    noted: dict[str, bool] = request.session.get("desks", {})
    return noted


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "demo": settings.DEMO,
        "city": city(request),
        "cart_quantity": request.session.get("cart_quantity", 0),
        "alternates": alternates(request),
        "canonical": request.build_absolute_uri(request.path),
        "header": desks(request),
    }
