"""The two clocks: wall time (the database's) and business time (which a demo may run faster)."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import local

_state = local()


@dataclass(frozen=True)
class Anchor:
    """One moment at which both clocks were known, and how fast business time runs from there."""

    wall: datetime
    business: datetime
    speed: float

    def business_at(self, wall: datetime) -> datetime:
        return self.business + (wall - self.wall) * self.speed


_cache: dict[str, tuple[float, Anchor]] = {}


def _anchor() -> Anchor | None:
    path = os.environ.get("CLOCK_FILE")
    if not path:
        return None
    try:
        stamp = os.stat(path).st_mtime
    except FileNotFoundError:
        return None
    known = _cache.get(path)
    if known is None or known[0] != stamp:
        known = (stamp, _read(Path(path)))
        _cache[path] = known
    return known[1]


def _read(path: Path) -> Anchor:
    body = json.loads(path.read_text(encoding="ascii"))
    return Anchor(
        datetime.fromisoformat(body["wall"]),
        datetime.fromisoformat(body["business"]),
        float(body["speed"]),
    )


def _write(path: Path, anchor: Anchor) -> None:
    body = {
        "wall": anchor.wall.isoformat(),
        "business": anchor.business.isoformat(),
        "speed": anchor.speed,
    }
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(body), encoding="ascii")
    draft.replace(path)


def start(path: Path, speed: float) -> None:
    """Set business time going again from where it stood; from now, if it never ran."""
    wall = datetime.now(UTC)
    business = _read(path).business if path.exists() else wall
    _write(path, Anchor(wall, business, speed))


def stop(path: Path) -> None:
    """Let business time stand still until the next start."""
    wall = datetime.now(UTC)
    anchor = _read(path)
    _write(path, Anchor(wall, anchor.business_at(wall), 0.0))


def virtual() -> datetime | None:
    """The instant a simulation has set for this thread, which then is both clocks."""
    return getattr(_state, "virtual", None)


@contextmanager
def simulated(instant: datetime) -> Iterator[None]:
    """Within this block `set_virtual` moves both clocks of this thread."""
    before = virtual()
    _state.virtual = instant
    try:
        yield
    finally:
        _state.virtual = before


def set_virtual(instant: datetime) -> None:
    """Move the simulated clock.

    Raises: ValueError, outside of `simulated` or backwards.
    """
    current = virtual()
    if current is None or instant < current:
        raise ValueError(f"the simulated clock cannot go from {current} to {instant}")
    _state.virtual = instant


def now() -> datetime:
    """Business time: timetables, customs, rates, protection, settlement, promises."""
    instant = virtual()
    if instant is not None:
        return instant
    wall_now = datetime.now(UTC)
    anchor = _anchor()
    return anchor.business_at(wall_now) if anchor else wall_now


def wall() -> datetime:
    """Wall time: reservations, quotes, sessions, tokens, leases.

    Time: the database's clock, so that a machine whose clock lies decides nothing.
    """
    instant = virtual()
    if instant is not None:
        return instant
    from django.db import connection  # noqa: PLC0415  the sandbox reads clocks without Django

    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    instant = row[0]
    assert isinstance(instant, datetime)
    return instant


def speed() -> float:
    """Business seconds per wall second."""
    if virtual() is not None:
        return 1.0
    anchor = _anchor()
    return anchor.speed if anchor else 1.0


def shift(instant: datetime, *, wall_seconds: float) -> datetime:
    """The business instant that comes so many wall seconds after another one."""
    return instant + timedelta(seconds=wall_seconds * max(speed(), 1.0))
