"""What the two carriers to the door have in common: towns, drawn ways, and the books of parcels."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from storefront.sandbox import clock, papers, parties
from storefront.sandbox.carriers import events, parcels
from storefront.sandbox.papers import Paper
from storefront.sandbox.wire import Request

_EARTH_KM = 6371.0
_SAME_KM, _NEAR_KM = 30, 1000


@dataclass(frozen=True)
class Town:
    """A town as post and couriers know it."""

    title: str
    region: str
    postcodes: tuple[str, ...]
    zone: ZoneInfo
    latitude: float
    longitude: float

    @property
    def index(self) -> str:
        """The index of its main post office."""
        return self.postcodes[0].ljust(6, "0")


@cache
def towns() -> tuple[Town, ...]:
    """Read the table of towns; its figures are those of GeoNames."""
    with (Path(__file__).parent / "towns.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Town(
                row["title"],
                row["region"],
                tuple(row["postcodes"].split("|")),
                ZoneInfo(row["timezone"]),
                float(row["latitude"]),
                float(row["longitude"]),
            )
            for row in csv.DictReader(lines)
        )


def by_index(index: str) -> Town | None:
    """Find the town of a six-digit index."""
    if len(index) != 6 or not index.isdigit():
        return None
    return next((town for town in towns() if index.startswith(town.postcodes)), None)


def by_name(title: str) -> Town | None:
    """Find a town by its Russian name."""
    return next((town for town in towns() if town.title == title), None)


def step(here: Town, there: Town) -> str:
    """Name the row of the table of durations for a way between two towns."""
    far = _distance_km(here, there)
    if far <= _SAME_KM:
        return "lastmile_same"
    return "lastmile_near" if far <= _NEAR_KM else "lastmile_far"


def _distance_km(here: Town, there: Town) -> float:
    a, b = radians(here.latitude), radians(there.latitude)
    half = sin((b - a) / 2) ** 2
    half += cos(a) * cos(b) * sin(radians(there.longitude - here.longitude) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


@dataclass(frozen=True)
class Order:
    """An order that passed the checks of its carrier."""

    carrier: str
    reference: str
    here: Town
    there: Town
    index: str
    sent: dict[str, Any]
    to_point: bool = False


def take(page: sqlite3.Connection, request: Request, order: Order) -> Paper:
    """Draw the whole way of a new parcel and write it down, found by reference and by number."""
    story = request.world.story(page, "parcel")
    handed = request.moment.business
    way = parcels.Way(
        story,
        order.there.title,
        order.there.zone,
        handed,
        lambda: story.takes(step(order.here, order.there)),
        order.to_point,
    )
    told = way.draw(parcels.ending(page, story, order.carrier))
    track = parcels.track(order.carrier, story.number, order.index, handed)
    made_at = clock.show(handed)
    body = {
        "track": track,
        "uuid": story.ident(),
        "here": order.here.title,
        "there": order.there.title,
        "index": order.index,
        "sent": order.sent,
        "events": told,
    }
    known = papers.find(page, "parcel", order.carrier, order.reference)
    # Nobody stops a sender from ordering twice under one number of his; the books show it.
    reference = order.reference if known is None else f"{order.reference}#{story.number}"
    paper = Paper("parcel", order.carrier, reference, story.number, made_at, body)
    papers.keep(page, paper, "")
    for name in (track, story.ident()):
        papers.keep(
            page,
            Paper("number", order.carrier, name, story.number, made_at, {"reference": reference}),
            "",
        )
    return paper


def by_numbers(page: sqlite3.Connection, carrier: str, numbers: Iterable[str]) -> dict[str, Paper]:
    """Find parcels by numbers or ids of the carrier, leaving out what is unknown."""
    found = {
        paper.reference: paper.body["reference"]
        for paper in papers.several(page, ("number",), carrier, list(numbers))
    }
    known = {
        paper.reference: paper
        for paper in papers.several(page, ("parcel",), carrier, list(found.values()))
    }
    return {number: known[reference] for number, reference in found.items()}


def happened(paper: Paper, now: datetime) -> list[dict[str, Any]]:
    """List what has happened to a parcel, now and then something twice."""
    return events.reached(paper, now)


def secret(request: Request, carrier: str) -> str:
    """Tell the password a carrier expects; the control may set another one."""
    with request.world.books.read() as page:
        return str(parties.known(page, f"carriers.{carrier}").get("secret") or "sandbox")
