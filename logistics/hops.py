"""A lane as hops from payment to the door, each with its own clock; floats, no queries."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import groupby
from math import hypot

from . import timetable
from .calendars import DAY, Calendars
from .network import Link, Route
from .paces import Assumed
from .states import State

BEHIND, AHEAD = 75, 110  # days of calendars around the one that is looked from
TYPICAL_G = 550  # what a forecast is drawn for; a phone in its box
CENTRE, SELLER, EXPORT, IMPORT = "centre", "seller", "export", "import"
DOOR, POINT = "door", "point"
STAGES = {
    State.STOCKED: ("centre/harbin", CENTRE),
    State.AWAITED: ("seller/shenzhen", SELLER),
    State.PACKED: ("centre/shenzhen", CENTRE),
    State.BAGGED: ("bagging", "bagging"),
}
"""Stages of the centre that follow each other are one step to a parcel, named by one of them."""


@dataclass(frozen=True)
class Hop:
    """A step with what is assumed of it: by a timetable, or whenever goods are there.

    Time: seconds since the epoch. `closes` and `leaves` are of departures to come, `rests` the
    stretches in which no time passes.
    """

    step: str
    group: str
    assumed: Assumed
    closes: tuple[float, ...] = ()
    leaves: tuple[float, ...] = ()
    is_timed: bool = False
    starts: tuple[float, ...] = ()
    ends: tuple[float, ...] = ()

    def through(self, at: float, takes: float) -> float | None:
        """When goods that are here at an instant are through; None, if nothing runs soon."""
        if self.is_timed:
            place = bisect_left(self.closes, at)
            return self.leaves[place] + takes if place < len(self.leaves) else None
        place = bisect_right(self.ends, at)
        while place < len(self.starts):
            if at + takes <= self.starts[place]:
                break
            takes -= max(0.0, self.starts[place] - at)
            at = self.ends[place]
            place += 1
        return at + takes

    def worked(self, start: float, end: float) -> float:
        """How much time passed between two instants, without the stretches of rest."""
        lost = sum(
            max(0.0, min(end, until) - max(start, first))
            for first, until in zip(self.starts, self.ends, strict=True)
        )
        return end - start - lost


def of(route: Route, calendars: Calendars, *, now: datetime) -> list[Hop]:
    """The hops of a lane up to its terminal; stages of the centre that follow are one."""
    found: list[Hop] = []
    for is_stage, group in groupby(route.links, key=lambda link: bool(link.state)):
        links = list(group)
        if is_stage:
            found.append(_stage(links, calendars, now))
        else:
            found += [_service(link, calendars, now) for link in links]
    return found


def door(name: str, link: Link, calendars: Calendars, now: datetime) -> Hop:
    """The last mile by its name."""
    return _resting(name, name.partition("/")[0], [link], calendars, now)


def last(terminal: str, city: str, *, to_point: bool) -> str:
    """The name of the last mile from a terminal to the doors, or the points, of a city."""
    return f"{POINT if to_point else DOOR}/{terminal}/{city}"


def _stage(links: Sequence[Link], calendars: Calendars, now: datetime) -> Hop:
    """Stages one after the other are one step; it rests as the one that rests does."""
    step, group = next(STAGES[State(link.state)] for link in links if link.state in STAGES)
    first = next((link for link in links if link.rests), links[0])
    others = [link for link in links if link is not first]
    return _resting(step, group, [first, *others], calendars, now)


def _service(link: Link, calendars: Calendars, now: datetime) -> Hop:
    if not link.departs:
        group = f"border {link.mode}"
        if link.is_customs:
            group = EXPORT if link.rests == "CN" else IMPORT
        return _resting(f"service/{link.code}", group, [link], calendars, now)
    first = now.astimezone(link.zone).date() - DAY
    runs = sorted(
        ((leaves - row.cutoff).timestamp(), leaves.timestamp())
        for row in (link, *link.rows)
        for leaves in timetable.departures(row, first, AHEAD, calendars)
        if row.has_room(leaves, TYPICAL_G)
    )
    return Hop(
        step=f"service/{link.code}",
        group=f"run {link.mode}",
        assumed=_assumed([link.on(now.astimezone(link.zone).date())]),
        closes=tuple(closes for closes, _leaves in runs),
        leaves=tuple(leaves for _closes, leaves in runs),
        is_timed=True,
    )


def _resting(
    step: str, group: str, links: Sequence[Link], calendars: Calendars, now: datetime
) -> Hop:
    """A hop that rests as the first of its links does."""
    spans = _spans(links[0], calendars, now.date())
    return Hop(
        step=step,
        group=group,
        assumed=_assumed(links),
        starts=tuple(first for first, _until in spans),
        ends=tuple(until for _first, until in spans),
    )


def _assumed(links: Sequence[Link]) -> Assumed:
    """Steps one after the other; their delays are independent."""
    half = sum(link.p50.total_seconds() for link in links)
    delay = reduce(hypot, ((link.p90 - link.p50).total_seconds() for link in links), 0.0)
    return Assumed(half, half + delay)


def _spans(link: Link, calendars: Calendars, day: date) -> list[tuple[float, float]]:
    """The stretches in which no time passes, in order, none touching another."""
    far = datetime.combine(day, time(), link.zone) + timedelta(days=3 * AHEAD)
    found = [(first.timestamp(), (until or far).timestamp()) for first, until in link.shut]
    if link.rests:
        rests = timetable.resting(link, calendars)
        days = (day + number * DAY for number in range(-BEHIND, AHEAD))
        found += [(_midnight(one, link), _midnight(one + DAY, link)) for one in days if rests(one)]
    joined: list[tuple[float, float]] = []
    for first, until in sorted(found):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(until, joined[-1][1]))
        else:
            joined.append((first, until))
    return joined


def _midnight(day: date, link: Link) -> float:
    return datetime.combine(day, time(), link.zone).timestamp()
