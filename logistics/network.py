"""The network read from its rows, kept in the process for a minute."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from storefront.lib import kept

from .calendars import Calendars
from .models import Holiday, LaneLeg, LastMile, Stage
from .states import State

BEFORE = {
    "harbin": ((State.PLANNED, State.STOCKED, State.PICKED, State.PACKED),),
    "shenzhen": ((State.PLANNED, State.AWAITED), (State.PICKED, State.PACKED)),
}
"""Stages of the centre in front of each of the first legs of a lane."""
BEFORE_LOADING = (State.CLEARED, State.BAGGED)
WORKING_DAYS = {State.AWAITED: "CN"}  # sellers hand over on working days


@dataclass(frozen=True)
class Link:
    """A stretch of a way: a departure by timetable, or a time that must pass.

    `rests` names the country whose holidays stop it, `is_office` also its weekends.
    """

    p50: timedelta
    p90: timedelta
    zone: ZoneInfo
    rests: str = ""
    is_office: bool = False
    service_id: int | None = None
    weekdays: frozenset[int] = frozenset()
    departs: time | None = None
    cutoff: timedelta = timedelta(0)
    valid_from: date = date.min
    valid_until: date = date.max
    is_main: bool = False


@dataclass(frozen=True)
class LastStretch:
    """The last mile from a terminal to a city: price in rubles, time to the door."""

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


@dataclass(frozen=True)
class Network:
    """All lanes, last miles and calendars as they were read."""

    routes: tuple[Route, ...]
    stretches: dict[tuple[int, int], tuple[tuple[date, date, LastStretch], ...]]
    calendars: Calendars

    def stretch(self, terminal_id: int, city_id: int, *, on: date) -> LastStretch | None:
        """The last mile that is valid on a day."""
        rows = self.stretches.get((terminal_id, city_id), ())
        return next((row for first, until, row in rows if first <= on < until), None)


@kept.for_a_minute
def current() -> Network:
    """The network; four queries when it was read more than a minute ago, else none."""
    return read()


def read() -> Network:
    """The network from its rows; four queries."""
    stages = {stage.state: stage for stage in Stage.objects.all()}
    legs: dict[int, list[LaneLeg]] = {}
    rows = LaneLeg.objects.select_related("lane", "service__origin", "service__target")
    for leg in rows.order_by("lane__code", "lane_id", "position"):
        legs.setdefault(leg.lane_id, []).append(leg)
    return Network(
        routes=tuple(_route(group, stages) for group in legs.values()),
        stretches=_stretches(),
        calendars=_calendars(),
    )


def _calendars() -> Calendars:
    days: dict[str, dict[date, bool]] = {}
    for country, day, is_working in Holiday.objects.values_list("country", "day", "is_working"):
        days.setdefault(country, {})[day] = is_working
    return Calendars(days)


def _stretches() -> dict[tuple[int, int], tuple[tuple[date, date, LastStretch], ...]]:
    found: dict[tuple[int, int], tuple[tuple[date, date, LastStretch], ...]] = {}
    for row in LastMile.objects.order_by("valid_from"):
        stretch = LastStretch(
            row.carrier,
            row.base.amount,
            row.per_100g.amount,
            timedelta(days=float(row.days_p50)),
            timedelta(days=float(row.days_p90)),
        )
        key = row.terminal_id, row.city_id
        span = row.valid_from, row.valid_until or date.max, stretch
        found[key] = (*found.get(key, ()), span)
    return found


def _route(legs: list[LaneLeg], stages: dict[str, Stage]) -> Route:
    lane = legs[0].lane
    return Route(
        id=lane.pk,
        code=lane.code,
        mode=lane.mode,
        modes=frozenset({lane.mode, *(leg.service.mode for leg in legs)}),
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
        links=_links(legs, stages),
    )


def _links(legs: list[LaneLeg], stages: dict[str, Stage]) -> tuple[Link, ...]:
    """The stages of the centre woven between the legs: each waits for the one before."""
    links: list[Link] = []
    before = BEFORE[legs[0].lane.origin]
    for position, leg in enumerate(legs):
        states = before[position] if position < len(before) else ()
        states += BEFORE_LOADING if leg.is_main else ()
        links += [_stage(stages[state]) for state in states if state in stages]
        links.append(_leg(leg))
    return tuple(links)


def _stage(stage: Stage) -> Link:
    country = WORKING_DAYS.get(State(stage.state), "")
    return Link(
        p50=timedelta(minutes=stage.minutes_p50),
        p90=timedelta(minutes=stage.minutes_p90),
        zone=ZoneInfo("Asia/Shanghai"),
        rests=country,
        is_office=bool(country),
    )


def _leg(leg: LaneLeg) -> Link:
    service = leg.service
    return Link(
        p50=timedelta(hours=float(service.hours_p50)),
        p90=timedelta(hours=float(service.hours_p90)),
        zone=ZoneInfo(service.origin.timezone),
        rests=service.calendar,
        service_id=service.pk,
        weekdays=frozenset(() if service.is_step else service.weekdays),
        departs=None if service.is_step else service.departs,
        cutoff=timedelta(hours=float(service.cutoff_hours)),
        valid_from=service.valid_from,
        valid_until=service.valid_until or date.max,
        is_main=leg.is_main,
    )
