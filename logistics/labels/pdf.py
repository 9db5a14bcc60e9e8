"""Sheets as PDF; the font is one every reader has, for Chinese and Russian, none is carried."""

import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from . import sheets
from .sheets import Barcode, Box, Sheet, Text

FONT = "STSong-Light"
BLANK = 0.2  # more, as a part of the height of a letter
BASE = 0.82  # where letters stand, as a part of their height


def render(made: Sequence[Sheet]) -> bytes:
    """Draw each sheet on a page of its size."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    paper = io.BytesIO()
    canvas = Canvas(paper, invariant=True)
    for sheet in made:
        canvas.setPageSize((sheet.width * mm, sheet.height * mm))
        for item in sheet.items:
            _draw(canvas, sheet, item)
        canvas.showPage()
    canvas.save()
    return paper.getvalue()


def _draw(canvas: Any, sheet: Sheet, item: sheets.Item) -> None:
    if isinstance(item, Text):
        _write(canvas, sheet, item)
    elif isinstance(item, Box):
        canvas.setLineWidth(item.thick * mm)
        top = (sheet.height - item.y) * mm
        canvas.rect(item.x * mm, top - item.height * mm, item.width * mm, item.height * mm)
    else:
        _stripe(canvas, sheet, item)


def _write(canvas: Any, sheet: Sheet, item: Text) -> None:
    text = canvas.beginText(item.x * mm, (sheet.height - item.y - item.size * BASE) * mm)
    text.setFont(FONT, item.size * mm)
    for run, space in _runs(item.text):
        text.setCharSpace(space * item.size * mm)
        text.textOut(run)
    canvas.drawText(text)


def _runs(text: str) -> Iterator[tuple[str, float]]:
    """Parts of a text with the space between their letters.

    The font gives a Russian letter the room of a Chinese one: what is too much is taken back. A
    blank is narrow in it, and gets some room.
    """
    for room, letters in groupby(text, _room):
        yield "".join(letters), room


def _room(letter: str) -> float:
    if sheets.is_cyrillic(letter):
        return sheets.CYRILLIC - sheets.WIDE
    return BLANK if letter == " " else 0.0


def _stripe(canvas: Any, sheet: Sheet, item: Barcode) -> None:
    module = item.width * mm / sheets.modules(item.data)
    bottom = (sheet.height - item.y - item.height) * mm
    for start, width in sheets.bars(item.data):
        left = item.x * mm + start * module
        canvas.rect(left, bottom, width * module, item.height * mm, stroke=0, fill=1)
