"""When goods that are ready now arrive: departures, cut-offs, calendars; no queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from .calendars import DAY, Calendars, elapse
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


def departure(link: Link, ready: datetime, calendars: Calendars) -> datetime | None:
    """The first departure whose cut-off is not before goods are ready; None, if none runs soon.

    Time: days and hours of the timetable are local to the place of departure.
    """
    assert link.departs is not None
    first = (ready + link.cutoff).astimezone(link.zone)
    day = first.date()
    for _ in range(DAYS_AHEAD):
        leaves = datetime.combine(day, link.departs, link.zone)
        if leaves >= first and _runs(link, leaves, calendars):
            return leaves
        day += DAY
    return None


def _runs(link: Link, leaves: datetime, calendars: Calendars) -> bool:
    day = leaves.date()
    return (
        day.isoweekday() in link.weekdays
        and link.valid_from <= day < link.valid_until
        and not (link.rests and calendars.is_holiday(link.rests, day))
    )


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
    links: Sequence[Link], start: datetime, calendars: Calendars, *, late: bool
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
        length = link.p50 + share * (link.p90 - link.p50)
        leaves = departure(link, here, calendars) if link.departs else here
        if leaves is None:
            return None
        here = leaves + length if link.departs else _pass(link, here, length, calendars)
        runs.append(Run(leaves, here, link.service_id, link.is_main, leaves - link.cutoff))
    return runs


def _shares(links: Sequence[Link]) -> list[float]:
    main = next((n for n, link in enumerate(links) if link.is_main), 0)
    before, after = links[:main], links[main:]
    return [spread(before)] * len(before) + [spread(after)] * len(after)


def _pass(link: Link, start: datetime, length: timedelta, calendars: Calendars) -> datetime:
    if not link.rests:
        return start + length
    rests = calendars.is_off if link.is_office else calendars.is_holiday
    return elapse(start, length, zone=link.zone, rests=lambda day: rests(link.rests, day))
