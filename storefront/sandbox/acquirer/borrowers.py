"""The test borrowers of instalments, and what their form must hold."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MONTHS = ("4", "6", "12", "24")


@dataclass(frozen=True)
class Borrower:
    """Somebody who asks a bank for instalments: his telephone, and why he gets none."""

    phone: str
    declines_with: str

    @property
    def shown(self) -> str:
        """The telephone in groups."""
        bare = self.phone
        return f"+{bare[0]} {bare[1:4]} {bare[4:7]}-{bare[7:9]}-{bare[9:]}"


@dataclass(frozen=True)
class Asked:
    """A form that is in order."""

    borrower: Borrower
    months: str


@cache
def known() -> dict[str, Borrower]:
    """Read the table of test borrowers, by telephone."""
    table = Path(__file__).with_name("test_borrowers.csv")
    with table.open(encoding="utf-8", newline="") as lines:
        return {
            row["phone"]: Borrower(row["phone"], row["declines_with"])
            for row in csv.DictReader(lines)
        }


def read(form: Mapping[str, str]) -> tuple[Asked | None, dict[str, str]]:
    """Read the form: what is asked, or for each wrong field the name of what is wrong with it."""
    wrong: dict[str, str] = {}
    digits = re.sub(r"\D", "", form.get("phone", ""))
    borrower = known().get("7" + digits[-10:])
    months = form.get("months", "")
    if borrower is None:
        wrong["phone"] = "not_a_test_borrower"
    if months not in MONTHS:
        wrong["months"] = "wrong_months"
    return (None if wrong or borrower is None else Asked(borrower, months)), wrong
