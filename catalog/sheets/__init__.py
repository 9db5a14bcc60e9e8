"""Tables that people send: CSV and XLSX in, found out by themselves; the same out."""

from .reading import read
from .rows import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, NotATable, Row, Sheet
from .writing import stream_xlsx, write, write_csv, write_xlsx

__all__ = [
    "MOST_BYTES",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "NotATable",
    "Row",
    "Sheet",
    "read",
    "stream_xlsx",
    "write",
    "write_csv",
    "write_xlsx",
]
