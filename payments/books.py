"""Checks over the whole database what must always hold of money."""

from collections.abc import Iterator

from django.db import connection

from . import ledger
from .invariants import INVARIANTS
from .models import Seal

MOST_SHOWN = 10


def checks(*, seals: float = 1) -> Iterator[tuple[str, int, list[str]]]:
    """Each invariant: its name, how many rows were looked at, and what breaks it.

    `seals` is the share of them whose entries are read again, chosen by chance.
    """
    for name, rows, broken in INVARIANTS:
        with connection.cursor() as cursor:
            cursor.execute(rows)
            looked_at = int(cursor.fetchone()[0])
            cursor.execute(f"{broken} LIMIT {MOST_SHOWN}")
            yield name, looked_at, sorted(str(row[0]) for row in cursor.fetchall())
    yield (
        "ledger: seals follow each other and fit",
        Seal.objects.count(),
        (ledger.broken_seals(share=seals)),
    )
