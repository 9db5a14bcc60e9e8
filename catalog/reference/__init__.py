"""The reference rows of this stage."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models

from catalog.models import (
    ApprovalRule,
    Attribute,
    AttributeChoice,
    Brand,
    Category,
    CommissionRule,
    FormerPriceRule,
    HsCode,
    Margin,
    RefusalReason,
    Restriction,
)
from storefront.lib import csvs

FOLDER = Path(__file__).parent
TITLES = ("title_ru", "title_zh", "title_en")


def load() -> dict[str, int]:
    """Load every table, also over itself; counts per table."""
    return {
        "categories": _categories(),
        "brands": _store(Brand, map(_brand, _read("brands")), key=("slug",)),
        "attributes": _store(Attribute, map(_attribute, _read("attributes")), key=("key",)),
        "attribute_choices": _attribute_choices(),
        "hs_codes": _store(HsCode, map(_hs_code, _read("hs_codes")), key=("code",)),
        "margins": _store(Margin, map(_margin, _read("margins")), key=("kind", "valid_from")),
        "commissions": _store(CommissionRule, _commissions(), key=("category_id", "valid_from")),
        "former_prices": _store(
            FormerPriceRule, map(_former_price, _read("former_prices")), key=("valid_from",)
        ),
        "restrictions": _store(
            Restriction, map(_restriction, _read("restrictions")), key=("rule",)
        ),
        "approval_rules": _store(
            ApprovalRule, map(_approval_rule, _read("approval_rules")), key=("rule",)
        ),
        "refusal_reasons": _store(
            RefusalReason, map(_refusal_reason, _read("refusal_reasons")), key=("key",)
        ),
    }


Row = dict[str, str]


def _read(table: str) -> list[Row]:
    return csvs.read(FOLDER / f"{table}.csv")


def _store(
    model: type[models.Model], rows: Iterable[dict[str, Any]], *, key: tuple[str, ...]
) -> int:
    """Insert rows, or bring the ones that are there up to date; one statement."""
    values = list(rows)
    if values:
        model._default_manager.bulk_create(
            [model(**row) for row in values],
            update_conflicts=True,
            unique_fields=list(key),
            update_fields=[name for name in values[0] if name.removesuffix("_id") not in key],
        )
    return len(values)


def _categories() -> int:
    """Parents first: their parts point to them."""
    rows = _read("categories")
    _store(Category, (_category(row, {}) for row in rows if not row["parent"]), key=("slug",))
    known = dict(Category.objects.values_list("slug", "pk"))
    _store(Category, (_category(row, known) for row in rows if row["parent"]), key=("slug",))
    return len(rows)


def _category(row: Row, known: dict[str, int]) -> dict[str, Any]:
    return {
        "slug": row["slug"],
        "parent_id": known[row["parent"]] if row["parent"] else None,
        "kind": row["kind"].partition("|")[0],  # of mixed shelves the first kind gives the icon
        "position": int(row["position"]),
        **_titles(row),
    }


def _titles(row: Row) -> Row:
    return {name: row[name] for name in TITLES}


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _brand(row: Row) -> dict[str, Any]:
    spoken = [row["name_ru"].lower(), *_list(row["aliases"])]
    return {
        "slug": row["slug"],
        "name": row["name"],
        "name_zh": row["name_zh"],
        "aliases": list(dict.fromkeys(filter(None, spoken))),
    }


def _attribute(row: Row) -> dict[str, Any]:
    return {
        "key": row["key"],
        "kinds": _list(row["kinds"]),
        "data_type": row["data_type"],
        **{name: row[name] for name in ("unit_ru", "unit_zh", "unit_en")},
        "is_facet": row["is_facet"] == "1",
        "position": int(row["position"]),
        **_titles(row),
    }


def _attribute_choices() -> int:
    """After the attributes: each value points to its own, in the order of the table."""
    known = dict(Attribute.objects.values_list("key", "pk"))
    rows = [
        {
            "attribute_id": known[row["attribute"]],
            "key": row["key"],
            "aliases": _list(row["aliases"]),
            "position": position,
            **_titles(row),
        }
        for position, row in enumerate(_read("attribute_choices"))
    ]
    return _store(AttributeChoice, rows, key=("attribute", "key"))


def _hs_code(row: Row) -> dict[str, Any]:
    return {
        "code": row["hs_code"],
        **{name: row[name] for name in ("unit_1", "unit_2", "source")},
        "needs_fsb": row["needs_fsb"] == "1",
        "is_high_priority": row["is_high_priority"] == "1",
        "kinds": _list(row["kinds"]),
        "words": row["words"],
        "valid_from": date.fromisoformat(row["valid_from"]),
        **_titles(row),
    }


def _margin(row: Row) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "rate_bps": int(row["rate_bps"]),
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_until": _day(row["valid_until"]),
        "source": row["source"],
    }


def _former_price(row: Row) -> dict[str, Any]:
    days = ("lowest_of_days", "asked_at_least_days", "told_for_days")
    return {
        **{name: int(row[name]) for name in days},
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_until": _day(row["valid_until"]),
        "source": row["source"],
    }


def _commissions() -> list[dict[str, Any]]:
    known = dict(Category.objects.values_list("slug", "pk"))
    return [
        {
            "category_id": known[row["category"]],
            "rate_bps": int(row["rate_bps"]),
            "valid_from": date.fromisoformat(row["valid_from"]),
            "valid_until": _day(row["valid_until"]),
            "source": row["source"],
        }
        for row in _read("commissions")
    ]


def _restriction(row: Row) -> dict[str, Any]:
    names = ("rule", "battery_kind", "hs_prefix", "mode", "source")
    return {
        **{name: row[name] for name in (*names, "reason_ru", "reason_zh", "reason_en")},
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_until": _day(row["valid_until"]),
    }


def _approval_rule(row: Row) -> dict[str, Any]:
    """Whether a rule is active is not said here: an operator's switch outlives a new load."""
    counts = ("least_approved", "least_days", "band_bps")
    return {
        "rule": row["rule"],
        **{name: int(row[name]) for name in counts},
        **{name: row[name] == "1" for name in ("needs_known_model", "takes_new_pictures")},
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_until": _day(row["valid_until"]),
        "source": row["source"],
    }


def _refusal_reason(row: Row) -> dict[str, Any]:
    return {"key": row["key"], "position": int(row["position"]), **_titles(row)}
