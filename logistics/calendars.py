"""Days on which a country rests, and time that runs only on the others."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

log = logging.getLogger(__name__)
DAY = timedelta(days=1)

FIXED: dict[str, frozenset[tuple[int, int]]] = {
    "CN": frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}),
    "RU": frozenset(
        {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
    ),
}
"""Days off that fall on the same date each year.

Source: Labour Code of Russia, article 112; regulation on public holidays of China, 2024.
"""


@dataclass(frozen=True)
class Calendars:
    """The days of both countries: true works, false rests; days not named follow the week."""

    days: Mapping[str, Mapping[date, bool]]

    def is_known(self, country: str, year: int) -> bool:
        """Whether there are rows for a year; without them only fixed holidays are kept."""
        return any(day.year == year for day in self.days.get(country, {}))

    def is_holiday(self, country: str, day: date) -> bool:
        """Whether carriers and customs of a country rest; an ordinary weekend is no holiday."""
        named = self.days.get(country, {}).get(day)
        if named is not None:
            return not named
        if (day.month, day.day) not in FIXED[country] or self.is_known(country, day.year):
            return False
        _say_unknown(country, day.year)
        return True

    def is_off(self, country: str, day: date) -> bool:
        """Whether offices rest: holidays, and weekends that are not worked in their stead."""
        named = self.days.get(country, {}).get(day)
        if named is not None:
            return not named
        return day.isoweekday() > 5 or self.is_holiday(country, day)


@cache
def _say_unknown(country: str, year: int) -> None:
    log.warning("no calendar of %s for %s: weekends and fixed holidays only", country, year)


Span = tuple[datetime, datetime | None]
"""From when until when something is shut; None is until further notice."""
LONGEST = 400  # days that something is waited for


def elapse(
    start: datetime, length: timedelta, *, zone: ZoneInfo, rests: Callable[[date], bool]
) -> datetime:
    """When so much time has passed that runs only on days of a place that are no days of rest.

    Time: aware instants; whole local days count or do not.
    """
    through = outlast(start, length, zone=zone, rests=rests)
    assert through is not None, "no country rests for a year"
    return through


def outlast(
    start: datetime,
    length: timedelta,
    *,
    zone: ZoneInfo,
    rests: Callable[[date], bool],
    shut: Sequence[Span] = (),
) -> datetime | None:
    """When so much time has passed that runs only while a place is open; None, if it never has.

    Time: aware instants; whole local days count or do not, and no time passes while it is `shut`.
    """
    here, left = start.astimezone(zone), length
    for _day in range(LONGEST):
        midnight = datetime.combine(here.date() + DAY, time(), zone)
        pieces = () if rests(here.date()) else _open(here, midnight, shut)
        for opens, closes in pieces:
            if opens + left <= closes:
                return (opens + left).astimezone(zone)
            left -= closes - opens
        here = midnight
    return None


def _open(start: datetime, end: datetime, shut: Sequence[Span]) -> list[tuple[datetime, datetime]]:
    """The pieces of a stretch of time that are not shut."""
    pieces = [(start, end)]
    for first, until in shut:
        pieces = [
            piece
            for opens, closes in pieces
            for piece in ((opens, min(closes, first)), (max(opens, until or closes), closes))
            if piece[0] < piece[1]
        ]
    return pieces


def is_shut(at: datetime, shut: Sequence[Span]) -> bool:
    """Whether something is shut at an instant."""
    return any(first <= at and (until is None or at < until) for first, until in shut)
