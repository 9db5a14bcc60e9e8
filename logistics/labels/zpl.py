"""Sheets in the language of label printers.

Source: Zebra, ZPL II Programming Guide: ^CI28 is UTF-8, ^FH_ writes control letters as hexadecimal,
^A@ a font of the printer's memory by its name, ^BC mode A chooses the subsets of Code 128.
"""

from collections.abc import Iterator, Sequence

from . import sheets
from .sheets import Barcode, Box, Sheet, Text

DOTS = 8  # per millimetre, of a printer with 203 dots per inch
FONT = "E:SIMSUN.TTF"  # the Chinese font of the printer; it has Russian letters
RESERVED = {letter: f"_{ord(letter):02X}" for letter in "^~_"}


def render(made: Sequence[Sheet]) -> bytes:
    """Write each sheet as a label of its own."""
    return "".join(line + "\n" for sheet in made for line in _label(sheet)).encode()


def _label(sheet: Sheet) -> Iterator[str]:
    yield "^XA^CI28"
    yield f"^PW{_dots(sheet.width)}^LL{_dots(sheet.height)}^LH0,0"
    for item in sheet.items:
        yield f"^FO{_dots(item.x)},{_dots(item.y)}{_field(item)}^FS"
    yield "^XZ"


def _dots(millimetres: float) -> int:
    return round(millimetres * DOTS)


def _field(item: sheets.Item) -> str:
    if isinstance(item, Text):
        size = _dots(item.size)
        font = f"^A0N,{size}" if item.text.isascii() else f"^A@N,{size},{size},{FONT}"
        return f"{font}^FH_^FD{_escaped(item.text)}"
    if isinstance(item, Box):
        thick = max(1, _dots(item.thick))
        return f"^GB{_dots(item.width) or thick},{_dots(item.height) or thick},{thick}"
    return _stripe(item)


def _stripe(item: Barcode) -> str:
    height = _dots(item.height)
    module = max(1, _dots(item.width) // sheets.modules(item.data))
    return f"^BY{module},3,{height}^BCN,{height},N,N,N,A^FH_^FD{_escaped(item.data)}"


def _escaped(text: str) -> str:
    return "".join(RESERVED.get(letter, letter) for letter in text)
