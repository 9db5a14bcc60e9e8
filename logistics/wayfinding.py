"""Every way through the network worth taking for a parcel, whether it is sold as a lane or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from orders.models import City
from storefront.lib import money

from . import atlas, network, routing, scanning
from .atlas import Atlas, Line
from .network import LastStretch, Link
from .routing import Parcel, Planned

AHEAD = timedelta(days=45)  # departures later than this are no way for an express parcel
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Goods:
    """A parcel and what keeps it off some ways: modes by rule, kinds of batteries by carrier."""

    parcel: Parcel
    modes_forbidden: frozenset[str] = NOTHING
    batteries: frozenset[str] = NOTHING


@dataclass(frozen=True)
class Passage:
    """A way from an origin to a door.

    Money: rubles, whole tens: what the services and the last mile ask by their own prices.
    Time: of the likely case. `lane` is empty where no lane sells this way.
    """

    lane: str
    services: tuple[str, ...]
    legs: tuple[Planned, ...]
    carrier: str
    price: Decimal
    terminal_at: datetime
    door_at: datetime


def ways(origin: str, city: City, goods: Goods, *, now: datetime) -> list[Passage]:
    """All ways of which none is beaten in both arrival and price, soonest first.

    Cut-offs, calendars of both countries, periods, closures and what is booked already count. No
    queries while the network is kept.
    """
    drawn = atlas.current()
    place, states = atlas.STARTS[origin]
    ready = atlas.through(atlas.staged(drawn.known, states), drawn.known.calendars)
    at = ready(atlas.seconds(now))
    if at is None or place not in drawn.places:
        return []
    asked = scanning.Question(
        start=drawn.nodes[drawn.places[place], atlas.INSIDE],
        ready=at,
        until=at + int(AHEAD.total_seconds()),
        prices=_prices(drawn, goods),
        doors=_doors(drawn, city, goods.parcel, now.date()),
        weight_g=goods.parcel.weight_g,
        volume_cm3=goods.parcel.volume_cm3,
    )
    found = scanning.ways(drawn.table(now.date()), asked)
    return _unbeaten([_passage(drawn, city, way, now.date()) for way in found])


def _prices(drawn: Atlas, goods: Goods) -> list[int | None]:
    """By line; moving about a town, the last one, is free."""
    weight, volume = goods.parcel.weight_g, goods.parcel.volume_cm3
    found: list[int | None] = [
        None
        if line.mode in goods.modes_forbidden or line.not_carried & goods.batteries
        else line.price(weight, volume)
        for line in drawn.lines
    ]
    return [*found, 0]


def _doors(drawn: Atlas, city: City, parcel: Parcel, on: date) -> dict[int, scanning.Door]:
    if (city.pk, on) not in drawn.doors:
        drawn.doors[city.pk, on] = {
            node: (stretch, atlas.through((routing.door(stretch, city),), drawn.known.calendars))
            for (place, standing), node in drawn.nodes.items()
            if standing == atlas.RELEASED
            and (stretch := drawn.known.stretch(place, city.pk, on=on))
        }
    return {
        node: scanning.Door(_last_price(stretch, parcel), passing)
        for node, (stretch, passing) in drawn.doors[city.pk, on].items()
    }


def _last_price(stretch: LastStretch, parcel: Parcel) -> int:
    """Money: kopecks."""
    begun = (Decimal(parcel.weight_g) / 100).to_integral_value(rounding=ROUND_CEILING)
    return int((stretch.base + begun * stretch.per_100g) * 100)


def _passage(drawn: Atlas, city: City, way: scanning.Found, on: date) -> Passage:
    rides = [ride for ride in way.rides if ride.service < len(drawn.lines)]
    codes = tuple(drawn.lines[ride.service].code for ride in rides)
    lane = _lane(drawn.known, codes, on)
    links = {link.code: link for link in lane.links} if lane else {}
    stretch, _passing = drawn.doors[city.pk, on][way.terminal]
    return Passage(
        lane=lane.code if lane else "",
        services=codes,
        legs=tuple(_planned(ride, drawn.lines[ride.service], links) for ride in rides),
        carrier=stretch.carrier,
        price=money.up_to_tens(Decimal(way.price) / 100),
        terminal_at=atlas.instant(way.terminal_at),
        door_at=atlas.instant(way.arrives),
    )


def _planned(ride: scanning.Ride, line: Line, links: Mapping[str, Link]) -> Planned:
    """A leg as a parcel keeps it: where a lane sells the way, by the rows that the lane names."""
    link = links.get(line.code)
    return Planned(
        (link and link.service_id) or line.service_id,
        atlas.instant(ride.departs),
        atlas.instant(ride.arrives),
        bool(link and link.is_main),
        atlas.instant(ride.closes),
    )


def _lane(known: network.Network, codes: tuple[str, ...], on: date) -> network.Route | None:
    """The lane that sells exactly these services."""
    return next((route for route in known.sold.get(codes, ()) if route.runs_on(on)), None)


def _unbeaten(found: list[Passage]) -> list[Passage]:
    """Rounding makes prices equal: of those the soonest stays."""
    kept: list[Passage] = []
    for way in found:
        if not kept or way.price < kept[-1].price:
            kept.append(way)
    return kept
