"""Tables are read however they were written, and written so that nothing in them computes."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import load_workbook

from catalog import columns, readings, sheets
from catalog.cells import BadCell
from tests.factories import tables

OURS = {"article", "货号", "Price", "артикул", "长", "宽", "高", "品牌"}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def read(body: bytes) -> sheets.Sheet:
    return sheets.read(body, OURS.__contains__)


def cells(body: bytes) -> list[list[str]]:
    return [row.cells for row in read(body).rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_way_to_write_csv_is_read(encoding, separator):
    lines = [["货号", "品牌", "说明"], ["A-1", "小米", "㐂, и; ещё"]]
    quoted = [[f'"{cell}"' if separator in cell else cell for cell in line] for line in lines]
    body = "\r\n".join(separator.join(line) for line in quoted).encode(encoding)

    sheet = read(body)

    assert sheet.separator == separator
    assert sheet.headings == lines[0]
    assert [row.cells for row in sheet.rows()] == [lines[1]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like_and_are_counted_as_the_seller_sees_them(end):
    body = end.join(["article,Price", "", '"A\n1",5', "A-2,6"]).encode()

    rows = list(read(body).rows())

    assert [row.cells for row in rows] == [["A\n1", "5"], ["A-2", "6"]]
    assert [row.line for row in rows] == [3, 5]


def test_heading_is_found_below_a_title_and_blank_rows():
    body = b"Prices of autumn,,\n,,\n\narticle,Price,x\nA-1,5,y"

    sheet = read(body)

    assert (sheet.headings, sheet.after) == (["article", "Price", "x"], 4)
    assert cells(body) == [["A-1", "5", "y"]]


def test_heading_of_unknown_words_is_the_first_wide_row():
    body = "2026 年价格表,,\n编号,名字,多少钱\nA-1,x,5".encode()

    assert read(body).headings == ["编号", "名字", "多少钱"]


def test_merged_headings_over_two_rows_are_read_together():
    body = tables.book([["货号", "尺寸", None, None], [None, "长", "宽", "高"], ["A-1", 1, 2, 3]])

    sheet = read(body)

    assert sheet.headings == ["货号", "长", "宽", "高"]
    assert cells(body) == [["A-1", "1", "2", "3"]]


def test_data_below_the_heading_is_not_taken_for_a_heading():
    assert cells(b"article,x\nPrice,1\nA-2,2") == [["Price", "1"], ["A-2", "2"]]


def test_cell_of_a_workbook_is_what_the_seller_sees():
    row = [  # a workbook knows no time zones
        *(21, 0.5, 0.125, 1299.456, 7, 6901234567892, 0.1 + 0.2, 1e-7, True),
        *(date(2025, 9, 1), datetime(2025, 9, 1, 12, 30), "  x ", "'=1+1", None, -3),  # noqa: DTZ001
    ]
    formats = {"B2": "0%", "C2": "0.0%", "D2": "¥#,##0.00", "E2": "00000", "O2": "#,##0;(#,##0)"}
    body = tables.book([["article", *map(str, range(14))], row], formats=formats)

    (found,) = cells(body)

    assert found == [
        *("21", "50%", "12.5%", "1299.46", "00007", "6901234567892", "0.3", "0.0000001", "1"),
        *("2025-09-01", "2025-09-01T12:30:00", "x", "=1+1", "", "-3"),
    ]


def test_first_visible_sheet_with_words_is_read():
    import io

    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "empty"
    hidden = book.create_sheet("hidden")
    hidden.append(["article"])
    hidden.sheet_state = "hidden"
    shown = book.create_sheet("goods")
    shown["C4"], shown["D4"], shown["C6"] = "article", "Price", "A-1"
    paper = io.BytesIO()
    book.save(paper)

    sheet = read(paper.getvalue())

    assert sheet.headings == ["", "", "article", "Price"]
    assert [(row.line, row.cells) for row in sheet.rows()] == [(6, ["", "", "A-1", ""])]


def test_form_is_known_by_content_not_by_name(tmp_path):
    path = tmp_path / "download"
    path.write_bytes(tables.book([["article"], ["A-1"]]))

    assert [row.cells for row in sheets.read(path).rows()] == [["A-1"]]


def test_formula_without_a_value_is_an_empty_cell():
    assert cells(tables.book([["article", "Price"], ["A-1", "=1+1"]])) == [["A-1", ""]]


def test_inch_signs_of_tabbed_files_are_no_quotes():
    body = b'article\tPrice\n"21" screen\t5\n"a ""b"" c"\t6\n"'

    assert cells(body[:-2]) == [['"21" screen', "5"], ['a "b" c', "6"]]


def test_row_that_is_too_wide_is_told():
    rows = list(read(b"article,Price\nA-1,5,6\nA-2,5,,").rows())

    assert [row.is_too_wide for row in rows] == [True, False]


NASTY = some.text(
    some.characters(codec="utf-8", exclude_characters="\0\x03", exclude_categories=["Cs", "Cc"]),
    max_size=12,
) | some.sampled_from(["=1+1", "-1", "+7", "@x", '"', "'", ",", "a,b", "'=x", "-", "\ttab"])


@given(some.lists(some.lists(NASTY, min_size=3, max_size=3), max_size=6))
def test_written_table_is_read_back_and_computes_nothing(rows):
    filled = [["A", *row] for row in rows]
    body = sheets.write(["article", "b", "c", "d"], filled)

    assert cells(body) == [["A", *(cell.strip() for cell in row)] for row in rows]
    for line in body.decode("utf-8-sig").splitlines():
        assert not line.startswith(("=", "+", "@"))


def test_workbook_is_written_as_text_and_read_back(tmp_path):
    rows = [["=1+1", "+7", "\x07bell", "小米"], ["", "-5", "0007", "x" * 40]]
    target = tmp_path / "out.xlsx"

    sheets.write_xlsx(target, ["article", "a", "b", "c"], rows)

    sheet = load_workbook(target).active
    kinds = {cell.data_type for row in sheet for cell in row if cell.value is not None}
    assert kinds == {"s"}
    assert sheet["A2"].value == "'=1+1"
    assert [row.cells for row in sheets.read(target).rows()] == [
        ["=1+1", "+7", "bell", "小米"],
        ["", "-5", "0007", "x" * 40],
    ]


def test_workbook_goes_out_while_its_rows_are_still_coming_and_little_of_it_is_held():
    asked = []

    def rows():
        for number in range(20_000):
            asked.append(number)
            yield [f"A-{number}", f'{number * 7919 % 100_003} <&> "{number}"', "", "5"]

    pieces = sheets.stream_xlsx(["article", "title", "colour", "quantity"], rows())
    first = next(pieces)
    assert len(asked) < 19_000
    rest = list(pieces)

    assert max(map(len, [first, *rest])) < 200_000
    read = sheets.read(b"".join([first, *rest]))
    last = list(read.rows())[-1]
    assert last.cells == ["A-19999", f'{19_999 * 7919 % 100_003} <&> "19999"', "", "5"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("8/256", {"ram_gb": 8, "storage_gb": 256}),
        ("12GB+1TB", {"ram_gb": 12, "storage_gb": 1024}),
        ("Redmi 10 (Black, 8GB RAM, 128GB Storage)", {"ram_gb": 8, "storage_gb": 128}),
        ("128GB 8GB RAM", {"ram_gb": 8, "storage_gb": 128}),
        ("256G", {"storage_gb": 256}),
        ("Samsung Galaxy S24", {}),
        ("110MB", {}),
    ],
)
def test_memory_is_found_in_words(cell, said):
    assert readings.memory(cell) == said


def test_several_memories_are_refused():
    with pytest.raises(BadCell, match="Several memory sizes"):
        readings.memory("64GB 4GB RAM, 128GB 6GB RAM")


@pytest.mark.parametrize(
    ("cell", "brand", "model"),
    [
        ("Xiaomi 17 Pro, 12/256", "Xiaomi", "17 Pro"),
        ("小米 Redmi Note 14 (黑色)", "Xiaomi", "Redmi Note 14"),
        ("Xiaomi Redmi Note 14", "Redmi", "Note 14"),
        ("(Renewed) xiaomi 12 - Blue", "Xiaomi", "12"),
    ],
)
def test_brand_and_model_are_parted(cell, brand, model):
    known = {"xiaomi": "Xiaomi", "小米": "Xiaomi", "xiaomi redmi": "Redmi"}

    assert readings.name(known)(cell) == {"brand": brand, "model": model}


def test_unknown_brand_is_refused_unless_the_first_word_is_one():
    with pytest.raises(BadCell, match="No known brand"):
        readings.name({})("boAt Airdopes 141")
    assert readings.name({}, first=True)("boAt Airdopes 141")["brand"] == "boAt"


def test_measures_in_one_cell_are_parted():
    assert readings.box("16.3 x 8.6 × 5,4 cm") == {
        "length_mm": 163,
        "width_mm": 86,
        "height_mm": 54,
    }
    device = readings.device("101.8 x 48.7 x 14.8 mm (4.01 x 1.92 x 0.58 in)")
    assert device == {"device_length_mm": 101.8, "device_width_mm": 48.7, "thickness_mm": 14.8}
    with pytest.raises(BadCell, match="Three measures"):
        readings.box("16 x 8")


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Чехол для смартфона", "case"),
        ("boAt Airdopes 141 True Wireless Earbuds", "earbuds"),
        ("Наушники микрофоны", "headphones"),
        ("小米手机", "phone"),
        ("USB кабель", "cable"),
    ],
)
def test_kind_is_found_in_words(cell, kind):
    assert readings.kind(cell) == kind


def test_number_of_a_price_is_taken_only_when_it_is_one():
    assert readings.bare("$131.99") == "131.99"
    assert Decimal(readings.bare("About 130 EUR")) == 130
    with pytest.raises(BadCell, match="One number"):
        readings.bare("£ 559.00 / € 603.00")


def test_made_article_number_is_the_same_for_the_same_words():
    assert readings.made("boAt  Airdopes 141") == readings.made("boat airdopes 141")
    assert readings.made("boAt Airdopes 141") != readings.made("boAt Airdopes 142")


def test_a_memory_column_that_says_pairs_says_storage_too():
    assert columns.suggest(["货号", "内存"], [["A", "8"], ["B", "１２GB+1TB"]])[1] == "memory"
    assert columns.suggest(["货号", "内存"], [["A", "8GB"]])[1] == "ram_gb"
    assert columns.suggest(["内存", "存储"], [["8/256", "256"]]) == ["ram_gb", "storage_gb"]
