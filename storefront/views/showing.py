"""What pages of buying need beside the rows: groups and words, no sums."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest

from logistics.composition import Basket
from orders.models import CartLine, City
from orders.quotes import Line
from storefront.flows import checkout
from storefront.lib import clock
from storefront.templatetags import dates


def by_seller(lines: list[CartLine], basket: Basket | None) -> list[dict[str, Any]]:
    """Cart lines under their sellers, each with its ruble price if there is one."""
    priced = _priced(basket)
    return [
        {
            "seller": seller,
            "lines": [{"line": line, "priced": priced.get(line.offer_id)} for line in members],
        }
        for seller, members in groupby(lines, key=lambda line: line.offer.seller)
    ]


def _priced(basket: Basket | None) -> dict[int, Line]:
    parts = basket.body.deliveries if basket else ()
    return {line.offer_id: line for part in parts for line in part.lines}


def duties(basket: Basket | None) -> list[dict[str, Any]]:
    """How far each parcel is from the free limit of duty."""
    groups = basket.groups if basket else ()
    return [{"origin": group.origin, "duty": group.duty} for group in groups]


def lanes(basket: Basket) -> list[dict[str, Any]]:
    """The ways of delivery of each origin, as radio buttons."""
    return [
        {
            "origin": group.origin,
            "name": f"way_{group.origin}",
            "lines": group.part.lines,
            "ways": [
                {
                    "value": way.lane,
                    "mode": way.mode,
                    "dates": dates.window(way.from_on, way.until_on),
                    "about": way.title,
                    "price": way.freight,
                    "checked": way.lane == group.way.lane,
                }
                for way in group.ways
            ],
        }
        for group in basket.groups
    ]


def points(request: HttpRequest, basket: Basket, city: City) -> dict[str, Any]:
    """The points of issue to choose from, and what they were looked for by."""
    given = request.POST if request.method == "POST" else request.GET
    words = given.get("near", "")[:80]
    found = checkout.offered_points(basket, city=city, words=words, now=clock.now())
    return {"points": found, "near": words}


def point(request: HttpRequest) -> str:
    """The code of the point of issue a visitor picked; empty for his door."""
    given = request.POST if request.method == "POST" else request.GET
    return given.get("point", "")[:40]


def chosen(request: HttpRequest) -> dict[str, str]:
    """The lanes a visitor picked, by origin."""
    given = request.POST if request.method == "POST" else request.GET
    return {origin: given.get(f"way_{origin}", "") for origin in ("harbin", "shenzhen")}
