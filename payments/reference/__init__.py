"""The reference rows of this stage: banks and their terms, words of screening, VAT, reasons."""

from collections.abc import Iterable
from datetime import date, time
from pathlib import Path
from typing import Any

from django.db import models
from moneyed import Money

from payments.models import (
    Bank,
    BankAccount,
    BankDay,
    ChargebackReason,
    Correspondence,
    ReturnReason,
    ScreeningWord,
    VatRule,
)
from storefront.lib import csvs

FOLDER = Path(__file__).parent
TITLES = ("title_ru", "title_zh", "title_en")
WORD = ("kind", "language", "text", "valid_from")
VAT = ("kind", "tax_system", "valid_from")
Row = dict[str, str]


def load() -> dict[str, int]:
    """Load every table, also over itself; counts per table."""
    return {
        "screening_words": _store(ScreeningWord, map(_word, _read("screening_words")), key=WORD),
        "chargeback_reasons": _store(
            ChargebackReason, map(_chargeback, _read("chargeback_reasons")), key=("code",)
        ),
        "vat_rules": _store(VatRule, map(_vat, _read("vat_rules")), key=VAT),
        "bank_accounts": _store(
            BankAccount, map(_account, _read("bank_accounts")), key=("number",)
        ),
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


def _word(row: Row) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("kind", "language", "text", "meaning", "source")},
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_until": date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
    }


def _chargeback(row: Row) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("code", "bearer", "source", *TITLES)},
        "valid_from": date.fromisoformat(row["valid_from"]),
    }


def _account(row: Row) -> dict[str, Any]:
    return {**row, "is_demo": row["is_demo"] == "1"}


def _vat(row: Row) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("kind", "rate", "subject", "agent_type", "source")},
        **{name: int(row[name]) for name in ("tax_system", "vat_code")},
        "valid_from": date.fromisoformat(row["valid_from"]),
    }


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
