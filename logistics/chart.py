"""Where the points of a parcel's way lie on a drawing: plain geometry, no map server."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import asinh, hypot, radians, tan
from unicodedata import east_asian_width

from .models import Leg, Place, Shipment
from .states import State

LEAST_SPAN = 0.12  # radians: a way across one river is not blown up to the whole sheet
ZOOM = 900  # units for a radian at most
CLOSE = 40  # points nearer than this to each other are one place to the eye
LETTER = 8  # units a letter is wide at most; a Chinese one is as wide as two
EDGE = 8  # nearer to the edge a name would seem to touch it
HIGH = 0.42  # the bend of a flight, as a share of the distance between its ends


@dataclass(frozen=True)
class Sheet:
    """The drawing: its size, and how far inside the points stay, for their names have width too."""

    width: int
    height: int
    margin_x: int
    margin_y: int


WIDE = Sheet(720, 300, 90, 48)
NARROW = Sheet(340, 260, 62, 44)  # for a phone: names stay as large as they are


@dataclass(frozen=True)
class Spot:
    """A named point in units of the drawing, and how the parcel comes to it."""

    x: float
    y: float
    title: str
    mode: str
    is_reached: bool
    is_end: bool = False
    below: bool = False
    anchor: str = "middle"  # which part of the name stands at the point


@dataclass(frozen=True)
class Stretch:
    """The path of an SVG curve to a spot; `is_done` once the parcel has travelled it."""

    path: str
    is_done: bool


@dataclass(frozen=True)
class Chart:
    """Everything the drawing needs."""

    width: int
    height: int
    spots: tuple[Spot, ...]
    stretches: tuple[Stretch, ...]


def of(shipment: Shipment, sheet: Sheet = WIDE) -> Chart:
    """The chart of a parcel: places of its legs, then the buyer's city; one query.

    Source: Web Mercator projection.
    """
    legs = shipment.legs.select_related("service__origin", "service__target").order_by("position")
    apart = _apart(_on_sheet(_way(list(legs), shipment), sheet))
    spots = tuple(
        replace(spot, below=_is_below(spot, apart), anchor=_anchor(spot, sheet)) for spot in apart
    )
    stretches = tuple(
        Stretch(_path(here, there), there.is_reached) for here, there in pairwise(spots)
    )
    return Chart(sheet.width, sheet.height, spots, stretches)


def _way(legs: Sequence[Leg], shipment: Shipment) -> list[Spot]:
    """Spots in radians still; steps at a place move nothing."""
    moving = [leg for leg in legs if leg.service.origin_id != leg.service.target_id]
    found = [_spot(leg.service.origin, "", True) for leg in moving[:1]]
    found += [
        _spot(leg.service.target, leg.service.mode, leg.arrived_at is not None) for leg in moving
    ]
    city = shipment.order.city
    is_there = shipment.state == State.DELIVERED
    home = _point(float(city.longitude), float(city.latitude), city.title)
    return [spot for spot in found if spot] + [replace(home, mode="road", is_reached=is_there)]


def _spot(place: Place, mode: str, is_reached: bool) -> Spot | None:
    if place.latitude is None or place.longitude is None:
        return None
    point = _point(float(place.longitude), float(place.latitude), place.title)
    return replace(point, mode=mode, is_reached=is_reached)


def _point(longitude: float, latitude: float, title: str) -> Spot:
    x, y = radians(longitude), asinh(tan(radians(latitude)))
    town = title.split(",")[0]  # "Harbin, Taiping airport" is Harbin on a map of this size
    return Spot(x, y, town, mode="", is_reached=True)


def placed(places: Sequence[Place]) -> list[Spot]:
    """Places on one sheet, in their order.

    Source: Web Mercator projection.
    """
    spots = [
        _point(float(one.longitude or 0), float(one.latitude or 0), one.title) for one in places
    ]
    return _on_sheet(spots, WIDE)


def unnamed(spot: Spot) -> Spot:
    """A spot without its name."""
    return replace(spot, title="")


def curve(here: Spot, there: Spot, mode: str) -> str:
    """The path of a service of a mode between two spots."""
    return _path(here, replace(there, mode=mode))


def _on_sheet(spots: Sequence[Spot], sheet: Sheet) -> list[Spot]:
    xs, ys = [spot.x for spot in spots], [spot.y for spot in spots]
    wide, high = max(max(xs) - min(xs), LEAST_SPAN), max(max(ys) - min(ys), LEAST_SPAN / 3)
    across = (sheet.width - 2 * sheet.margin_x) / wide
    scale = min(across, (sheet.height - 2 * sheet.margin_y) / high, ZOOM)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return [
        replace(
            spot,
            x=round(sheet.width / 2 + (spot.x - middle_x) * scale, 1),
            y=round(sheet.height / 2 - (spot.y - middle_y) * scale, 1),
        )
        for spot in spots
    ]


def _apart(spots: Sequence[Spot]) -> tuple[Spot, ...]:
    """The ends, and between them only points that can be told apart.

    Whoever comes by air to the airport of his city comes to the city by air.
    """
    if len(spots) < 2:
        return tuple(spots)
    first, *middle, last = spots
    kept, near = [first], [last]
    for spot in middle:
        if not _is_far(spot, last):
            near.insert(-1, spot)
        elif _is_far(spot, kept[-1]):
            kept.append(spot)
    end = replace(last, mode=near[0].mode, is_end=True, is_reached=near[0].is_reached)
    kept[0] = replace(kept[0], is_end=True)
    return (*kept, end)


def _is_below(spot: Spot, spots: Sequence[Spot]) -> bool:
    """A name stands on the side that looks away from the nearest other point."""
    others = [other for other in spots if other is not spot]
    nearest = min(others, key=lambda other: hypot(other.x - spot.x, other.y - spot.y), default=spot)
    return nearest.y < spot.y


def _anchor(spot: Spot, sheet: Sheet) -> str:
    """A name that would leave the sheet when it is centred begins or ends at its point."""
    letters = sum(2 if east_asian_width(letter) == "W" else 1 for letter in spot.title)
    room = letters * LETTER / 2 + EDGE
    if spot.x < room:
        return "start"
    return "end" if spot.x > sheet.width - room else "middle"


def _is_far(here: Spot, there: Spot) -> bool:
    return hypot(here.x - there.x, here.y - there.y) > CLOSE


def _path(here: Spot, there: Spot) -> str:
    """A flight bends upwards, everything else goes straight on the ground."""
    if there.mode != "air":
        return f"M{here.x} {here.y}L{there.x} {there.y}"
    lift = abs(there.x - here.x) * HIGH / 2
    top = max(min(here.y, there.y) - lift, 4)
    return f"M{here.x} {here.y}Q{(here.x + there.x) / 2:.1f} {top:.1f} {there.x} {there.y}"
