"""The date on a card: worked out once per origin and kind of goods, not per product."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.cache import cache

from catalog import cards, restrictions
from catalog.models import Product
from logistics import promises, routing
from logistics.models.routing import Mode
from orders.models import City
from storefront.forms import choosing
from storefront.templatetags import dates

from ._groups import Arrival

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
    classes = {product.pk: cards.carriage(product) for product in goods}
    known = windows(classes.values(), city=city, now=now)
    return {
        pk: Promise(known[carriage][0], dates.window(*known[carriage][1:]))
        for pk, carriage in classes.items()
        if carriage in known
    }


def arrivals(counted: Mapping[str, int], *, city: City | None, now: datetime) -> list[Arrival]:
    """Give the days a buyer may wish for, each with the goods that are there by then."""
    if city is None:
        return []
    known = windows(counted, city=city, now=now)
    found = []
    for days in map(int, choosing.DAYS):
        on = _day(days, city, now)
        count = sum(number for one, number in counted.items() if _is_there(known.get(one), on))
        found.append(Arrival(days, on, count))
    return found


def ways_within(days: int, classes: Iterable[str], *, city: City, now: datetime) -> frozenset[str]:
    """Give the carriage classes of which nine of ten parcels arrive within so many days."""
    known, on = windows(classes, city=city, now=now), _day(days, city, now)
    return frozenset(one for one, window in known.items() if _is_there(window, on))


def soonest(origin: str, forbidden: frozenset[str], *, city: City, now: datetime) -> Window | None:
    """Give the soonest way from an origin to a city for goods that may not go some ways."""
    asked = (origin, forbidden)
    return _windows({asked}, city=city, now=now).get(asked)


def windows(classes: Iterable[str], *, city: City | None, now: datetime) -> dict[str, Window]:
    """Give the soonest window of each carriage class that reaches a city."""
    if city is None:
        return {}
    rules = restrictions.rules(now.date())
    asked = {one: cards.asked_way(one, modes=Mode.values, rules=rules) for one in set(classes)}
    known = _windows(set(asked.values()), city=city, now=now)
    return {one: known[way] for one, way in asked.items() if way in known}


def _day(days: int, city: City, now: datetime) -> date:
    return now.astimezone(ZoneInfo(city.timezone)).date() + timedelta(days=days)


def _is_there(window: Window | None, on: date) -> bool:
    return window is not None and window[2] <= on


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
    drawn = promises.soonest(origin, city, modes_forbidden=forbidden, now=now)
    if drawn is not None:
        return drawn
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
