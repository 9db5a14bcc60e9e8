"""The network read from its rows, kept in the process for a minute."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Sum

from orders import days
from storefront.lib import kept

from .calendars import Calendars, Span
from .models import Closure, Departure, Holiday, LaneLeg, LastMile, Service, Stage
from .states import State

BEFORE = {
    "harbin": ((State.PLANNED, State.STOCKED, State.PICKED, State.PACKED),),
    "shenzhen": ((State.PLANNED, State.AWAITED), (State.PICKED, State.PACKED)),
}
"""Stages of the centre in front of each of the first legs of a lane."""
LOADING = (State.CLEARED, State.BAGGED)
CUSTOMS = "customs"  # the carrier of steps at an office
Ends = tuple[int, int, bool]  # of a last mile: terminal, city, whether to a point of issue
WORKING_DAYS: dict[str, str] = {State.AWAITED: "CN"}  # sellers hand over on working days


@dataclass(frozen=True)
class Link:
    """A stretch of a way: a departure by timetable, or a time that must pass.

    `rests` names the country whose holidays stop it, `is_office` also its weekends. `rows` are all
    dated rows of its service: each runs in its period; `service_id` stays the one of the lane.
    """

    p50: timedelta
    p90: timedelta
    zone: ZoneInfo
    code: str = ""
    mode: str = ""
    rests: str = ""
    is_office: bool = False
    service_id: int | None = None
    weekdays: frozenset[int] = frozenset()
    departs: time | None = None
    cutoff: timedelta = timedelta(0)
    valid_from: date = date.min
    valid_until: date = date.max
    is_main: bool = False
    is_customs: bool = False
    shut: tuple[Span, ...] = ()
    capacity_g: int | None = None
    booked_g: Mapping[datetime, int] = field(default_factory=dict)
    rows: tuple["Link", ...] = ()
    state: str = ""  # of a stage of the centre: where parcels stand in it

    def on(self, day: date) -> "Link":
        """The row of a day; this one, if none is for that day."""
        if self.valid_from <= day < self.valid_until:
            return self
        return next((row for row in self.rows if row.valid_from <= day < row.valid_until), self)

    def has_room(self, departs_at: datetime, weight_g: int) -> bool:
        """Whether a departure can take so much more than is booked on it."""
        if self.capacity_g is None:
            return True
        return self.booked_g.get(departs_at, 0) + weight_g <= self.capacity_g


@dataclass(frozen=True)
class LastStretch:
    """The last mile from a terminal to a city: price in rubles, time to the door or point."""

    carrier: str
    base: Decimal
    per_100g: Decimal
    p50: timedelta
    p90: timedelta


@dataclass(frozen=True)
class Route:
    """A lane with everything needed to plan along it."""

    id: int
    code: str
    mode: str
    modes: frozenset[str]
    origin: str
    terminal_id: int
    title_ru: str
    title_zh: str
    title_en: str
    base: Decimal
    per_100g: Decimal
    divisor: int | None
    valid_from: date
    valid_until: date
    links: tuple[Link, ...]

    @property
    def services(self) -> tuple[str, ...]:
        """The codes of its services in order."""
        return tuple(link.code for link in self.links if link.code)

    def runs_on(self, day: date) -> bool:
        """Whether the lane is sold on a day."""
        return self.valid_from <= day < self.valid_until


@dataclass(frozen=True)
class Network:
    """All lanes, last miles and calendars as they were read."""

    routes: tuple[Route, ...]
    services: Mapping[int, Link]
    stages: Mapping[str, Link]
    stretches: dict[Ends, tuple[tuple[date, date, LastStretch], ...]]
    calendars: Calendars
    sold: Mapping[tuple[str, ...], list[Route]]

    def stretch(
        self, terminal_id: int, city_id: int, *, on: date, to_point: bool = False
    ) -> LastStretch | None:
        """The last mile that is valid on a day: to the door, or to a point of issue."""
        rows = self.stretches.get((terminal_id, city_id, to_point), ())
        return next((row for first, until, row in rows if first <= on < until), None)


@kept.for_a_minute
def current() -> Network:
    """The network; seven queries when it was read more than a minute ago, else none."""
    return read()


def read() -> Network:
    """The network from its rows; seven queries."""
    stages = {stage.state: stage for stage in Stage.objects.all()}
    services = links()
    legs: dict[int, list[LaneLeg]] = {}
    rows = LaneLeg.objects.select_related("lane").order_by("lane__code", "lane_id", "position")
    for leg in rows:
        legs.setdefault(leg.lane_id, []).append(leg)
    routes = tuple(_route(group, stages, services) for group in legs.values())
    sold: dict[tuple[str, ...], list[Route]] = defaultdict(list)
    for route in routes:
        sold[route.services].append(route)
    return Network(
        routes=routes,
        sold=sold,
        services=services,
        stages={state: _stage(stage) for state, stage in stages.items()},
        stretches=_stretches(),
        calendars=_calendars(),
    )


def links() -> dict[int, Link]:
    """Every row of a service with its closures and what is booked on it; three queries."""
    closures = _closures()
    booked = _booked()
    found: dict[int, Link] = {}
    codes: dict[str, list[Link]] = defaultdict(list)
    rows = list(Service.objects.select_related("origin", "target").order_by("valid_from", "pk"))
    for row in rows:
        shut = tuple(span for on, span in closures if row.code in on or _touches(row, on))
        found[row.pk] = _link(row, shut, booked.get(row.pk, {}))
        codes[row.code].append(found[row.pk])
    return {
        row.pk: replace(found[row.pk], rows=_as_one(codes[row.code], found[row.pk])) for row in rows
    }


def _as_one(rows: list[Link], anchor: Link) -> tuple[Link, ...]:
    """The other dated rows of a service, each under the key of the row that lanes name."""
    if len(rows) < 2:
        return ()
    booked = {at: grams for row in rows for at, grams in row.booked_g.items()}
    return tuple(replace(row, service_id=anchor.service_id, booked_g=booked) for row in rows)


def _touches(row: Service, on: frozenset[str]) -> bool:
    """Whether a closed place stops a service: what leaves it, stays there, or crosses to it."""
    is_crossing = row.origin.country != row.target.country
    return f"@{row.origin.code}" in on or (is_crossing and f"@{row.target.code}" in on)


def _closures() -> list[tuple[frozenset[str], Span]]:
    """What is shut, places by "@" and their code, and when."""
    rows = Closure.objects.select_related("place").order_by("closed_at", "pk")
    return [
        (
            frozenset({f"@{row.place.code}" if row.place else row.service}),
            (row.closed_at, row.opens_at),
        )
        for row in rows
    ]


def _booked() -> dict[int, dict[datetime, int]]:
    """Grams on departures that still load, of all lanes that share them."""
    found: dict[int, dict[datetime, int]] = defaultdict(dict)
    rows = Departure.objects.filter(state=Departure.State.OPEN).values("service", "departs_at")
    for row in rows.annotate(grams=Sum("booked_g")):
        found[row["service"]][row["departs_at"]] = int(row["grams"])
    return found


def _calendars() -> Calendars:
    days: dict[str, dict[date, bool]] = {}
    for country, day, is_working in Holiday.objects.values_list("country", "day", "is_working"):
        days.setdefault(country, {})[day] = is_working
    return Calendars(days)


def _stretches() -> dict[Ends, tuple[tuple[date, date, LastStretch], ...]]:
    found: dict[Ends, tuple[tuple[date, date, LastStretch], ...]] = {}
    for row in LastMile.objects.order_by("valid_from"):
        stretch = LastStretch(
            row.carrier,
            row.base.amount,
            row.per_100g.amount,
            timedelta(days=float(row.days_p50)),
            timedelta(days=float(row.days_p90)),
        )
        key = row.terminal_id, row.city_id, row.to_point
        span = row.valid_from, row.valid_until or date.max, stretch
        found[key] = (*found.get(key, ()), span)
    return found


def _route(legs: list[LaneLeg], stages: dict[str, Stage], services: dict[int, Link]) -> Route:
    lane = legs[0].lane
    links = _links(legs, stages, services)
    return Route(
        id=lane.pk,
        code=lane.code,
        mode=lane.mode,
        modes=frozenset({lane.mode, *(link.mode for link in links if link.mode)}),
        origin=lane.origin,
        terminal_id=lane.terminal_id,
        title_ru=lane.title_ru,
        title_zh=lane.title_zh,
        title_en=lane.title_en,
        base=lane.base.amount,
        per_100g=lane.per_100g.amount,
        divisor=lane.volumetric_divisor,
        valid_from=lane.valid_from,
        valid_until=lane.valid_until or date.max,
        links=links,
    )


def _links(
    legs: list[LaneLeg], stages: dict[str, Stage], services: dict[int, Link]
) -> tuple[Link, ...]:
    """The stages of the centre woven between the legs: each waits for the one before."""
    links: list[Link] = []
    before = BEFORE[legs[0].lane.origin]
    for position, leg in enumerate(legs):
        states = before[position] if position < len(before) else ()
        states += LOADING if leg.is_main else ()
        links += [_stage(stages[state]) for state in states if state in stages]
        links.append(replace(services[leg.service_id], is_main=leg.is_main))
    return tuple(links)


def _stage(stage: Stage) -> Link:
    country = WORKING_DAYS.get(stage.state, "")
    return Link(
        p50=timedelta(minutes=stage.minutes_p50),
        p90=timedelta(minutes=stage.minutes_p90),
        zone=days.CHINA,
        rests=country,
        is_office=bool(country),
        state=stage.state,
    )


def _link(service: Service, shut: tuple[Span, ...], booked_g: Mapping[datetime, int]) -> Link:
    return Link(
        p50=timedelta(hours=float(service.hours_p50)),
        p90=timedelta(hours=float(service.hours_p90)),
        zone=ZoneInfo(service.origin.timezone),
        code=service.code,
        mode=service.mode,
        rests=service.calendar,
        service_id=service.pk,
        weekdays=frozenset(() if service.is_step else service.weekdays),
        departs=None if service.is_step else service.departs,
        cutoff=timedelta(hours=float(service.cutoff_hours)),
        valid_from=service.valid_from,
        valid_until=service.valid_until or date.max,
        is_customs=service.carrier == CUSTOMS,
        shut=shut,
        capacity_g=service.capacity_g,
        booked_g=booked_g,
    )
