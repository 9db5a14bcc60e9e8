"""The life of a seller's file: sent, tried, confirmed, taken in a slice at a time."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from catalog import columns, sheets
from catalog.models import ColumnMapping, ImportJob, RefusedRow, Seller
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal

Kind = ImportJob.Kind
State = ImportJob.State
MOVES: dict[State, frozenset[State]] = {
    State.UPLOADED: frozenset({State.CHECKING, State.DROPPED}),
    State.CHECKING: frozenset({State.CHECKED, State.FAILED, State.DROPPED}),
    State.CHECKED: frozenset({State.CHECKING, State.RUNNING, State.DROPPED}),
    State.RUNNING: frozenset({State.DONE, State.FAILED, State.DROPPED}),
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
    State.DROPPED: frozenset(),
}
assert set(MOVES) == set(State)
assert set(State) - {State.UPLOADED} == frozenset().union(*MOVES.values())
AT_WORK = (State.CHECKING, State.RUNNING)
NOTHING: dict[str, Any] = {"rows_done": 0, "counts": {}, "preview": {}, "progress": {}}
CHUNK = 1 << 20
AGAIN = timedelta(seconds=3)


class WrongState(Refusal):
    """The import is not where this could be done."""

    code = "wrong_import_state"


@dataclass(frozen=True)
class Batch:
    """Rows that are taken together; `at` is the place in the file behind them."""

    lines: list["Line"]
    at: int
    now: datetime


@dataclass(frozen=True)
class Line:
    """One row taken out of a file; `first` is the line that has its article already."""

    row: sheets.Row
    first: int = 0


def store(job: ImportJob, body: "File[bytes]") -> None:
    """Keep a file and its digest; the import itself is not kept yet."""
    digest = sha256()
    for chunk in body.chunks(CHUNK):
        digest.update(chunk)
    body.seek(0)
    job.digest = digest.hexdigest()
    job.file.save(f"{job.digest[:24]}{Path(job.name).suffix.lower()[:8]}", body, save=False)


def create(job: ImportJob, *, now: datetime) -> ImportJob:
    """Keep an import whose file was stored and looked at."""
    job.created_at = now
    job.save(force_insert=True)
    return job


def path(job: ImportJob) -> Path:
    return Path(job.file.path)


def done_before(job: ImportJob) -> ImportJob | None:
    """Give the import that took in this very file already."""
    same = ImportJob.objects.filter(seller=job.seller_id, kind=job.kind, digest=job.digest)
    return same.filter(state=State.DONE).exclude(pk=job.pk).order_by("-pk").first()


def try_out(job: ImportJob, mapping: dict[str, Any], *, wall: datetime) -> ImportJob:
    """Let a machine go through the whole file and keep nothing of it.

    Raises: WrongState.
    """
    clear(job)
    return _move(
        job, State.CHECKING, due_at=wall, mapping=mapping, work="", rows_total=0, **NOTHING
    )


def confirm(job: ImportJob, *, wall: datetime) -> ImportJob:
    """Let a machine take the file in, as it was tried.

    Raises: WrongState.
    """
    return _move(job, State.RUNNING, due_at=wall, **NOTHING)


def drop(job: ImportJob, *, now: datetime) -> ImportJob:
    """Give a file up; what was taken in of it already stays.

    Raises: WrongState.
    """
    return _move(job, State.DROPPED, finished_at=now)


def fail(job: ImportJob, reason: str, *, now: datetime) -> ImportJob:
    """End an import that cannot go on; what was taken in already stays.

    Raises: WrongState.
    """
    return _move(job, State.FAILED, finished_at=now, reason=reason[:300])


@transaction.atomic
def _move(job: ImportJob, to: State, *, due_at: datetime | None = None, **values: Any) -> ImportJob:
    """Locks: the import. Whoever works on it loses his lease: his batch rolls back."""
    row = locks.row(ImportJob.objects.all(), job.pk)
    if to not in MOVES[State(row.state)]:
        text = _("The import is “%(state)s”: this cannot be done now.")
        raise WrongState(text % {"state": row.get_state_display()}, state=row.state)
    if "counts" in values:
        RefusedRow.objects.filter(job=row).delete()
    ImportJob.objects.filter(pk=row.pk).update(state=to, last_error="", **values)
    due.plan(row, due_at)
    if due_at:
        due.wake(ImportJob.DUE_TASK, id=row.pk)
    return ImportJob.objects.get(pk=row.pk)


def later(wall: datetime) -> datetime:
    """When to look again whether the import before is done."""
    return wall + AGAIN


def waits_for(job: ImportJob) -> ImportJob | None:
    """Give the import of the same seller that a machine works on first."""
    others = ImportJob.objects.filter(seller=job.seller_id, state__in=AT_WORK, pk__lt=job.pk)
    return others.order_by("pk").first()


def take_apart(job: ImportJob, lines: Iterator[Line]) -> int:
    """Write one line per row beside the file, which slices of work are then read from.

    Raises: NotATable, and then leaves nothing behind; Zombie.
    """
    target = Path(f"{job.file.path}.{job.pk}.{job.attempt}.rows")
    count = 0
    try:
        with target.open("w", encoding="utf-8") as file:
            for count, line in enumerate(lines, 1):  # noqa: B007  the last number is the count
                row = line.row
                facts = [row.line, row.cells, row.is_too_wide, line.first]
                file.write(json.dumps(facts, ensure_ascii=False) + "\n")
        name = str(target.relative_to(Path(job.file.storage.path(""))))
        advance(job, work=name, rows_total=count, rows_done=0)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    job.work.name, job.rows_total = name, count
    return count


def read_on(job: ImportJob, most: int) -> tuple[list[Line], int]:
    """Give the rows that come next, and the place behind them."""
    found: list[Line] = []
    with open(job.work.path, "rb") as file:
        file.seek(job.progress.get("at", 0))
        while len(found) < most and (text := file.readline()):
            line, cells, is_too_wide, first = json.loads(text)
            found.append(Line(sheets.Row(line, cells, is_too_wide), first))
        return found, file.tell()


def advance(job: ImportJob, **values: Any) -> None:
    """Store how far a claimed import came, inside the transaction of its effect.

    Raises: Zombie, if the lease was lost; the transaction must roll back.
    """
    mine = ImportJob.objects.filter(pk=job.pk, attempt=job.attempt, state=job.state)
    if not mine.update(**values):
        raise due.Zombie(f"ImportJob {job.pk} attempt {job.attempt}")
    for name, value in values.items():
        setattr(job, name, value)


def count(
    job: ImportJob,
    batch: Batch,
    counts: Mapping[str, int],
    *,
    preview: dict[str, Any],
    told: Sequence[int] = (),
) -> None:
    """Store how far a batch brought a claimed import, inside the transaction of its effect.

    Raises: Zombie.
    """
    total = Counter(job.counts)
    total.update(counts)
    done = job.rows_done + len(batch.lines)
    progress = {"at": batch.at, "told": list(told)}
    advance(job, rows_done=done, counts=dict(total), preview=preview, progress=progress)


def finish_part(job: ImportJob, *, now: datetime) -> ImportJob:
    """The trial or the import came to its end.

    Raises: Zombie.
    """
    with transaction.atomic():
        advance(job, rows_done=job.rows_done)
        if job.state == State.CHECKING:
            return _move(job, State.CHECKED)
        return _move(job, State.DONE, finished_at=now)


def clear(job: ImportJob) -> None:
    """Throw away the rows of a file that nothing is read from any more."""
    if job.work:
        job.work.storage.delete(str(job.work.name))


# How columns are read


def remember(job: ImportJob) -> None:
    """Keep how a seller wants his headings read, and the values that held for all rows."""
    columns_, fixed = job.mapping.get("columns", []), job.mapping.get("fixed", {})
    mine = ColumnMapping.objects.filter(seller=job.seller_id, kind=job.kind)
    mine.filter(heading__in=[*(name[:120] for name in job.headings), ""]).delete()
    rows = {}
    for heading, said in zip(job.headings, columns_, strict=True):
        for name in said or [""]:
            column, _sign, how = name.partition(" ")
            if heading:
                rows[heading[:120], column] = {"how": how}
    rows |= {("", column): {"fixed": value} for column, value in fixed.items()}
    ColumnMapping.objects.bulk_create(
        ColumnMapping(seller_id=job.seller_id, kind=job.kind, heading=key, column=column, **values)
        for (key, column), values in rows.items()
    )


def recall(
    seller: Seller, kind: str, headings: Sequence[str], samples: Sequence[Sequence[str]] = ()
) -> dict[str, Any]:
    """Give how a table is to be read: as this seller said before, else by what headings mean."""
    own = [*(name[:120] for name in headings), ""]
    told: dict[str, list[str]] = {}
    fixed = {}
    for row in ColumnMapping.objects.filter(seller=seller, kind=kind, heading__in=own):
        if not row.heading:
            fixed[row.column] = row.fixed
        else:
            told.setdefault(row.heading, []).append(f"{row.column} {row.how}".strip())
    found = _merged(headings, told, kind, columns.suggest(headings, samples))
    taken = {name.partition(" ")[0] for said in found for name in said}
    return {
        "columns": found,
        "fixed": {column: value for column, value in fixed.items() if column not in taken},
    }


def _merged(
    headings: Sequence[str], told: Mapping[str, list[str]], kind: str, guesses: Sequence[str]
) -> list[list[str]]:
    """Nothing is read into one column twice: what was said goes before what is guessed."""
    taken = {name.partition(" ")[0] for said in told.values() for name in said}
    found: list[list[str]] = []
    used: set[str] = set()
    for heading, guess in zip(headings, guesses, strict=True):
        if heading[:120] in told and heading[:120] not in used:
            used.add(heading[:120])
            found.append(list(filter(None, told[heading[:120]])))
        elif guess in taken or (kind == Kind.PRICES and guess not in columns.PRICES):
            found.append([])
        else:
            found.append(list(filter(None, [guess])))
    return found


def told(headings: Sequence[str], given: Any) -> dict[str, Any]:
    """Give a mapping written by hand, by headings, in the form that imports keep it in.

    Raises: ValueError, in words for whoever wrote it.
    """
    parts = given if isinstance(given, dict) else {}
    said, fixed = parts.get("columns", {}), parts.get("fixed", {})
    if not isinstance(said, dict) or not isinstance(fixed, dict) or not (said or fixed):
        raise ValueError(_("“columns” and “fixed” are needed, each with names and values"))
    strange = set(said) - set(headings)
    if strange:
        raise ValueError(_("no such heading: %(names)s") % {"names": ", ".join(sorted(strange))})
    found = [said.get(heading, []) for heading in headings]
    return {
        "columns": [
            [one] if isinstance(one, str) else [str(name) for name in one] for one in found
        ],
        "fixed": {str(name): str(value) for name, value in fixed.items()},
    }


def plan_of(job: ImportJob) -> columns.Plan:
    """How the rows of an import are read.

    Raises: NotATable.
    """
    return columns.plan(job.headings, job.mapping["columns"], job.mapping.get("fixed", {}))
