"""Tables that people send: found encodings and separators in, CSV out."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from storefront.lib.refusal import Refusal

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATORS = (",", ";", "\t", "|")
FORMULA = re.compile(r"[=+@\t\r]|-(?!$|[\d\s])")
GUARDED = re.compile(r"'(?=[=+@\-\t\r])")


class NotATable(Refusal):
    """The file as a whole cannot be read; nothing was taken from it."""

    code = "not_a_table"


@dataclass(frozen=True)
class Row:
    """One row, its cells stripped; `line` is where it begins in the file."""

    line: int
    cells: list[str]
    is_too_wide: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table with a heading, and how it was written."""

    headings: list[str]
    rows: list[Row]
    encoding: str
    separator: str


def read(body: bytes) -> Sheet:
    """Read a CSV file, its encoding and separator found by itself.

    Rows without a word are left out; short rows are filled up.
    Raises: NotATable.
    """
    text, encoding = _decode(body)
    separator = _separator(text)
    rows = _rows(text, separator)
    if not rows:
        raise NotATable(_("The file is empty."))
    headings, *others = rows
    width = len(headings.cells)
    return Sheet(headings.cells, [_fitted(row, width) for row in others], encoding, separator)


def _fitted(row: Row, width: int) -> Row:
    filled = row.cells + [""] * (width - len(row.cells))
    return Row(row.line, filled[:width], is_too_wide=any(filled[width:]))


def _decode(body: bytes) -> tuple[str, str]:
    """Marks first, then UTF-8, which other encodings hardly ever happen to be, then Chinese."""
    if len(body) > MOST_BYTES:
        raise NotATable(_("The file is larger than %(most)s MB.") % {"most": MOST_BYTES >> 20})
    if body[:4] == b"PK\x03\x04":
        raise NotATable(_("This is an Excel workbook; save it as CSV."))
    marked = next((name for mark, name in MARKS.items() if body.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise NotATable(_("The file is neither UTF-8 nor GB18030 text."))


def _separator(text: str) -> str:
    """The separator that cuts the first line with words into most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    counts = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in SEPARATORS}
    return max(SEPARATORS, key=lambda mark: counts[mark])


def _rows(text: str, separator: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(Row(line, [_plain(cell) for cell in cells]))
            line = reader.line_num + 1
            if len(found) > MOST_ROWS:
                most = {"most": MOST_ROWS}
                raise NotATable(_("The file has more than %(most)s rows; cut it in parts.") % most)
    except csv.Error as error:
        where = {"line": line}
        raise NotATable(_("Line %(line)s cannot be read: is a quote open?") % where) from error
    return found


def _plain(cell: str) -> str:
    """A cell without outer space, and without the sign our own export guards formulas by."""
    return GUARDED.sub("", cell.strip(), count=1) if cell[:1] == "'" else cell.strip()


def write(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write a table that spreadsheets open as it is: UTF-8 with its mark, formulas neutralised."""
    paper = io.StringIO(newline="")
    out = csv.writer(paper, lineterminator="\r\n")
    for row in (headings, *rows):
        out.writerow([_guarded(str(cell)) for cell in row])
    return paper.getvalue().encode("utf-8-sig")


def _guarded(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell
