"""Work that waits: rows a machine must act on, claimed with a lease, finished by their holder.

The row is the truth; Celery and its broker carry hints only, and losing one costs nothing but
a second.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, TypeVar

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Q
from prometheus_client import Counter

from . import clock

log = logging.getLogger(__name__)
HINTS_LOST = Counter("sungari_hints_lost_total", "Hints that could not be sent to the broker")
BACKOFF = (2, 5, 15, 60, 300, 900, 3600)  # wall seconds; the last one is repeated


class Zombie(Exception):
    """The lease was lost: somebody else has taken this row since."""


class Due(models.Model):
    """A row that waits for a machine when `due_at` is set.

    Time: `due_at` runs on the clock named by DUE_CLOCK; leases and hints on the wall clock.
    """

    DUE_TASK: ClassVar[str]
    DUE_CLOCK: ClassVar[Literal["wall", "business"]] = "business"
    TAKEN_WITH: ClassVar[tuple[str, ...]] = ()  # what every step reads beside the row
    DUE_ALIKE: ClassVar[tuple[str, ...]] = ()  # columns; rows with the same words in them
    DUE_TOGETHER: ClassVar[dict[str, int]] = {}  # are taken so many together, by one hint

    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempt = models.PositiveIntegerField(default=0, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    hinted_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="%(class)s_due", condition=Q(due_at__isnull=False))
        ]


Row = TypeVar("Row", bound=Due)
WALL = "COALESCE(%(wall)s, clock_timestamp())"
CLAIM = f"""
    UPDATE {{table}} SET attempt = attempt + 1, lease_until = {WALL} + %(lease)s
    WHERE id = %(id)s AND due_at <= COALESCE(%(now)s, {WALL})
      AND (lease_until IS NULL OR lease_until < {WALL})
    RETURNING *
"""  # one statement, for it is made before each step of everything  # noqa: S608
FIELDS = ["due_at", "lease_until", "failures", "hinted_at", "last_error"]


def kinds() -> list[type[Due]]:
    """Every model whose rows can wait, in the order of the apps."""
    return [model for model in apps.get_models() if issubclass(model, Due)]


def now_for(model: type[Due]) -> datetime:
    return clock.wall() if model.DUE_CLOCK == "wall" else clock.now()


def wake(task: str, *, id: int) -> None:
    """After commit, tell a worker that a row is due now. Best effort: the sweeper finds it too."""
    if clock.virtual() is None:
        transaction.on_commit(lambda: send(task, id=id), robust=True)


def send(task: str, *, id: int) -> None:
    """Send a hint now; a broker that is away is counted, never raised."""
    try:
        current_app.send_task(task, kwargs={"id": id}, ignore_result=True, retry=False)
    except Exception as error:  # the broker may fail in any way; the row is safe
        HINTS_LOST.inc()
        log.warning("hint for %s %s was not sent: %s", task, id, error)


def set_due(row: Due, at: datetime | None) -> None:
    """Set when a row is due next, on an instance whose row the caller has locked and saves.

    Whoever holds a lease on it keeps it: his finish decides. Saved are `due.FIELDS` among others.
    """
    row.due_at = at
    row.hinted_at = None


def plan(row: Due, at: datetime | None) -> None:
    """Store when a row is due next, and drop its lease: a zombie's finish matches nothing."""
    model = type(row)
    model._default_manager.filter(pk=row.pk).update(
        due_at=at, hinted_at=None, lease_until=None, attempt=F("attempt") + 1, failures=0
    )
    row.due_at = at


def claim(model: type[Row], id: int) -> Row | None:
    """Take a due row for this worker, or None if it is not due or somebody holds it.

    Time: the lease runs on the database's clock, LEASE_SECONDS long.
    """
    wall = clock.virtual()
    given = {
        "id": id,
        "wall": wall,
        "now": wall if model.DUE_CLOCK == "wall" else clock.now(),
        "lease": timedelta(seconds=settings.LEASE_SECONDS),
    }
    rows = model._default_manager
    taken = rows.raw(CLAIM.format(table=connection.ops.quote_name(model._meta.db_table)), given)
    row = next(iter(taken), None)
    if row is None or not model.TAKEN_WITH:
        return row
    return rows.select_related(*model.TAKEN_WITH).get(pk=id)


def finish(row: Due, *, at: datetime | None) -> None:
    """Give a claimed row back in the transaction of its effect. Raises: Zombie, to roll it back."""
    _close(row, due_at=at, failures=0, last_error="")


def retry(row: Due, error: BaseException | str, *, after: float | None = None) -> None:
    """Give a claimed row back after a failure; it comes again later, each time slower.

    With `after`, in so many wall seconds, and it was no failure: it was not its turn.
    """
    failed = after is None
    wait = BACKOFF[min(row.failures, len(BACKOFF) - 1)] if after is None else after
    kind = type(row)
    is_wall, later = kind.DUE_CLOCK == "wall", timedelta(seconds=wait)
    at = clock.wall() + later if is_wall else clock.shift(clock.now(), wall_seconds=wait)
    try:
        _close(row, due_at=at, failures=row.failures + failed, last_error=str(error)[:500])
    except Zombie:
        log.info("%s %s was taken over while it failed: %s", kind.__name__, row.pk, error)


def _close(row: Due, **values: Any) -> None:
    mine = type(row)._default_manager.filter(pk=row.pk, attempt=row.attempt)
    if not mine.update(lease_until=None, hinted_at=None, **values):
        raise Zombie(f"{type(row).__name__} {row.pk} attempt {row.attempt}")
    row.due_at = values["due_at"]


def is_due_again(row: Due) -> bool:
    """Whether a finished row is due for its next step at once; never in simulated time."""
    return clock.virtual() is None and row.due_at is not None and row.due_at <= now_for(type(row))


@contextmanager
def fenced() -> Iterator[None]:
    """Within this block a lost lease is no fault: whoever took the row over does the work."""
    try:
        yield
    except Zombie as lost:
        log.info("taken over meanwhile: %s", lost)
