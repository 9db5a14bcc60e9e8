"""What a database wrote, read from its own log of changes, and the same as bare SQL.

PostgreSQL decodes what was committed, transaction by transaction, each row with all its values
(`test_decoding`); from that a script is made which `psql` runs against a copy of the database as
it was before: the same rows of the same tables, one statement per row, in the same transactions,
or `apart`: each parcel's rows of a transaction in one of their own, as if nothing were batched.
"""

import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

SLOT = "bench"
CHANGE = re.compile(r"table public\.(\S+): (INSERT|UPDATE|DELETE): (.*)", re.DOTALL)
VALUE = re.compile(r"""("[^"]+"|\w+)\[((?:[^\[\]]|\[\])+)\]:('(?:[^']|'')*'|\S+)(?: |$)""")
UNCHANGED = "unchanged-toast-datum"


@dataclass
class Writes:
    """A script of bare SQL, and how many rows it writes where, in how many transactions."""

    script: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    transactions: int = 0
    transactions_apart: int = 0

    def told(self, parcels: int) -> dict[str, Any]:
        """Per parcel."""
        return {
            "rows": round(sum(self.rows.values()) / parcels, 1),
            "transactions": round(self.transactions / parcels, 1),
            "transactions_apart": round(self.transactions_apart / parcels, 1),
            "by_table": {
                name: round(count / parcels, 2) for name, count in self.rows.most_common()
            },
        }


def asked(url: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """One statement on a connection of its own, outside of any transaction."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []


def listen(url: str) -> None:
    """From now on the changes of this database are kept until they are read."""
    asked(url, "SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", SLOT)


def heard(url: str) -> Writes:
    """Everything that was committed since `listen`, which ends with it."""
    words = "'include-xids', '0', 'skip-empty-xacts', '1'"
    changes = f"SELECT data FROM pg_logical_slot_get_changes(%s, NULL, NULL, {words})"
    told = asked(url, changes, SLOT)
    asked(url, "SELECT pg_drop_replication_slot(%s)", SLOT)
    writes, last, owners = Writes(), {}, {}
    for changes in _transactions(line for (line,) in told):
        statements = [_statement(change, last, writes.rows) for change in changes]
        writes.script += _whole(statements)
        writes.transactions += 1
        parts: dict[str, list[str]] = {}
        for change, statement in zip(changes, statements, strict=True):
            parts.setdefault(_owner(change, owners), []).append(statement)
        for part in parts.values():
            writes.apart += _whole(part)
        writes.transactions_apart += len(parts)
    return writes


def _whole(statements: list[str]) -> list[str]:
    return statements if len(statements) == 1 else ["BEGIN;", *statements, "COMMIT;"]


def _owner(change: str, owners: dict[str, str]) -> str:
    """The parcel that a row is about; nothing, if it is about several or none."""
    found = CHANGE.fullmatch(change)
    assert found, change[:200]
    table, _verb, rest = found.groups()
    values = {name: value for name, _kind, value in VALUE.findall(rest)}
    parcel = values["id"] if table == "logistics_shipment" else values.get("shipment_id", "")
    if table == "logistics_declaration":
        owners[values["id"]] = parcel
    return parcel or owners.get(values.get("declaration_id", ""), "")


def _transactions(lines: Iterable[str]) -> Iterator[list[str]]:
    changes: list[str] = []
    for line in lines:
        if line.startswith("table "):
            changes.append(line)
        elif changes:  # COMMIT; an empty BEGIN brings nothing
            yield changes
            changes = []


def _statement(change: str, last: dict[Any, dict[str, str]], rows: Counter[str]) -> str:
    """One row as it was written; of a row that was seen before only what became another."""
    found = CHANGE.fullmatch(change)
    assert found, change[:200]
    table, verb, rest = found.groups()
    rows[f"{table} {verb.lower()}"] += 1
    values = {name: value for name, _kind, value in VALUE.findall(rest)}
    if verb == "DELETE":
        where = " AND ".join(f"{name} = {value}" for name, value in values.items())
        return f"DELETE FROM {table} WHERE {where};"
    row = (table, values["id"])
    before = last.setdefault(row, {})
    fresh = {
        name: value
        for name, value in values.items()
        if value != UNCHANGED and before.get(name) != value
    }
    before |= fresh
    if verb == "INSERT":
        columns, given = ", ".join(values), ", ".join(values.values())
        return f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE VALUES ({given});"
    changed = ", ".join(f"{name} = {value}" for name, value in fresh.items() if name != "id")
    return f"UPDATE {table} SET {changed or 'id = id'} WHERE id = {values['id']};"


def replay(script: Path, urls: Iterable[str], *, psql: str) -> float:
    """Run a script in all these databases at once, one connection each; the seconds it took.

    Raises: RuntimeError, if a statement is refused.
    """
    options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", str(script)]
    began = time.perf_counter()
    running = [subprocess.Popen([psql, url, *options]) for url in urls]
    ended = [one.wait() for one in running]
    seconds = time.perf_counter() - began
    if any(ended):
        raise RuntimeError("a statement of the bare part was refused")
    return seconds


def digest(url: str, tables: Iterable[str]) -> dict[str, str]:
    """What each table holds, whatever the order of its rows."""
    return {
        table: str(
            asked(
                url,
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), '')) FROM {table} t",
            )[0][0]
        )
        for table in tables
    }


def named(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
