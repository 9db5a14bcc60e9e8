"""What the sandbox is told by its environment, read once at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path


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


def _number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "") or str(default)
    try:
        return int(text)
    except ValueError:
        raise BadEnvironment(f"{name} must be a whole number, not {text!r}") from None
