"""The demo catalogue and the reference tables of goods, read as plain tables."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from stdnum import ean
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from catalog.drawings import Shape
from catalog.models import Battery, Kind, Margin
from storefront.lib import csvs

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "storefront" / "demo"
REFERENCE = ROOT / "catalog" / "reference"

Row = dict[str, str]

PRODUCTS = csvs.read(DEMO / "products.csv")
VARIANTS = csvs.read(DEMO / "variants.csv")
SELLERS = csvs.read(DEMO / "sellers.csv")
OFFERS = csvs.read(DEMO / "offers.csv")
REVIEWS = csvs.read(DEMO / "reviews.csv")
CATEGORIES = csvs.read(REFERENCE / "categories.csv")
BRANDS = csvs.read(REFERENCE / "brands.csv")
ATTRIBUTES = csvs.read(REFERENCE / "attributes.csv")
HS_CODES = csvs.read(REFERENCE / "hs_codes.csv")
MARGINS = csvs.read(REFERENCE / "margins.csv")
RESTRICTIONS = csvs.read(REFERENCE / "restrictions.csv")

BY_KEY = {row["key"]: row for row in PRODUCTS}
SCREENS = [row for row in PRODUCTS if row["screen_px"]]
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
RIM_MM = 36  # the widest frame: a home button, a shock-proof body
HEX = re.compile(r"#[0-9a-f]{6}")


def values(rows: Iterable[Row], column: str) -> set[str]:
    return {row[column] for row in rows}


def repeated(rows: Iterable[Row], *columns: str) -> list[tuple[str, ...]]:
    counts = Counter(tuple(row[name] for name in columns) for row in rows)
    return [key for key, times in counts.items() if times > 1]


def by_product() -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in VARIANTS:
        found[row["product"]].append(row)
    return found


def stocked_in_harbin() -> set[str]:
    product_of = {row["variant"]: row["product"] for row in VARIANTS}
    return {product_of[row["variant"]] for row in OFFERS if int(row["harbin_quantity"])}


def test_the_shop_is_full() -> None:
    kinds = Counter(row["kind"] for row in PRODUCTS)

    assert len(PRODUCTS) >= 250
    assert kinds["phone"] >= 140
    assert kinds["tablet"] >= 30
    assert len(PRODUCTS) - kinds["phone"] - kinds["tablet"] >= 70
    assert len(values(PRODUCTS, "brand")) >= 20
    assert len(VARIANTS) >= 600
    assert len(OFFERS) >= 800
    assert len(SELLERS) == 8
    assert len(REVIEWS) >= 140
    assert len(stocked_in_harbin()) >= 0.6 * len(PRODUCTS)


def test_most_phones_come_in_several_variants() -> None:
    counts = [len(by_product()[row["key"]]) for row in PRODUCTS if row["kind"] == "phone"]

    assert sum(2 <= count <= 6 for count in counts) >= 0.95 * len(counts)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (PRODUCTS, ("key",)),
        (PRODUCTS, ("title_ru",)),
        (PRODUCTS, ("title_zh",)),
        (PRODUCTS, ("title_en",)),
        (VARIANTS, ("variant",)),
        (VARIANTS, ("product", "colour", "ram_gb", "storage_gb")),
        (SELLERS, ("slug",)),
        (SELLERS, ("uscc",)),
        (SELLERS, ("account",)),
        (OFFERS, ("seller", "article")),
        (OFFERS, ("seller", "variant")),
        (REVIEWS, ("text",)),
        (CATEGORIES, ("slug",)),
        (BRANDS, ("slug",)),
        (ATTRIBUTES, ("key",)),
        (ATTRIBUTES, ("position",)),
        (HS_CODES, ("hs_code",)),
        (MARGINS, ("kind", "valid_from")),
        (RESTRICTIONS, ("rule",)),
    ],
)
def test_keys_are_unique(rows: list[Row], columns: tuple[str, ...]) -> None:
    assert repeated(rows, *columns) == []


def test_every_key_leads_to_a_row() -> None:
    leaves = values(CATEGORIES, "slug") - values(CATEGORIES, "parent")

    assert values(PRODUCTS, "category") <= leaves
    assert values(PRODUCTS, "brand") == values(BRANDS, "slug")
    assert values(PRODUCTS, "hs_code") <= values(HS_CODES, "hs_code")
    assert values(VARIANTS, "product") == set(BY_KEY)
    assert values(OFFERS, "variant") == values(VARIANTS, "variant")
    assert values(OFFERS, "seller") == values(SELLERS, "slug")
    assert values(REVIEWS, "product") <= set(BY_KEY)
    assert values(CATEGORIES, "parent") - {""} <= values(CATEGORIES, "slug")


def test_words_are_known_to_the_models() -> None:
    kinds = {kind for row in ATTRIBUTES for kind in row["kinds"].split("|")}
    shelves = {kind for row in CATEGORIES for kind in row["kind"].split("|")} - {""}

    assert values(PRODUCTS, "kind") == set(Kind.values)
    assert kinds == set(Kind.values) == shelves
    assert values(PRODUCTS, "battery_kind") <= set(Battery.values)
    assert values(RESTRICTIONS, "battery_kind") <= {*Battery.values, ""}
    assert values(MARGINS, "kind") == set(Margin.Kind.values)
    assert values(ATTRIBUTES, "data_type") <= {"number", "text", "bool", "choice"}
    assert values(OFFERS, "regime") == {"bonded", "domestic"}
    assert values(SELLERS, "zone") == {"", "Harbin"}


def test_a_product_lies_on_the_shelf_of_its_kind() -> None:
    shelf = {kind: row["slug"] for row in CATEGORIES for kind in row["kind"].split("|")}

    assert [row["key"] for row in PRODUCTS if row["category"] != shelf[row["kind"]]] == []


@pytest.mark.parametrize("name", ["title", "description"])
def test_products_are_told_in_three_languages(name: str) -> None:
    for row in PRODUCTS:
        russian, chinese, english = (row[f"{name}_{code}"] for code in ("ru", "zh", "en"))
        assert CYRILLIC.search(russian), row["key"]
        assert not CHINESE.search(russian), row["key"]
        assert CHINESE.search(chinese), row["key"]
        assert not CYRILLIC.search(chinese), row["key"]
        assert english, row["key"]
        assert not CYRILLIC.search(english), row["key"]
        assert not CHINESE.search(english), row["key"]


def test_products_have_weight_size_and_a_box_around_them() -> None:
    for row in PRODUCTS:
        sides = [Decimal(row[f"{name}_mm"]) for name in ("length", "width", "thickness")]
        box = sorted(int(row[f"box_{name}_mm"]) for name in ("length", "width", "height"))
        net, gross = Decimal(row["weight_g"]), Decimal(row["gross_weight_g"])
        folds = row["kind"] == "cable" or "fold" in row["description_en"]

        assert sides == sorted(sides, reverse=True), row["key"]
        assert min(sides) > 0, row["key"]
        assert 0 < net < gross, row["key"]
        assert folds or all(a < b for a, b in zip(sorted(sides), box, strict=True)), row["key"]
        assert math.prod(box) > math.prod(sides), row["key"]


def test_what_has_a_screen_says_so() -> None:
    shown = {"phone", "tablet", "watch", "band"}

    for row in PRODUCTS:
        assert bool(row["screen_inch"]) == (row["kind"] in shown), row["key"]
        assert bool(row["screen_kind"]) == (row["kind"] in shown), row["key"]
        assert bool(row["screen_px"]) == (row["kind"] in {"phone", "tablet"}), row["key"]


def test_screens_fit_their_bodies() -> None:
    for row in SCREENS:
        length, width = float(row["length_mm"]), float(row["width_mm"])
        high, wide = map(int, row["screen_px"].split("x"))
        unit = float(row["screen_inch"]) * 25.4 / math.hypot(high, wide)

        assert length - RIM_MM < high * unit < length, row["key"]
        assert width - RIM_MM < wide * unit < width, row["key"]


def shape(product: Row, variant: Row) -> Shape:
    return Shape(
        kind=product["kind"],
        length_mm=float(product["length_mm"]),
        width_mm=float(product["width_mm"]),
        thickness_mm=float(product["thickness_mm"]),
        screen_inch=float(product["screen_inch"] or 0),
        cameras=int(product["cameras"] or 0),
        camera_layout=product["camera_layout"] or "none",
        front_cut=product["front_cut"] or "none",
        colour=variant["colour_hex"],
        colour_2=variant["colour_hex_2"],
    )


def test_variants_have_colours_and_can_be_drawn() -> None:
    for row in VARIANTS:
        drawn = shape(BY_KEY[row["product"]], row)

        assert drawn.colour != drawn.colour_2, row["variant"]
        assert HEX.fullmatch(row["colour_hex"]), row["variant"]
        assert HEX.fullmatch(row["colour_hex_2"]), row["variant"]
        assert CYRILLIC.search(row["colour_ru"]), row["variant"]
        assert CHINESE.search(row["colour_zh"]), row["variant"]


def test_batteries_and_papers_fit_the_goods() -> None:
    needs = {row["hs_code"]: row["needs_fsb"] == "1" for row in HS_CODES}

    for row in PRODUCTS:
        has_battery = row["battery_kind"] != "none"
        assert bool(row["battery_wh"]) == has_battery, row["key"]
        assert bool(row["fsb"]) == needs[row["hs_code"]], row["key"]
        assert (row["battery_kind"] == "alone") == (row["kind"] == "power_bank"), row["key"]
        assert not row["battery_wh"] or 0 < Decimal(row["battery_wh"]) <= 100, row["key"]
    assert repeated([row for row in PRODUCTS if row["fsb"]], "fsb") == []
    assert all(re.fullmatch(r"ДЕМО-\d{4}", row["fsb"]) for row in PRODUCTS if row["fsb"])


def test_check_digits_hold() -> None:
    barcodes = [row["barcode"] for row in VARIANTS if row["barcode"]]

    assert barcodes
    assert len(set(barcodes)) == len(barcodes)
    assert all(len(code) == 13 and ean.is_valid(code) for code in barcodes)
    assert all(uscc.is_valid(row["uscc"]) for row in SELLERS)
    assert all(len(row["cnaps"]) == 12 and mod_11_10.is_valid(row["cnaps"]) for row in SELLERS)


def test_sellers_say_that_they_are_a_demo() -> None:
    for row in SELLERS:
        assert "（演示）" in row["name_zh"]
        assert "(demo)" in row["name_en"]
        assert "(демо)" in row["name_ru"]
        assert 0 < int(row["commission_bps"]) < 2000
        assert date.fromisoformat(row["joined_on"]) < date(2026, 1, 1)


def test_prices_are_positive_and_grow_with_memory() -> None:
    for product, rows in by_product().items():
        steps = sorted(
            (int(row["storage_gb"] or 0), int(row["ram_gb"] or 0), Decimal(row["price_cny"]))
            for row in rows
        )
        prices = [price for *_, price in steps]
        assert prices == sorted(prices), product
        assert min(prices) > 0, product
    assert all(re.fullmatch(r"\d+\.\d\d", row["price_cny"]) for row in (*VARIANTS, *OFFERS))


def test_offers_stay_near_the_street_price() -> None:
    street = {row["variant"]: Decimal(row["price_cny"]) for row in VARIANTS}

    for row in OFFERS:
        price = Decimal(row["price_cny"])
        assert Decimal("0.9") < price / street[row["variant"]] < Decimal("1.1"), row["article"]
        assert int(row["harbin_quantity"]) + int(row["shenzhen_quantity"]) > 0, row["article"]


def test_reviews_are_short_russian_and_of_every_mark() -> None:
    for row in REVIEWS:
        assert CYRILLIC.search(row["title"]), row
        assert 10 <= len(row["text"]) <= 300, row
    assert values(REVIEWS, "rating") == {"1", "2", "3", "4", "5"}


def test_lithium_alone_never_flies() -> None:
    rules = [row for row in RESTRICTIONS if row["mode"] == "air"]

    for product in PRODUCTS:
        kept = any(
            rule["battery_kind"] in ("", product["battery_kind"])
            and product["hs_code"].startswith(rule["hs_prefix"])
            for rule in rules
        )
        assert kept == (product["kind"] == "power_bank"), product["key"]


def test_reference_rows_have_source_and_dates() -> None:
    for row in (*HS_CODES, *MARGINS, *RESTRICTIONS):
        assert row["source"]
        assert date.fromisoformat(row["valid_from"])
    assert all(re.fullmatch(r"\d{10}", row["hs_code"]) for row in HS_CODES)
    assert all(re.fullmatch(r"\d{3}", row["unit_1"]) for row in HS_CODES)


def test_brands_are_found_in_cyrillic() -> None:
    for row in BRANDS:
        spellings = row["aliases"].split("|")
        assert len(spellings) == len(set(spellings)), row["slug"]
        assert any(CYRILLIC.search(word) for word in spellings), row["slug"]
