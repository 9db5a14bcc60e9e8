"""A seller's table is taken in, row by row, and again."""

import os
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from catalog import columns, sheets
from catalog.models import Brand, Offer, OfferEvent, Product, Variant
from catalog.outcomes import Fate
from logistics.models import Stock, StockMove
from storefront.flows import importing
from tests.catalog import gsmarena
from tests.factories import catalog as make
from tests.factories.tables import HEADINGS, table

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DATA = Path(os.environ.get("SHARED_DATA", "../shared/data"))
PHONES = DATA / "phones_a_gsmarena2021" / "gsmarena.csv.gz"


@pytest.fixture
def boris():
    return make.seller()


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def take(body: bytes, seller, kind="GOODS", **options):
    taker = importing.Taker(seller, kind, "task:import", NOW)
    return importing.take_in(sheets.read(body, columns.is_known), taker, **options)


def counts(report) -> dict[str, int]:
    return {fate.value: count for fate, count in report.counts.items() if count}


def reasons(report) -> list[tuple[int, str, str]]:
    return [(row.line, p.column, p.code) for row, found in report.refused for p in found]


def phones() -> Path:
    if not PHONES.exists():
        reason = f"{PHONES} is not there; set SHARED_DATA"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return PHONES


@pytest.mark.soak
def test_thousands_of_real_rows_are_taken_in_once(boris):
    body = gsmarena.convert(phones())

    with CaptureQueriesContext(connection) as first:
        report = take(body, boris)

    assert counts(report) == {"imported": 3300, "refused": 1208}
    found = Counter((p.column, p.code) for _row, problems in report.refused for p in problems)
    assert found == {
        ("price_cny", "needed"): 997,
        ("net_weight_g", "needed"): 189,
        ("weight_g", "needed"): 189,
        ("net_weight_g", "not_a_number"): 97,
        ("length_mm", "needed"): 98,
        ("width_mm", "needed"): 98,
        ("height_mm", "needed"): 98,
        ("colour", "too_long"): 1,
    }
    assert Offer.objects.filter(seller=boris).count() == 3300
    states = Counter(Offer.objects.values_list("state", flat=True))
    assert states == {"REVIEW": 2320, "DRAFT": 980}
    assert Stock.objects.filter(on_hand=3).count() == 3300
    assert len(first) < 1000  # 23 batches, each in a fixed number of statements

    moves, events = StockMove.objects.count(), OfferEvent.objects.count()
    again = take(body, boris)

    assert counts(again) == {"unchanged": 3300, "refused": 1208}
    assert (StockMove.objects.count(), OfferEvent.objects.count()) == (moves, events)


def test_hundreds_of_real_rows_are_taken_in_once(boris):
    body = b"".join(gsmarena.convert(phones()).splitlines(keepends=True)[:601])

    with CaptureQueriesContext(connection) as first:
        report = take(body, boris)

    taken = counts(report)
    assert taken["imported"] + taken["refused"] == 600
    assert taken["imported"] > taken["refused"]
    assert Offer.objects.filter(seller=boris).count() == taken["imported"]
    assert len(first) < 200  # batches, each in a fixed number of statements
    moves, events = StockMove.objects.count(), OfferEvent.objects.count()

    again = take(body, boris)

    assert counts(again) == {"unchanged": taken["imported"], "refused": taken["refused"]}
    assert (StockMove.objects.count(), OfferEvent.objects.count()) == (moves, events)


def test_real_phone_keeps_its_facts(boris):
    wanted = [row for row in gsmarena.rows(phones()) if row["model"] == "Galaxy S20 FE 5G"]

    take(gsmarena.write(wanted), boris)

    variant = Variant.objects.select_related("product").get()
    assert (variant.net_weight_g, variant.weight_g) == (190, 340)
    assert (variant.length_mm, variant.width_mm, variant.height_mm) == (172, 86, 43)
    assert variant.battery_wh == Decimal("17.10")
    assert (variant.ram_gb, variant.storage_gb) == (6, 128)
    assert variant.product.slug == "samsung-galaxy-s20-fe-5g"
    assert variant.product.released == "2020-09"
    assert variant.product.specs["five_g"] is True
    assert variant.product.shape["screen_inch"] == 6.5


def test_complete_row_becomes_an_offer_in_review(boris):
    report = take(table({}), boris)

    assert counts(report) == {"imported": 1}
    offer = Offer.objects.select_related("variant__product").get()
    assert (offer.state, offer.price.amount) == ("REVIEW", Decimal("3999.00"))
    assert offer.variant.colour_ru == "чёрный"
    assert offer.variant.product.title_ru == "Смартфон Xiaomi 17"
    assert offer.variant.product.category.slug == "smartphones"
    stock = Stock.objects.get()
    assert (stock.place.code, stock.on_hand) == ("shenzhen", 5)


def test_row_without_papers_becomes_a_draft(boris):
    report = take(table({"fsb_notification": ""}), boris)

    assert counts(report) == {"imported": 1}
    assert Offer.objects.get().state == "DRAFT"


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", "\t"), ("utf-16", ","), ("gb18030", "|")],
)
def test_encoding_and_separator_are_found(boris, encoding, separator):
    report = take(table({}, separator=separator, encoding=encoding), boris)

    assert counts(report) == {"imported": 1}
    assert Variant.objects.get().colour_zh == "黑色"


def test_chinese_headings_are_known(boris):
    headings = (
        "货号,品牌,型号,类目,颜色,价格（元）,数量,海关编码,原产国,净重(g),毛重(g),长,宽,高,备注"
    )
    row = "B-7,小米,17 Pro,智能手机,白色,￥4999,3台,8517130000,中国,0.21公斤,430克,16.3厘米,86,54,x"

    report = take(f"{headings}\n{row}".encode("gb18030"), boris)

    assert counts(report) == {"imported": 1}
    assert report.unknown == ["备注"]
    variant = Variant.objects.get()
    assert (variant.net_weight_g, variant.length_mm, variant.origin) == (210, 163, "CN")


def test_each_bad_cell_is_named_with_its_line(boris):
    body = table(
        {"price_cny": "free"},
        {"article": "A-2", "net_weight_g": "-", "weight_g": "oops", "hs_code": "12"},
        {"article": "A-3", "weight_g": "100"},
        {"article": "", "colour": "red"},
        {"article": "A-1", "colour": "white"},
        {"article": "A-5", "price_cny": "0"},
        {"article": "A-6", "kind": "teapot"},
    )

    report = take(body, boris)

    assert counts(report) == {"refused": 7}
    assert reasons(report) == [
        (2, "price_cny", "not_a_number"),
        (3, "hs_code", "not_an_hs_code"),
        (3, "weight_g", "not_a_number"),
        (4, "weight_g", "gross_under_net"),
        (5, "article", "needed"),
        (6, "article", "repeated"),
        (7, "price_cny", "not_a_price"),
        (8, "kind", "not_a_choice"),
    ]
    assert not Product.objects.exists()
    assert not Brand.objects.filter(name="Teapot").exists()


def test_price_and_quantity_of_known_goods_need_no_more_columns(boris):
    take(table({}), boris)
    Offer.objects.update(state="LIVE")

    report = take(b"article,price_cny,quantity\nA-1,3 888.50,7\nA-9,100,1", boris)

    assert counts(report) == {"updated": 1, "refused": 1}
    offer = Offer.objects.get()
    assert (offer.price.amount, offer.state) == (Decimal("3888.50"), "LIVE")
    assert Stock.objects.get().on_hand == 7
    assert {code for _line, _column, code in reasons(report)} == {"needed"}


def test_fewer_pieces_are_refused(boris):
    take(table({}), boris)

    report = take(table({"quantity": "4"}), boris)

    assert reasons(report) == [(2, "quantity", "fewer")]
    assert Stock.objects.get().on_hand == 5


def test_other_facts_of_live_goods_go_back_to_review(boris):
    take(table({}), boris)
    Offer.objects.update(state="LIVE")

    report = take(table({"weight_g": "430", "title_zh": "小米手机17"}), boris)

    assert counts(report) == {"updated": 1}
    assert Offer.objects.get().state == "REVIEW"
    assert Variant.objects.get().weight_g == 430
    kinds = list(OfferEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["CREATED", "SUBMITTED", "SUBMITTED"]


def test_facts_that_others_sell_by_stay(boris):
    take(table({}), boris)
    gleb = make.seller()

    report = take(table({"article": "G-1", "weight_g": "999"}), gleb)

    assert counts(report) == {"imported": 1}
    assert report.keeps_card == 1
    assert Variant.objects.get().weight_g == 426
    assert Offer.objects.count() == 2
    assert counts(take(table({"weight_g": "999"}), boris)) == {"unchanged": 1}


def test_article_of_other_goods_is_refused(boris):
    take(table({}), boris)

    report = take(table({"model": "17 Ultra"}, {"article": "A-2"}), boris)

    assert reasons(report) == [(2, "article", "other_goods"), (3, "article", "sold_already")]
    assert Product.objects.count() == 1


def test_models_that_differ_by_a_plus_have_cards_of_their_own(boris):
    body = table(
        {"model": "Note 20"},
        {"article": "A-2", "model": "Note 20+"},
        {"article": "A-3", "model": "XIAOMI note 20", "colour": "white"},
    )

    report = take(body, boris)

    assert counts(report) == {"imported": 3}
    slugs = set(Product.objects.values_list("slug", flat=True))
    assert slugs == {"xiaomi-note-20", "xiaomi-note-20-plus"}


def test_trial_keeps_nothing(boris):
    report = take(table({}), boris, is_trial=True)

    assert counts(report) == {"imported": 1}
    assert not Offer.objects.exists()
    assert not Stock.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"PK\x03\x04rest of a workbook",
        b"\xff\xff\xff\xff\x00",
        b"brand,model\nXiaomi,17",
        b"article,sku\n1,2",
        b"<html><body>no table</body></html>",
        b'article,brand\n"A-1,' + b"x" * 200_000,
    ],
)
def test_file_that_is_no_table_is_refused_whole(boris, body):
    with pytest.raises(sheets.NotATable):
        take(body, boris)


def test_command_writes_refused_rows_to_mend(boris, tmp_path, capsys):
    path = tmp_path / "phones.csv"
    path.write_bytes(table({"model": "=SUM(A1)"}, {"article": "A-2", "price_cny": ""}))
    call_command("import_catalogue", path, seller=boris.slug, language="en")

    refused = tmp_path / "phones.refused.csv"
    text = refused.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == f"{HEADINGS},refused_because"
    assert text.splitlines()[1].endswith('line 3: Price, ¥: This is needed."')
    said = capsys.readouterr()
    assert "Imported: 1" in said.out
    assert "Refused: 1" in said.out
    assert "Rows in all: 2" in said.out

    refused.write_text(text.replace("256,,5", "256,100,5"), encoding="utf-8-sig")
    call_command("import_catalogue", refused, seller=boris.slug, language="en")

    assert "Imported: 1" in capsys.readouterr().out
    assert not (tmp_path / "phones.refused.refused.csv").exists()


def test_formula_in_a_refused_row_is_neutralised_and_read_back():
    body = sheets.write(["article", "model"], [["=1+1", "+7"], ["-", "-5"]])

    assert body.decode("utf-8-sig").splitlines()[1:] == ["'=1+1,'+7", "-,-5"]
    assert [row.cells for row in sheets.read(body).rows()] == [["=1+1", "+7"], ["-", "-5"]]


def test_command_says_in_one_line_what_is_wrong(boris, tmp_path):
    missing = tmp_path / "no.csv"
    with pytest.raises(CommandError, match=r"no\.csv: .*No such file"):
        call_command("import_catalogue", missing, seller=boris.slug, language="en")
    with pytest.raises(CommandError, match="There is no seller “nobody”"):
        call_command("import_catalogue", missing, seller="nobody", language="en")


def test_report_knows_every_fate():
    assert {fate.value for fate in Fate} == {"imported", "updated", "unchanged", "refused"}
