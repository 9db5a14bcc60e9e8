"""How quickly ways are found on the full network with a timetable of 90 days.

Usage: python benchmarks/bench_routing.py [--seed N] [--queries N] [--out FILE]. Starts a database
of its own with the reference rows. Cities, origins, weights, goods and instants of the 90 days are
drawn by the seed; the network is read once and kept, as in a web process. Writes
bench_routing.json beside this file.
"""

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
os.environ.setdefault("DEBUG", "1")

import django  # noqa: E402

django.setup()

from logistics import atlas, network, routing, wayfinding  # noqa: E402
from logistics.wayfinding import Goods  # noqa: E402
from orders.models import City  # noqa: E402
from storefront.lib import kept  # noqa: E402
from storefront.management import stage  # noqa: E402

START = datetime(2026, 11, 23, 4, tzinfo=UTC)
DAYS = 90
Query = tuple[str, City, Goods, datetime]


def queries(count: int, chance: random.Random) -> list[Query]:
    cities = list(City.objects.order_by("slug"))
    bans: list[frozenset[str]] = [frozenset(), frozenset(), frozenset({"air"})]
    return [
        (
            chance.choice(("harbin", "shenzhen")),
            chance.choice(cities),
            Goods(
                routing.Parcel(chance.randrange(150, 15_000), chance.randrange(200, 40_000)),
                chance.choice(bans),
            ),
            START + timedelta(minutes=chance.randrange(DAYS * 24 * 60)),
        )
        for _ in range(count)
    ]


def scan(query: Query) -> int:
    origin, city, goods, now = query
    return len(wayfinding.ways(origin, city, goods, now=now))


def lanes(query: Query) -> int:
    origin, city, goods, now = query
    found = routing.options(
        origin=origin,
        city=city,
        weight_g=goods.parcel.weight_g,
        volume_cm3=goods.parcel.volume_cm3,
        modes_forbidden=goods.modes_forbidden,
        now=now,
    )
    return len(found)


def measure(what: str, ask: Callable[[Any], Any], asked: list[Any]) -> dict[str, Any]:
    """Each question timed by itself, after one round that is not counted."""
    found = [ask(one) for one in asked]
    taken = []
    for one in asked:
        began = time.perf_counter()
        ask(one)
        taken.append((time.perf_counter() - began) * 1000)
    ordered = sorted(taken)
    return {
        "what": what,
        "queries": len(ordered),
        "per_second": round(1000 * len(ordered) / sum(ordered)),
        "p50_ms": round(statistics.median(ordered), 3),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)], 3),
        "max_ms": round(ordered[-1], 3),
        "ways": round(sum(found) / len(found), 2) if isinstance(found[0], int) else None,
    }


def once(what: str, ask: Callable[[], Any], times: int = 5) -> dict[str, Any]:
    return measure(what, lambda _number: ask(), list(range(times)))


def size(drawn: atlas.Atlas) -> dict[str, int]:
    table = atlas.draw(drawn, START.date(), DAYS)
    return {
        "places": len(drawn.places),
        "services": len(drawn.lines),
        "nodes": table.nodes,
        "departures_in_90_days": len(table),
        "steps": sum(map(len, table.steps)),
        "cities": City.objects.count(),
    }


def run(count: int, seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    asked = queries(count, chance)
    kept.minute = lambda: 0  # the network is read once
    drawn = atlas.current()
    rows = [
        measure("all ways, scan of the network", scan, asked),
        measure("lanes on sale with their windows", lanes, asked),
        once("draw the departures of 120 days", lambda: atlas.draw(drawn, START.date(), 120)),
        once("read the network and draw its graph", lambda: atlas.of(network.read())),
    ]
    return {"network": size(drawn), "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--queries", type=int, default=4000)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "bench_routing.json")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sungari-bench-") as folder:
        Path(folder).chmod(0o755)
        with stage.alone(Path(folder), seed=given.seed):
            result = run(given.queries, given.seed)
    machine = {"python": platform.python_version(), "cpus": os.cpu_count()}
    machine["load_1m"] = round(os.getloadavg()[0], 2)
    on = datetime.now(UTC).date().isoformat()
    print(json.dumps(result["network"]))
    print(f"{'what':<38}{'queries':>8}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'ways':>7}")
    for row in result["rows"]:
        print(
            "{what:<38}{queries:>8}{per_second:>10}{p50_ms:>9}{p99_ms:>9}".format(**row)
            + f"{row['ways'] or '':>7}"
        )
    written = {"measured_on": on, "seed": given.seed, "machine": machine, **result}
    given.out.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
