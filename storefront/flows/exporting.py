"""A seller's goods leave the catalogue in the form they can be taken in again."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from catalog import exports, sheets
from catalog.models import Seller
from logistics import holdings


def csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Give any table as CSV, a piece at a time."""
    return sheets.write_csv(headings, rows)


def xlsx(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Give any table as an Excel workbook, a piece at a time."""
    return sheets.stream_xlsx(headings, rows)


def lines(seller: Seller, *, kind: str, language: str) -> Iterator[str]:
    """Give the table as CSV, a piece at a time."""
    rows = exports.rows(seller, kind=kind, levels=partial(holdings.levels, seller))
    return sheets.write_csv(exports.headings(kind, language), rows)


def workbook(seller: Seller, *, kind: str, language: str) -> Iterator[bytes]:
    """Give the table as an Excel workbook, a piece at a time."""
    rows = exports.rows(seller, kind=kind, levels=partial(holdings.levels, seller))
    return sheets.stream_xlsx(exports.headings(kind, language), rows)
