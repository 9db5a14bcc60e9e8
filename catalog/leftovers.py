"""What sellers sent and nobody needs any more: old tables, their refused rows, stray pictures."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePosixPath

from django.core.files.storage import Storage, default_storage
from django.db import transaction

from catalog import importing
from catalog.models import ImportJob, Picture, RefusedRow
from catalog.models.applications import paper_storage
from storefront.lib import locks

UNANSWERED = (ImportJob.State.UPLOADED, ImportJob.State.CHECKED)


def clear(kept: timedelta, *, now: datetime, wall: datetime) -> tuple[int, int]:
    """Remove all that is older than so long: the numbers of imports and of stray files."""
    imports = forget_imports(before=now - kept, now=now)
    return imports, erase_strays(before=wall - kept)


def forget_imports(*, before: datetime, now: datetime) -> int:
    """Delete the files and refused rows of imports sent before an instant; what was done is kept.

    Those that wait for their seller's word are given up; those at work are left to the machine.
    """
    old = ImportJob.objects.filter(created_at__lt=before).exclude(file="")
    keys = old.exclude(state__in=importing.AT_WORK).order_by("pk").values_list("pk", flat=True)
    return sum(_forget(key, now=now) for key in list(keys))


@transaction.atomic(durable=True)
def _forget(key: int, *, now: datetime) -> bool:
    """Locks: the import; its files go when the rows are certainly gone."""
    job = locks.row(ImportJob.objects.all(), key)
    if job.state in importing.AT_WORK:
        return False
    if job.state in UNANSWERED:
        job = importing.drop(job, now=now)
    storage, names = job.file.storage, [job.file.name, job.work.name]
    RefusedRow.objects.filter(job=job).delete()
    ImportJob.objects.filter(pk=key).update(file="", work="")
    for name in filter(None, names):
        transaction.on_commit(partial(storage.delete, name))
    return True


def erase_strays(*, before: datetime) -> int:
    """Delete files older than an instant that no import and no picture speaks of.

    Time: the wall clock, by which files are dated.
    """
    kept = ImportJob.objects.exclude(file="").values_list("file", "work")
    tables = {name for names in kept.iterator() for name in names}
    stems = {_stem(name) for name in Picture.objects.values_list("image", flat=True).iterator()}
    papers = paper_storage()
    return sum(
        [
            _erase(papers, [n for n in _files(papers, "imports") if n not in tables], before),
            _erase(
                default_storage,
                [n for n in _files(default_storage, "pictures") if _stem(n) not in stems],
                before,
            ),
        ]
    )


def _stem(name: str) -> str:
    """What all sizes of a picture have in common; an old one is a single file."""
    path = PurePosixPath(name)
    return str(path.with_name(path.stem.rpartition("-")[0] or path.stem))


def _files(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for each in folders:
        yield from _files(storage, f"{folder}/{each}")


def _erase(storage: Storage, names: Collection[str], before: datetime) -> int:
    old = [name for name in names if storage.get_modified_time(name) < before]
    for name in old:
        storage.delete(name)
    return len(old)
