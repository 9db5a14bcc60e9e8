"""CSV files, read line by line: encoding, separator and quoting are found out."""

import csv
import io
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median_high
from typing import BinaryIO, TextIO

from django.utils.translation import gettext as _

from .rows import NotATable, Row, counted, plain

MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATORS = (",", ";", "\t", "|")
CHUNK = 1 << 20
LONGEST_LINE = 1 << 20
SAMPLE = 40
LOOK = 1 << 16  # characters of a line, to find the separator by
END = "\x03end of the table\x03"  # stands alone behind the last line, unless a quote is open


class Bare(csv.excel):
    """Without quotes: what looks like one belongs to the cell."""

    quoting = csv.QUOTE_NONE


@dataclass(frozen=True)
class Text:
    """A CSV file and how it is written."""

    source: bytes | Path
    encoding: str
    separator: str = ","
    has_quotes: bool = True

    @classmethod
    def of(cls, source: bytes | Path) -> "Text":
        """Find out how a file is written.

        Raises: NotATable.
        """
        plain_text = cls(source, _encoding(source))
        separator = _separator(list(islice(plain_text.lines(), SAMPLE)))
        return cls(source, plain_text.encoding, separator, _has_quotes(plain_text, separator))

    def lines(self) -> Iterator[str]:
        """Raises: NotATable, at a line without end."""
        with _binary(self.source) as file, _text(file, self.encoding) as text:
            number = 0
            while line := text.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    where = {"line": number}
                    raise NotATable(_("Line %(line)s is too long to be a row.") % where)
                yield line

    def rows(self) -> Iterator[Row]:
        """Raises: NotATable, where a quote stays open or too much comes."""
        return counted(self._rows())

    def _rows(self) -> Iterator[Row]:
        style = csv.excel if self.has_quotes else Bare
        reader = csv.reader(self._ended(), style, delimiter=self.separator)
        line = 1
        try:
            for cells in reader:
                if cells == [END]:
                    return
                if cells and cells[-1].endswith(END):
                    break
                yield Row(line, [self._cell(cell) for cell in cells])
                line = reader.line_num + 1
        except csv.Error as error:
            raise _open_quote(line) from error
        raise _open_quote(line)

    def _ended(self) -> Iterator[str]:
        yield from self.lines()
        yield END

    def _cell(self, cell: str) -> str:
        if not self.has_quotes and len(cell) > 1 and cell[0] == cell[-1] == '"':
            cell = cell[1:-1].replace('""', '"')
        return plain(cell)


def _open_quote(line: int) -> NotATable:
    text = _("Line %(line)s cannot be read: is a quote open, or the file cut?")
    return NotATable(text % {"line": line})


def _binary(source: bytes | Path) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _text(file: BinaryIO, encoding: str) -> TextIO:
    return io.TextIOWrapper(file, encoding=encoding, newline="")


def _encoding(source: bytes | Path) -> str:
    """Marks first, then UTF-8, which other encodings hardly ever happen to be, then Chinese."""
    with _binary(source) as file:
        start = file.read(3)
    marked = next((name for mark, name in MARKS.items() if start.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            _decode_all(source, encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise NotATable(_("The file is neither UTF-8 nor GB18030 text."))


def _decode_all(source: bytes | Path, encoding: str) -> None:
    """Go through the whole file, a piece at a time.

    Raises: UnicodeDecodeError; NotATable at a NUL, which no table has in it.
    """
    decoder = getincrementaldecoder(encoding)()
    line = 1
    with _binary(source) as file:
        while piece := file.read(CHUNK):
            text = decoder.decode(piece)
            if "\0" in text:
                where = {"line": line + text[: text.index("\0")].count("\n")}
                raise NotATable(_("Line %(line)s holds a NUL: this is no text.") % where)
            line += text.count("\n")
    decoder.decode(b"", final=True)


def _separator(sample: list[str]) -> str:
    """The separator that cuts most of the first lines into most cells."""
    filled = [line[:LOOK] for line in sample if line.strip()]
    if not filled:
        return SEPARATORS[0]

    def cells(mark: str) -> tuple[int, int]:
        widths = [len(next(csv.reader([line], delimiter=mark), [])) for line in filled]
        return median_high(widths), max(widths)

    return max(SEPARATORS, key=cells)


def _has_quotes(text: Text, separator: str) -> bool:
    """Tabbed files with as many tabs in each line are written without quotes: " is an inch."""
    if separator != "\t":
        return True
    counts = {line.count("\t") for line in text.lines() if line.strip()}
    return len(counts) > 1
