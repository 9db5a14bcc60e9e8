"""Where the points of a parcel's way lie on a drawing: plain geometry, no map server."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import asinh, pi, radians, tan

from .models import Place, Shipment
from .states import State

WIDTH, HEIGHT = 720, 240
MARGIN_X, MARGIN_Y = 70, 58
LEAST_SPAN = 0.12  # radians: a way across one river is not blown up to the whole sheet
HIGH = 0.62  # the bend of a flight, as a share of the distance between its ends
GONE = {State.DEPARTED, State.AT_BORDER, State.IMPORT_CLEARED, State.LAST_MILE, State.DELIVERED}


@dataclass(frozen=True)
class Spot:
    """A named point, in units of the drawing."""

    x: float
    y: float
    title: str
    is_end: bool
    below: bool


@dataclass(frozen=True)
class Stretch:
    """A leg as the path of an SVG curve; `is_done` once the parcel has travelled it."""

    path: str
    mode: str
    is_done: bool


@dataclass(frozen=True)
class Chart:
    """Everything the drawing needs."""

    width: int
    height: int
    spots: tuple[Spot, ...]
    stretches: tuple[Stretch, ...]


def of(shipment: Shipment) -> Chart:
    """The chart of a parcel: places of its legs, then the buyer's city; two queries.

    Source: Web Mercator projection.
    """
    legs = list(shipment.legs.select_related("service__origin", "service__target"))
    moving = [leg for leg in legs if leg.service.origin_id != leg.service.target_id]
    city = shipment.order.city
    points: list[tuple[float, float, str]] = []
    for leg in moving:
        for place in (leg.service.origin, leg.service.target):
            point = _place(place)
            if point is not None and (not points or points[-1] != point):
                points.append(point)
    last = (float(city.longitude), float(city.latitude), city.title)
    points.append(last)
    spots = _spots(points)
    modes = [*[leg.service.mode for leg in moving][: len(spots) - 2], "road"]
    done = _done(shipment, len(spots) - 1, [leg.arrived_at is not None for leg in moving])
    stretches = tuple(
        Stretch(_path(here, there, mode), mode, is_done)
        for here, there, mode, is_done in zip(spots, spots[1:], modes, done, strict=False)
    )
    return Chart(WIDTH, HEIGHT, spots, stretches)


def _place(place: Place) -> tuple[float, float, str] | None:
    if place.latitude is None or place.longitude is None:
        return None
    return float(place.longitude), float(place.latitude), place.title


def _done(shipment: Shipment, count: int, arrived: Sequence[bool]) -> list[bool]:
    if shipment.state == State.DELIVERED:
        return [True] * count
    if State(shipment.state) not in GONE:
        return [False] * count
    return [bool(one) for one in arrived][: count - 1] + [False] * count


def _spots(points: Sequence[tuple[float, float, str]]) -> tuple[Spot, ...]:
    flat = [(radians(lon), asinh(tan(radians(lat))), title) for lon, lat, title in points]
    xs, ys = [x for x, _, _ in flat], [y for _, y, _ in flat]
    wide, high = max(max(xs) - min(xs), LEAST_SPAN), max(max(ys) - min(ys), LEAST_SPAN / 3)
    scale = min((WIDTH - 2 * MARGIN_X) / wide, (HEIGHT - 2 * MARGIN_Y) / high, WIDTH / pi)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    last = len(flat) - 1
    return tuple(
        Spot(
            round(WIDTH / 2 + (x - middle_x) * scale, 1),
            round(HEIGHT / 2 - (y - middle_y) * scale, 1),
            title,
            is_end=number in {0, last},
            below=number % 2 == 1,
        )
        for number, (x, y, title) in enumerate(flat)
    )


def _path(here: Spot, there: Spot, mode: str) -> str:
    """A flight bends upwards, everything else goes straight on the ground."""
    if mode != "air":
        return f"M{here.x} {here.y}L{there.x} {there.y}"
    lift = abs(there.x - here.x) * HIGH / 2
    top = min(here.y, there.y) - lift
    return f"M{here.x} {here.y}Q{(here.x + there.x) / 2:.1f} {max(top, 4):.1f} {there.x} {there.y}"
