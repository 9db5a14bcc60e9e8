"""The two clocks of the sandbox: wall time and the business time of the demo."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

MOSCOW = timezone(timedelta(hours=3), "MSK")
BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Moment:
    """One instant on both clocks; `given` if the caller named it himself."""

    wall: datetime
    business: datetime
    given: bool = False

    @property
    def banking_day(self) -> date:
        """The business day in Moscow, where banks and the acquirer close their books."""
        return self.business.astimezone(MOSCOW).date()


class BadInstant(ValueError):
    """A text that should be an instant is none, or has no time zone."""


class Clock:
    """Reads the clock file again only when it has changed."""

    def __init__(self, path: Path | None) -> None:
        """Take the path of the clock file, or None where both clocks are one."""
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._anchor: tuple[datetime, datetime, float] | None = None

    def now(self, given: str = "") -> Moment:
        """Say what time it is, or accept the instant a request came with.

        Raises: BadInstant, if the given text is no instant.
        """
        if given:
            instant = parse(given)
            return Moment(instant, instant, given=True)
        wall = datetime.now(UTC)
        anchor = self._read()
        if anchor is None:
            return Moment(wall, wall)
        return Moment(wall, anchor[1] + (wall - anchor[0]) * anchor[2])

    def _read(self) -> tuple[datetime, datetime, float] | None:
        if self._path is None:
            return None
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return None
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp:
            try:
                body = json.loads(self._path.read_text(encoding="utf-8"))
                self._anchor = (
                    parse(body["wall"]),
                    parse(body["business"]),
                    float(body["speed"]),
                )
            except (ValueError, KeyError, TypeError):
                # Caught half-written: the anchor known so far holds until the next look.
                return self._anchor
            self._stamp = stamp
        return self._anchor


def parse(text: str) -> datetime:
    """Read an ISO 8601 instant with its zone.

    Raises: BadInstant, if it is none.
    """
    try:
        instant = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise BadInstant(f"{text!r} is not an ISO 8601 instant") from None
    if instant.tzinfo is None:
        raise BadInstant(f"{text!r} has no time zone")
    return instant.astimezone(UTC)


def show(instant: datetime) -> str:
    """Write an instant as JSON carries it: UTC, whole seconds, ending in Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def show_precise(instant: datetime) -> str:
    """Write an instant with milliseconds, as the acquirer does."""
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
