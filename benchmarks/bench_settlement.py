"""What closing a period costs: so many sellers, so many released orders each, time and memory.

Starts a database and a sandbox of its own, fills them by SQL with one real order copied, and
closes the period through the real code:
    python benchmarks/bench_settlement.py [--sellers 1000] [--orders 100] [--json FILE]
"""

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

AT = datetime(2026, 12, 13, 9, 0, tzinfo=UTC)
UNTIL = date(2026, 12, 14)
NOW = AT + timedelta(days=1)
BATCH = 2_000
DATABASES: list[Any] = []

# One real order is copied: all columns by their names, a few with values of their own.
COPY = """
INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(t) || ({own})::jsonb)).*
FROM {table} t CROSS JOIN generate_series(%s, %s) n WHERE t.id = %s
"""
OWN = {
    "orders_quote": "jsonb_build_object('id', md5('bench' || n)::uuid)",
    "orders_order": """jsonb_build_object('id', %(base)s + n, 'quote_id', md5('bench' || n)::uuid,
        'number', lpad((100000000 + n)::text, 9, '0'), 'form_key', 'bench-' || n,
        'token_hash', 'bench-' || n)""",
    "orders_delivery": "jsonb_build_object('id', %(base)s + n, 'order_id', %(base)s + n)",
    "orders_orderline": """jsonb_build_object('id', %(base)s + n, 'order_id', %(base)s + n,
        'delivery_id', %(base)s + n, 'seller_id', %(seller)s + 1 + (n - 1) %% %(sellers)s)""",
}
JOURNALS = """
INSERT INTO payments_journal (id, kind, key, occurred_at, booked_at, actor, source)
SELECT %(base)s + n, 'released', 'release:' || (%(base)s + n) || ':1', %(at)s, now(),
    'bench', 'bench'
FROM generate_series(%(first)s, %(last)s) n
"""
ACCOUNTS = """
INSERT INTO payments_account (code, purpose, party, currency)
SELECT 'seller_payable.CNY.' || slug, 'seller_payable', slug, 'CNY' FROM catalog_seller
WHERE slug LIKE 'bench-%%' ON CONFLICT DO NOTHING
"""
ENTRIES = """
INSERT INTO payments_entry (journal_id, line, account_id, currency, units, order_number, order_line)
SELECT %(base)s + n, e.line,
    CASE WHEN a.purpose = 'seller_payable' THEN s.id ELSE a.id END,
    e.currency, e.units, lpad((100000000 + n)::text, 9, '0'), e.order_line
FROM generate_series(%(first)s, %(last)s) n
CROSS JOIN payments_entry e JOIN payments_account a ON a.id = e.account_id
JOIN payments_account s ON s.code = 'seller_payable.CNY.bench-' || (1 + (n - 1) %% %(sellers)s)
WHERE e.journal_id = %(journal)s
"""


def main() -> int:
    options, load = _options(), os.getloadavg()[0]
    import django

    django.setup()
    from storefront.lib import clock
    from storefront.management import stage

    remember_databases()
    with tempfile.TemporaryDirectory(prefix="sungari-settlement-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with stage.alone(folder, seed=7), clock.simulated(NOW):
            built, _ = timed(lambda: fill(options.sellers, options.orders))
            rows = measure()
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load_before": round(load, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "sellers": options.sellers,
        "orders_each": options.orders,
        "filled_s": round(built, 1),
        **rows,
    }
    options.json.write_text(json.dumps(told, indent=2) + "\n")
    for key, value in told.items():
        print(f"{key:<28} {value}")
    return 1 if told["check_books_broken"] or told["payouts_made_again"] else 0


def remember_databases() -> None:
    """Keep what is started: the filling speaks to the database as its superuser."""
    from storefront import embedded

    start = embedded.start_postgres

    def started(*args: Any, **options: Any) -> Any:
        DATABASES.append(start(*args, **options))
        return DATABASES[-1]

    embedded.start_postgres = started


def fill(sellers: int, orders: int) -> None:
    """Real sellers, and a real released order copied for each of their sales."""
    from django.db import transaction

    from orders import lifecycle
    from payments import settlement
    from payments.models import Journal
    from tests.factories import catalog as goods
    from tests.factories import orders as factory
    from tests.factories import payments as money

    money.rate(on=NOW.date())
    made = [goods.seller(slug=f"bench-{n}") for n in range(1, sellers + 1)]
    order = factory.order(goods.offer(seller=goods.seller(slug="bench")))
    money.paid(order)
    (delivery,) = money.delivered(order)
    with transaction.atomic():
        lifecycle.mark_released(delivery, now=AT)
        settlement.release(delivery, actor="bench", now=AT)
    pattern = {
        "orders_quote": order.quote_id,
        "orders_order": order.pk,
        "orders_delivery": delivery.pk,
        "orders_orderline": order.lines.get().pk,
    }
    params: dict[str, Any] = {
        "base": 1_000_000,
        "seller": made[0].pk - 1,
        "sellers": sellers,
        "journal": Journal.objects.get(kind="released").pk,
        "at": AT,
    }
    copy(sellers * orders, pattern, params)


def copy(count: int, pattern: dict[str, Any], params: dict[str, Any]) -> None:
    """So many copies of the rows of one order and of its release.

    As the superuser and with triggers asleep: only the filling, `check` looks at every row later.
    """
    import psycopg2
    from django.db import connection

    (database,), name = DATABASES, connection.settings_dict["NAME"]
    with (
        closing(psycopg2.connect(database.superuser_url, dbname=name)) as link,
        link.cursor() as cursor,
    ):
        cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
        cursor.execute(ACCOUNTS)
        cursor.execute("ANALYZE payments_account")
        for first in range(1, count + 1, BATCH):
            last = min(first + BATCH - 1, count)
            for table, own in OWN.items():
                values = (own % params).replace("%", "%%")
                statement = COPY.format(table=table, own=values)
                cursor.execute(statement, [first, last, pattern[table]])
            here = {**params, "first": first, "last": last}
            cursor.execute(JOURNALS, here)
            cursor.execute(ENTRIES, here)
            link.commit()
        # Statistics as the database's own housekeeping would have made them by then.
        cursor.execute("ANALYZE")
        link.commit()


def measure() -> dict[str, Any]:
    """Close the period, write the files, close it again, and check the books."""
    from payments import settlement
    from payments.models import Payout, SettlementLine

    before = peak()
    asked = Asked()
    settled, made = asked(lambda: settlement.settle(UNTIL, now=NOW, actor="bench"))
    for_statements, statements_cpu = asked.queries, asked.cpu
    close = partial(settlement.close_period, UNTIL, now=NOW, actor="bench")
    paid, payouts = asked(close)
    for_payouts, payouts_cpu = asked.queries, asked.cpu
    memory = peak() - before
    print(f"statements {settled:.1f} s, deal and payouts {paid:.1f} s", flush=True)
    living = Payout.objects.select_related("seller", "route__russian", "route__chinese")
    files, size = asked(lambda: sum(len(settlement.file_of(row)) for row in living))
    again, twice = asked(close)
    for_again = asked.queries
    checked, (broken, slowest) = asked(check)
    lines = SettlementLine.objects.count()
    return {
        "statements_s": round(settled, 1),
        "statements_cpu_s": statements_cpu,
        "statements": made,
        "lines": lines,
        "lines_per_s": round(lines / settled),
        "queries_per_seller": round(for_statements / made, 1),
        "deal_and_payouts_s": round(paid, 1),
        "deal_and_payouts_cpu_s": payouts_cpu,
        "payouts": len(payouts),
        "queries_per_payout": round(for_payouts / len(payouts), 1),
        "files_s": round(files, 1),
        "files_kb": size // 1024,
        "run_again_s": round(again, 2),
        "run_again_queries": for_again,
        "payouts_made_again": len(twice),
        "memory_grown_mb": round(memory / 1024, 1),
        "memory_peak_mb": round(peak() / 1024, 1),
        "check_books_s": round(checked, 1),
        "check_books_slowest": slowest,
        "check_books_broken": broken,
    }


class Asked:
    """Times a piece of work and counts the statements it sends to the database.

    `cpu` are the seconds this process itself worked, whatever else the machine does.
    """

    def __init__(self) -> None:
        self.queries, self.cpu = 0, 0.0

    def __call__(self, work: Callable[[], Any]) -> tuple[float, Any]:
        from django.db import connection

        self.queries, begun = 0, time.process_time()
        with connection.execute_wrapper(self._count):
            found = timed(work)
        self.cpu = round(time.process_time() - begun, 1)
        return found

    def _count(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.queries += 1
        return execute(sql, params, many, context)


def check() -> tuple[list[str], dict[str, float]]:
    """Which invariants of settlement do not hold, and the three that take the longest of all.

    The copied orders were never paid, so those of charges are timed and not judged.
    """
    from django.db import connection

    from payments import books

    ours = ("ledger", "settlements", "batches", "payouts", "sellers", "yuan")
    took: dict[str, float] = {}
    broken = []
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for name, _rows, query in books.INVARIANTS:
            seconds, breaks = timed(partial(_breaks, cursor, query))
            took[name] = round(seconds, 2)
            if breaks and name.startswith(ours):
                broken.append(name)
    return broken, dict(sorted(took.items(), key=lambda one: -one[1])[:3])


def _breaks(cursor: Any, query: str) -> bool:
    cursor.execute(f"{query} LIMIT 10")
    return cursor.fetchone() is not None


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.monotonic()
    result = work()
    return time.monotonic() - begun, result


def peak() -> int:
    """The most memory this process ever had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sellers", type=int, default=1000)
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "bench_settlement.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
