"""A table of 50 000 real phones goes in by the background work, and buyers' pages still answer."""

import csv
import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from catalog import importing as jobs
from catalog.models import ImportJob, Offer, RefusedRow
from storefront.flows import importing
from storefront.management import world
from tests import soak
from tests.catalog import gsmarena
from tests.factories import catalog as make
from tests.shop import NOW, Shop, eventually

DATA = Path(os.environ.get("SHARED_DATA", "../shared/data"))
SOURCE = DATA / "phones_a_gsmarena2021" / "gsmarena.csv.gz"
ROWS = int(os.environ.get("IMPORT_ROWS", "50000"))
PATIENCE = 3600
CALM_SECONDS = 30
PAGES = ["/", "/c/smartphones/", "/search/?q=сяоми+редми", "/p/apple-iphone-16/"]
State = ImportJob.State


@pytest.mark.soak
def test_50000_rows_go_in_while_buyers_look_around(
    own_shop: Callable[..., Shop], settings, tmp_path_factory
) -> None:
    if not SOURCE.exists():
        pytest.skip(f"no {SOURCE}")
    settings.PAPERS_ROOT = tmp_path_factory.mktemp("papers")
    shop = own_shop("web", "own", "beat", PAPERS_ROOT=str(settings.PAPERS_ROOT))
    figures: dict[str, object] = {"rows": ROWS}
    with shop.rows():
        world.goods(now=NOW)
        with visits(shop) as calm:
            time.sleep(CALM_SECONDS)
        figures["pages_before"] = told(calm)
        job = sent()
        for phase, begin, state in (
            ("trial", lambda: importing.try_out(job, job.mapping, wall=wall()), State.CHECKED),
            ("taking_in", lambda: importing.confirm(job, wall=wall()), State.DONE),
        ):
            began = time.monotonic()
            begin()
            with visits(shop) as times:
                arrive(job, state)
            seconds = time.monotonic() - began
            figures[f"{phase}_s"] = round(seconds, 1)
            figures[f"{phase}_rows_a_second"] = round(ROWS / seconds)
            figures[f"pages_during_{phase}"] = told(times)
        figures["worker_peak_mb"] = {
            name: round(max(peak_mb(pid) for pid in shop.children(name)), 1)
            for name in ("own", "web")
        }
        counts = ImportJob.objects.get(pk=job.pk).counts
        soak.keep("import", figures | {"counts": counts})

        assert sum(counts.values()) == ROWS
        assert Offer.objects.filter(seller=job.seller_id).count() == counts["imported"]
        assert RefusedRow.objects.filter(job=job).count() == counts["refused"]
        assert jobs.waits_for(ImportJob.objects.get(pk=job.pk)) is None


def wall() -> datetime:
    return datetime.now(UTC)


def table() -> bytes:
    """The real phones again and again, each time other models under other article numbers."""
    real = list(csv.DictReader(io.StringIO(gsmarena.convert(SOURCE).decode())))
    rows = []
    for number in range(ROWS):
        turn, row = number // len(real), real[number % len(real)]
        again = {"article": f"{row['article']}-{turn}", "model": f"{row['model']} {turn}".strip()}
        rows.append({**row, **again})
    return gsmarena.write(rows)


def sent() -> ImportJob:
    plain = {"kind": "GOODS", "name": "phones.csv", "actor": "user:1", "language": "zh-hans"}
    job = ImportJob(seller=make.seller(), **plain)
    return importing.send(ContentFile(table(), "phones.csv"), job, now=NOW, wall=wall())


def arrive(job: ImportJob, state: State) -> None:
    found = ImportJob.objects.filter(pk=job.pk, state__in=(state, State.FAILED))
    eventually(found.exists, seconds=PATIENCE, why=f"the import is {state}")
    job.refresh_from_db()
    assert job.state == state, job.reason


@contextmanager
def visits(shop: Shop) -> Iterator[list[float]]:
    """One buyer opens page after page until the block ends; milliseconds of each."""
    times: list[float] = []
    over = threading.Event()

    def walk() -> None:
        buyer = shop.buyer()
        while not over.is_set():
            for page in PAGES:
                began = time.monotonic()
                buyer.get(page)
                times.append((time.monotonic() - began) * 1000)

    walker = threading.Thread(target=walk)
    walker.start()
    try:
        yield times
    finally:
        over.set()
        walker.join()


def told(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "pages": len(ordered),
        "p50_ms": round(ordered[len(ordered) // 2]),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)]),
        "most_ms": round(ordered[-1]),
    }


def peak_mb(pid: int) -> float:
    """The most memory a process has held so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith("VmHWM"))
    return int(found.split()[1]) / 1024
