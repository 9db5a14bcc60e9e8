"""What the sandbox is told by its environment, read once at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path


@dataclass(frozen=True)
class Closed:
    """A place or a service that nothing passes from an instant until another."""

    what: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True)
class Environment:
    """Where it listens, where its books lie, where its answers point to."""

    host: str
    port: int
    smtp_port: int
    books: Path
    clock_file: Path | None
    seed: int
    site_url: str
    public_url: str
    notify_url: str
    # From a day on all currencies cost so many percent more rubles, or less.
    shocks: tuple[tuple[date, float], ...] = ()
    # What does not run, a service or a place, from an instant until another.
    closures: tuple[Closed, ...] = ()
    durations: Path | None = None  # a table whose rows stand instead of those of our own


class BadEnvironment(Exception):
    """A variable holds something that cannot be used."""


def read(values: Mapping[str, str] | None = None) -> Environment:
    """Read the variables of the sandbox.

    Raises: BadEnvironment, if a number is not one.
    """
    given = os.environ if values is None else values
    host = given.get("SANDBOX_HOST", "") or "127.0.0.1"
    port = _number(given, "SANDBOX_PORT", 8025)
    site = given.get("SITE_URL", "").rstrip("/")
    clock_file = given.get("CLOCK_FILE", "")
    return Environment(
        host=host,
        port=port,
        smtp_port=_number(given, "SANDBOX_SMTP_PORT", 0),
        books=Path(given.get("SANDBOX_DB", "") or ".run/sandbox.sqlite3"),
        clock_file=Path(clock_file) if clock_file else None,
        seed=_number(given, "SANDBOX_SEED", 7),
        site_url=site,
        public_url=(given.get("SANDBOX_PUBLIC_URL", "") or f"http://{host}:{port}").rstrip("/"),
        notify_url=given.get("SANDBOX_NOTIFY_URL", "")
        or (f"{site}/webhooks/yookassa/" if site else ""),
        shocks=_shocks(given.get("SANDBOX_SHOCKS", "")),
        closures=_closures(given.get("SANDBOX_CLOSURES", "")),
        durations=Path(table) if (table := given.get("SANDBOX_DURATIONS", "")) else None,
    )


def _shocks(text: str) -> tuple[tuple[date, float], ...]:
    """Read `2026-09-21:+9,2026-10-12:-7`: days, and by how many percent rates move on them."""
    found = []
    for part in filter(None, text.split(",")):
        day, _colon, percent = part.partition(":")
        try:
            found.append((date.fromisoformat(day.strip()), float(percent)))
        except ValueError:
            raise BadEnvironment(f"SANDBOX_SHOCKS: {part!r} is not a day:percent") from None
        if not -90 <= found[-1][1] <= 900:
            raise BadEnvironment(f"SANDBOX_SHOCKS: {part!r} is more than a shock")
    return tuple(found)


def _closures(text: str) -> tuple[Closed, ...]:
    """Read `suifenhe@2026-01-20T00:00Z/2026-01-25T00:00Z,...`: what is shut, and when."""
    found = []
    for part in filter(None, text.split(",")):
        what, _at, span = part.partition("@")
        first, _slash, until = span.partition("/")
        try:
            found.append(Closed(what, datetime.fromisoformat(first), datetime.fromisoformat(until)))
        except ValueError:
            raise BadEnvironment(f"SANDBOX_CLOSURES: {part!r} is not what@from/until") from None
        if not found[-1].from_at.tzinfo or not found[-1].from_at < found[-1].until_at:
            raise BadEnvironment(f"SANDBOX_CLOSURES: {part!r} is no stretch of time with its zone")
    return tuple(found)


def _number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "") or str(default)
    try:
        return int(text)
    except ValueError:
        raise BadEnvironment(f"{name} must be a whole number, not {text!r}") from None
