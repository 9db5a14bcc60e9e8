"""One drawer per kind of carrier, and what their events look like."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from storefront.lib import http


@dataclass(frozen=True)
class Event:
    """A scan as a carrier tells it; `key` is the carrier's own id of it."""

    key: str
    code: str
    place: str
    happened_at: datetime


def instant(at: datetime) -> str:
    """ISO 8601 in UTC, ending in Z."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def decode(answer: http.Answer) -> dict[str, Any]:
    """The object in an answer.

    Raises: Unknown, if it is none.
    """
    try:
        body = json.loads(answer.body)
    except ValueError as error:
        raise http.Unknown(f"not JSON: {error}") from error
    if not isinstance(body, dict):
        raise http.Unknown("not an object")
    return body


def events(body: dict[str, Any]) -> list[Event]:
    """The events of an answer, oldest first, each once.

    Raises: Unknown, if one of them cannot be read.
    """
    try:
        found = {
            str(entry["id"]): Event(
                key=str(entry["id"]),
                code=str(entry["code"]),
                place=str(entry.get("place") or ""),
                happened_at=datetime.fromisoformat(entry["happened_at"]),
            )
            for entry in body["events"]
        }
    except (KeyError, TypeError, ValueError) as error:
        raise http.Unknown(f"events cannot be read: {error}") from error
    return sorted(found.values(), key=lambda event: (event.happened_at, event.key))
