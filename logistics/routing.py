"""Which ways there are for a parcel, what each costs and when it arrives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from catalog.models import Variant
from catalog.models.texts import language
from orders.models import City, Delivery, Order
from storefront.lib import money
from storefront.lib.refusal import Refusal

from . import network, timetable, usual, windows
from .network import LastStretch, Link, Network, Route
from .timetable import Run

PACKING_G = 60
PACKING_BPS = 400
PACKED_VOLUME_BPS = 11_000


class LaneClosed(Refusal):
    """The way that was chosen does not run (any more)."""

    code = "lane_closed"


@dataclass(frozen=True)
class Parcel:
    """A box as planned, packing included."""

    weight_g: int
    volume_cm3: int


@dataclass(frozen=True)
class Goal:
    """Where a parcel ends: at a door in a city, or at a point of issue there."""

    city: City
    to_point: bool = False


@dataclass(frozen=True)
class Planned:
    """A service of a way at its planned times; for a step, from when goods are there."""

    service_id: int
    departs_at: datetime
    arrives_at: datetime
    is_main: bool
    closes_at: datetime


@dataclass(frozen=True)
class Way:
    """A way of delivery as it can be offered now.

    Money: `freight` is rubles, whole tens, from the origin to the door.
    Time: `from_on` and `until_on` are days in the buyer's city, both inclusive; half of the
    parcels are there by the first, nine of ten by the last. The instants are of the likely case.
    """

    lane_id: int
    lane: str
    mode: str
    origin: str
    title_ru: str
    title_zh: str
    title_en: str
    freight: Decimal
    from_on: date
    until_on: date
    legs: tuple[Planned, ...]
    carrier: str
    terminal_at: datetime
    door_at: datetime

    @property
    def title(self) -> str:
        """The name of the lane in the reader's language."""
        return str(getattr(self, f"title_{language()}"))

    @property
    def main(self) -> Planned:
        """The departure that parcels are loaded on."""
        return next(leg for leg in self.legs if leg.is_main)


def parcel_of(lines: Iterable[tuple[Variant, int]]) -> Parcel:
    """The planned box for so many pieces of each variant.

    Units: goods with their own boxes, plus 60 g and 4 % for packing; a tenth more volume.
    """
    given = list(lines)
    weight = sum(variant.weight_g * quantity for variant, quantity in given)
    volume = sum(_volume_mm3(variant) * quantity for variant, quantity in given)
    return Parcel(
        weight_g=weight + PACKING_G + weight * PACKING_BPS // 10_000,
        volume_cm3=volume * PACKED_VOLUME_BPS // 10_000 // 1000,
    )


def _volume_mm3(variant: Variant) -> int:
    return variant.length_mm * variant.width_mm * variant.height_mm


def options(
    *,
    origin: str,
    city: City,
    weight_g: int,
    volume_cm3: int,
    modes_forbidden: frozenset[str],
    now: datetime,
) -> list[Way]:
    """The ways worth offering, soonest first, one per lane; no queries while the network is kept.

    A way that is neither sooner nor cheaper than another is left out.
    """
    parcel = Parcel(weight_g, volume_cm3)
    return ways(parcel, origin=origin, goal=Goal(city), modes_forbidden=modes_forbidden, now=now)


def ways(
    parcel: Parcel, *, origin: str, goal: Goal, modes_forbidden: frozenset[str], now: datetime
) -> list[Way]:
    """As `options`, to a door or to a point of issue."""
    known = network.current()
    found = [
        way
        for route in known.routes
        if route.origin == origin and not route.modes & modes_forbidden
        if (way := _way(known, route, goal, parcel, now))
    ]
    found.sort(key=lambda way: (way.until_on, way.freight, way.from_on, way.lane))
    return [way for n, way in enumerate(found) if not _is_beaten(way, found[:n])]


def _is_beaten(way: Way, sooner: list[Way]) -> bool:
    return any(one.freight <= way.freight and one.from_on <= way.from_on for one in sooner)


def plan(delivery: Delivery, *, now: datetime) -> Way:
    """The way of a delivery that starts now, at the freight that was agreed.

    Raises: LaneClosed, if its lane does not run to that city.
    """
    known = network.current()
    goal = goal_of(delivery.order)
    parcel = Parcel(delivery.weight_g, 0)
    for route in known.routes:
        if (route.code, route.origin) == (delivery.lane, delivery.origin):
            way = _way(known, route, goal, parcel, now)
            if way:
                return way
    raise LaneClosed(_("This way of delivery does not run at present."))


def goal_of(order: Order) -> Goal:
    """Where the parcels of an order end."""
    return Goal(order.city, bool(order.point))


def next_run(lane_id: int, *, ready: datetime) -> Planned:
    """The next main departure of a lane for a parcel that is in its bag, and when it usually
    arrives.

    Raises: LaneClosed, if none runs soon.
    """
    known = network.current()
    links = _links(known, lane_id)
    main = next(n for n, link in enumerate(links) if link.is_main)
    paced = usual.paced(links[main : main + 1])
    runs = timetable.travel(paced, ready, known.calendars, late=False)
    if not runs:
        raise LaneClosed(_("This way of delivery does not run at present."))
    return _planned(runs)[0]


def onward(
    lane_id: int, goal: Goal, *, arrived: datetime, after: int | None = None
) -> tuple[date, date]:
    """The days between which a parcel that has arrived by a service reaches its end, as is usual.

    `after` is that service; without one it is the main one.

    Time: days in the buyer's city; likely and in nine of ten cases.
    Raises: LaneClosed, if an onward service does not run.
    """
    known = network.current()
    route = next(route for route in known.routes if route.id == lane_id)
    city, on = goal.city, arrived.date()
    stretch = usual.stretch(route.terminal_id, city, on=on, to_point=goal.to_point)
    gone = [n for n, link in enumerate(route.links) if after and link.service_id == after]
    last = gone[-1] if gone else next(n for n, link in enumerate(route.links) if link.is_main)
    if stretch:
        links = [*usual.paced(route.links[last + 1 :]), door(stretch, city)]
        early, late = (
            timetable.travel(links, arrived, known.calendars, late=late) for late in (False, True)
        )
        if early and late:
            return day(early[-1], city), day(late[-1], city)
    raise LaneClosed(_("This way of delivery does not run at present."))


def _links(known: Network, lane_id: int) -> tuple[Link, ...]:
    return next(route.links for route in known.routes if route.id == lane_id)


def _way(known: Network, route: Route, goal: Goal, parcel: Parcel, now: datetime) -> Way | None:
    on, city = now.date(), goal.city
    stretch = known.stretch(route.terminal_id, city.pk, on=on, to_point=goal.to_point)
    if stretch is None or not route.runs_on(on):
        return None
    links = (*route.links, door(stretch, city))
    early, late = (
        timetable.travel(links, now, known.calendars, late=late, weight_g=parcel.weight_g)
        for late in (False, True)
    )
    if early is None or late is None:
        return None
    first, until = _window(route, goal, early, late, now=now)
    return Way(
        lane_id=route.id,
        lane=route.code,
        mode=route.mode,
        origin=route.origin,
        title_ru=route.title_ru,
        title_zh=route.title_zh,
        title_en=route.title_en,
        freight=freight(route, stretch, parcel),
        from_on=first,
        until_on=until,
        legs=_planned(early),
        carrier=stretch.carrier,
        terminal_at=early[-1].departs_at,
        door_at=early[-1].arrives_at,
    )


def _window(
    route: Route, goal: Goal, early: Sequence[Run], late: Sequence[Run], *, now: datetime
) -> tuple[date, date]:
    """The window as it was drawn from what was measured; else by the walks along the lane.

    A parcel that finds no room where a usual one does comes later than was drawn.
    """
    drawn = windows.of(route.id, goal.city.pk, now=now, to_point=goal.to_point)
    walked = day(early[-1], goal.city), day(late[-1], goal.city)
    if drawn is None or walked[0] > drawn[1]:
        return walked
    return drawn


def door(stretch: LastStretch, city: City) -> Link:
    """The last mile as a link. Couriers work on weekends and rest on holidays."""
    return Link(p50=stretch.p50, p90=stretch.p90, zone=ZoneInfo(city.timezone), rests="RU")


def day(run: Run, city: City) -> date:
    """The day a run arrives, in the buyer's city."""
    return run.arrives_at.astimezone(ZoneInfo(city.timezone)).date()


def _planned(runs: Iterable[Run]) -> tuple[Planned, ...]:
    return tuple(
        Planned(run.service_id, run.departs_at, run.arrives_at, run.is_main, run.closes_at)
        for run in runs
        if run.service_id is not None
    )


def freight(route: Route, stretch: LastStretch, parcel: Parcel) -> Decimal:
    """The price of a parcel from the origin to the door.

    Money: rubles, paid by the buyer.
    Units: each begun 100 g of the weight, or of the volume where the lane counts it and it is
    more.
    Rounding: up to whole tens of rubles, once.
    """
    grams = Decimal(parcel.weight_g)
    if route.divisor:
        grams = max(grams, Decimal(parcel.volume_cm3) * 1000 / route.divisor)
    begun = (grams / 100).to_integral_value(rounding=ROUND_CEILING)
    return money.up_to_tens(route.base + stretch.base + begun * (route.per_100g + stretch.per_100g))
