"""The reference rows of this stage: the cities parcels are brought to."""

from decimal import Decimal
from pathlib import Path

from orders.models import City
from storefront.lib import csvs

TEXTS = (
    *("title_ru", "title_zh", "title_en", "region_code", "region_ru", "region_zh", "region_en"),
    *("timezone", "source"),
)


def load() -> dict[str, int]:
    """Load every table, also over itself; counts per table."""
    rows = [_city(row) for row in csvs.read(Path(__file__).parent / "cities.csv")]
    City.objects.bulk_create(
        [City(**row) for row in rows],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=[name for name in rows[0] if name != "slug"],
    )
    return {"cities": len(rows)}


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
