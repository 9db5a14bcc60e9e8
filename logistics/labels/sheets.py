"""A sheet to be printed: texts, lines and barcodes at their places, whatever the printer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from unicodedata import east_asian_width

from reportlab.graphics.barcode.code128 import Code128

NARROW, CYRILLIC, WIDE = 0.56, 0.68, 1.0  # of the height of a letter
LINE = 1.25


@dataclass(frozen=True)
class Text:
    """Units: millimetres from the upper left corner to the upper left of the text."""

    x: float
    y: float
    size: float
    text: str


@dataclass(frozen=True)
class Box:
    """A frame, or a line if it has no height or no width. Units: millimetres."""

    x: float
    y: float
    width: float
    height: float
    thick: float = 0.3


@dataclass(frozen=True)
class Barcode:
    """Code 128 as wide as it fits. Units: millimetres."""

    x: float
    y: float
    width: float
    height: float
    data: str


Item = Text | Box | Barcode


@dataclass
class Sheet:
    """One label or page. Units: millimetres."""

    width: float
    height: float
    items: list[Item] = field(default_factory=list)

    def text(self, x: float, y: float, size: float, text: str) -> None:
        self.items.append(Text(x, y, size, text))

    def box(self, x: float, y: float, width: float, height: float, thick: float = 0.3) -> None:
        self.items.append(Box(x, y, width, height, thick))

    def barcode(self, x: float, y: float, width: float, height: float, data: str) -> None:
        self.items.append(Barcode(x, y, width, height, data))

    def lines(self, x: float, y: float, size: float, text: str, *, width: float, most: int) -> None:
        """Write a text over at most so many lines; what does not fit is cut with dots."""
        for turn, line in enumerate(wrapped(text, size, width, most)):
            self.text(x, y + turn * size * LINE, size, line)


def wide(letter: str) -> float:
    """How wide a letter is, as a part of its height."""
    if east_asian_width(letter) in "WF":
        return WIDE
    return CYRILLIC if is_cyrillic(letter) else NARROW


def is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u04ff"


def wrapped(text: str, size: float, width: float, most: int) -> list[str]:
    """Break a text between words, and between Chinese letters, into lines of a width."""
    lines, line, room = [], "", width / size
    for word in _words(" ".join(text.split())):
        if _length(line + word.rstrip()) > room and line.strip():
            lines.append(line.rstrip())
            line = ""
        line += word if line or word.strip() else ""
    lines.append(line.rstrip())
    lines = [_cut(one, room) for one in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), room)]
    return lines


def _words(text: str) -> Iterator[str]:
    word = ""
    for letter in text:
        if wide(letter) == WIDE:
            yield from filter(None, (word, letter))
            word = ""
        else:
            word += letter
            if letter == " ":
                yield word
                word = ""
    if word:
        yield word


def _length(text: str) -> float:
    return sum(wide(letter) for letter in text)


def _cut(text: str, room: float) -> str:
    if _length(text) <= room:
        return text
    while text and _length(text) + 1 > room:
        text = text[:-1]
    return text.rstrip("… ") + "…"


def bars(data: str) -> list[tuple[int, int]]:
    """The bars of a Code 128: where each begins and how wide it is, in modules.

    Source: ISO/IEC 15417, as reportlab encodes it.
    """
    code = Code128(data, quiet=0)
    code.validate()
    code.encode()
    code.decompose()
    found, at = [], 0
    for letter in code.decomposed:
        width = ord(letter.lower()) - ord("a") + 1
        if letter.isupper():
            found.append((at, width))
        at += width
    return found


def modules(data: str) -> int:
    """How wide a Code 128 is, in modules, without its quiet zones."""
    start, width = bars(data)[-1]
    return start + width
