"""Excel workbooks: measured before they are unpacked, then read row by row."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import WorkSheetParser

from .rows import MOST_COLUMNS, NotATable, Row, counted, plain

MOST_MEMBERS = 1_000
MOST_UNPACKED = 256 * 1024 * 1024
MOST_WORDS = 64 * 1024 * 1024  # shared words are held in memory
MOST_OTHER = 8 * 1024 * 1024  # styles, names and the like, which are held whole, too
TIGHTEST = 200  # honest sheets are packed 5 to 60 times
SMALL = 4 * 1024 * 1024
# All that zipfile and openpyxl say of workbooks that are damaged, odd, or packed in unknown ways.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, IndexError),
    *(AttributeError, OSError, RuntimeError, ParseError, SyntaxError),
    *(InvalidFileException, DefusedXmlException, OverflowError),
)
PERCENT = re.compile(r"0(?:\.(0+))?%")
FIXED = re.compile(r"[#0,]*0\.(0+)(?![%0#E])")
ZEROS = re.compile(r"0+")


@dataclass(frozen=True)
class Book:
    """The first sheet of a workbook that has words in it."""

    source: bytes | Path

    def rows(self) -> Iterator[Row]:
        """Give the rows as the seller sees them; formulas by what they came to last.

        Raises: NotATable, also where the file is cut or packed to do harm.
        """
        return counted(self._guarded())

    def _guarded(self) -> Iterator[Row]:
        try:
            with _opened(self.source) as file:
                with zipfile.ZipFile(file) as archive:
                    _measure(archive)
                yield from _quietly(_rows(file))
        except BROKEN as error:
            raise NotATable(_("The workbook is cut or damaged.")) from error
        except MemoryError as error:
            raise NotATable(_("The workbook is too large.")) from error


def _quietly(rows: Iterator[Row]) -> Iterator[Row]:
    """openpyxl warns of parts it leaves out; a table has no use for them."""
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = next(rows, None)
        if row is None:
            return
        yield row


def _rows(file: BinaryIO) -> Iterator[Row]:
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            has_words = False
            for row in _lines(sheet):
                has_words = has_words or any(row.cells)
                yield row
            if has_words:
                return
    finally:
        book.close()


def _lines(sheet: Any) -> Iterator[Row]:
    """The rows that are written in a sheet, each by its own number.

    openpyxl's own `iter_rows` makes up the rows between them, a million for one far cell.
    """
    book = sheet.parent
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for line, found in parser.parse():
            cells = [""] * min(max((one["column"] for one in found), default=0), MOST_COLUMNS + 1)
            for one in found:
                at = min(one["column"] - 1, MOST_COLUMNS)  # all that is too far stands in one
                cells[at] = cells[at] or _shown(ReadOnlyCell(sheet, **one))
            yield Row(line, cells)


def _opened(source: bytes | Path) -> BinaryIO:
    """A file, not its path: openpyxl would judge that by its ending."""
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _measure(archive: zipfile.ZipFile) -> None:
    """Refuse what would unpack to too much, by the archive's own list.

    The list may lie, but no member gives more bytes than it says: zipfile stops there.
    """
    members = archive.infolist()
    if "[Content_Types].xml" not in archive.NameToInfo:
        raise NotATable(_("This is an archive, not a workbook."))
    is_bomb = len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED
    for member in members:
        most = MOST_OTHER
        if "worksheets/" in member.filename:
            most = MOST_UNPACKED
        elif member.filename.endswith("sharedStrings.xml"):
            most = MOST_WORDS
        elif "/media/" in member.filename:
            continue  # pictures in cells are never unpacked
        is_tight = member.file_size > max(SMALL, TIGHTEST * member.compress_size)
        is_bomb = is_bomb or member.file_size > most or is_tight
    if is_bomb:
        raise NotATable(_("The workbook unpacks to far more than a table needs; it is refused."))


def _shown(cell: Any) -> str:
    """What the cell shows in the seller's window."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime | date | time):
        return _moment(value)
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    return plain(str(value))


def _moment(value: datetime | date | time) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat()


def _number(value: int | float, style: str) -> str:
    """A number in the decimals of its style; leading zeros of article numbers are kept."""
    exact = Decimal(repr(value))
    main = style.split(";")[0]
    if percent := PERCENT.search(main):
        return f"{_rounded(exact * 100, len(percent[1] or ''))}%"
    if fixed := FIXED.search(main):
        return _rounded(exact, len(fixed[1]))
    if ZEROS.fullmatch(main) and main != "0" and exact == exact.to_integral_value():
        return f"{int(exact):0{len(main)}d}"
    return _general(exact)


def _rounded(exact: Decimal, places: int) -> str:
    return f"{exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"


def _general(exact: Decimal) -> str:
    """At most fifteen digits, which is what Excel keeps; 0.1 + 0.2 is 0.3."""
    text = f"{exact:.15g}" if exact else "0"
    plain_text = f"{Decimal(text):f}"
    return plain_text.rstrip("0").rstrip(".") if "." in plain_text else plain_text
