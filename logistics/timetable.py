"""When goods that are ready now arrive: departures, cut-offs, calendars; no queries."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt

from .calendars import DAY, Calendars, is_shut, outlast
from .network import Link

DAYS_AHEAD = 60


@dataclass(frozen=True)
class Run:
    """One stretch of a plan: from when to when, and by which service, if by one."""

    departs_at: datetime
    arrives_at: datetime
    service_id: int | None
    is_main: bool
    closes_at: datetime


def departure(
    link: Link, ready: datetime, calendars: Calendars, *, weight_g: int = 0
) -> tuple[datetime, Link] | None:
    """The first departure whose cut-off is not before goods are ready, and the row it runs by.

    None, if none with room runs soon.
    Time: days and hours of the timetable are local to the place of departure.
    """
    day = ready.astimezone(link.zone).date()
    for _ in range(DAYS_AHEAD):
        row = link.on(day)
        leaves = _leaves(row, day, calendars)
        if leaves and leaves - row.cutoff >= ready and row.has_room(leaves, weight_g):
            return leaves, row
        day += DAY
    return None


def departures(link: Link, first: date, days: int, calendars: Calendars) -> Iterator[datetime]:
    """Every departure of one row of a service on so many days."""
    for number in range(days):
        leaves = _leaves(link, first + number * DAY, calendars)
        if leaves:
            yield leaves


def _leaves(link: Link, day: date, calendars: Calendars) -> datetime | None:
    """The departure on a day, if it runs."""
    if link.departs is None or day.isoweekday() not in link.weekdays:
        return None
    if not link.valid_from <= day < link.valid_until:
        return None
    if link.rests and calendars.is_holiday(link.rests, day):
        return None
    leaves = datetime.combine(day, link.departs, link.zone)
    return None if link.shut and is_shut(leaves, link.shut) else leaves


def spread(links: Iterable[Link]) -> float:
    """The part of each link's own delay that the whole is planned with for nine of ten cases.

    Delays of links are taken as independent: the delay of the whole that is kept in nine of ten
    cases is about the square root of the sum of their squares, which this part of each adds up
    to. It is one for a single link and falls with their number.
    """
    delays = [(link.p90 - link.p50).total_seconds() for link in links]
    whole = sum(delays)
    return sqrt(sum(delay * delay for delay in delays)) / whole if whole else 0.0


def travel(
    links: Sequence[Link],
    start: datetime,
    calendars: Calendars,
    *,
    late: bool,
    weight_g: int = 0,
) -> list[Run] | None:
    """Walk a way from link to link, waiting for departures; None, if one does not run.

    `late` walks with the delays of nine cases in ten, combined apart for what comes before the
    main departure and for what follows: there a wait for the next departure swallows or doubles
    a delay, so that one sum over everything would promise too much.
    """
    runs: list[Run] = []
    here = start
    shares = _shares(links) if late else [0.0] * len(links)
    for link, share in zip(links, shares, strict=True):
        run = _run(link, here, calendars, share=share, weight_g=weight_g)
        if run is None:
            return None
        runs.append(run)
        here = run.arrives_at
    return runs


def _run(
    link: Link, here: datetime, calendars: Calendars, *, share: float, weight_g: int
) -> Run | None:
    if not link.departs:
        row = link.on(here.astimezone(link.zone).date())
        through = passing(row, here, _length(row, share), calendars)
        if through is None:
            return None
        return Run(here, through, link.service_id, link.is_main, here)
    found = departure(link, here, calendars, weight_g=weight_g)
    if found is None:
        return None
    leaves, row = found
    arrives = leaves + _length(row, share)
    return Run(leaves, arrives, link.service_id, link.is_main, leaves - row.cutoff)


def _length(link: Link, share: float) -> timedelta:
    return link.p50 + share * (link.p90 - link.p50)


def _shares(links: Sequence[Link]) -> list[float]:
    main = next((n for n, link in enumerate(links) if link.is_main), 0)
    before, after = links[:main], links[main:]
    return [spread(before)] * len(before) + [spread(after)] * len(after)


def passing(
    link: Link, start: datetime, length: timedelta, calendars: Calendars
) -> datetime | None:
    """When goods are through a step that they reach now; None, if it is shut for good."""
    if not link.rests and not link.shut:
        return start + length
    return outlast(start, length, zone=link.zone, rests=resting(link, calendars), shut=link.shut)


def resting(link: Link, calendars: Calendars) -> Callable[[date], bool]:
    """On which days of its place no time passes at a step."""
    if not link.rests:
        return lambda _day: False
    rests = calendars.is_off if link.is_office else calendars.is_holiday
    return lambda day: rests(link.rests, day)
