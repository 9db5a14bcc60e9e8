"""A statement as a PDF, in Chinese; the font is one every reader has, none is carried along."""

import io
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.utils import translation
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from payments.models import Settlement

from . import sheets, statements

FONT = "STSong-Light"
SMALL = ParagraphStyle("small", fontName=FONT, fontSize=8, leading=10, wordWrap="CJK")
RIGHT = ParagraphStyle("right", parent=SMALL, alignment=TA_RIGHT)
HEAD = ParagraphStyle("head", fontName=FONT, fontSize=14, leading=20)
# Points, of the columns of a statement on a page that lies.
WIDTHS = (28, 52, 76, 190, 34, 66, 62, 66, 60, 62, 96)
MARGIN = 24


def pdf(settlement: Settlement) -> bytes:
    """Print a statement."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    paper = io.BytesIO()
    with translation.override(sheets.CHINESE):
        told = statements.read(settlement)
        margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), MARGIN)
        document = SimpleDocTemplate(
            paper, pagesize=landscape(A4), title=told.number, author="Sungari", **margins
        )
        document.build(_story(told), onFirstPage=_numbered, onLaterPages=_numbered)
    return paper.getvalue()


def _story(told: statements.Statement) -> list[Any]:
    since = f"{told.since:%Y-%m-%d} " if told.since else ""
    title = f"{_('Statement')} {told.number} · {told.seller.name_zh}"
    story: list[Any] = [
        Paragraph(escape(title), HEAD),
        Paragraph(f"{since}\u2014 {told.until:%Y-%m-%d} {_('(this day not counted)')}", SMALL),
        Paragraph(_("All sums are in yuan, CNY."), SMALL),
        Spacer(1, 8),
        _sums(told),
        Spacer(1, 10),
        _table([_heads(sheets.headings(), (5, 8)), *map(_cells, told.rows)], WIDTHS, money=(5, 8)),
    ]
    if told.missing:
        heading = [_("Order"), _("Goods"), _("To you"), _("Reason")]
        rows = [[gap.order, _text(gap.title), shown(gap.net), gap.reason] for gap in told.missing]
        story += [
            Spacer(1, 10),
            Paragraph(_("Left out"), HEAD),
            _table([heading, *rows], (90, 330, 80, 292), money=(2, 2)),
        ]
    return story


def _sums(told: statements.Statement) -> Table:
    rows = [[name, shown(value)] for name, value in (*told.sums, (_("To you"), told.net))]
    table = Table(rows, colWidths=(110, 90), hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), FONT, 9),
                ("ALIGN", (1, 0), (1, -1), "RIGHT"),
                ("LINEABOVE", (0, -1), (-1, -1), 0.6, colors.black),
            ]
        )
    )
    return table


def _cells(row: statements.Row) -> list[Any]:
    return [
        str(row.position),
        row.kind,
        row.order,
        _text(row.title),
        "" if row.quantity is None else str(row.quantity),
        *(shown(value) for value in (row.gross, row.commission, row.net)),
        "" if row.rate is None else f"{row.rate:f}",
        "" if row.rate_on is None else f"{row.rate_on:%Y-%m-%d}",
        _text(row.journal),
    ]


def _heads(names: list[str], money: tuple[int, int]) -> list[Paragraph]:
    """Headings that break inside their column, those above sums on the right."""
    first, last = money
    return [
        Paragraph(escape(name), RIGHT if first <= at <= last else SMALL)
        for at, name in enumerate(names)
    ]


def _text(text: str) -> Paragraph:
    return Paragraph(escape(text), SMALL)


def _table(rows: list[list[Any]], widths: tuple[int, ...], *, money: tuple[int, int]) -> Table:
    table = Table(rows, colWidths=widths, repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), FONT, 8),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("ALIGN", (money[0], 0), (money[1], -1), "RIGHT"),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#eef1f4")),
                ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.HexColor("#c8ced4")),
            ]
        )
    )
    return table


def shown(value: Decimal) -> str:
    """A sum of yuan, its thousands parted."""
    return f"{value:,.2f}"


def _numbered(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 8)
    canvas.drawRightString(landscape(A4)[0] - MARGIN, MARGIN / 2, str(document.page))
