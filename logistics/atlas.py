"""The network drawn for the scan: places by customs standing, steps, departures on their days."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from storefront.lib import kept, money

from . import network, scanning, timetable
from .calendars import Calendars
from .models import Place, Service
from .network import CUSTOMS, LOADING, LastStretch, Link
from .states import State

CHINA, RUSSIA = "CN", "RU"
INSIDE, RELEASED = "", "RU"  # standings: nothing declared in China; imported into Russia
SAME_TOWN = frozenset(
    {Place.Kind.WAREHOUSE, Place.Kind.CENTRE, Place.Kind.AIRPORT, Place.Kind.STATION}
)
STARTS = {
    "harbin": ("harbin-centre", (State.PLANNED, State.STOCKED)),
    "shenzhen": ("shenzhen", (State.PLANNED, State.AWAITED)),
}
PACKING = (State.PICKED, State.PACKED)
SPAN = 120  # days of departures in one timetable
BLOCK = 30  # days after which the next begins
Node = tuple[int, str]


@dataclass(frozen=True)
class PriceStep:
    """The price of a parcel up to a weight.

    Money: kopecks.
    """

    up_to_g: int | None
    base: int
    per_100g: int


@dataclass(frozen=True)
class Line:
    """A service as the scan prices it; the number in front of it is its place in the atlas."""

    service_id: int
    code: str
    mode: str
    is_export: bool
    prices: tuple[PriceStep, ...]
    divisor: int | None
    not_carried: frozenset[str]

    def price(self, weight_g: int, volume_cm3: int) -> int | None:
        """What it asks for a parcel; None, if the parcel is too heavy.

        Money: kopecks.
        Units: each begun 100 g of the weight, or of the volume where it is counted and is more.
        """
        begun = -(-weight_g // 100)
        grams = weight_g
        if self.divisor:
            begun = max(begun, -(-volume_cm3 * 10 // self.divisor))
            grams = max(grams, volume_cm3 * 1000 // self.divisor)
        for step in self.prices:
            if step.up_to_g is None or grams <= step.up_to_g:
                return step.base + begun * step.per_100g
        return None if self.prices else 0


@dataclass(frozen=True)
class Atlas:
    """One version of the network; timetables of it are drawn when a day of them is asked for."""

    lines: tuple[Line, ...]
    nodes: Mapping[Node, int]
    places: Mapping[str, int]
    known: network.Network
    edges: tuple[tuple[int, int, int], ...]
    moves: tuple[tuple[int, int], ...]
    tables: dict[int, scanning.Timetable]
    doors: dict[tuple[int, date], dict[int, tuple[LastStretch, scanning.Passing]]]

    def table(self, on: date) -> scanning.Timetable:
        """The timetable in which a day and the two months and more after it are."""
        block = on.toordinal() // BLOCK
        if block not in self.tables:
            self.tables[block] = draw(self, date.fromordinal(block * BLOCK), SPAN)
        return self.tables[block]


@kept.for_a_minute
def current() -> Atlas:
    """The atlas of the network; two queries more than that when it was read a minute ago."""
    return of(network.current())


def of(known: network.Network) -> Atlas:
    """Draw a network; two queries."""
    rows = list(
        Service.objects.select_related("origin", "target", "office")
        .prefetch_related("prices")
        .order_by("pk")
    )
    anchors = _anchors(rows)
    named = [row for row in rows if row.pk in anchors]
    places = {row.origin.code: row.origin for row in rows} | {
        row.target.code: row.target for row in rows
    }
    nodes: dict[Node, int] = defaultdict(lambda: len(nodes))
    edges = [edge for number, row in enumerate(named) for edge in _edges(number, row, named, nodes)]
    towns = [(one, two) for one in places.values() for two in places.values() if _is_near(one, two)]
    moves = tuple((nodes[one.pk, INSIDE], nodes[two.pk, INSIDE]) for one, two in towns)
    return Atlas(
        lines=tuple(map(_line, named)),
        nodes=dict(nodes),
        places={code: place.pk for code, place in places.items()},
        known=known,
        edges=tuple(edges),
        moves=moves,
        tables={},
        doors={},
    )


def _anchors(rows: Sequence[Service]) -> set[int]:
    """The first row of every service: the others are its later timetables."""
    return set({row.code: row.pk for row in reversed(rows)}.values())


def _is_export(row: Service) -> bool:
    return row.carrier == CUSTOMS and row.origin.country == CHINA


def _standing(row: Service) -> str:
    return f"{CHINA}:{row.code}"


def _is_near(one: Place, two: Place) -> bool:
    """Whether goods go from one to the other within a town as part of the work of the centre."""
    kinds = {one.kind, two.kind}
    return one != two and bool(one.zone) and one.zone == two.zone and kinds <= SAME_TOWN


def _edges(
    number: int, row: Service, rows: Sequence[Service], nodes: dict[Node, int]
) -> Iterator[tuple[int, int, int]]:
    """Between which nodes a service runs: what is declared goes to its own border."""
    for before, after in _standings(row, rows):
        yield number, nodes[row.origin_id, before], nodes[row.target_id, after]


def _standings(row: Service, rows: Sequence[Service]) -> Iterator[tuple[str, str]]:
    exports = [one for one in rows if _is_export(one) and one.mode == row.mode]
    if _is_export(row):
        yield INSIDE, _standing(row)
    elif row.carrier == CUSTOMS:
        yield from ((_standing(one), RELEASED) for one in exports)
    elif row.origin.country == RUSSIA:
        yield RELEASED, RELEASED
    elif row.target.country == RUSSIA:
        yield from ((_standing(one), _standing(one)) for one in exports if _leaves_by(one, row))
    else:
        yield from ((_standing(one), _standing(one)) for one in exports if _goes_to(one, row))
        if row.origin.kind == Place.Kind.CONSOLIDATION:
            yield INSIDE, INSIDE


def _leaves_by(export: Service, row: Service) -> bool:
    return row.origin_id == export.office_id


def _goes_to(export: Service, row: Service) -> bool:
    return row.target_id == export.office_id and row.origin_id == export.origin_id


def _line(row: Service) -> Line:
    steps = sorted(row.prices.all(), key=lambda step: step.up_to_g or scanning.ENOUGH)
    return Line(
        service_id=row.pk,
        code=row.code,
        mode=row.mode,
        is_export=_is_export(row),
        prices=tuple(
            PriceStep(
                s.up_to_g,
                money.to_minor(s.base.amount, "RUB"),
                money.to_minor(s.per_100g.amount, "RUB"),
            )
            for s in steps
        ),
        divisor=row.volumetric_divisor,
        not_carried=frozenset(row.not_carried),
    )


def draw(atlas: Atlas, first: date, days: int) -> scanning.Timetable:
    """The departures of so many days in the order of the scan, and the steps between them."""
    runs: list[scanning.Run] = []
    steps: list[scanning.Step] = []
    free = len(atlas.lines)  # moves within a town have no line and no price
    for number, origin, target in atlas.edges:
        link = atlas.known.services[atlas.lines[number].service_id]
        if link.departs is None:
            chain = _chain(atlas, atlas.lines[number], link)
            steps.append(
                scanning.Step(number, origin, target, through(chain, atlas.known.calendars))
            )
        else:
            runs += _runs((number, origin, target), link, first, days, atlas.known.calendars)
    steps += [scanning.Step(free, here, there, _at_once) for here, there in atlas.moves]
    return scanning.Timetable(len(atlas.nodes), runs, steps)


def _at_once(at: int) -> int:
    return at


def _chain(atlas: Atlas, line: Line, link: Link) -> tuple[Link, ...]:
    """Around export customs the centre packs before and loads after."""
    if not line.is_export:
        return (link,)
    return (*staged(atlas.known, PACKING), link, *staged(atlas.known, LOADING))


def staged(known: network.Network, states: Sequence[State]) -> tuple[Link, ...]:
    """The stages of the centre that are known by their pace."""
    return tuple(known.stages[state] for state in states if state in known.stages)


def _runs(
    edge: tuple[int, int, int], link: Link, first: date, days: int, calendars: Calendars
) -> Iterator[scanning.Run]:
    number, origin, target = edge
    for row in link.rows or (link,):
        for leaves in timetable.departures(row, first, days, calendars):
            room = row.capacity_g
            taken = row.booked_g.get(leaves, 0)
            at = seconds(leaves)
            yield scanning.Run(
                number,
                origin,
                target,
                at - int(row.cutoff.total_seconds()),
                at,
                at + int(row.p50.total_seconds()),
                room_g=scanning.ENOUGH if room is None else max(0, room - taken),
            )


def through(links: Sequence[Link], calendars: Calendars) -> scanning.Passing:
    """How steps one after another are passed, kept for the instants that come again."""

    @cache
    def passing(at: int) -> int | None:
        here: datetime | None = instant(at)
        for link in links:
            if here is None:
                return None
            row = link.on(here.astimezone(link.zone).date())
            here = timetable.passing(row, here, row.p50, calendars)
        return None if here is None else seconds(here)

    return passing


def seconds(at: datetime) -> int:
    """Seconds since the epoch; a begun one counts, so that nothing is caught too early."""
    return -int(-at.timestamp() // 1)


def instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
