"""What waits for machines in logistics, by whom it waits for and at which step, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, TextChoices

from storefront.lib import due

from .circuits import CHINA, RUSSIA
from .models import Circuit, Courier, Declaration, Departure, Filing, Shipment
from .states import State

CENTRE, LAST_MILE = "centre", "last mile"
AT_ONCE = 5000  # rows that one press of a button brings forward
# How each kind of row tells whom it waits for, and where it stands.
KINDS: dict[str, tuple[type[due.Due], str, str]] = {
    "parcel": (
        Shipment,
        "CASE WHEN r.state IN ('IMPORT_CLEARED', 'LAST_MILE')"
        f" THEN COALESCE(NULLIF(r.carrier, ''), '{LAST_MILE}') ELSE '{CENTRE}' END",
        "r.state",
    ),
    "declaration": (
        Declaration,
        f"CASE r.direction WHEN 'EXPORT' THEN '{CHINA}' ELSE '{RUSSIA}' END",
        "r.state",
    ),
    "filing": (Filing, f"'{CHINA}'", "r.kind"),
    "departure": (
        Departure,
        f"CASE WHEN r.master_bill = '' THEN '{CENTRE}' ELSE s.carrier END",
        "r.state",
    ),
    "courier": (Courier, "r.code", "''"),
}
STEPS: dict[str, type[TextChoices] | None] = {
    "parcel": State,
    "declaration": Declaration.State,
    "filing": Filing.Kind,
    "departure": Departure.State,
    "courier": None,
}
JOINED = {"departure": "JOIN logistics_service s ON s.id = r.service_id"}
WAITS = "r.due_at IS NOT NULL AND (r.due_at <= %(now)s OR r.last_error <> '')"


@dataclass(frozen=True)
class Heap:
    """Rows of one kind that wait for the same party at the same step.

    `waiting` are due or put off after an error, `failing` of them have an error; `oldest_at` is
    when the first of those that are due became so.
    """

    kind: str
    dependency: str
    step: str
    waiting: int
    failing: int
    oldest_at: datetime | None
    error: str

    @property
    def label(self) -> str:
        """The step in the reader's words."""
        names = STEPS[self.kind]
        return str(names(self.step).label) if names else ""


def heaps(*, now: datetime) -> list[Heap]:
    """Everything that waits, what fails first, then the oldest; one query.

    Time: business.
    """
    parts = [
        f"""SELECT '{kind}', {whom}, {step}, count(*), count(*) FILTER (WHERE r.last_error <> ''),
            min(r.due_at) FILTER (WHERE r.due_at <= %(now)s), max(r.last_error)
        FROM {model._meta.db_table} r {JOINED.get(kind, "")} WHERE {WAITS} GROUP BY 1, 2, 3"""  # noqa: S608  our own names
        for kind, (model, whom, step) in KINDS.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {"now": now})
        found = [Heap(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda heap: (-heap.failing, heap.oldest_at or now, heap.kind))


def troubles() -> dict[str, Circuit]:
    """The parties that are away or slow, by name; one query."""
    return {circuit.dependency: circuit for circuit in Circuit.objects.all()}


def try_again(kind: str, dependency: str, step: str, *, now: datetime) -> int:
    """Let the rows of a heap be tried now, the longest waiting first; how many, at most AT_ONCE.

    Whoever holds one of them keeps it. A party that is away is probed at once.
    Locks: the rows.
    Raises: KeyError, for a kind that is none.
    """
    model, whom, place = KINDS[kind]
    table = model._meta.db_table
    statement = f"""UPDATE {table} SET due_at = LEAST(due_at, %(now)s), hinted_at = NULL
        WHERE id = ANY (ARRAY (
            SELECT r.id FROM {table} r {JOINED.get(kind, "")}
            WHERE {WAITS} AND r.lease_until IS NULL
              AND {whom} = %(whom)s AND {place} = %(step)s
            ORDER BY r.due_at, r.id LIMIT {AT_ONCE} FOR NO KEY UPDATE OF r SKIP LOCKED))"""  # noqa: S608  our own names
    given: dict[str, Any] = {"now": now, "whom": dependency, "step": step}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        done = int(cursor.rowcount)
    away = Circuit.objects.filter(dependency=dependency, away_since__isnull=False)
    away.update(probe_at=F("away_since"))
    return done
