"""A seller's file goes into the catalogue: tried first, then for good, a batch at a time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog import (
    approval,
    archives,
    columns,
    goods,
    importing,
    imports,
    previews,
    repricing,
    sheets,
)
from catalog.goods import Goods, Problem
from catalog.importing import Line
from catalog.models import ImportJob, Seller
from catalog.outcomes import Fate, Outcome
from logistics import holdings
from storefront.flows import showing
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal

BATCH = 200
SLICE = 3  # so many batches are taken in one claim; then others have their turn
MOST_FAILURES = 6
SAMPLES = 3
Kind = ImportJob.Kind
State = ImportJob.State


@dataclass
class Report:
    """What became of a table; `unknown` headings were not read."""

    counts: Counter[Fate] = field(default_factory=Counter)
    refused: list[tuple[sheets.Row, list[Problem]]] = field(default_factory=list)
    keeps_card: int = 0
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Taker:
    """Who takes rows in, and how; `told` are the cards that the file has spoken of."""

    seller: Seller
    kind: str
    actor: str
    now: datetime
    told: set[int] = field(default_factory=set)


Pair = tuple[sheets.Row, Goods]


def take_in(
    sheet: sheets.Sheet,
    taker: Taker,
    *,
    plan: columns.Plan | None = None,
    is_trial: bool = False,
    say: Callable[[int], None] = lambda done: None,
) -> Report:
    """Take in a table at once, in batches that are whole or not at all; `say` hears of each.

    A trial does everything and keeps nothing.
    Raises: NotATable.
    """
    plan = plan or columns.recognise(sheet.headings)
    report = Report(unknown=plan.unknown)
    lines = numbered(sheet, plan)
    done = 0
    while part := list(islice(lines, BATCH)):
        with transaction.atomic(durable=True):
            pairs, outcomes = _take(part, plan, taker)
            transaction.set_rollback(is_trial)
        _count(report, pairs, outcomes)
        done += len(part)
        say(done)
    return report


def numbered(sheet: sheets.Sheet, plan: columns.Plan) -> Iterator[Line]:
    """Give every row with the line that has its article number already."""
    first: dict[str, int] = {}
    reader = plan.reader(plan.article)
    for row in sheet.rows():
        article = _article(reader, plan.article.cell(row.cells))
        line = first.setdefault(article, row.line)
        yield Line(row, line if article and line != row.line else 0)


def _article(reader: Callable[[str], Any], cell: str) -> str:
    try:
        return str(reader(cell))
    except ValueError:
        return ""  # the row will say what is wrong


def _take(
    lines: Sequence[Line], plan: columns.Plan, taker: Taker
) -> tuple[list[Pair], list[Outcome]]:
    """Locks: the seller, then as `imports.write`, then stock by key."""
    locks.row(Seller.objects.all(), taker.seller.pk)
    pairs = [(line.row, _read(line, plan)) for line in lines]
    have = _check_levels([said for _row, said in pairs if not said.problems], taker.seller)
    ready = [said for _row, said in pairs if not said.problems]
    outcomes = _write(ready, taker)
    brought = holdings.top_up(_wanted(outcomes), actor=taker.actor, now=taker.now)
    for outcome in outcomes:
        if outcome.offer and outcome.offer.pk in brought and outcome.fate != Fate.IMPORTED:
            outcome.fate = Fate.UPDATED
            before = have.get(outcome.goods.article, 0)
            outcome.changes["quantity"] = (before, outcome.goods.quantity)
    return pairs, outcomes


def _read(line: Line, plan: columns.Plan) -> Goods:
    said = goods.read(line.row, plan)
    if line.first and said.article:
        text = _("Line %(line)s has this article number already.") % {"line": line.first}
        said.refuse("article", "repeated", text)
    return said


def _write(ready: Sequence[Goods], taker: Taker) -> list[Outcome]:
    seller, actor, now = taker.seller, taker.actor, taker.now
    if taker.kind == Kind.PRICES:
        return repricing.write(ready, seller=seller, actor=actor, now=now)
    outcomes = imports.write(ready, seller=seller, actor=actor, now=now, told=taker.told)
    taken = [one.offer for one in outcomes if one.offer and one.is_news]
    approval.settle(taken, now=taker.now)
    return outcomes


def _wanted(outcomes: Iterable[Outcome]) -> dict[int, int]:
    return {
        outcome.offer.pk: outcome.goods.quantity
        for outcome in outcomes
        if outcome.offer and outcome.goods.quantity and outcome.fate != Fate.REFUSED
    }


def _check_levels(rows: Iterable[Goods], seller: Seller) -> dict[str, int]:
    """Fewer pieces than lie there already is no import but a loss, which has its own paper."""
    counted = [said for said in rows if said.quantity is not None]
    have = holdings.levels(seller, {said.article for said in counted})
    for said in counted:
        level = have.get(said.article, 0)
        if said.quantity is not None and said.quantity < level:
            text = _("%(have)s pieces are in Shenzhen already; a table can only bring more.")
            said.refuse("quantity", "fewer", text % {"have": level})
    return have


def _count(report: Report, pairs: Iterable[Pair], outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        report.counts[outcome.fate] += outcome.fate != Fate.REFUSED
        report.keeps_card += outcome.keeps_card and outcome.fate != Fate.REFUSED
    refused = [(row, said.problems) for row, said in pairs if said.problems]
    report.counts[Fate.REFUSED] += len(refused)
    report.refused += refused


# Imports that a seller sends, looks at and lets run


def send(file: "File[bytes]", job: ImportJob, *, now: datetime, wall: datetime) -> ImportJob:
    """Keep a seller's file after a first look, and nothing of one that cannot be read.

    `job` says whose it is, of which kind, in which language he wants to read about it.
    Pictures need no columns and are tried at once.
    Raises: NotATable, BadArchive.
    """
    importing.store(job, file)
    try:
        _look(job)
    except Refusal:
        job.file.storage.delete(str(job.file.name))
        raise
    with transaction.atomic(durable=True):
        importing.create(job, now=now)
        return importing.try_out(job, {}, wall=wall) if job.kind == Kind.PICTURES else job


def _look(job: ImportJob) -> None:
    path = importing.path(job)
    if job.kind == Kind.PICTURES:
        archives.members(path)
        return
    sheet = sheets.read(path, columns.is_known)
    if not any(sheet.headings):
        raise sheets.NotATable(_("There are no headings in the file."))
    job.headings = sheet.headings
    job.samples = [row.cells for row in islice(sheet.rows(), SAMPLES)]
    job.mapping = importing.recall(job.seller, job.kind, sheet.headings, job.samples)


@transaction.atomic(durable=True)
def try_out(job: ImportJob, mapping: dict[str, Any], *, wall: datetime) -> ImportJob:
    """Let the file be tried with these columns, and remember them.

    Raises: NotATable, WrongState.
    """
    if job.kind != Kind.PICTURES:
        columns.plan(job.headings, mapping["columns"], mapping.get("fixed", {}))
    job = importing.try_out(job, mapping, wall=wall)
    if job.kind != Kind.PICTURES:
        importing.remember(job)
    return job


@transaction.atomic(durable=True)
def confirm(job: ImportJob, *, wall: datetime) -> ImportJob:
    """Let the file be taken in as it was tried.

    Raises: WrongState.
    """
    return importing.confirm(job, wall=wall)


@transaction.atomic(durable=True)
def drop(job: ImportJob, *, now: datetime) -> ImportJob:
    """Give a file up.

    Raises: WrongState.
    """
    return importing.drop(job, now=now)


def work(job: ImportJob, *, now: datetime, wall: datetime) -> None:
    """Do a slice of a claimed import and give it back, due at once while there is more to do.

    Raises: Zombie, if the lease was lost.
    """
    first = importing.waits_for(job)
    if first is not None:
        due.finish(job, at=importing.later(wall))
        return
    with translation.override(job.language):
        try:
            is_done = _slice(job, now=now)
        except (sheets.NotATable, archives.BadArchive) as refusal:
            importing.fail(job, str(refusal), now=now)
            return
    if is_done:
        importing.finish_part(job, now=now)
        return
    with transaction.atomic(durable=True):
        due.finish(job, at=wall)
        due.wake(ImportJob.DUE_TASK, id=job.pk)


def put_off(job: ImportJob, error: BaseException, *, now: datetime) -> None:
    """Try again later after a failure; what fails again and again is given up with a word.

    Raises: Zombie, if the lease was lost.
    """
    if job.failures + 1 < MOST_FAILURES:
        due.retry(job, error)
        return
    with translation.override(job.language):
        text = _("The file could not be taken in to its end; an operator looks why.")
        importing.fail(job, text, now=now)


def _slice(job: ImportJob, *, now: datetime) -> bool:
    """Take a few batches; true at the end of the file."""
    if not job.work:
        lines = showing.lines(job) if job.kind == Kind.PICTURES else _lines(job)
        importing.take_apart(job, lines)
        return job.rows_total == 0
    size = showing.BATCH if job.kind == Kind.PICTURES else BATCH
    for _number in range(SLICE):
        lines_, at = importing.read_on(job, size)
        if not lines_:
            return True
        batch = importing.Batch(lines_, at, now)
        if job.kind == Kind.PICTURES:
            showing.take(job, batch)
        else:
            _take_batch(job, batch)
    return False


def _lines(job: ImportJob) -> Iterator[Line]:
    sheet = sheets.read(importing.path(job), columns.is_known)
    return numbered(sheet, importing.plan_of(job))


def _take_batch(job: ImportJob, batch: importing.Batch) -> None:
    """One batch and how far it brings the import, both or neither; a trial keeps the second."""
    told = set(job.progress.get("told", ()))
    taker = Taker(job.seller, job.kind, job.actor, batch.now, told)
    with transaction.atomic(durable=True):
        with transaction.atomic():
            pairs, outcomes = _take(batch.lines, importing.plan_of(job), taker)
            told_now = sorted(taker.told)
            transaction.set_rollback(job.state == State.CHECKING)
        preview = previews.add(job.preview, outcomes)
        previews.keep_refused(job, pairs)
        counts = previews.counts(pairs, outcomes)
        importing.count(job, batch, counts, preview=preview, told=told_now)
