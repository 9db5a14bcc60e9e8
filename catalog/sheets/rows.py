"""What a table is once it is read: headings and rows, and how much of them there may be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from storefront.lib.refusal import Refusal

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 300
GUARDED = re.compile(r"\A'(?='*[=+@\-\t\r])")


class NotATable(Refusal):
    """The file as a whole cannot be read; nothing was taken from it."""

    code = "not_a_table"


@dataclass(frozen=True)
class Row:
    """One row, its cells stripped; `line` is where it begins in the file."""

    line: int
    cells: list[str]
    is_too_wide: bool = False


class Grid(Protocol):
    """Every row of a file with words in it, as often as it is asked for."""

    def rows(self) -> Iterator[Row]: ...


@dataclass(frozen=True)
class Sheet:
    """A table with its headings, and how it was written.

    `after` is the last line of the heading; what stands below are the rows.
    """

    headings: list[str]
    form: str
    encoding: str
    separator: str
    after: int
    grid: Grid

    def rows(self) -> Iterator[Row]:
        """Give the rows one by one, each as wide as the headings; short ones are filled up.

        Raises: NotATable, where the file cannot be read on.
        """
        width = len(self.headings)
        for row in self.grid.rows():
            if row.line > self.after:
                filled = row.cells + [""] * (width - len(row.cells))
                yield Row(row.line, filled[:width], is_too_wide=any(filled[width:]))


def plain(cell: str) -> str:
    """A cell without outer space, and without the sign our own export guards formulas by."""
    return GUARDED.sub("", cell.strip()).strip()


def counted(rows: Iterator[Row]) -> Iterator[Row]:
    """Leave out rows without a word, and stop where there are too many of them, or too wide.

    Raises: NotATable.
    """
    count = 0
    for row in rows:
        if not any(row.cells):
            continue
        count += 1
        if count > MOST_ROWS:
            most = {"most": MOST_ROWS}
            raise NotATable(_("The file has more than %(most)s rows; cut it in parts.") % most)
        if len(row.cells) > MOST_COLUMNS and any(row.cells[MOST_COLUMNS:]):
            limits = {"most": MOST_COLUMNS, "line": row.line}
            raise NotATable(_("Line %(line)s has more than %(most)s columns.") % limits)
        yield row
