"""Events of consignments and parcels: told as they come, now and then twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from storefront.sandbox import clock, papers
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.stories import Story
from storefront.sandbox.wire import Reply, Request, as_json, texts_of

_KINDS = ("consignment", "parcel")


class Tale:
    """Collects the events of one thing."""

    def __init__(self, story: Story) -> None:
        """Begin without any."""
        self._story = story
        self.events: list[dict[str, Any]] = []

    def add(self, code: str, at: datetime, place: str, leg: int | None = None) -> None:
        """Add an event; the dice say whether it will be told twice."""
        self.events.append(
            {
                "id": self._story.ident(f"{len(self.events)}:{code}"),
                "code": code,
                "leg": leg,
                "place": place,
                "happened_at": clock.show(at),
                "twice": self._story.happens("event_repeated"),
            }
        )


def reached(paper: Paper, now: datetime) -> list[dict[str, Any]]:
    """List what has happened; what is told twice comes again behind the younger ones."""
    happened = [event for event in paper.body["events"] if clock.parse(event["happened_at"]) <= now]
    again = [event for event in happened if event["twice"]]
    return [
        {name: value for name, value in event.items() if name != "twice"}
        for event in [*happened, *again]
    ]


def _get(kind: str, request: Request) -> Reply:
    with request.world.books.read() as page:
        paper = papers.get(page, kind, request.parts["carrier"], request.parts["reference"])
    return as_json({"events": reached(paper, request.moment.business)})


def _consignment(request: Request) -> Reply:
    return _get("consignment", request)


def _parcel(request: Request) -> Reply:
    return _get("parcel", request)


def _many(request: Request) -> Reply:
    wanted = texts_of(request.json(), "references")
    with request.world.books.read() as page:
        found = {
            paper.reference: reached(paper, request.moment.business)
            for paper in papers.several(page, _KINDS, request.parts["carrier"], wanted)
        }
    return as_json({"events": found})


ROUTES: Routes = [
    ("GET", "/carriers/{carrier}/consignments/{reference}/events", _consignment),
    ("GET", "/carriers/{carrier}/parcels/{reference}/events", _parcel),
    ("POST", "/carriers/{carrier}/events", _many),
]
