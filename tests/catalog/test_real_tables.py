"""Tables of the real world go through the import, and each of their lines is accounted for."""

import gzip
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from catalog import columns, importing, sheets
from catalog.models import Offer
from catalog.outcomes import Fate
from storefront.flows import importing as flow
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DATA = Path(os.environ.get("SHARED_DATA", "../shared/data"))
BOX = {"weight_g": "900", "length_mm": "290", "width_mm": "220", "height_mm": "60"}
PAPERS = {"origin": "CN", "battery_kind": "built_in", "battery_wh": "15"}
PHONES = {
    "columns": {
        "url": "article made",
        "name": "brand_model first",
        "internal": "memory",
        "price": "price_cny bare",
        "weight": "net_weight_g",
        "dimensions": "device_size",
        "size": "screen_inch",
    },
    "fixed": {"category": "smartphones", "hs_code": "8517130000", **BOX, **PAPERS},
}
ACCESSORIES = {
    "columns": {
        "name": ["brand_model first", "kind words", "memory"],
        "link": "article made",
        "discount_price": "price_cny bare",
    },
    "fixed": {"net_weight_g": "200", **BOX},
}
BARCODES = {
    "columns": {
        "ID": "article",
        "UPCEAN": "barcode",
        "Name": ["brand_model first", "kind words"],
        "BrandName": "brand",
    },
    "fixed": {"net_weight_g": "200", "price_cny": "100", **BOX},
}
FILES = {
    "phones": (
        *("phones_a_gsmarena2021/gsmarena.csv.gz", PHONES, 4508, 2468),
        {("memory", "several"): 911, ("price_cny", "needed"): 889},
    ),
    "accessories": (
        *("accessories_amazon_in/all_electronics.csv.gz", ACCESSORIES, 9600, 4026),
        {("kind", "unknown_kind"): 4234, ("price_cny", "needed"): 127},
    ),
    "barcodes": (
        *("catalogue_ru_barcodes_a/products_ru.tsv.gz", BARCODES, 25_733, 6858),
        {("barcode", "not_a_barcode"): 17, ("brand_model", "too_long"): 68},
    ),
}
LONG = ("accessories", "barcodes")  # tens of thousands of lines: in the long run
SOME = ["phones", *(pytest.param(name, marks=pytest.mark.soak) for name in LONG)]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def real(name: str) -> bytes:
    path = DATA / FILES[name][0]
    if not path.exists():
        reason = f"{path} is not there; set SHARED_DATA"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return gzip.decompress(path.read_bytes())


def take(body: bytes, mapping, **options) -> flow.Report:
    sheet = sheets.read(body, columns.is_known)
    said = importing.told(sheet.headings, mapping)
    plan = columns.plan(sheet.headings, said["columns"], said["fixed"])
    taker = flow.Taker(options.pop("seller", None) or make.seller(), "GOODS", "test", NOW)
    return flow.take_in(sheet, taker, plan=plan, **options)


def counts(report: flow.Report) -> dict[str, int]:
    return {fate.value: count for fate, count in report.counts.items() if count}


@pytest.mark.parametrize("name", SOME)
def test_every_line_of_a_real_file_is_taken_or_refused_with_a_reason(name):
    _path, mapping, lines, imported, reasons = FILES[name]

    report = take(real(name), mapping)

    found = Counter((p.column, p.code) for _row, found in report.refused for p in found)
    print(name, counts(report), found.most_common())
    assert report.counts.total() == lines
    assert counts(report) == {"imported": imported, "refused": lines - imported}
    assert Offer.objects.count() == imported
    assert all(problems for _row, problems in report.refused)
    assert len({row.line for row, _found in report.refused}) == len(report.refused)
    assert {key: found[key] for key in reasons} == reasons


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("form", ["gb18030", "xlsx"])
def test_real_file_says_the_same_in_another_form(name, form, tmp_path):
    body = real(name)
    sheet = sheets.read(body, columns.is_known)
    rows = [row.cells for row in sheet.rows()]
    if form == "gb18030":
        other = sheets.read(body.decode().encode("gb18030"), columns.is_known)
        assert other.encoding == "gb18030"
    else:
        sheets.write_xlsx(tmp_path / "real.xlsx", sheet.headings, rows)
        other = sheets.read(tmp_path / "real.xlsx", columns.is_known)

    assert other.headings == sheet.headings
    assert len(rows) == FILES[name][2]
    assert [row.cells for row in other.rows()] == rows


def test_yuan_are_not_guessed_from_dollars():
    body = b"\n".join(real("accessories").splitlines()[:200])
    mapping = {**ACCESSORIES, "columns": {**ACCESSORIES["columns"], "discount_price": "price_cny"}}

    report = take(body, mapping)

    codes = Counter(
        p.code for _r, found in report.refused for p in found if p.column == "price_cny"
    )
    assert report.counts[Fate.IMPORTED] == 0
    assert codes["not_a_number"] == len([row for row in report.refused if "$" in row[0].cells[7]])


def test_table_without_prices_is_refused_row_by_row():
    body = b"\n".join(real("barcodes").splitlines()[:1500])
    fixed = {name: value for name, value in BARCODES["fixed"].items() if name != "price_cny"}

    report = take(body, {**BARCODES, "fixed": fixed})

    assert counts(report) == {"refused": 1499}
    assert {p.code for _row, found in report.refused for p in found} >= {"needed", "unknown_kind"}
