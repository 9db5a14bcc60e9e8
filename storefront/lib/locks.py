"""The one way rows are locked: in key order, evaluated, inside a transaction."""

from typing import TypeVar

from django.db import connection, models

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
