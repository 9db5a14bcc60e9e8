"""Everything a handler may need: environment, clock, books, notices."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass, field

from storefront.sandbox import books
from storefront.sandbox.books import Books
from storefront.sandbox.clock import Clock
from storefront.sandbox.environment import Environment
from storefront.sandbox.stories import Story, durations, usual_shares


@dataclass
class World:
    """One sandbox."""

    environment: Environment
    books: Books
    clock: Clock
    # Set when a notice was written, so that the sender need not wait for its next look.
    woken: threading.Event = field(default_factory=threading.Event)

    def story(self, page: sqlite3.Connection, kind: str) -> Story:
        """Begin the story of the next thing of a kind."""
        table = durations(self.environment.durations)
        number = books.count(page, kind)
        return Story(self.environment.seed, kind, number, shares(page), table)

    def retold(self, kind: str, number: int) -> Story:
        """Begin a story again, to name its parts."""
        return Story(self.environment.seed, kind, number)


def build(environment: Environment) -> World:
    """Open the books and the clock of a sandbox."""
    return World(environment, Books(environment.books), Clock(environment.clock_file))


def shares(page: sqlite3.Connection) -> dict[str, float]:
    """Tell the shares of trouble: the table's, or what the control set instead."""
    row = page.execute("SELECT body FROM settings WHERE name = 'shares'").fetchone()
    changed: dict[str, float] = json.loads(row["body"]) if row else {}
    return {**usual_shares(), **changed}
