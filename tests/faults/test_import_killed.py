"""Workers are killed in the middle of an import: every row arrives once, and none is missing."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from django.core.files.base import ContentFile

from catalog import importing as jobs
from catalog.models import ImportJob, Offer, OfferEvent, RefusedRow
from logistics.models import StockMove
from storefront.flows import importing
from tests.factories import catalog as make
from tests.factories import tables
from tests.shop import NOW, Shop, eventually

ROWS, BAD = 800, 8
KILLS_AT = (1, 250, 500)  # rows done when the workers die
PATIENCE = 300
State = ImportJob.State


def test_killed_import_takes_each_row_once(
    own_shop: Callable[..., Shop], settings, tmp_path_factory
) -> None:
    settings.PAPERS_ROOT = tmp_path_factory.mktemp("papers")
    shop = own_shop("own", "beat", PAPERS_ROOT=str(settings.PAPERS_ROOT))
    with shop.rows():
        job = sent()
        importing.try_out(job, job.mapping, wall=datetime.now(UTC))
        arrive(job, State.CHECKED)
        assert not Offer.objects.exists()

        importing.confirm(job, wall=datetime.now(UTC))
        for rows in KILLS_AT:
            eventually(lambda rows=rows: done(job) >= rows, seconds=PATIENCE, why=f"{rows} rows")
            kill(shop)
        arrive(job, State.DONE)

        each_once(job)


def sent() -> ImportJob:
    bad = [{**row, "price_cny": "free"} for row in tables.phones(BAD)]
    good = [{**row, "article": f"B-{n}"} for n, row in enumerate(tables.phones(ROWS - BAD))]
    body = tables.table(*bad, *good)
    plain = {"kind": "GOODS", "name": "goods.csv", "actor": "user:1", "language": "en"}
    job = ImportJob(seller=make.seller(), **plain)
    return importing.send(ContentFile(body, "goods.csv"), job, now=NOW, wall=datetime.now(UTC))


def done(job: ImportJob) -> int:
    return ImportJob.objects.values_list("rows_done", flat=True).get(pk=job.pk)


def arrive(job: ImportJob, state: State) -> None:
    eventually(
        lambda: ImportJob.objects.filter(pk=job.pk, state=state).exists(),
        seconds=PATIENCE,
        why=f"the import is {state}",
    )


def kill(shop: Shop) -> None:
    """All hands die in the middle of what they do; the program itself finds new ones."""
    for child in shop.children("own"):
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def each_once(job: ImportJob) -> None:
    good = ROWS - BAD
    job = ImportJob.objects.get(pk=job.pk)
    assert job.counts == {"imported": good, "refused": BAD}
    assert (job.rows_done, job.rows_total) == (ROWS, ROWS)
    assert jobs.waits_for(job) is None
    assert RefusedRow.objects.filter(job=job).count() == BAD
    assert Offer.objects.filter(seller=job.seller_id).count() == good
    for kind in ("CREATED", "SUBMITTED"):
        assert OfferEvent.objects.filter(kind=kind).count() == good
    assert StockMove.objects.filter(on_hand=5).count() == good
