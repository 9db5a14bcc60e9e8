"""What pairs of banks take for passing money on, and that one of them now and then takes more."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from storefront.sandbox import amounts
from storefront.sandbox.stories import Story

_TABLE = Path(__file__).parent / "tariff.csv"
_ALL = 10_000  # basis points in a whole
_DEARER = 150  # percent of its terms that a bank takes when it takes more


@cache
def tariff() -> Mapping[tuple[str, ...], tuple[int, int]]:
    """Read the table: per pair and currency the fee in minor units, and basis points."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            (row["russian"], row["chinese"], row["currency"]): (
                amounts.minor(row["fee"]),
                int(row["fee_bps"]),
            )
            for row in csv.DictReader(lines)
        }


def fee(units: int, *, via: Sequence[str], currency: str, story: Story) -> int:
    """What is taken for so much money, in its minor unit; nothing, if no pair is on its way.

    Rounding: half up, to the minor unit, once; what is dearer, once more.
    """
    # Drawn in any case, and last of all: so nothing else of the story changes.
    is_dearer = story.happens("fee_dearer")
    flat, bps = tariff().get((*via, currency), (0, 0))
    usual = flat + (units * bps + _ALL // 2) // _ALL
    return (usual * _DEARER + 50) // 100 if is_dearer else usual
