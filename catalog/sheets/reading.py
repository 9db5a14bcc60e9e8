"""A file becomes a table: its form, its headings and its rows are found out."""

import io
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from .books import Book
from .rows import MOST_BYTES, NotATable, Row, Sheet
from .texts import Text

LOOK = 30  # so many rows are looked at for the headings
ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
Known = Callable[[str], bool]


def read(source: bytes | Path, known: Known = lambda heading: False) -> Sheet:
    """Read a CSV or XLSX file; encoding, separator and the row of headings are found by itself.

    `known` tells whether a heading is one of ours: that is how it is found below a title or
    blank rows, and over two rows when cells are merged. Rows are read as they are asked for; a
    CSV file is read to its end once, so that one that is cut is refused before anything is done.
    Raises: NotATable.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MOST_BYTES:
        raise NotATable(_("The file is larger than %(most)s MB.") % {"most": MOST_BYTES >> 20})
    with opened(source) as file:
        start = file.read(4)
    if start == OLD_EXCEL:
        raise NotATable(_("This is an old Excel workbook; save it as .xlsx or CSV."))
    if start == ZIP:
        book = Book(source)
        head = list(islice(book.rows(), LOOK))
        return _sheet(head, known, book, ("xlsx", "", ""))
    text = Text.of(source)
    head = []
    for row in text.rows():
        if len(head) < LOOK:
            head.append(row)
    return _sheet(head, known, text, ("csv", text.encoding, text.separator))


def opened(source: bytes | Path) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _sheet(head: list[Row], known: Known, grid: Text | Book, how: tuple[str, str, str]) -> Sheet:
    if not head:
        raise NotATable(_("The file is empty."))
    headings, after = _headings(head, known)
    return Sheet(headings, *how, after, grid)


def _headings(head: Sequence[Row], known: Known) -> tuple[list[str], int]:
    """The row, or two rows of merged cells, that say most names we know; else the first wide one.

    Two rows are headings only if together they say more than either.
    """
    best, after, most = _first_wide(head), 0, 0
    after = best.line
    found = best.cells
    for at, row in enumerate(head):
        alone = sum(map(known, row.cells))
        if alone > most:
            found, after, most = row.cells, row.line, alone
        if at + 1 < len(head):
            both = _joined(row.cells, head[at + 1].cells)
            together = sum(map(known, both))
            if together > most and together > sum(map(known, head[at + 1].cells)):
                found, after, most = both, head[at + 1].line, together
    return _trimmed(found), after


def _first_wide(head: Sequence[Row]) -> Row:
    """The first row that is at least half as full as the fullest: titles stand alone."""
    fullest = max(sum(map(bool, row.cells)) for row in head)
    return next(row for row in head if sum(map(bool, row.cells)) * 2 >= fullest)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*lower, *[""] * (width - len(lower))]
    return [under or over for over, under in zip(above, below, strict=True)]


def _trimmed(cells: Sequence[str]) -> list[str]:
    """Headings in one line each, without empty ones behind the last."""
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names
