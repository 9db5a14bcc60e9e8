"""The reference rows of this stage: why banks take money back."""

from datetime import date
from pathlib import Path

from payments.models import ChargebackReason
from storefront.lib import csvs

FOLDER = Path(__file__).parent
TEXTS = ("title_ru", "title_zh", "title_en", "bearer", "source")


def load() -> dict[str, int]:
    """Load every table, also over itself; counts per table."""
    return {"chargeback_reasons": _chargeback_reasons()}


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
