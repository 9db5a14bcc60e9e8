"""Keeps what was sent in under the sender's own reference: twice is once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from storefront.sandbox import books
from storefront.sandbox.wire import Problem


@dataclass(frozen=True)
class Paper:
    """One thing sent in: a consignment, a parcel, a message, a transfer."""

    kind: str
    owner: str
    reference: str
    number: int
    made_at: str
    body: dict[str, Any]


def find(page: sqlite3.Connection, kind: str, owner: str, reference: str) -> Paper | None:
    """Look a thing up by the sender's reference."""
    row = page.execute(
        "SELECT * FROM papers WHERE kind = ? AND owner = ? AND reference = ?",
        (kind, owner, reference),
    ).fetchone()
    return _paper(row) if row else None


def get(page: sqlite3.Connection, kind: str, owner: str, reference: str) -> Paper:
    """Look a thing up that must be there.

    Raises: Problem 404.
    """
    found = find(page, kind, owner, reference)
    if found is None:
        raise Problem(404, "not_found", f"no {kind} {reference!r}")
    return found


def seen(
    page: sqlite3.Connection, kind: str, owner: str, reference: str, digest: str
) -> Paper | None:
    """Say whether this very thing came in before.

    Raises: Problem 409, if another one came in under its reference.
    """
    row = page.execute(
        "SELECT * FROM papers WHERE kind = ? AND owner = ? AND reference = ?",
        (kind, owner, reference),
    ).fetchone()
    if row is None:
        return None
    if row["digest"] != digest:
        code = "DU01" if kind == "transfer" else "reference_used"
        raise Problem(409, code, f"{reference!r} was used with another content", "reference")
    return _paper(row)


def keep(page: sqlite3.Connection, paper: Paper, digest: str) -> None:
    """Write a thing down."""
    page.execute(
        "INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            paper.kind,
            paper.owner,
            paper.reference,
            paper.number,
            paper.made_at,
            digest,
            books.dump(paper.body),
        ),
    )


def several(
    page: sqlite3.Connection, kinds: tuple[str, ...], owner: str, wanted: list[str]
) -> Iterator[Paper]:
    """Look many things up by their references, leaving out what is unknown."""
    marks = ",".join("?" * len(wanted))
    kind_marks = ",".join("?" * len(kinds))
    rows: Iterable[sqlite3.Row] = page.execute(
        f"SELECT * FROM papers WHERE kind IN ({kind_marks}) AND owner = ?"
        f" AND reference IN ({marks}) ORDER BY kind, number",
        (*kinds, owner, *wanted),
    )
    return (_paper(row) for row in rows)


def listed(page: sqlite3.Connection, kind: str, limit: int = 1000) -> list[Paper]:
    """List things of a kind, youngest first."""
    rows = page.execute(
        "SELECT * FROM papers WHERE kind = ? ORDER BY number DESC LIMIT ?", (kind, limit)
    )
    return [_paper(row) for row in rows]


def how_many(page: sqlite3.Connection, kind: str) -> int:
    """Count things of a kind."""
    row = page.execute("SELECT count(*) AS n FROM papers WHERE kind = ?", (kind,)).fetchone()
    return int(row["n"])


def _paper(row: sqlite3.Row) -> Paper:
    return Paper(
        row["kind"],
        row["owner"],
        row["reference"],
        row["number"],
        row["made_at"],
        json.loads(row["body"]),
    )
