"""Tables of reference: read from a file beside this, stored over what is there."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models
from moneyed import Money

from storefront.lib import csvs

Row = dict[str, str]
Values = dict[str, Any]
FOLDER = Path(__file__).parent


def read(table: str) -> list[Row]:
    return csvs.read(FOLDER / f"{table}.csv")


def each(
    made: Callable[[Row, dict[str, int]], Values], table: str, places: dict[str, int]
) -> Iterable[Values]:
    return (made(row, places) for row in read(table))


def store(
    model: type[models.Model],
    rows: Iterable[Values],
    *,
    key: tuple[str, ...],
    keep: tuple[str, ...] = (),
) -> int:
    """Insert rows, or bring the ones that are there up to date; one statement."""
    values = list(rows)
    model._default_manager.bulk_create(
        [model(**row) for row in values],
        update_conflicts=True,
        unique_fields=[_field(name) for name in key],
        update_fields=[name for name in map(_field, values[0]) if name not in {*key, *keep}],
    )
    return len(values)


def _field(name: str) -> str:
    return name.removesuffix("_id")


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def whole(text: str) -> int | None:
    return int(text) if text else None


def dated(row: Row) -> Values:
    return {
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_until": day(row["valid_until"]),
        "source": row["source"],
    }


def rubles(name: str, text: str) -> Values:
    """Both columns of a price."""
    return {name: Money(Decimal(text), "RUB"), f"{name}_currency": "RUB"}
