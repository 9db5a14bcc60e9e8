"""The test cards, and what a card form must hold."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

CODE = "12345678"
_EXPIRY = re.compile(r"(\d{2})\s*/?\s*(\d{2})\Z")
_HOLDER = re.compile(r"[A-Za-z][A-Za-z .'\-]{0,58}[A-Za-z.]\Z")


@dataclass(frozen=True)
class Card:
    """A test card: whether it asks for a code, and why it is refused if it is."""

    number: str
    three_d_secure: bool
    declines_with: str

    @property
    def shown(self) -> str:
        """The number in groups of four."""
        return " ".join(self.number[i : i + 4] for i in range(0, len(self.number), 4))


@dataclass(frozen=True)
class Entered:
    """A card form that is in order."""

    card: Card
    month: str
    year: str


@cache
def known() -> dict[str, Card]:
    """Read the table of test cards, by number."""
    table = Path(__file__).with_name("test_cards.csv")
    with table.open(encoding="utf-8", newline="") as lines:
        return {
            row["number"]: Card(row["number"], row["three_d_secure"] == "yes", row["declines_with"])
            for row in csv.DictReader(lines)
        }


def read(form: Mapping[str, str], now: datetime) -> tuple[Entered | None, dict[str, str]]:
    """Read a card form: the card, or for each wrong field the name of what is wrong with it.

    Time: wall; a card is good to the end of its month.
    """
    wrong: dict[str, str] = {}
    number = re.sub(r"[\s\-]", "", form.get("number", ""))
    card = known().get(number)
    if not number.isdigit() or not 13 <= len(number) <= 19 or not passes_luhn(number):
        wrong["number"] = "wrong_number"
    elif card is None:
        wrong["number"] = "not_a_test_card"
    found = _EXPIRY.match(form.get("expiry", "").strip())
    month, year = (found[1], f"20{found[2]}") if found else ("", "")
    if not found or not 1 <= int(month) <= 12:
        wrong["expiry"] = "wrong_expiry"
    elif (int(year), int(month)) < (now.year, now.month):
        wrong["expiry"] = "past_expiry"
    if not re.match(r"\d{3}\Z", form.get("cvc", "").strip()):
        wrong["cvc"] = "wrong_cvc"
    holder = form.get("holder", "").strip()
    if holder and not _HOLDER.match(holder):
        wrong["holder"] = "wrong_holder"
    return (None if wrong or card is None else Entered(card, month, year)), wrong


def passes_luhn(number: str) -> bool:
    """Check the last digit of a card number."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
