"""Draws what will happen, seeded: the same seed and the same order of calls tell the same story."""

from __future__ import annotations

import csv
import math
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_SPACE = uuid.UUID("5a1d9f2e-6b0c-5c11-9c3e-0d4a53756e67")
# Ninety of a hundred values of a normal distribution lie below 1.2816 deviations over its middle.
_P90_DEVIATIONS = 1.2815515655446004


@dataclass(frozen=True)
class Duration:
    """How long a step takes: half of the cases within p50, nine of ten within p90."""

    p50: float
    p90: float


@cache
def durations(other: Path | None = None) -> Mapping[str, Duration]:
    """Read the table of durations, in minutes; rows of another table stand instead of its own."""
    own = {} if other is None else durations()
    with (other or _HERE / "durations.csv").open(encoding="utf-8", newline="") as lines:
        return {**own, **{row["step"]: _duration(row) for row in csv.DictReader(lines)}}


def _duration(row: dict[str, str]) -> Duration:
    return Duration(float(row["p50_minutes"]), float(row["p90_minutes"]))


@cache
def usual_shares() -> Mapping[str, float]:
    """Read the table of the shares of trouble."""
    with (_HERE / "shares.csv").open(encoding="utf-8", newline="") as lines:
        return {row["name"]: float(row["share"]) for row in csv.DictReader(lines)}


@dataclass
class Story:
    """The draws of one thing: what kind it is and the how-many-eth of its kind."""

    seed: int
    kind: str
    number: int
    shares: Mapping[str, float] = field(default_factory=usual_shares)
    table: Mapping[str, Duration] = field(default_factory=durations)

    def __post_init__(self) -> None:
        """Start the sequence of draws that belongs to this thing alone."""
        self.dice = random.Random(f"{self.seed}:{self.kind}:{self.number}")

    def ident(self, part: str = "") -> str:
        """Name the thing, or a part of it."""
        return str(uuid.uuid5(_SPACE, f"{self.seed}:{self.kind}:{self.number}:{part}"))

    def happens(self, name: str, *, times: float = 1.0) -> bool:
        """Decide whether a trouble of the table, or so many times its share, meets this thing."""
        # The draw is made in any case, so that a share set to zero changes nothing else.
        return self.dice.random() < self.shares[name] * times

    def takes(self, step: str) -> timedelta:
        """Draw how long a step takes.

        Rounding: to whole seconds, at least one.
        """
        known = self.table[step]
        spread = math.log(known.p90 / known.p50) / _P90_DEVIATIONS
        minutes = self.dice.lognormvariate(math.log(known.p50), spread)
        return timedelta(seconds=max(1, round(minutes * 60)))
