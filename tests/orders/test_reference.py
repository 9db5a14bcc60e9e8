"""The cities parcels are brought to."""

import csv
import gzip
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from orders import reference
from orders.models import City

pytestmark = pytest.mark.django_db
SHARED = Path(os.environ.get("SHARED_DATA", "../shared/data"))


def test_forty_cities_are_loaded_and_loading_again_changes_nothing() -> None:
    before = list(City.objects.order_by("pk").values())

    counts = reference.load()

    assert counts["cities"] == 40
    assert list(City.objects.order_by("pk").values()) == before
    assert len(before) == 40


def test_each_city_has_a_time_zone_of_the_world_and_a_source() -> None:
    assert City.objects.exists()
    for city in City.objects.all():
        assert ZoneInfo(city.timezone).key == city.timezone
        assert city.source
        assert city.region_ru
        assert city.region_zh
        assert city.region_en


def test_no_postcode_belongs_to_two_cities() -> None:
    beginnings = [(code, city.slug) for city in City.objects.all() for code in city.postcodes]

    shared = [
        (mine, theirs)
        for mine in beginnings
        for theirs in beginnings
        if mine != theirs and theirs[0].startswith(mine[0])
    ]

    assert shared == []
    assert all(3 <= len(code) <= 6 and code.isdigit() for code, _slug in beginnings)


def test_blagoveshchensk_is_the_one_on_the_amur_not_the_one_in_bashkortostan() -> None:
    city = City.objects.get(slug="blagoveshchensk")

    assert (city.region_code, city.timezone, city.postcodes) == ("28", "Asia/Yakutsk", ["675"])
    assert city.longitude > 127


def test_yekaterinburg_is_two_hours_ahead_of_moscow() -> None:
    city = City.objects.get(slug="ekaterinburg")

    assert city.title_ru == "Екатеринбург"
    assert city.timezone == "Asia/Yekaterinburg"
    assert city.postcodes == ["620"]


def test_cities_stand_where_geonames_puts_them() -> None:
    path = SHARED / "cities_geonames" / "ru.csv.gz"
    if not path.exists():
        assert os.environ.get("CI") != "true", f"{path} is missing"
        pytest.skip(f"{path} is not here")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        known = {
            (f"{float(row['latitude']):.5f}", f"{float(row['longitude']):.5f}"): row
            for row in csv.DictReader(file)
        }

    for city in City.objects.all():
        row = known[str(city.latitude), str(city.longitude)]
        assert row["timezone"] == city.timezone
        assert int(row["population"]) == city.population
        assert city.title_ru in row["alternatenames"] or row["name"][:4] == city.title_en[:4]
