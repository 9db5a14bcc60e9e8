"""Books that cannot be cut just now are cut later, and nobody has to do anything."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
from django.db import connections, transaction

from payments import ledger
from payments.ledger import Leg
from payments.models import Cut, Job, Seal
from storefront import tasks
from storefront.lib import clock

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SAYS = "entries are being written without a pause"


@pytest.fixture
def writer(committing: None) -> Iterator[Event]:
    """Somebody whose posting is not committed until the event is set."""
    written, may_end = Event(), Event()

    def write() -> None:
        legs = [Leg("till", "CNY", 1), Leg("owed", "CNY", -1, "boris")]
        try:
            with transaction.atomic():
                ledger.post(
                    "slow", key=f"{uuid4()}", legs=legs, occurred_at=NOW, actor="a", source="s"
                )
                written.set()
                may_end.wait(10)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(write)
        assert written.wait(5)
        yield may_end
        may_end.set()


def test_a_cut_that_waits_in_vain_is_put_off_and_done_later(
    writer: Event, caplog: pytest.LogCaptureFixture
) -> None:
    last = Seal.objects.order_by("-day").first()
    day = (last.day if last else NOW.date()) + timedelta(days=1)
    job = Job.objects.create(kind="BOOKS", run_on=day + timedelta(days=1), due_at=clock.now())
    cuts = Cut.objects.count()

    with caplog.at_level(logging.WARNING):
        tasks.run_job(id=job.pk)

    job.refresh_from_db()
    assert (job.done_at, job.failures, job.lease_until, job.last_error) == (None, 1, None, SAYS)
    assert clock.now() < job.due_at < clock.now() + timedelta(seconds=5)
    assert [record.getMessage() for record in caplog.records] == [f"{job} is put off: {SAYS}"]
    assert (Cut.objects.count(), Seal.objects.filter(day=day).exists()) == (cuts, False)

    writer.set()
    Job.objects.filter(pk=job.pk).update(due_at=clock.now())
    tasks.run_job(id=job.pk)

    job.refresh_from_db()
    assert (job.due_at, job.failures, job.last_error) == (None, 0, "")
    assert job.outcome.endswith(Seal.objects.get(day=day).digest)
    assert Cut.objects.count() == cuts + 1
