"""Finding what waits: the sweeper hints rows that are due, and tells when the next ones are."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from django.db import connection

from . import clock, due

HINT_AGAIN = timedelta(seconds=10)
Times = Mapping[str, Any]


def sweep(*, limit: int = 200, held: Callable[[str], int] = lambda _task: 0) -> int:
    """Hint every due row that was not hinted lately; any number of sweepers may run.

    What was hinted is not hinted again while its queue holds `limit` hints: `held` counts them.
    """
    wall = clock.wall()
    times = {"wall": wall, "business": clock.now(), "stale": wall - HINT_AGAIN, "limit": limit}
    return sum(_hint_all(kind, times, held) for kind in _with_rows(times))


def _hint_all(kind: type[due.Due], times: Times, held: Callable[[str], int]) -> int:
    """Go on while rows are left and not `limit` hints were sent: one may be for many rows."""
    rows, sent, more = 0, 0, True
    while more and sent < times["limit"]:
        found, hints = _hint(kind, times, held)
        rows, sent, more = rows + found, sent + hints, found == times["limit"]
    return rows


def _unheard(kind: type[due.Due]) -> str:
    """What is due, held by nobody, and not hinted lately or not since its holder was lost."""
    return f"""FROM "{kind._meta.db_table}" WHERE due_at <= %({kind.DUE_CLOCK})s
        AND (hinted_at IS NULL OR %(again)s AND hinted_at < %(stale)s OR hinted_at < lease_until)
        AND (lease_until IS NULL OR lease_until < %(wall)s)"""


def _with_rows(times: Times) -> list[type[due.Due]]:
    """The kinds that have such rows; one statement, for mostly nearly all have none."""
    known = due.kinds()
    looks = [f"SELECT {n} WHERE EXISTS (SELECT {_unheard(kind)})" for n, kind in enumerate(known)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks), {**times, "again": True})
        return [known[number] for (number,) in cursor.fetchall()]


def _hint(kind: type[due.Due], times: Times, held: Callable[[str], int]) -> tuple[int, int]:
    """Locks: the rows, skipping those another sweeper holds; only while they are marked."""
    alike = " || ' ' || ".join(kind.DUE_ALIKE) or "''"
    # An array is looked for once; `IN (... LIMIT ... SKIP LOCKED)` may run anew for each row.
    statement = f"""UPDATE "{kind._meta.db_table}" SET hinted_at = %(wall)s
        WHERE id = ANY (ARRAY (SELECT id {_unheard(kind)} ORDER BY due_at, id LIMIT %(limit)s
            FOR NO KEY UPDATE SKIP LOCKED))
        RETURNING id, due_at, CASE WHEN failures = 0 THEN {alike} END"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, {**times, "again": held(kind.DUE_TASK) < times["limit"]})
        found = sorted(cursor.fetchall(), key=itemgetter(1, 0))
    told, hints = Counter[str](), 0
    for id, _at, words in found:
        if told[words] % kind.DUE_TOGETHER.get(words, 1) == 0:
            due.send(kind.DUE_TASK, id=id)
            hints += 1
        told[words] += 1
    return len(found), hints


def next_due() -> list[tuple[datetime, type[due.Due]]]:
    """The earliest due instant of each kind that has one, earliest first; one query."""
    known = due.kinds()
    parts = [
        f'SELECT {number}, min(due_at) FROM "{model._meta.db_table}"'  # noqa: S608  our own names
        for number, model in enumerate(known)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        found = [(first, known[number]) for number, first in cursor.fetchall() if first]
    return sorted(found, key=itemgetter(0))
