"""Connection scan: all ways worth taking, arrival against money, over dated departures; pure.

One pass over the departures in the order in which they close. A departure is taken by the
cheapest parcel that is there in time, for all that take it arrive together; what arrives is kept
at its node only if nothing there is both as soon and as cheap.
Source: Dibbelt, Pajor, Strasser, Wagner, "Connection Scan Algorithm", 2013/2018.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

ENOUGH = 1 << 62  # room of a departure that knows no limit

Passing = Callable[[int], int | None]
"""From the instant goods are there to the instant they are through; later is never sooner."""


@dataclass(frozen=True)
class Run:
    """A departure of a service on a day.

    Time: seconds since the epoch; goods must be there by `closes`; `closes` <= `departs` <
    `arrives`.
    """

    service: int
    origin: int
    target: int
    closes: int
    departs: int
    arrives: int
    room_g: int = ENOUGH
    room_parcels: int = ENOUGH
    room_cm3: int = ENOUGH


@dataclass(frozen=True)
class Step:
    """What goods pass whenever they are there: customs, a queue, the way to the next platform."""

    service: int
    origin: int
    target: int
    passing: Passing


@dataclass(frozen=True)
class Door:
    """The last mile from a node to the recipient."""

    price: int
    passing: Passing


@dataclass(frozen=True)
class Question:
    """A parcel at a node and where it may go.

    Money: `prices` of every service for this parcel, in one minor unit; None where it may not go.
    Time: departures that close after `until` are not looked at.
    """

    start: int
    ready: int
    until: int
    prices: Sequence[int | None]
    doors: Mapping[int, Door]
    weight_g: int = 0
    volume_cm3: int = 0


@dataclass(frozen=True)
class Ride:
    """A service as it is taken; for a step all but its end is the instant goods are there."""

    service: int
    closes: int
    departs: int
    arrives: int


@dataclass(frozen=True)
class Found:
    """A way: when it is at the door, what it costs, and how it goes from which last node."""

    arrives: int
    price: int
    rides: tuple[Ride, ...]
    terminal: int
    terminal_at: int


class Timetable:
    """Departures in the order in which they close, as columns, and the steps of every node.

    An edge is a service between two nodes; its departures differ only in their times and room.
    """

    def __init__(self, nodes: int, runs: Iterable[Run], steps: Iterable[Step]) -> None:
        ordered = sorted(runs, key=lambda run: (run.closes, run.arrives, run.service))
        edges: dict[tuple[int, int, int], int] = {}
        self.edge = [
            edges.setdefault((run.service, run.origin, run.target), len(edges)) for run in ordered
        ]
        self.nodes = nodes
        self.edges = list(edges)
        self.service = [run.service for run in ordered]
        self.origin = [run.origin for run in ordered]
        self.closes = [run.closes for run in ordered]
        self.departs = [run.departs for run in ordered]
        self.arrives = [run.arrives for run in ordered]
        self.room_g = [run.room_g if run.room_parcels > 0 else -1 for run in ordered]
        self.room_cm3 = [run.room_cm3 for run in ordered]
        self.steps: list[list[Step]] = [[] for _ in range(nodes)]
        for step in steps:
            self.steps[step.origin].append(step)

    def __len__(self) -> int:
        return len(self.closes)


Label = tuple["Label | None", Ride] | None


class _Search:
    """What is known so far: at each node arrivals that grow while prices fall."""

    def __init__(self, table: Timetable, asked: Question) -> None:
        self.table = table
        self.asked = asked
        self.arrivals: list[list[int]] = [[] for _ in range(table.nodes)]
        self.prices: list[list[int]] = [[] for _ in range(table.nodes)]
        self.labels: list[list[Label]] = [[] for _ in range(table.nodes)]
        self.ends: list[Found] = []

    def reach(self, node: int, at: int, price: int, label: Label) -> None:
        """Come to a node, unless something as soon and as cheap is there or at the door."""
        arrivals, prices = self.arrivals[node], self.prices[node]
        place = bisect_right(arrivals, at)
        if place and prices[place - 1] <= price:
            return
        if any(end.arrives <= at and end.price <= price for end in self.ends):
            return
        first = last = bisect_left(arrivals, at)
        while last < len(prices) and prices[last] >= price:
            last += 1
        arrivals[first:last] = [at]
        prices[first:last] = [price]
        self.labels[node][first:last] = [label]
        self._go_on(node, at, price, label)

    def _go_on(self, node: int, at: int, price: int, label: Label) -> None:
        door = self.asked.doors.get(node)
        if door is not None:
            self._end(node, at, price, label, door)
        for step in self.table.steps[node]:
            more = self.asked.prices[step.service]
            through = None if more is None else step.passing(at)
            if more is not None and through is not None:
                ride = Ride(step.service, at, at, through)
                self.reach(step.target, through, price + more, (label, ride))

    def _end(self, node: int, at: int, price: int, label: Label, door: Door) -> None:
        there = door.passing(at)
        if there is None:
            return
        price += door.price
        if any(end.arrives <= there and end.price <= price for end in self.ends):
            return
        rest = [end for end in self.ends if end.arrives < there or end.price < price]
        self.ends = [*rest, Found(there, price, _rides(label), node, at)]

    def scan(self) -> None:
        """Take every departure that somebody can catch for less than an earlier one of its edge."""
        table, asked = self.table, self.asked
        arrivals_of, prices_of = self.arrivals, self.prices
        taken = [ENOUGH] * len(table.edges)  # the price at which an edge was taken last
        until = [ENOUGH] * len(table.edges)  # and its arrival then
        first, last = (
            bisect_left(table.closes, asked.ready),
            bisect_right(table.closes, asked.until),
        )
        part = slice(first, last)
        columns = zip(
            range(first, last),
            table.origin[part],
            table.closes[part],
            table.edge[part],
            table.arrives[part],
            strict=True,
        )
        for run, node, closes, edge, arrives in columns:
            arrivals = arrivals_of[node]
            if not arrivals or arrivals[0] > closes:
                continue
            place = -1 if arrivals[-1] <= closes else bisect_right(arrivals, closes) - 1
            price = prices_of[node][place]
            if (price < taken[edge] or arrives < until[edge]) and self._take(run, node, place):
                taken[edge], until[edge] = price, arrives

    def _take(self, run: int, node: int, place: int) -> bool:
        """Go by a departure from a label of its node; whether the parcel may and fits."""
        table, asked = self.table, self.asked
        service, origin, target = table.edges[table.edge[run]]
        more = asked.prices[service]
        if more is None or table.room_g[run] < asked.weight_g:
            return False
        if table.room_cm3[run] < asked.volume_cm3:
            return False
        ride = Ride(service, table.closes[run], table.departs[run], table.arrives[run])
        label = (self.labels[node][place], ride)
        self.reach(target, ride.arrives, self.prices[origin][place] + more, label)
        return True


def _rides(label: Label) -> tuple[Ride, ...]:
    found = []
    while label is not None:
        label, ride = label
        found.append(ride)
    return tuple(reversed(found))


def ways(table: Timetable, asked: Question) -> list[Found]:
    """All ways of which none is beaten in both arrival and price, soonest first.

    Money: the price of all services and of the last mile.
    """
    search = _Search(table, asked)
    search.reach(asked.start, asked.ready, 0, None)
    search.scan()
    return sorted(search.ends, key=lambda end: end.arrives)
