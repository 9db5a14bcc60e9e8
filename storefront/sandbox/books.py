"""The books of the sandbox: one SQLite file, many readers, one writer at a time."""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS parties (id TEXT PRIMARY KEY, body TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS payments (
  id TEXT PRIMARY KEY, number INTEGER NOT NULL, shop TEXT NOT NULL, status TEXT NOT NULL,
  method TEXT NOT NULL, amount INTEGER NOT NULL, captured INTEGER NOT NULL DEFAULT 0,
  fee INTEGER NOT NULL DEFAULT 0, refunded INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL, expires_at TEXT NOT NULL, captured_at TEXT, captured_on TEXT,
  clocked INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS payments_shop ON payments (shop, created_at, number);
CREATE INDEX IF NOT EXISTS payments_open ON payments (expires_at)
  WHERE status IN ('pending', 'waiting_for_capture');
CREATE INDEX IF NOT EXISTS payments_day ON payments (shop, captured_on);

CREATE TABLE IF NOT EXISTS refunds (
  id TEXT PRIMARY KEY, number INTEGER NOT NULL, shop TEXT NOT NULL, payment TEXT NOT NULL,
  status TEXT NOT NULL, amount INTEGER NOT NULL, created_at TEXT NOT NULL, settles_at TEXT NOT NULL,
  made_on TEXT NOT NULL, clocked INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS refunds_payment ON refunds (payment);
CREATE INDEX IF NOT EXISTS refunds_day ON refunds (shop, made_on);
CREATE INDEX IF NOT EXISTS refunds_open ON refunds (settles_at) WHERE status = 'pending';

CREATE TABLE IF NOT EXISTS chargebacks (
  id TEXT PRIMARY KEY, shop TEXT NOT NULL, payment TEXT NOT NULL, status TEXT NOT NULL,
  amount INTEGER NOT NULL, taken_on TEXT NOT NULL, taken_at TEXT NOT NULL, ended_on TEXT,
  body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS chargebacks_payment ON chargebacks (payment);

CREATE TABLE IF NOT EXISTS replies (
  shop TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, status INTEGER NOT NULL,
  body TEXT NOT NULL, used_at TEXT NOT NULL, replays INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (shop, key));

CREATE TABLE IF NOT EXISTS notices (
  id INTEGER PRIMARY KEY, shop TEXT NOT NULL, event TEXT NOT NULL, object TEXT NOT NULL,
  url TEXT NOT NULL, body TEXT NOT NULL, first_at REAL NOT NULL, due_at REAL,
  attempts INTEGER NOT NULL DEFAULT 0, delivered INTEGER NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS notices_due ON notices (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS papers (
  kind TEXT NOT NULL, owner TEXT NOT NULL, reference TEXT NOT NULL, number INTEGER NOT NULL,
  made_at TEXT NOT NULL, digest TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (kind, owner, reference));

CREATE TABLE IF NOT EXISTS entries (
  reference TEXT PRIMARY KEY, bic TEXT NOT NULL, account TEXT NOT NULL, currency TEXT NOT NULL,
  happens_at TEXT NOT NULL, booked_on TEXT NOT NULL, amount INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS entries_account ON entries (bic, account, booked_on);

CREATE TABLE IF NOT EXISTS mails (
  id INTEGER PRIMARY KEY, received_at TEXT NOT NULL, sender TEXT NOT NULL,
  recipients TEXT NOT NULL, subject TEXT NOT NULL, raw BLOB NOT NULL);
"""
_WIPED = [
    "counters",
    "settings",
    "parties",
    "payments",
    "refunds",
    "chargebacks",
    "replies",
    "notices",
    "papers",
    "entries",
    "mails",
]


class Books:
    """Hands out connections: any number to read, one at a time to write."""

    def __init__(self, path: Path) -> None:
        """Open the file, and make the tables where they are missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        # SQLite lets one writer in; waiting here is fair and cheap, waiting there is a busy loop.
        self._pen = threading.Lock()
        with self.write() as page:
            page.executescript(_TABLES)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=10
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for reading."""
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = self._open()
        try:
            yield connection
        finally:
            self._idle.put(connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for one short transaction: all of it is kept, or nothing."""
        with self._pen, self.read() as page:
            page.execute("BEGIN IMMEDIATE")
            try:
                yield page
            except BaseException:
                page.rollback()
                raise
            page.commit()

    def wipe(self) -> None:
        """Forget everything."""
        with self.write() as page:
            for table in _WIPED:
                page.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        """Close the connections nobody uses."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return


def count(page: sqlite3.Connection, name: str, step: int = 1) -> int:
    """Take the next number of a counter."""
    row = page.execute(
        "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name)"
        " DO UPDATE SET value = value + excluded.value RETURNING value",
        (name, step),
    ).fetchone()
    return int(row["value"])


def counted(page: sqlite3.Connection, name: str) -> int:
    """Say how far a counter has come."""
    row = page.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
    return int(row["value"]) if row else 0


def dump(body: Any) -> str:
    """Write a body for the books, the same text for the same content."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
