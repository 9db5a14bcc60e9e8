"""What a page costs in a small shop and in a large one, both measured in one run, in turns.

Starts servers of its own, fills a database with the demo goods, grows it to the small size, copies
it and grows the copy to the large one; then asks both for the same whole pages:
    python benchmarks/bench_growth.py [--small 10000] [--large 1000000] [--rounds 40] [--json FILE]
"""

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from benchmarks import growth_stage as stage  # noqa: E402

BUDGET = {"ratio": 1.2, "queries": 8}
WARM = 5
CARD, FULL = b'<li class="card"', 24
SHELF = "/c/smartphones/"


def asked(*texts: str, rest: str = "") -> list[str]:
    return [f"/search/?q={quote(text)}{rest}" for text in texts]


# A page with two goods on it costs less than a full one in a shop of any size: the narrowed pages
# are full in both shops, but for those of SPARSE, which tell what filling a page costs.
SPARSE = "search, facet, sparse when small"
PAGES = {
    "category": [SHELF, "/c/tablets/", f"{SHELF}?page=2", "/c/audio/"],
    "category, 2 facets": [
        f"{SHELF}?brand=xiaomi&ram=12",
        f"{SHELF}?brand=samsung&harbin=1",
        f"{SHELF}?storage=256&colour=black",
        "/c/tablets/?brand=samsung&ram=8",
    ],
    "category, 4 facets": [
        f"{SHELF}?ram=12&storage=256&colour=black&harbin=1",
        f"{SHELF}?brand=honor&brand=vivo&storage=256&colour=black&nfc=1",
        f"{SHELF}?ram=8&five_g=1&from=10000&to=30000&rating=4",
        f"{SHELF}?brand=xiaomi&storage=256&five_g=1&nfc=1",
    ],
    "category by price": [
        f"{SHELF}?sort=cheap",
        f"{SHELF}?sort=dear&brand=samsung",
        f"{SHELF}?sort=cheap&from=15000&to=25000&page=3",
        "/c/tablets/?sort=new",
    ],
    "search, common word": asked("смартфон", "телефон самсунг", "xiaomi", "5g 256"),
    "search, rare words": asked("redmi note 14 pro", "galaxy s25 ultra", "матепад 12", "poco x7"),
    "search, rare words and a facet": [
        *asked("redmi note", "galaxy tab", rest="&storage=256"),
        *asked("redmi note", "матепад", rest="&harbin=1"),
    ],
    SPARSE: [
        *asked("redmi note 14 pro", rest="&storage=256"),
        *asked("poco x7", "honor magic", "redmi note 14 pro", rest="&harbin=1"),
    ],
    "search, model code": asked("pro c3611"),
    "search, mistyped": asked("галаксси с25", "сяоми редмии", "наушнеки", "cfvceyu"),
    "front page": ["/"],
}


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="sungari-growth-") as name:
        folder = options.keep or Path(name)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        with stage.servers(folder):
            _set_up()
            begun = time.monotonic()
            stage.build(options.small, options.large)
            built = round(time.monotonic() - begun)
            rows = measure(options.rounds)
            sizes = facts()
    told = {"built_s": built, "sizes": sizes, "machine": machine(), "rows": rows}
    options.json.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    return tell(rows, sizes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="a folder with shops built before, or for them")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "growth.json")
    return parser.parse_args()


def _set_up() -> None:
    import django

    django.setup()
    import storefront.celery  # noqa: F401  the application whose settings hints are sent by


def measure(rounds: int) -> list[dict[str, Any]]:
    """Ask both shops for each page in turns, so that what else the machine does hits both."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from storefront.lib import clock

    shops, client = stage.Shops(), Client()
    taken: dict[tuple[str, str], list[float]] = {}
    queries: dict[str, int] = {}
    with clock.simulated(stage.NOW):
        for what, pages in PAGES.items():
            for turn in range(WARM + rounds):
                for shop in (stage.SMALL, stage.LARGE):
                    shops.enter(shop)
                    for page in pages:
                        took = _ask(client, page, is_full="facet" in what and what != SPARSE)
                        if turn >= WARM:
                            taken.setdefault((what, shop), []).append(took)
            for page in pages:
                with CaptureQueriesContext(connection) as caught:
                    _ask(client, page)
                queries[what] = max(queries.get(what, 0), len(caught))
    return [_row(what, taken, queries[what]) for what in PAGES]


def _ask(client: Any, page: str, *, is_full: bool = False) -> float:
    gc.collect(0)
    began = time.perf_counter()
    answer = client.get(page)
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, f"{page}: {answer.status_code}"
    cards = answer.content.count(CARD)
    assert cards == FULL or not is_full, f"{page}: {cards} cards, not comparable"
    return took


def _row(what: str, taken: dict[tuple[str, str], list[float]], queries: int) -> dict[str, Any]:
    small, large = (sorted(taken[what, shop]) for shop in (stage.SMALL, stage.LARGE))
    row: dict[str, Any] = {"what": what, "runs": len(small), "queries": queries}
    for name, times in (("small", small), ("large", large)):
        row[f"{name}_p50_ms"] = round(statistics.median(times), 1)
        row[f"{name}_p95_ms"] = round(times[int(len(times) * 0.95)], 1)
    row["ratio_p50"] = round(row["large_p50_ms"] / row["small_p50_ms"], 2)
    row["ratio_p95"] = round(row["large_p95_ms"] / row["small_p95_ms"], 2)
    return row


def facts() -> dict[str, Any]:
    """How large the shops are."""
    from catalog.models import Product, Stack

    shops, found = stage.Shops(), {}
    for name, shop in (("small", stage.SMALL), ("large", stage.LARGE)):
        shops.enter(shop)
        largest = Stack.objects.order_by("-quantity").first()
        found[name] = {
            "products": Product.objects.listed().count(),
            "largest_category": largest.quantity if largest else 0,
        }
    return found


def machine() -> dict[str, Any]:
    load = [round(one, 1) for one in os.getloadavg()]
    return {"python": platform.python_version(), "cpus": os.cpu_count(), "load": load}


def tell(rows: list[dict[str, Any]], sizes: dict[str, Any]) -> int:
    """Print the table; 1 if a page is over the budget."""
    print(f"\n{sizes}")
    print(
        f"{'page':<32}{'queries':>8}{'small p50':>11}{'p95':>8}{'large p50':>11}{'p95':>8}", end=""
    )
    print(f"{'ratio p50':>11}{'p95':>7}")
    line = (
        "{what:<32}{queries:>8}{small_p50_ms:>11}{small_p95_ms:>8}{large_p50_ms:>11}"
        "{large_p95_ms:>8}{ratio_p50:>11}{ratio_p95:>7}"
    )
    for row in rows:
        print(line.format(**row))
    over = [
        row["what"]
        for row in rows
        if (row["ratio_p95"] > BUDGET["ratio"] and row["what"] != SPARSE)
        or row["queries"] > BUDGET["queries"]
    ]
    print(f"over the budget: {', '.join(over)}" if over else "all within the budget")
    return bool(over)


if __name__ == "__main__":
    sys.exit(main())
