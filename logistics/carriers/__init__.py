"""One drawer per kind of carrier, and what their events look like."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from storefront.lib import http

Pushing = Callable[[], AbstractContextManager[None]]  # around the call that makes an order


@dataclass(frozen=True)
class Event:
    """A scan as a carrier tells it; `key` is the carrier's own id of it.

    `code` is the carrier's own; `text` is what he calls it; `country` where it happened, if known;
    `kept_until` is the last day on which he gives out what waits at a point.
    """

    key: str
    code: str
    place: str
    happened_at: datetime
    country: str = ""
    text: str = ""
    kept_until: date | None = None


@dataclass(frozen=True)
class Handed:
    """A parcel that a carrier has: by our reference and by his number."""

    reference: str
    track: str


@dataclass(frozen=True)
class Parcel:
    """A parcel as it is handed to the carrier of the last mile; the same each time it is told.

    `point` is the carrier's own code of the point of issue; empty, if it goes to the door.
    """

    carrier: str
    reference: str
    handed_at: datetime
    origin: str
    origin_city: str
    origin_postcode: str
    city: str
    region: str
    postcode: str
    street: str
    timezone: str
    recipient: str
    phone: str
    weight_g: int
    planned_days: int
    point: str = ""


def instant(at: datetime) -> str:
    """ISO 8601 in UTC, ending in Z."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def decode(answer: http.Answer) -> dict[str, Any]:
    """The object in an answer.

    Raises: Unknown, if it is none.
    """
    body = decode_any(answer)
    if not isinstance(body, dict):
        raise http.Unknown("not an object")
    return body


def decode_any(answer: http.Answer) -> Any:
    """The JSON of an answer.

    Raises: Unknown, if it is none.
    """
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise http.Unknown(f"not JSON: {error}") from error


def events(body: dict[str, Any]) -> list[Event]:
    """The events of an answer, oldest first, each once.

    Raises: Unknown, if one of them cannot be read.
    """
    return read_events(body.get("events"))


def read_events(entries: Any) -> list[Event]:
    """A list of events in the form of our own wire, oldest first, each once.

    Raises: Unknown, if one of them cannot be read.
    """
    try:
        found = [
            Event(
                key=str(entry["id"]),
                code=str(entry["code"]),
                place=str(entry.get("place") or ""),
                happened_at=datetime.fromisoformat(entry["happened_at"]),
            )
            for entry in entries
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise http.Unknown(f"events cannot be read: {error}") from error
    return once(found)


def once(found: list[Event]) -> list[Event]:
    """Events in the order of their time, each once."""
    each = {event.key: event for event in found}
    return sorted(each.values(), key=lambda event: (event.happened_at, event.key))
