"""What stands in the way of parcels in a simulation: shut borders and cancelled runs, by days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from logistics import closures
from logistics.closures import Notice
from logistics.models import Closure, Place
from storefront.management.driver import Driver

DAY = timedelta(days=1)
HEARD = timedelta(hours=3)  # after a border is shut somebody of ours knows it
FORETOLD = timedelta(days=2)  # before an airline stops flying it says so
BORDER, SERVICE = "suifenhe", "flight-hrb-svx"
LEAST_DAYS = 21  # in a shorter story nothing is shut unless asked for
SHUT, CANCELLED = timedelta(days=5), timedelta(days=8)


@dataclass(frozen=True)
class Trouble:
    """A place or a service, from when until when. Time: instants of the simulated clock."""

    what: str
    from_at: datetime
    until_at: datetime

    def __str__(self) -> str:
        return f"{self.what}@{self.from_at:%Y-%m-%dT%H:%M%z}/{self.until_at:%Y-%m-%dT%H:%M%z}"


def usual(begun: datetime, days: int) -> list[Trouble]:
    """A border shut for five days a third through, flights cancelled for eight after the half."""
    if days < LEAST_DAYS:
        return []
    third, later = begun + timedelta(days=days // 3), begun + timedelta(days=days * 3 // 5)
    return [
        Trouble(BORDER, third, third + SHUT),
        Trouble(SERVICE, later, later + CANCELLED),
    ]


def read(text: str, begun: datetime) -> list[Trouble]:
    """Read `30-35:suifenhe,54-62:flight-hrb-svx`: days of the story, and what is shut on them.

    Raises: ValueError.
    """
    found = []
    for part in filter(None, text.split(",")):
        span, _colon, what = part.partition(":")
        first, _dash, until = span.partition("-")
        one = Trouble(what, begun + int(first) * DAY, begun + int(until) * DAY)
        if not what or one.until_at <= one.from_at:
            raise ValueError(part)
        found.append(one)
    return found


def expect(troubles: list[Trouble], driver: Driver) -> None:
    """Let somebody of ours enter each closure when he hears of it."""
    for trouble in troubles:
        is_place = Place.objects.filter(code=trouble.what).exists()
        heard = trouble.from_at + HEARD if is_place else trouble.from_at - FORETOLD
        driver.at(heard, partial(_enter, trouble, is_place))


def _enter(trouble: Trouble, is_place: bool, now: datetime) -> None:
    notice = Notice(
        kind=Closure.Kind.BORDER if is_place else Closure.Kind.CANCELLED,
        closed_at=trouble.from_at,
        opens_at=trouble.until_at,
        source="simulation",
        place=trouble.what if is_place else "",
        service="" if is_place else trouble.what,
    )
    closures.enter(notice, actor="user:operator-1", now=now)
