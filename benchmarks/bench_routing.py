"""How long it takes to find the ways to a city: reading the network, then each question.

Run with DATABASE_URL of a database that has the reference rows:
    python benchmarks/routing.py [FILE.json]
"""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")

import django  # noqa: E402

django.setup()

from logistics import network, routing  # noqa: E402
from orders.models import City  # noqa: E402

START = datetime(2026, 11, 23, 4, tzinfo=UTC)
INSTANTS = [START + timedelta(hours=13 * n) for n in range(20)]


def measure(work: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each run."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def ask(city: City, origin: str, now: datetime) -> list[routing.Way]:
    return routing.options(
        origin=origin,
        city=city,
        weight_g=497,
        volume_cm3=843,
        modes_forbidden=frozenset(),
        now=now,
    )


def row(name: str, taken: list[float]) -> dict[str, object]:
    ordered = sorted(taken)
    return {
        "what": name,
        "runs": len(ordered),
        "p50_ms": round(statistics.median(ordered), 3),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 3),
        "max_ms": round(ordered[-1], 3),
    }


def main() -> None:
    cities = list(City.objects.order_by("slug"))
    rows = [row("network read from its rows", measure(network.read, 30))]
    network.current()
    for origin in ("harbin", "shenzhen"):
        taken = [
            took
            for city in cities
            for now in INSTANTS
            for took in measure(lambda c=city, o=origin, n=now: ask(c, o, n), 1)
        ]
        rows.append(row(f"ways to one city from {origin}", taken))
    whole = measure(lambda: [ask(city, "harbin", START) for city in cities], 10)
    rows.append(row(f"ways to all {len(cities)} cities from harbin", whole))

    print(f"{'what':<34}{'runs':>6}{'p50 ms':>10}{'p95 ms':>10}{'max ms':>10}")
    for one in rows:
        print("{what:<34}{runs:>6}{p50_ms:>10}{p95_ms:>10}{max_ms:>10}".format(**one))
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "benchmarks" / "routing.json"
    machine = {"python": platform.python_version(), "cpus": os.cpu_count()}
    target.write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
