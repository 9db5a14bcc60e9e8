"""Tables out: CSV and XLSX that spreadsheets open as they are, formulas neutralised."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

# Signs that make a spreadsheet compute, and signs that reading would take for our own guard.
FORMULA = re.compile(r"[=+@\t\r]|-(?!$|[\d\s])|'+[=+@\-\t\r]")
WIDTH = 16  # characters, of each column
MARK = "\ufeff"


def write(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write a CSV table: UTF-8 with its mark, formulas neutralised."""
    return "".join(write_csv(headings, rows)).encode()


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Give a CSV table line by line, its mark first."""
    paper = io.StringIO(newline="")
    out = csv.writer(paper, lineterminator="\r\n")
    yield MARK
    for row in chain([headings], rows):
        out.writerow([_guarded(str(cell)) for cell in row])
        yield paper.getvalue()
        paper.seek(0)
        paper.truncate()


def write_xlsx(target: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a workbook of one sheet; every cell is text, so that nothing in it is computed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    sheet.freeze_panes = "A2"
    for at in range(1, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(at)].width = WIDTH
    sheet.append([_cell(sheet, name, Font(bold=True)) for name in headings])
    for row in rows:
        sheet.append([_cell(sheet, str(value)) for value in row])
    book.save(target)


def _cell(sheet: Any, text: str, font: Font | None = None) -> Any:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", _guarded(text)) or None)
    if cell.value is not None:
        cell.data_type = "s"
    if font:
        cell.font = font
    return cell


def _guarded(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell
