"""The one way rows are locked: in key order, evaluated, inside a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, connection, models

Row = TypeVar("Row", bound=models.Model)


def rows(queryset: models.QuerySet[Row]) -> list[Row]:
    """Lock the rows of a query in key order and return them as they are now.

    Locks: FOR NO KEY UPDATE, so that foreign keys to these rows can still be written.
    """
    assert connection.in_atomic_block, "a lock outside a transaction is no lock"
    plain = queryset.order_by("pk").select_related(None)
    return list(plain.select_for_update(no_key=True))


def row(queryset: models.QuerySet[Row], pk: object) -> Row:
    """Lock one row by its key.

    Raises: the model's DoesNotExist.
    """
    assert connection.in_atomic_block, "a lock outside a transaction is no lock"
    return queryset.select_related(None).select_for_update(no_key=True).get(pk=pk)


@contextmanager
def alone(deed: str, id: int) -> Iterator[bool]:
    """Be the only one who does something outside of the database for a row; False, if one is.

    Locks: the name of the deed, by this connection and outside of any transaction: a worker that
    stands still keeps it, with one that dies it goes.
    """
    key = [f"{deed}:{id}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", key)
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)
