"""A statement as a workbook, in Chinese: numbers are numbers, and no text is ever computed."""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from payments.models import Settlement

from . import statements

CHINESE = "zh-hans"
WIDTHS = (6, 12, 14, 36, 8, 14, 14, 14, 12, 14, 30)
MONEY = "#,##0.00"
BOLD = Font(bold=True)


def headings() -> list[str]:
    """The columns of a statement, in the language that is active."""
    return [
        _("No."),
        _("Kind"),
        _("Order"),
        _("Goods"),
        _("Pieces"),
        _("Price"),
        _("Commission"),
        _("To you"),
        _("Rubles for one yuan"),
        _("Rate of the day"),
        _("Journal"),
    ]


def xlsx(settlement: Settlement) -> bytes:
    """Write a statement as an XLSX workbook."""
    with translation.override(CHINESE):
        told = statements.read(settlement)
        book = Workbook(write_only=True)
        _statement(book, told)
        _left_out(book, told)
    paper = io.BytesIO()
    book.save(paper)
    return paper.getvalue()


def _statement(book: Workbook, told: statements.Statement) -> None:
    sheet = book.create_sheet(_("Statement"))
    for at, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    since = f"{told.since:%Y-%m-%d} " if told.since else ""
    _add(sheet, [told.number, told.seller.name_zh, f"{since}\u2014 {told.until:%Y-%m-%d}"], BOLD)
    for name, value in told.sums:
        _add(sheet, [name, value])
    _add(sheet, [_("To you"), told.net], BOLD)
    _add(sheet, [])
    _add(sheet, headings(), BOLD)
    for row in told.rows:
        _add(
            sheet,
            [
                *(row.position, row.kind, row.order, row.title, row.quantity, row.gross),
                *(row.commission, row.net, row.rate, row.rate_on, row.journal),
            ],
        )


def _left_out(book: Workbook, told: statements.Statement) -> None:
    sheet = book.create_sheet(_("Left out"))
    _add(sheet, [_("Order"), _("Goods"), _("To you"), _("Reason")], BOLD)
    for gap in told.missing:
        _add(sheet, [gap.order, gap.title, gap.net, gap.reason])


def _add(sheet: Any, values: Sequence[Any], font: Font | None = None) -> None:
    sheet.append([_cell(sheet, value, font) for value in values])


def _cell(sheet: Any, value: Any, font: Font | None) -> Any:
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # a name that begins with "=" stays a name
        cell.quotePrefix = value[:1] in "=+-@" and bool(value)
    if isinstance(value, Decimal) and value.as_tuple().exponent == -2:
        cell.number_format = MONEY
    if font:
        cell.font = font
    return cell
