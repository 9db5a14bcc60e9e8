"""Tables out: CSV and XLSX that spreadsheets open as they are, formulas neutralised."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

# Signs that make a spreadsheet compute, and signs that reading would take for our own guard.
FORMULA = re.compile(r"[=+@\t\r]|-(?!$|[\d\s])|'+[=+@\-\t\r]")
WIDTH = 16  # characters, of each column
MARK = "\ufeff"
LONGEST = 32_767  # characters of a cell
PIECE = 65_536  # bytes that are given at once
LEVEL = 3  # of packing: a third of the time of the best, a tenth larger
SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
    f'<Override PartName="/{SHEET}" ContentType="{KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/>'
    '<name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
    '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/>'
    '<right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1"'
    ' fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>",
}
BEGIN = (
    f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
    '</sheetViews><cols><col min="1" max="{columns}" width="{width}" customWidth="1"/></cols>'
    "<sheetData>"
)
END = b"</sheetData></worksheet>"


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
    """Write a workbook of one sheet into a file."""
    with target.open("wb") as file:
        file.writelines(stream_xlsx(headings, rows))


def stream_xlsx(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Give a workbook of one sheet a piece at a time; nothing of it is kept.

    Every cell is text, so that nothing in it is computed.
    Source: ECMA-376 part 1, 18.3.1.73 (rows), 18.3.1.4 (cells with their text in them).
    """
    letters = [get_column_letter(at) for at in range(1, len(headings) + 1)]
    paper = Outlet()
    with zipfile.ZipFile(paper, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as book:
        for name, text in PARTS.items():
            book.writestr(name, text)
        with book.open(SHEET, "w") as sheet:
            sheet.write(BEGIN.format(columns=len(headings), width=WIDTH).encode())
            for number, row in enumerate(chain([headings], rows), start=1):
                sheet.write(_row(number, letters, row).encode())
                if len(paper.held) >= PIECE:
                    yield paper.taken()
            sheet.write(END)
    yield paper.taken()


class Outlet(io.RawIOBase):
    """Holds what was written to it until it is taken away; it has no beginning to go back to."""

    def __init__(self) -> None:
        self.held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, body: Any) -> int:
        self.held += body
        return len(body)

    def taken(self) -> bytes:
        piece = bytes(self.held)
        self.held.clear()
        return piece


# A reader of XML takes a bare carriage return for a line feed; this way it stays one.
RETURNS = {"\r": "&#13;"}


def _row(number: int, letters: Sequence[str], row: Sequence[Any]) -> str:
    style = ' s="1"' if number == 1 else ""
    cells = (
        f'<c r="{letter}{number}"{style} t="inlineStr"><is>'
        f'<t xml:space="preserve">{escape(text, RETURNS)}</t></is></c>'
        for letter, text in zip(letters, map(_plain, row), strict=False)
        if text
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _plain(value: Any) -> str:
    """The text of a cell without the signs that XML cannot carry, no longer than a cell holds."""
    return ILLEGAL_CHARACTERS_RE.sub("", _guarded(str(value)))[:LONGEST]


def _guarded(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell
