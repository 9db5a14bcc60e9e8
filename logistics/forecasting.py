"""Windows drawn ahead for every lane and city, from the timetable and what was measured."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum

from orders.models import City
from storefront.lib import kept

from . import hops, network, paces, routing, windows
from .hops import Hop
from .models import Forecast, LaneLevel, Pace, Place, StepTime
from .network import Network, Route
from .paces import Measured
from .routing import Goal

DRAWS = 100
AHEAD = timedelta(hours=36)  # a study that is late leaves windows for half a day
KEPT = timedelta(days=1)
SEEN = timedelta(days=90)  # how far back measured times count
LEVEL = 0.96  # where a lane begins that nobody has kept a promise on yet


@dataclass(frozen=True)
class Known:
    """Everything that drawing needs, read once."""

    network: Network
    times: Mapping[str, Measured]
    pools: Mapping[str, Mapping[float, float]]
    levels: Mapping[str, float]
    cities: Sequence[City]
    places: Mapping[int, str]
    points: dict[str, list[float]] = field(default_factory=dict)

    def points_of(self, hop: Hop) -> list[float]:
        """Equally likely times of a hop, in order; worked out once."""
        if hop.step not in self.points:
            measured, pool = self.times.get(hop.step), self.pools.get(hop.group, {})
            self.points[hop.step] = paces.points(hop.assumed, measured, pool, number=DRAWS)
        return self.points[hop.step]


def draw(*, now: datetime) -> int:
    """Draw the windows of payments from now on; how many, with a fixed number of statements.

    Locks: none; who draws at the same time draws the same, and the first rows stay.
    """
    known = read(now=now)
    first = windows.slot(now)
    slots = [first + number * windows.SLOT for number in range(AHEAD // windows.SLOT)]
    made = [row for route in known.network.routes for row in rows(known, route, slots, now)]
    with transaction.atomic():
        _keep_paces(known)
        Forecast.objects.filter(paid_from__gte=first).delete()
        Forecast.objects.filter(paid_from__lt=first - KEPT).delete()
        Forecast.objects.bulk_create(made, batch_size=2000, ignore_conflicts=True)
    transaction.on_commit(kept.forget)
    return len(made)


def _keep_paces(known: Known) -> None:
    """Write down what was drawn from, for who asks what a step usually takes; one statement."""
    Pace.objects.bulk_create(
        [
            Pace(
                step=step,
                seconds_p50=round(paces.at_share(points, 0.5)),
                seconds_p90=round(paces.at_share(points, 0.9)),
            )
            for step, points in sorted(known.points.items())
        ],
        update_conflicts=True,
        unique_fields=["step"],
        update_fields=["seconds_p50", "seconds_p90"],
    )


def read(*, now: datetime) -> Known:
    """The network, what was measured, and where each lane stands."""
    known = network.read()
    places = dict(Place.objects.values_list("pk", "code"))
    cities = list(City.objects.order_by("pk"))
    times = _times(now.date())
    steps = {hop.step: hop for hop in every(known, now=now)}
    return Known(known, times, pools(steps, times), levels(), cities, places)


def _times(day: date) -> dict[str, Measured]:
    """What was measured of each step in the time that counts; one query."""
    found: dict[str, Measured] = defaultdict(Measured)
    rows = StepTime.objects.filter(measured_on__gte=day - SEEN).values("step", "bucket")
    counted = rows.annotate(parcels=Sum("quantity"))
    for step, number, quantity in counted.values_list("step", "bucket", "parcels"):
        found[step].counts[number] = quantity
    return found


def pools(
    steps: Mapping[str, Hop], times: Mapping[str, Measured]
) -> dict[str, Mapping[float, float]]:
    """What all steps of a kind took, as multiples of what was assumed of each."""
    groups: dict[str, list[tuple[paces.Assumed, Measured]]] = defaultdict(list)
    for step, measured in times.items():
        if step in steps:
            groups[steps[step].group].append((steps[step].assumed, measured))
    return {group: paces.pooled(found) for group, found in groups.items()}


def every(known: Network, *, now: datetime) -> Iterator[Hop]:
    """Each hop of each lane, doors too."""
    places = dict(Place.objects.values_list("pk", "code"))
    cities = {city.pk: city for city in City.objects.all()}
    for route in known.routes:
        yield from hops.of(route, known.calendars, now=now)
    for terminal, city, to_point in known.stretches:
        if stretch := known.stretch(terminal, city, on=now.date(), to_point=to_point):
            link = routing.door(stretch, cities[city])
            name = hops.last(places[terminal], cities[city].slug, to_point=to_point)
            yield hops.door(name, link, known.calendars, now)


def levels() -> dict[str, float]:
    """Where each lane stands; lanes that were never moved are left out."""
    rows = LaneLevel.objects.order_by("lane", "-set_on").distinct("lane")
    return {lane: bps / 10_000 for lane, bps in rows.values_list("lane", "level_bps")}


def rows(
    known: Known, route: Route, slots: Sequence[datetime], now: datetime
) -> Iterator[Forecast]:
    doors = list(_doors(known, route, now))
    if not doors or not route.runs_on(now.date()):
        return
    way = hops.of(route, known.network.calendars, now=now)
    for paid_from in slots:
        there = walk(known, way, (paid_from + windows.SLOT / 2).timestamp())
        for goal, hop in doors if there else ():
            arrivals = _on(there, hop, known.points_of(hop))
            if arrivals:
                first, until = _days(arrivals, goal.city, known.levels.get(route.code, LEVEL))
                yield Forecast(
                    lane_id=route.id,
                    city=goal.city,
                    to_point=goal.to_point,
                    origin=route.origin,
                    mode=route.mode,
                    paid_from=paid_from,
                    from_on=first,
                    until_on=until,
                )


def _doors(known: Known, route: Route, now: datetime) -> Iterator[tuple[Goal, Hop]]:
    terminal, found = known.places[route.terminal_id], known.network
    for city, to_point in product(known.cities, (False, True)):
        stretch = found.stretch(route.terminal_id, city.pk, on=now.date(), to_point=to_point)
        if stretch:
            name = hops.last(terminal, city.slug, to_point=to_point)
            hop = hops.door(name, routing.door(stretch, city), found.calendars, now)
            yield Goal(city, to_point), hop


def walk(known: Known, way: Sequence[Hop], start: float) -> list[float]:
    """When each drawn parcel that is paid at an instant is at the terminal; none, if one is not."""
    at = [start] * DRAWS
    for hop in way:
        at = _on(at, hop, known.points_of(hop))
        if not at:
            break
    return at


def _on(at: Sequence[float], hop: Hop, points: Sequence[float]) -> list[float]:
    """Let each drawn parcel take one hop, its times dealt out in an order of the hop's own."""
    through = [
        hop.through(here, points[place]) for here, place in zip(at, dealt(hop.step), strict=True)
    ]
    found = [one for one in through if one is not None]
    return found if len(found) == DRAWS else []


@cache
def dealt(step: str) -> tuple[int, ...]:
    """An order of the draws that is always the same for a step and owes nothing to others."""
    order = list(range(DRAWS))
    random.Random(step).shuffle(order)  # noqa: S311  no secret: a fixed order of samples
    return tuple(order)


def _days(arrivals: Sequence[float], city: City, level: float) -> tuple[date, date]:
    """The day by which half of the drawn parcels are there, and the one by which nearly all."""
    ordered = sorted(arrivals)
    zone = ZoneInfo(city.timezone)
    first, until = (
        datetime.fromtimestamp(paces.at_share(ordered, share), zone).date()
        for share in (0.5, level)
    )
    return first, until
