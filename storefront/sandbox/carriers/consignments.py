"""Consignments: taken in by our reference, moved along their legs by plan and chance."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from storefront.sandbox import clock, papers, parties
from storefront.sandbox.carriers import events
from storefront.sandbox.clock import BadInstant
from storefront.sandbox.environment import Closed
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.stories import Story
from storefront.sandbox.wire import (
    Problem,
    Reply,
    Request,
    as_json,
    text_of,
    texts_of,
    whole_of,
)

_MODES = ("air", "rail", "road", "river")
_DOCUMENTS = {"air": "MAWB", "rail": "SMGS", "road": "CMR", "river": "CMR"}
# Source: the airline prefix of Ural Airlines, the first to fly parcels from Harbin.
_AIRLINE = "262"
_LEAST = timedelta(minutes=10)


@dataclass(frozen=True)
class _Leg:
    mode: str
    service: str
    origin: str
    destination: str
    departs: datetime
    arrives: datetime


def _post(request: Request) -> Reply:
    body, carrier = request.json(), request.parts["carrier"]
    reference = text_of(body, "reference", 60)
    legs = _legs(body)
    whole_of(body, "pieces", 1)
    whole_of(body, "weight_g", 1)
    texts_of(body, "bags", 5000)
    with request.world.books.write() as page:
        known = papers.seen(page, "consignment", carrier, reference, request.digest)
        if known:
            return as_json(_shown(known))
        story = request.world.story(page, "consignment")
        now = request.moment.business
        way = _Way(now, request.world.environment.closures)
        document = _DOCUMENTS[legs[0].mode]
        kept = {
            "document": document,
            "number": _number(document, story.number),
            "sent": body,
            "events": _events(page, story, carrier, legs, way),
        }
        paper = Paper("consignment", carrier, reference, story.number, clock.show(now), kept)
        papers.keep(page, paper, request.digest)
    return as_json(_shown(paper), 201)


def _shown(paper: Paper) -> dict[str, Any]:
    return {
        "reference": paper.reference,
        "number": paper.body["number"],
        "kind": paper.body["document"],
    }


def _number(document: str, number: int) -> str:
    """Number a transport document; the last digit of a master air waybill checks the rest."""
    if document == "MAWB":
        return f"{_AIRLINE}-{number:07d}{number % 7}"
    return f"{document}{number:08d}"


def _events(
    page: sqlite3.Connection, story: Story, carrier: str, legs: list[_Leg], way: _Way
) -> list[dict[str, Any]]:
    """Draw the way: each leg leaves and arrives about as planned, and never before the last."""
    first = legs[0]
    handed = max(way.now, first.departs - story.takes("leg_accept_before"))
    told = events.Tale(story)
    told.add("LINEHAUL_ACCEPTED", handed, first.origin, 1)
    ready = handed + _LEAST
    late = timedelta(hours=float(parties.refusal(page, f"carriers.{carrier}", "late") or 0))
    for place, leg in enumerate(legs, 1):
        left, there = way.drive(
            story, leg, ready + late, is_queue=place > 1 and _is_queue(legs, place - 1)
        )
        late = timedelta(0)
        code = "LINEHAUL_DEPARTED" if place == 1 else "TRANSIT_DEPARTED"
        told.add(code, left, leg.origin, place)
        is_last = place == len(legs)
        told.add(
            "LINEHAUL_ARRIVED" if is_last else "TRANSIT_ARRIVED", there, leg.destination, place
        )
        ready = there if _is_queue(legs, place) else there + story.takes("tranship")
    return told.events


def _is_queue(legs: list[_Leg], place: int) -> bool:
    """Whether a leg begins as the one before it ends: a queue at a border has no timetable."""
    return place < len(legs) and legs[place].departs == legs[place - 1].arrives


@dataclass(frozen=True)
class _Way:
    """The world a consignment goes through: the hour it is handed over, and what is shut when."""

    now: datetime
    closures: tuple[Closed, ...]

    def drive(
        self, story: Story, leg: _Leg, ready: datetime, *, is_queue: bool
    ) -> tuple[datetime, datetime]:
        """When a leg begins and ends. What the table names takes its time, the rest by plan."""
        name = f"leg/{leg.origin}/{leg.destination}/{leg.mode}"
        is_known = name in story.table
        slow = timedelta(0) if is_known else story.takes(f"depart_{leg.mode}")
        left = self._opened(leg, ready if is_queue else max(leg.departs + slow, ready))
        takes = (
            story.takes(name)
            if is_known
            else leg.arrives - leg.departs + story.takes(f"arrive_{leg.mode}")
        )
        return left, self._held(leg, left, takes) if is_queue else left + takes

    def _shut(self, leg: _Leg) -> list[Closed]:
        here = {leg.origin, leg.service}
        return sorted((one for one in self.closures if one.what in here), key=_begins)

    def _opened(self, leg: _Leg, at: datetime) -> datetime:
        """The first instant from one on at which nothing a leg needs is shut."""
        for one in self._shut(leg):
            if one.from_at <= at < one.until_at:
                at = one.until_at
        return at

    def _held(self, leg: _Leg, left: datetime, takes: timedelta) -> datetime:
        """When a queue is through: it stands still while its border is shut."""
        there = left + takes
        for one in self._shut(leg):
            if left <= one.from_at < there:
                there += one.until_at - one.from_at
        return there


def _begins(closed: Closed) -> datetime:
    return closed.from_at


def _legs(body: Mapping[str, Any]) -> list[_Leg]:
    given = body.get("legs")
    if not isinstance(given, list) or not 1 <= len(given) <= 20:
        raise Problem(422, "bad_field", "legs must list 1..20 legs", "legs")
    legs = [_leg(leg, body, f"legs[{n}]") for n, leg in enumerate(given)]
    for before, after in pairwise(legs):
        if after.departs < before.arrives:
            raise Problem(422, "bad_field", "a leg departs before the last one arrives", "legs")
    return legs


def _leg(leg: object, body: Mapping[str, Any], where: str) -> _Leg:
    if not isinstance(leg, Mapping):
        raise Problem(422, "bad_field", f"{where} must be an object", where)
    departs, arrives = instant_of(leg, "departs_at"), instant_of(leg, "arrives_at")
    if arrives <= departs:
        raise Problem(422, "bad_field", "arrives before it departs", f"{where}.arrives_at")
    service = str(leg.get("service") or "")
    here, there = text_of(leg, "from"), text_of(leg, "to")
    return _Leg(_mode(leg, body), service, here, there, departs, arrives)


def _mode(leg: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """Take the mode that is said, or read it from the name of the service; else it is a road."""
    said = leg.get("mode") or body.get("mode")
    if said is not None and said not in _MODES:
        raise Problem(422, "bad_field", f"mode is one of {', '.join(_MODES)}", "mode")
    if said:
        return str(said)
    name = f"{leg.get('service') or body.get('service') or ''}".lower()
    return next((mode for mode in _MODES if mode in name), "road")


def instant_of(body: Mapping[str, Any], name: str) -> datetime:
    """Take an instant that must be there.

    Raises: Problem 422, naming the field.
    """
    try:
        return clock.parse(body.get(name) or "")
    except BadInstant as wrong:
        raise Problem(422, "bad_field", str(wrong), name) from None


ROUTES: Routes = [("POST", "/carriers/{carrier}/consignments", _post)]
