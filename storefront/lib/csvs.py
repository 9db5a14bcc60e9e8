"""Tables kept as CSV beside the code that reads them."""

import csv
from pathlib import Path


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a UTF-8 table with a heading; values are stripped.

    Raises: ValueError, if a row has more or fewer cells than the heading.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    heading, body = rows[0], rows[1:]
    for number, row in enumerate(body, start=2):
        if len(row) != len(heading):
            raise ValueError(f"{path.name}:{number} has {len(row)} cells, not {len(heading)}")
    return [dict(zip(heading, map(str.strip, row), strict=True)) for row in body]
