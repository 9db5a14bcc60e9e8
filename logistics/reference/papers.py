"""The rules of papers: duties, modes, answers of customs, what recipients are asked for."""

from datetime import date
from decimal import Decimal

from logistics.models import (
    ConsentText,
    CustomsAnswer,
    CustomsMode,
    DutyRule,
    IdentityRule,
    ImportLimit,
    ReturnRelief,
)

from .tables import Row, Values, dated, day, read, store, whole


def load() -> dict[str, int]:
    """Load every table of papers; counts per table."""
    return {
        "duty_rules": store(
            DutyRule, map(_duty_rule, read("duty_rules")), key=("rule",), keep=("is_active",)
        ),
        "identity_rules": store(
            IdentityRule,
            map(_identity_rule, read("identity_rules")),
            key=("rule",),
            keep=("is_active",),
        ),
        "consent_texts": store(
            ConsentText, map(_consent_text, read("consent_texts")), key=("kind", "version")
        ),
        "customs_modes": store(
            CustomsMode, map(_customs_mode, read("customs_modes")), key=("mode", "valid_from")
        ),
        "return_reliefs": store(
            ReturnRelief, map(_return_relief, read("return_reliefs")), key=("rule",)
        ),
        "customs_answers": store(
            CustomsAnswer, map(_customs_answer, read("customs_answers")), key=("code",)
        ),
        "import_limits": store(
            ImportLimit,
            map(_import_limit, read("import_limits")),
            key=("rule",),
            keep=("is_active",),
        ),
    }


def _duty_rule(row: Row) -> Values:
    return {
        "rule": row["rule"],
        "free_eur": Decimal(row["free_eur"]),
        "free_g": whole(row["free_g"]),
        "rate_bps": int(row["rate_bps"]),
        "min_eur_per_kg": Decimal(row["min_eur_per_kg"]),
        "is_on_excess": row["is_on_excess"] == "1",
        "vat_bps": int(row["vat_bps"]),
        "paper_kind": row["paper_kind"],
        "is_active": row["is_active"] == "1",
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_until": day(row["valid_until"]),
        "source": row["source"],
    }


def _identity_rule(row: Row) -> Values:
    return {
        **{name: row[name] for name in ("rule", "mode", "lane")},
        "over_eur": Decimal(row["over_eur"]),
        "is_active": row["is_active"] == "1",
        **dated(row),
    }


def _consent_text(row: Row) -> Values:
    texts = ("kind", "version", "text_ru", "text_zh", "text_en", "source")
    return {
        **{name: row[name] for name in texts},
        "valid_from": date.fromisoformat(row["valid_from"]),
    }


def _customs_mode(row: Row) -> Values:
    plain = ("mode", "buyer", "order_type", "documents", "return_mode")
    limits = ("limit_yuan", "simplified_yuan")
    return {
        **{name: row[name] for name in plain},
        **{name: Decimal(row[name]) if row[name] else None for name in limits},
        "is_bonded": row["is_bonded"] == "1",
        "code_digits": int(row["code_digits"]),
        **dated(row),
    }


def _return_relief(row: Row) -> Values:
    return {
        "rule": row["rule"],
        "modes": row["modes"],
        "exported_from": date.fromisoformat(row["exported_from"]),
        "exported_until": date.fromisoformat(row["exported_until"]),
        "months": int(row["months"]),
        **dated(row),
    }


def _customs_answer(row: Row) -> Values:
    texts = [f"{side}_{tongue}" for side in ("buyer", "desk") for tongue in ("ru", "zh", "en")]
    return {
        **{name: row[name] for name in ("code", "word", *texts, "source")},
        "is_final": row["is_final"] == "1",
        "valid_from": date.fromisoformat(row["valid_from"]),
    }


def _import_limit(row: Row) -> Values:
    texts = ("rule", "kind", "hs_prefix", "reason_ru", "reason_zh", "reason_en")
    return {
        **{name: row[name] for name in texts},
        "most": whole(row["most"]),
        "days": whole(row["days"]),
        "is_active": row["is_active"] == "1",
        **dated(row),
    }
