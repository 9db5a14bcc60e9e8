"""The reference rows of this stage: why banks take money back, how VAT is taken."""

from datetime import date
from pathlib import Path

from payments.models import ChargebackReason, VatRule
from storefront.lib import csvs

FOLDER = Path(__file__).parent
VAT_TEXTS = ("rate", "subject", "agent_type", "source")
TEXTS = ("title_ru", "title_zh", "title_en", "bearer", "source")


def load() -> dict[str, int]:
    """Load every table, also over itself; counts per table."""
    return {"chargeback_reasons": _chargeback_reasons(), "vat_rules": _vat_rules()}


def _chargeback_reasons() -> int:
    rows = csvs.read(FOLDER / "chargeback_reasons.csv")
    ChargebackReason.objects.bulk_create(
        [
            ChargebackReason(
                code=row["code"],
                valid_from=date.fromisoformat(row["valid_from"]),
                **{name: row[name] for name in TEXTS},
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["valid_from", *TEXTS],
    )
    return len(rows)


def _vat_rules() -> int:
    rows = csvs.read(FOLDER / "vat_rules.csv")
    VatRule.objects.bulk_create(
        [
            VatRule(
                kind=row["kind"],
                tax_system=int(row["tax_system"]),
                valid_from=date.fromisoformat(row["valid_from"]),
                vat_code=int(row["vat_code"]),
                **{name: row[name] for name in VAT_TEXTS},
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["kind", "tax_system", "valid_from"],
        update_fields=["vat_code", *VAT_TEXTS],
    )
    return len(rows)
