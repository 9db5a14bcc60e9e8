"""The reference rows of this stage: the cities parcels are brought to, and the house's terms."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from orders.models import City, Term
from storefront.lib import csvs

FOLDER = Path(__file__).parent
TEXTS = (
    *("title_ru", "title_zh", "title_en", "region_code", "region_ru", "region_zh", "region_en"),
    *("timezone", "source"),
)


def load() -> dict[str, int]:
    """Load every table, also over itself; counts per table."""
    return {"cities": _cities(), "terms": _terms()}


def _cities() -> int:
    rows = [_city(row) for row in csvs.read(FOLDER / "cities.csv")]
    City.objects.bulk_create(
        [City(**row) for row in rows],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=[name for name in rows[0] if name != "slug"],
    )
    return len(rows)


def _terms() -> int:
    rows = csvs.read(FOLDER / "terms.csv")
    Term.objects.bulk_create(
        [
            Term(
                key=row["key"],
                value=int(row["value"]),
                unit=row["unit"],
                valid_from=date.fromisoformat(row["valid_from"]),
                source=row["source"],
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["key", "valid_from"],
        update_fields=["value", "unit", "source"],
    )
    return len(rows)


def _city(row: dict[str, str]) -> dict[str, object]:
    """The postcodes are beginnings: three digits, or more where a city shares its three."""
    return {
        "slug": row["slug"],
        **{name: row[name] for name in TEXTS},
        "postcodes": row["postcodes"].split("|"),
        "latitude": Decimal(row["latitude"]),
        "longitude": Decimal(row["longitude"]),
        "population": int(row["population"]),
    }
