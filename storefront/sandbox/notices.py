"""Notices to shops: written with the change they tell of, sent until somebody takes them."""

from __future__ import annotations

import http.client
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from storefront.sandbox import books, parties
from storefront.sandbox.stories import Story
from storefront.sandbox.world import World

# Seconds after a failed attempt; the last one is repeated until a day is over.
_PAUSES = (1, 2, 5, 10, 30, 60, 300, 900, 3600)
_GIVEN_UP = 24 * 3600
_SHUFFLED_WAIT = 2.0
_TIMEOUT = 10
_AT_ONCE = 8


def announce(
    world: World, page: sqlite3.Connection, shop: str, event: str, told: dict[str, Any]
) -> None:
    """Write a notice down, as often and as late as the shop's script wants it.

    What happens in a simulated time is not told: the caller who named the instant is the only
    one who lives in it.
    """
    known = parties.known(page, shop)
    url = known.get("notify_url") or world.environment.notify_url
    if not url:
        return
    played = (known.get("script") or {}).get("notify") or {}
    number = books.count(page, "notice")
    story = Story(world.environment.seed, "notice", number)
    if story.dice.random() < float(played.get("drop", 0)):
        return
    late = float(played.get("delay_seconds", 0))
    if played.get("shuffle") and number % 2:
        # Every other one waits longer, so that the one behind overtakes it.
        late += _SHUFFLED_WAIT
    body = books.dump({"type": "notification", "event": event, "object": told})
    first = time.time() + late
    for again in range(1 + int(played.get("repeat", 0))):
        page.execute(
            "INSERT INTO notices (shop, event, object, url, body, first_at, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (shop, event, told["id"], url, body, first, first + again * 0.2),
        )
    world.woken.set()


class Sender(threading.Thread):
    """Sends what is due, and lets the acquirer look after what waits."""

    def __init__(
        self, world: World, stop: threading.Event, sweep: Callable[[World], object]
    ) -> None:
        """Take the world whose notices to send, the event that ends it, and a second's work."""
        super().__init__(name="notices", daemon=True)
        self._sweep = sweep
        self._world = world
        self._stopped = stop

    def run(self) -> None:
        """Look for due notices whenever one was written, and twice a second anyway."""
        swept = 0.0
        with ThreadPoolExecutor(_AT_ONCE, "notice") as pool:
            under_way: set[int] = set()
            while not self._stopped.is_set():
                self._world.woken.wait(0.5)
                self._world.woken.clear()
                if time.monotonic() - swept > 1:
                    swept = time.monotonic()
                    self._sweep(self._world)
                for row in self._due(under_way):
                    under_way.add(row["id"])
                    pool.submit(self._send, row, under_way)

    def _send(self, row: sqlite3.Row, under_way: set[int]) -> None:
        try:
            _send(self._world, row)
        finally:
            under_way.discard(row["id"])
            self._world.woken.set()

    def _due(self, under_way: set[int]) -> list[sqlite3.Row]:
        # As it was before the rows are read: one that ends meanwhile stands in them as it was.
        busy = under_way.copy()
        room = 4 * _AT_ONCE - len(busy)
        if room <= 0:
            return []
        with self._world.books.read() as page:
            rows = page.execute(
                "SELECT * FROM notices WHERE due_at <= ? ORDER BY due_at LIMIT ?",
                (time.time(), room + len(busy)),
            ).fetchall()
        return [row for row in rows if row["id"] not in busy][:room]


def _send(world: World, row: sqlite3.Row) -> None:
    outcome = _post(row["url"], row["body"].encode())
    taken = outcome.startswith("2")
    now = time.time()
    pause = _PAUSES[min(row["attempts"], len(_PAUSES) - 1)]
    over = taken or now + pause > row["first_at"] + _GIVEN_UP
    with world.books.write() as page:
        page.execute(
            "UPDATE notices SET attempts = attempts + 1, delivered = ?, outcome = ?, due_at = ?"
            " WHERE id = ?",
            (int(taken), outcome, None if over else now + pause, row["id"]),
        )


def _post(url: str, body: bytes) -> str:
    """Send one notice; say the status it was answered with, or what went wrong."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        line.request("POST", target or "/", body, {"Content-Type": "application/json"})
        return str(line.getresponse().status)
    except (OSError, http.client.HTTPException, ValueError) as wrong:
        return f"{type(wrong).__name__}: {wrong}"[:200]
    finally:
        line.close()
