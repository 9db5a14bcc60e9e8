"""Databases for `bench_ledger.py`: a seller's history of so many entries, cut as every day is.

The first journals go through every trigger, as the application's role; the rest past the triggers,
for time's sake, and afterwards `faults` asks of all of them what the triggers would have asked.
The tables, their indexes and the statement are the same for both.
"""

import os
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SMALL, LARGE = "sungari_small", "sungari"
SELLER = ("seller_payable", "CNY", "boris")
A_DAY = 100_000  # journals between two cuts while a history is filled
FILL = """
WITH more AS (
    INSERT INTO payments_journal (kind, key, occurred_at, booked_at, actor, source)
    SELECT 'filled', 'fill-' || lpad(n::text, 9, '0'), %(now)s + n * interval '1 second',
        clock_timestamp(), 'task:fill', 'bench'
    FROM generate_series(%(first)s, %(last)s) n RETURNING id
)
INSERT INTO payments_entry (journal_id, line, account_id, currency, units, order_number)
SELECT more.id, leg.line, a.id, 'CNY', leg.sign * (100 + more.id %% 9000), ''
FROM more, (VALUES (1, 'bank.CNY', 1), (2, 'seller_payable.CNY.boris', -1)) leg(line, code, sign)
JOIN payments_account a ON a.code = leg.code
"""
FAULTS = {
    "journals that do not balance or have less than two entries": """
        SELECT count(*) FROM (SELECT journal_id FROM payments_entry GROUP BY journal_id
        HAVING sum(units) <> 0 OR count(*) < 2) one""",
    "journals without entries": """
        SELECT (SELECT count(*) FROM payments_journal)
        - (SELECT count(DISTINCT journal_id) FROM payments_entry)""",
    "entries in another currency than their account": """
        SELECT count(*) FROM payments_entry e LEFT JOIN payments_account a
        ON a.id = e.account_id AND a.currency = e.currency WHERE a.id IS NULL""",
}


def start(folder: Path) -> None:
    """A durable PostgreSQL of this run alone, stopped when the process ends."""
    import atexit

    from storefront.embedded import postgres

    postgres.SERVER.update({"shared_buffers": "1GB", "effective_cache_size": "4GB"})
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
        self.filled = 0
        self.seconds = {True: 0.0, False: 0.0}
        self.slowest_cut_s = 0.0

    def grow(self, journals: int) -> None:
        """So many journals more, with a cut and snapshots after each day of them."""
        from payments import ledger

        end = self.filled + journals
        while self.filled < end:
            is_guarded = self.filled < self.guarded
            stop = min(end, self.guarded) if is_guarded else end
            self._fill(min(A_DAY, stop - self.filled), is_guarded)
            began = time.perf_counter()
            ledger.snapshot(ledger.cut())
            self.slowest_cut_s = max(self.slowest_cut_s, time.perf_counter() - began)

    def _fill(self, count: int, is_guarded: bool) -> None:
        began = time.perf_counter()
        values = {"now": NOW, "first": self.filled + 1, "last": self.filled + count}
        if is_guarded:
            with closing(_connection(os.environ["DATABASE_URL"])) as connection:
                connection.cursor().execute(FILL, values)
                connection.commit()
        else:
            off = "SET session_replication_role = replica; SET synchronous_commit = off;"
            superuser(off + FILL, values)
        self.filled += count
        self.seconds[is_guarded] += time.perf_counter() - began

    def told(self) -> dict[str, Any]:
        guarded = min(self.guarded, self.filled)
        counts = {"through_every_trigger": guarded, "past_the_triggers": self.filled - guarded}
        seconds = {"through_s": round(self.seconds[True]), "past_s": round(self.seconds[False])}
        slowest = {"journals_between_cuts": A_DAY, "slowest_cut_s": round(self.slowest_cut_s, 2)}
        return {**counts, **seconds, **slowest}


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
    return {name: superuser(sql) for name, sql in FAULTS.items()}


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
