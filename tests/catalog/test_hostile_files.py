"""Files that are broken or meant to do harm are refused soon, in little memory, in one line."""

import io
import json
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.factories import tables

ROOT = Path(__file__).resolve().parents[2]
MOST_MEGABYTES = 150
MOST_SECONDS = 10  # two on a machine with nothing else to do; benchmarks measure, tests are patient
GOOD = b"article,price_cny\n" + b"".join(b"A-%d,%d\n" % (n, n + 1) for n in range(1000))


def cut_quote() -> bytes:
    return GOOD + b'A-2000,"5\n' + b"A-1,1\n" * 2000


def cut_workbook() -> bytes:
    body = tables.book([["article", "price_cny"], *([f"A-{n}", n] for n in range(2000))])
    return body[: len(body) * 2 // 3]


def nul() -> bytes:
    return GOOD + b"A-2000,\x005\n"


def wide() -> bytes:
    names = ["article", *(f"c{n}" for n in range(1999))]
    return "\n".join([",".join(names), *([",".join("1" * 2000)] * 50)]).encode()


def wide_workbook() -> bytes:
    return tables.book([["article", *(f"c{n}" for n in range(1999))], ["A-1", *[1] * 1999]])


def far_cell() -> bytes:
    """One cell in the last corner of a sheet that says it is full."""
    return _sheet('<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>')


def one_line() -> bytes:
    return b"article," + b"x" * (40 * 1024 * 1024)


def no_rows_end() -> bytes:
    return b"article\n" + b"A\n" * 300_000


def workbook_bomb() -> bytes:
    return _sheet("", padding=300 * 1024 * 1024)


def words_bomb() -> bytes:
    """Far more shared words than a table has."""
    return _sheet("", padding=300 * 1024 * 1024, into="xl/sharedStrings.xml")


def entities() -> bytes:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return _sheet('<row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row>', before=bomb)


def plain_zip() -> bytes:
    return tables.archive({"goods.csv": GOOD})


def old_excel() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096


def nested_bomb() -> bytes:
    return tables.archive({"A-1.jpg": b"\0" * (64 * 1024 * 1024)})


def many_files() -> bytes:
    return tables.archive({f"A-{n}.jpg": b"" for n in range(6000)})


def huge_picture() -> bytes:
    return tables.archive({"A-1.png": png(20_000, 20_000)})


def disguised() -> bytes:
    return tables.archive({"A-1.jpg": b"<?xml version='1.0'?><svg onload='alert(1)'/>"})


def cut_archive() -> bytes:
    body = tables.archive({"A-1.png": tables.picture(size=(900, 900))})
    return body[: len(body) // 2]


def lying_archive() -> bytes:
    """The list says 10 bytes, and more than that comes out."""
    body = bytearray(tables.archive({"A-1.png": b"\x89PNG" + b"\0" * (64 * 1024 * 1024)}))
    at = body.rindex(b"PK\x01\x02")
    struct.pack_into("<I", body, at + 24, 10)
    return bytes(body)


def png(width: int, height: int) -> bytes:
    """A true PNG of one colour, small as a file, huge once it is unpacked."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = b"\0" * (1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _sheet(rows: str, *, before: str = "", padding: int = 0, into: str = "") -> bytes:
    """A workbook whose sheet holds exactly this XML, padded with spaces that pack away."""
    made = tables.book([["article"]])
    paper = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(paper, "w", 8) as new:
        for name in old.namelist():
            if name not in ("xl/worksheets/sheet1.xml", into):
                new.writestr(name, old.read(name))
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        text = f'{before}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
        with new.open("xl/worksheets/sheet1.xml", "w") as file:
            file.write(text.encode())
            _pad(file, 0 if into else padding)
        if into:
            with new.open(into, "w") as file:
                _pad(file, padding)
    return paper.getvalue()


def _pad(file, count: int) -> None:
    for _ in range(count >> 20):
        file.write(b" " * (1 << 20))


CASES = {
    cut_quote: ("csv", "Line 1002 cannot be read: is a quote open, or the file cut?"),
    cut_workbook: ("xlsx", "The workbook is cut or damaged."),
    nul: ("csv", "Line 1002 holds a NUL: this is no text."),
    wide: ("csv", "Line 1 has more than 300 columns."),
    wide_workbook: ("xlsx", "Line 1 has more than 300 columns."),
    far_cell: ("xlsx", "Line 1048576 has more than 300 columns."),
    one_line: ("csv", "Line 1 is too long to be a row."),
    no_rows_end: ("csv", "The file has more than 200000 rows; cut it in parts."),
    workbook_bomb: ("xlsx", "The workbook unpacks to far more than a table needs; it is refused."),
    words_bomb: ("xlsx", "The workbook unpacks to far more than a table needs; it is refused."),
    entities: ("xlsx", "The workbook is cut or damaged."),
    plain_zip: ("xlsx", "This is an archive, not a workbook."),
    old_excel: ("xls", "This is an old Excel workbook; save it as .xlsx or CSV."),
    nested_bomb: ("zip", "The archive unpacks to far more than it holds; it is refused."),
    many_files: ("zip", "The archive holds more than 5000 files; cut it in parts."),
    huge_picture: ("zip", "More than 25 million pixels."),
    disguised: ("zip", "Not a JPEG, PNG or WebP picture."),
    cut_archive: ("zip", "The archive is cut or damaged."),
    lying_archive: ("zip", "The file is damaged."),
}


LARGE = {"csv": ("file", 50), "xlsx": ("file", 50), "zip": ("archive", 300)}


@pytest.fixture(scope="module")
def costs(tmp_path_factory) -> dict[str, dict[str, Any]]:
    """What each file costs in a process that has the product in it and nothing else to do."""
    folder = tmp_path_factory.mktemp("hostile")
    for make, (form, _words) in CASES.items():
        (folder / f"{make.__name__}.{form}").write_bytes(make())
    for form in LARGE:
        with (folder / f"large.{form}").open("wb") as file:
            file.write(b"article\n" if form == "csv" else b"PK\x03\x04")
            file.truncate((400 if form == "zip" else 200) * 1024 * 1024)
    script = Path(__file__).with_name("hostile.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    shutil.rmtree(folder)
    return {one["file"]: one for one in told}


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_hostile_file_is_refused_soon_in_little_memory(make, costs):
    form, words = CASES[make]

    told = costs[f"{make.__name__}.{form}"]

    print(told)
    assert told["said"] == words
    assert told["megabytes"] < MOST_MEGABYTES
    assert told["seconds"] < MOST_SECONDS


@pytest.mark.parametrize("form", LARGE)
def test_file_of_hundreds_of_megabytes_is_not_even_opened(form, costs):
    told = costs[f"large.{form}"]

    what, most = LARGE[form]
    assert told["said"] == f"The {what} is larger than {most} MB."
    assert told["megabytes"] < MOST_MEGABYTES
    assert told["seconds"] < MOST_SECONDS
