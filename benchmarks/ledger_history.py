"""Databases for `bench_ledger.py`: a seller's history of so many entries, cut as every day is.

The first entries go through every trigger, as the application's role, in journals of two legs; the
rest past the triggers in journals of fifty, for time's sake, and afterwards `faults` asks of all of
them what the triggers would have asked. Tables, indexes and statement are the same for both.
"""

import itertools
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SMALL, LARGE = "sungari_small", "sungari"
# What a server of such books is given; without the third a checkpoint every few seconds of filling.
MEMORY = {"shared_buffers": "1GB", "effective_cache_size": "4GB", "max_wal_size": "8GB"}
SELLER = ("seller_payable", "CNY", "boris")
A_DAY = 250_000  # of the seller's entries between two cuts while a history is filled
WRITERS, PAIRS = 2, 25
FILL = """
WITH more AS (
    INSERT INTO payments_journal (kind, key, occurred_at, booked_at, actor, source)
    SELECT 'filled', 'fill-' || lpad(n::text, 9, '0'), %(now)s + n * interval '1 second',
        clock_timestamp(), 'task:fill', 'bench'
    FROM generate_series(%(first)s, %(last)s) n RETURNING id
)
INSERT INTO payments_entry (journal_id, line, account_id, currency, units, order_number)
SELECT more.id, leg.line * 2 + side.odd, a.id, 'CNY',
    side.sign * (100 + (more.id + leg.line) %% 9000), ''
FROM more CROSS JOIN generate_series(1, %(pairs)s) leg(line),
    (VALUES (-1, 'bank.CNY', 1), (0, 'seller_payable.CNY.boris', -1)) side(odd, code, sign)
    JOIN payments_account a ON a.code = side.code
"""
FAULTS = {
    "journals that do not balance or have less than two entries": """
        SELECT count(*) FROM (SELECT journal_id FROM payments_entry GROUP BY journal_id
        HAVING sum(units) <> 0 OR count(*) < 2) one""",
    "journals without entries": """
        SELECT count(*) FROM payments_journal j
        WHERE NOT EXISTS (SELECT 1 FROM payments_entry WHERE journal_id = j.id)""",
    "entries in another currency than their account": """
        SELECT count(*) FROM payments_entry e LEFT JOIN payments_account a
        ON a.id = e.account_id AND a.currency = e.currency WHERE a.id IS NULL""",
}


def start(folder: Path) -> None:
    """A durable PostgreSQL of this run alone, stopped when the process ends."""
    import atexit

    from storefront.embedded import postgres

    postgres.SERVER.update(MEMORY)
    database = postgres.start_postgres(folder / "pg", durable=True)
    atexit.register(database.stop)
    urls = {"DATABASE_OWNER_URL": database.owner_url, "DATABASE_URL": database.app_url}
    urls |= {"SANDBOX_URL": "http://127.0.0.1:1", "REDIS_URL": "redis://127.0.0.1:1/0"}
    os.environ.update(urls | {"BENCH_SUPERUSER_URL": database.superuser_url})
    subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity=0", "--skip-checks"],
        cwd=ROOT,
        env={**os.environ, "AS_OWNER": "1"},
        check=True,
    )


def point(name: str) -> None:
    """Let Django speak to a database of this run from now on."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


class History:
    """What is filled into the large database; the small one is a copy of it on its way."""

    def __init__(self, guarded: int) -> None:
        self.guarded = guarded
        self.journals = 0
        self.entries = {"through_every_trigger": 0, "past_the_triggers": 0}
        self.seconds = {"through_every_trigger": 0.0, "past_the_triggers": 0.0}
        self.slowest_cut_s = 0.0

    def grow(self, entries: int) -> None:
        """So many of the seller's entries more: with triggers in journals of two legs, the rest
        in journals of fifty; a cut and snapshots after each day of them."""
        through = max(0, min(entries, self.guarded - self.entries["through_every_trigger"]))
        through += (entries - through) % PAIRS
        self._day("through_every_trigger", through, pairs=1)
        for first in range(0, entries - through, A_DAY):
            part = min(A_DAY, entries - through - first)
            self._day("past_the_triggers", part, pairs=PAIRS)

    def _day(self, way: str, entries: int, *, pairs: int) -> None:
        from payments import ledger

        began, journals = time.perf_counter(), entries // pairs
        edges = [self.journals + journals * part // WRITERS for part in range(WRITERS + 1)]
        parts = [
            {"now": NOW, "first": low + 1, "last": high, "pairs": pairs}
            for low, high in itertools.pairwise(edges)
        ]
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(_through if pairs == 1 else _past, parts))
        self.journals += journals
        self.entries[way] += entries
        self.seconds[way] += time.perf_counter() - began
        began = time.perf_counter()
        ledger.snapshot(ledger.cut())
        self.slowest_cut_s = max(self.slowest_cut_s, time.perf_counter() - began)

    def told(self) -> dict[str, Any]:
        return {
            "sellers_entries": self.entries,
            "seconds": {way: round(took, 1) for way, took in self.seconds.items()},
            "sellers_entries_between_cuts": A_DAY,
            "slowest_cut_and_snapshots_s": round(self.slowest_cut_s, 2),
        }


def _through(values: dict[str, Any]) -> None:
    with closing(_connection(os.environ["DATABASE_URL"])) as connection:
        connection.cursor().execute(FILL, values)
        connection.commit()


def _past(values: dict[str, Any]) -> None:
    superuser(
        "SET session_replication_role = replica; SET synchronous_commit = off;" + FILL, values
    )


def settle() -> None:
    """What the server does by itself before long: statistics, visible pages, a checkpoint."""
    superuser("VACUUM ANALYZE")
    superuser("CHECKPOINT")


def copy() -> None:
    """The small database: what the large one is now."""
    point(LARGE)  # a database is copied while nobody speaks to it
    superuser(f"CREATE DATABASE {SMALL} TEMPLATE {LARGE}", name="postgres")


def faults() -> dict[str, int]:
    """What the triggers and keys would have refused, counted over everything."""
    return {name: superuser("SET work_mem = '512MB';" + sql) for name, sql in FAULTS.items()}


def superuser(sql: str, values: dict[str, Any] | None = None, *, name: str = LARGE) -> int:
    """Run a statement outside of any transaction; the number it answers, if it does."""
    url = urlsplit(os.environ["BENCH_SUPERUSER_URL"])._replace(path=f"/{name}").geturl()
    with closing(_connection(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0]) if cursor.description else 0


def _connection(url: str) -> Any:
    import psycopg2

    return psycopg2.connect(url)
