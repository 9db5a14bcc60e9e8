"""The reference rows of this stage: the words of screening."""

from datetime import date
from pathlib import Path

from payments.models import ScreeningWord
from storefront.lib import csvs

FOLDER = Path(__file__).parent
KEY = ("kind", "language", "text", "valid_from")


def load() -> dict[str, int]:
    """Load every table; counts per table."""
    return {"screening_words": _screening_words()}


def _screening_words() -> int:
    rows = [
        ScreeningWord(
            **{name: row[name] for name in ("kind", "text", "meaning", "language", "source")},
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
        )
        for row in csvs.read(FOLDER / "screening_words.csv")
    ]
    ScreeningWord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=KEY,
        update_fields=["meaning", "valid_until", "source"],
    )
    return len(rows)
