"""The reference rows of this stage: banks on both sides, their terms, bank days, return codes."""

from collections.abc import Iterable
from datetime import date, time
from pathlib import Path
from typing import Any

from django.db import models
from moneyed import Money

from payments.models import Bank, BankDay, Correspondence, ReturnReason
from storefront.lib import csvs

FOLDER = Path(__file__).parent
TITLES = ("title_ru", "title_zh", "title_en")
Row = dict[str, str]


def load() -> dict[str, int]:
    """Load every table, also over itself; counts per table."""
    return {
        "banks": _store(Bank, map(_bank, _read("correspondent_banks")), key=("code",)),
        "routes": _routes(),
        "bank_days": _store(BankDay, map(_day, _read("bank_days")), key=("country", "day")),
        "return_reasons": _store(
            ReturnReason, map(_reason, _read("return_reasons")), key=("code",)
        ),
    }


def _read(table: str) -> list[Row]:
    return csvs.read(FOLDER / f"{table}.csv")


def _store(
    model: type[models.Model], rows: Iterable[dict[str, Any]], *, key: tuple[str, ...]
) -> int:
    values = list(rows)
    model._default_manager.bulk_create(
        [model(**row) for row in values],
        update_conflicts=True,
        unique_fields=list(key),
        update_fields=[name for name in values[0] if name not in key],
    )
    return len(values)


def _routes() -> int:
    """Terms are never changed: a row that is there stays, new terms are a row with a new date."""
    banks = dict(Bank.objects.values_list("code", "pk"))
    rows = [_route(row, banks) for row in _read("correspondences")]
    Correspondence.objects.bulk_create(
        [Correspondence(**row) for row in rows], ignore_conflicts=True
    )
    return len(rows)


def _route(row: Row, banks: dict[str, int]) -> dict[str, Any]:
    sums = {name: Money(row[name], row["currency"]) for name in ("fee", "least", "most")}
    return {
        **sums,
        **{name: int(row[name]) for name in ("fee_bps", "days", "returned_bps")},
        "russian_id": banks[row["russian"]],
        "chinese_id": banks[row["chinese"]],
        "currency": row["currency"],
        "cut_off": time.fromisoformat(row["cut_off"]),
        "is_suspended": row["is_suspended"] == "1",
        "valid_from": date.fromisoformat(row["valid_from"]),
        "is_demo": row["is_demo"] == "1",
        "source": row["source"],
    }


def _bank(row: Row) -> dict[str, Any]:
    names = ("code", "side", "bic", "city", "source", *TITLES)
    return {**{name: row[name] for name in names}, "is_demo": row["is_demo"] == "1"}


def _day(row: Row) -> dict[str, Any]:
    return {
        "country": row["country"],
        "day": date.fromisoformat(row["day"]),
        "is_working": row["is_working"] == "1",
        "source": row["source"],
    }


def _reason(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("code", "remedy", "source", *TITLES)}
