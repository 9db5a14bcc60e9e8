"""Old uploads go, and nothing that anybody still needs goes with them."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from catalog import importing as jobs
from catalog import uploads
from catalog.models import ImportJob, RefusedRow
from catalog.models.applications import paper_storage
from storefront import tasks
from storefront.flows import importing
from storefront.lib import clock
from tests.factories import catalog as make
from tests.factories import tables

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=91)


@pytest.fixture(autouse=True)
def _folders(settings, tmp_path):
    settings.MEDIA_ROOT, settings.PAPERS_ROOT = tmp_path / "media", tmp_path / "papers"
    with clock.simulated(NOW):
        yield


def sent(at: datetime, state: str, name: str) -> ImportJob:
    job = ImportJob(seller=make.seller(), kind="GOODS", name=name, actor="user:1", language="en")
    body = tables.table({"article": name})
    job = importing.send(ContentFile(body, name), job, now=at, wall=at)
    ImportJob.objects.filter(pk=job.pk).update(state=state)
    RefusedRow.objects.create(job=job, line=2, cells=["x"])
    return job


def make_old(storage, *names: str) -> None:
    for name in names:
        os.utime(storage.path(name), (OLD.timestamp(), OLD.timestamp()))


def picture(offer) -> list[str]:
    upload = uploads.encode(tables.picture(size=(700, 500)))
    kept = uploads.keep(offer.variant, [upload])[0]
    return uploads.file_names(kept.image.name, kept.widths)


def test_files_of_old_imports_go_and_their_figures_stay(django_capture_on_commit_callbacks):
    old = [sent(OLD, state, f"{state}.csv") for state in ("DONE", "CHECKED", "UPLOADED")]
    working, young = sent(OLD, "RUNNING", "w.csv"), sent(NOW, "DONE", "y.csv")

    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            call_command("clear_uploads", verbosity=0)

    for job in old:
        job_now = ImportJob.objects.get(pk=job.pk)
        assert (job_now.file.name, job_now.refused.count()) == ("", 0)
        assert not job.file.storage.exists(job.file.name)
    states = ImportJob.objects.filter(pk__in=[job.pk for job in old]).order_by("pk")
    assert list(states.values_list("state", flat=True)) == ["DONE", "DROPPED", "DROPPED"]
    for job in (working, young):
        assert job.file.storage.exists(job.file.name)
        assert RefusedRow.objects.filter(job=job).count() == 1
    assert jobs.waits_for(young) is None


def test_the_workers_do_it_every_night(settings, django_capture_on_commit_callbacks):
    nightly = settings.CELERY_BEAT_SCHEDULE["clear-uploads"]["task"]
    assert nightly == tasks.clear_uploads.name
    old = sent(OLD, "DONE", "old.csv")

    with django_capture_on_commit_callbacks(execute=True):
        tasks.clear_uploads()

    assert not old.file.storage.exists(old.file.name)


def test_strays_go_when_they_are_old_and_kept_pictures_stay():
    offer = make.offer()
    kept = picture(offer)
    stray = uploads.store(uploads.encode(tables.picture(colour="red")), "pictures")
    young = uploads.store(uploads.encode(tables.picture(colour="blue")), "pictures")
    papers = paper_storage()
    table = papers.save("imports/left.csv", ContentFile(b"x"))
    make_old(default_storage, stray, *kept)
    make_old(papers, table)

    call_command("clear_uploads", verbosity=0)

    assert not default_storage.exists(stray)
    assert not papers.exists(table)
    assert all(default_storage.exists(name) for name in [*kept, young])
