"""The dates of a page of 48 products: one query, and how many milliseconds.

Usage: python benchmarks/bench_promises.py [--pages N] [--out FILE]. Starts a database of its own
with the demo's goods, draws the windows as the nightly study does, and then asks for the dates of
pages of 48 products to cities in turn, as a product list does: with nothing kept (the process has
just started: one query for all windows of the hour), and as a running process asks. Beside it the
same dates walked along the lanes, as before windows were drawn. Writes bench_promises.json.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
os.environ.setdefault("DEBUG", "1")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from catalog import restrictions  # noqa: E402
from catalog.models import Product  # noqa: E402
from logistics import forecasting, network  # noqa: E402
from logistics.models import Forecast  # noqa: E402
from orders.models import City  # noqa: E402
from storefront.lib import kept  # noqa: E402
from storefront.management import stage, world  # noqa: E402
from storefront.views import _promises  # noqa: E402

NOW = datetime(2026, 1, 12, 3, tzinfo=UTC)
PAGE = 48
Ask = Callable[[City], Any]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "bench_promises.json")
    options = parser.parse_args()
    settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    with tempfile.TemporaryDirectory(prefix="sungari-bench-") as folder:
        Path(folder).chmod(0o755)
        with stage.alone(Path(folder), seed=11):
            body = measure(options.pages)
    options.out.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(body, indent=2))


def measure(pages: int) -> dict[str, Any]:
    world.goods(now=NOW)
    goods = list(Product.objects.filter(is_listed=True).order_by("-pk")[:PAGE])
    cities = list(City.objects.order_by("slug"))
    begun = time.perf_counter()
    number = forecasting.draw(now=NOW)
    seconds = time.perf_counter() - begun

    def dates(city: City) -> Any:
        return _promises.for_goods(goods, city=city, now=NOW)

    def fresh(_city: City) -> None:
        kept.forget()
        network.current()
        restrictions.rules(NOW.date())

    found = {
        "load": [round(one, 2) for one in os.getloadavg()],
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "products": len(goods),
        "cities": len(cities),
        "windows_drawn": number,
        "drawing_seconds": round(seconds, 2),
        "first_of_a_minute": timed(dates, cities, min(pages, 100), before=fresh),
        "running_process": timed(dates, cities, pages),
    }
    Forecast.objects.all().delete()
    kept.forget()
    network.current()
    found["walked_along_lanes"] = timed(dates, cities, min(pages, 100))
    return found


def timed(ask: Ask, cities: list[City], pages: int, *, before: Ask | None = None) -> dict[str, Any]:
    """Milliseconds of each page and the queries of one."""
    if before:
        before(cities[0])
    with CaptureQueriesContext(connection) as queries:
        dates = ask(cities[0])
    times = []
    for number in range(pages):
        city = cities[number % len(cities)]
        if before:
            before(city)
        begun = time.perf_counter()
        ask(city)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    return {
        "pages": pages,
        "queries": len(queries),
        "products_with_a_date": len(dates),
        "median_ms": round(statistics.median(times), 2),
        "p99_ms": round(times[int(len(times) * 0.99) - 1], 2),
    }


if __name__ == "__main__":
    main()
