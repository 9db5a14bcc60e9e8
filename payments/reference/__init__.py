"""The reference rows of this stage: words of screening, why banks take money back."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models

from payments.models import BankAccount, ChargebackReason, ScreeningWord, VatRule
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
