"""Rows that wait for the same: taken together, so that one question is asked for all of them."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import Q

from storefront.lib import clock, due
from storefront.lib.refusal import Refusal

log = logging.getLogger(__name__)
Row = TypeVar("Row", bound=due.Due)
CLAIM = f"""
    UPDATE {{table}} SET attempt = attempt + 1, lease_until = {due.WALL} + %(lease)s
    WHERE id = ANY (ARRAY (
        SELECT id FROM {{table}}
        WHERE due_at <= COALESCE(%(now)s, {due.WALL}) AND failures = 0 AND {{alike}}
          AND (lease_until IS NULL OR lease_until < {due.WALL})
        ORDER BY due_at, id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED))
    RETURNING *
"""  # noqa: S608  our own words
CLOSE = """
    UPDATE {table} t SET due_at = v.at, lease_until = NULL, hinted_at = NULL, failures = 0,
        last_error = ''
    FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[]) AS v(id, attempt, at)
    WHERE t.id = v.id AND t.attempt = v.attempt
    RETURNING t.id
"""


def join(row: Row, *, most: int, **alike: Any) -> list[Row]:
    """A claimed row, and others that are due and have these values; one statement.

    Who failed before goes alone: one bad row keeps no others from going on.
    Time: as `due.claim`.
    """
    if row.failures or most < 2:
        return [row]
    model, wall = type(row), clock.virtual()
    columns = " AND ".join(f'"{name}" = ANY(%({name})s)' for name in alike)
    statement = CLAIM.format(table=f'"{model._meta.db_table}"', alike=columns)
    given: Mapping[str, Any] = {
        **{name: list(values) for name, values in alike.items()},
        "wall": wall,
        "now": wall if model.DUE_CLOCK == "wall" else clock.now(),
        "lease": timedelta(seconds=settings.LEASE_SECONDS),
        "most": most - 1,
    }
    others = model._default_manager.raw(statement, given)
    return [row, *sorted(others, key=lambda one: one.pk)]


def next_like(row: Row) -> int | None:
    """A row that is due where this one was when it was claimed, if such are taken together.

    So a worker goes on until none is left: the hint of another may have been for one he took.
    None in simulated time, where one process sees to every row.
    """
    model = type(row)
    words = {name: getattr(row, name) for name in model.DUE_ALIKE}
    if clock.virtual() is not None or " ".join(words.values()) not in model.DUE_TOGETHER:
        return None
    free = Q(lease_until=None) | Q(lease_until__lt=clock.wall())
    rows = model._default_manager.filter(free, failures=0, due_at__lte=due.now_for(model), **words)
    return rows.order_by("due_at", "pk").values_list("pk", flat=True).first()


def apart(row: Row, step: Callable[..., None], *, now: datetime) -> None:
    """Take the step of a row that was joined, and go on whatever comes of it."""
    try:
        with due.fenced():
            step(row, now=now)
    except Refusal as refusal:
        log.warning("%s %s: %s", type(row).__name__, row.pk, refusal)
        due.retry(row, refusal)


def finish(rows: Sequence[tuple[Row, datetime | None]]) -> list[Row]:
    """Give claimed rows of one kind back; those that were still ours, in one statement."""
    if not rows:
        return []
    table = f'"{type(rows[0][0])._meta.db_table}"'
    with connection.cursor() as cursor:
        cursor.execute(
            CLOSE.format(table=table),
            [
                [row.pk for row, _at in rows],
                [row.attempt for row, _at in rows],
                [at for _row, at in rows],
            ],
        )
        mine = {key for (key,) in cursor.fetchall()}
    done = []
    for row, at in rows:
        if row.pk in mine:
            row.due_at = at
            done.append(row)
    return done
