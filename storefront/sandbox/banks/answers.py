"""Why banks say no: the codes, how often each, and how strict each pair of banks is."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from storefront.sandbox.stories import Story

_TABLE = Path(__file__).parent / "answers.csv"
# How much more or less than usual a pair of banks gives back.
_STRICTNESS = (0.2, 0.5, 1.0, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Answer:
    """One code: `rejected` before the debit, or `returned` after it."""

    code: str
    when: str
    weight: int
    text: str


@cache
def answers() -> Mapping[str, Answer]:
    """Read the table of codes."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: Answer(row["code"], row["when"], int(row["weight"]), row["text"])
            for row in csv.DictReader(lines)
        }


def is_returned(code: str) -> bool:
    """Whether a transfer with this code was debited first."""
    known = answers().get(code)
    return known is not None and known.when == "returned"


def text(code: str) -> str:
    """Say a code in words."""
    known = answers().get(code)
    return known.text if known else "Rejected"


def strictness(seed: int, via: Sequence[str]) -> float:
    """How many times the usual share a pair of banks gives back; the same pair, the same."""
    if not via:
        return 1.0
    return random.Random(f"{seed}:pair:{'-'.join(via)}").choice(_STRICTNESS)


def drawn(story: Story, *, times: float) -> str:
    """Draw whether, and with which code, a transfer comes to nothing; no text if it does not."""
    rejected = story.happens("transfer_rejected")
    returned = story.happens("transfer_returned", times=times)
    when = "rejected" if rejected else "returned" if returned else ""
    if not when:
        return ""
    codes = [answer for answer in answers().values() if answer.when == when]
    (chosen,) = story.dice.choices(codes, [answer.weight for answer in codes])
    return chosen.code
