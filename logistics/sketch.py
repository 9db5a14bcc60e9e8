"""The network as a drawing: places where they lie, services between them, what is shut."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from . import chart
from .calendars import is_shut
from .models import Place, Service
from .network import Link

ORDER = {"air": 0, "river": 1, "road": 2, "rail": 3}
NAMED = frozenset({Place.Kind.CONSOLIDATION, Place.Kind.CENTRE, Place.Kind.BORDER, Place.Kind.HUB})


@dataclass(frozen=True)
class Edge:
    """A line of the drawing: one mode between two places, whoever runs it."""

    path: str
    mode: str
    is_shut: bool
    title: str


@dataclass(frozen=True)
class Sketch:
    """Everything the drawing needs."""

    width: int
    height: int
    edges: tuple[Edge, ...]
    spots: tuple[chart.Spot, ...]


def of(links: dict[int, Link], *, now: datetime) -> Sketch:
    """Draw the services that run on a day; one query."""
    rows = [row for row in _rows(now.date()) if _can_be_drawn(row)]
    places = {place.pk: place for row in rows for place in (row.origin, row.target)}
    spots = dict(zip(places, chart.placed(list(places.values())), strict=True))
    edges = [
        Edge(
            chart.curve(spots[row.origin_id], spots[row.target_id], row.mode),
            row.mode,
            is_shut(now, links[row.pk].shut),
            row.code,
        )
        for row in rows
    ]
    named = _apart(spots[key] for key, place in places.items() if place.kind in NAMED)
    ordered = sorted(edges, key=lambda edge: (edge.is_shut, ORDER[edge.mode]))
    return Sketch(chart.WIDE.width, chart.WIDE.height, tuple(ordered), named)


def _rows(on: date) -> Iterable[Service]:
    rows = Service.objects.select_related("origin", "target").order_by("code", "valid_from")
    return (
        row
        for row in rows
        if row.valid_from <= on and (not row.valid_until or on < row.valid_until)
    )


def _can_be_drawn(row: Service) -> bool:
    return row.origin_id != row.target_id and None not in (
        row.origin.latitude,
        row.target.latitude,
    )


def _apart(spots: Iterable[chart.Spot]) -> tuple[chart.Spot, ...]:
    """Names that would lie on each other are left out; the place itself stays."""
    kept: list[chart.Spot] = []
    for spot in spots:
        is_free = all(abs(spot.x - one.x) > 46 or abs(spot.y - one.y) > 12 for one in kept)
        kept.append(spot if is_free else chart.unnamed(spot))
    return tuple(kept)
