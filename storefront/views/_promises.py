"""The date on a card: worked out once per origin and kind of goods, not per product."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.cache import cache

from catalog import cards, restrictions
from catalog.models import Product
from logistics import routing
from logistics.models.routing import Mode
from orders.models import City
from storefront.templatetags import dates

KEPT_SECONDS = 300
# A phone in its box; what a card promises is for goods of about this weight.
TYPICAL_G, TYPICAL_CM3 = 550, 900

Asked = tuple[str, frozenset[str]]
Window = tuple[str, date, date]


@dataclass(frozen=True)
class Promise:
    """The soonest way of goods to a city, in words."""

    mode: str
    text: str


def for_goods(goods: Iterable[Product], *, city: City | None, now: datetime) -> dict[int, Promise]:
    """Give for each product the soonest window in which it can be at the buyer's door."""
    if city is None:
        return {}
    rules = restrictions.rules(now.date())
    asked = {
        product.pk: (
            "harbin" if product.harbin_quantity else "shenzhen",
            cards.modes_forbidden(product, modes=Mode.values, rules=rules),
        )
        for product in goods
    }
    known = _windows(set(asked.values()), city=city, now=now)
    return {
        pk: Promise(known[way][0], dates.window(*known[way][1:]))
        for pk, way in asked.items()
        if way in known
    }


def _windows(asked: Collection[Asked], *, city: City, now: datetime) -> dict[Asked, Window]:
    """Time: the hour of business time is part of the name, so a fast clock is not held back."""
    names = {way: f"promise:{city.slug}:{_name(way)}:{now:%Y%m%d%H}" for way in asked}
    kept = cache.get_many(names.values())
    fresh = {
        name: _soonest(way, city=city, now=now) for way, name in names.items() if name not in kept
    }
    if fresh:
        cache.set_many(fresh, KEPT_SECONDS)
    found = {**kept, **fresh}
    return {way: found[name] for way, name in names.items() if found[name]}


def _name(way: Asked) -> str:
    origin, forbidden = way
    return "-".join((origin, *sorted(forbidden)))


def _soonest(way: Asked, *, city: City, now: datetime) -> Window | None:
    origin, forbidden = way
    ways = routing.options(
        origin=origin,
        city=city,
        weight_g=TYPICAL_G,
        volume_cm3=TYPICAL_CM3,
        modes_forbidden=forbidden,
        now=now,
    )
    best = next(iter(ways), None)
    return (best.mode, best.from_on, best.until_on) if best else None
