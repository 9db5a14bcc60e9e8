"""The small chart of what was asked for goods in the last months."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from catalog import asking
from catalog.models import Variant

from ._listing import Visit

DAYS = 90
KEPT_SECONDS = 600
WIDTH, HEIGHT, EDGE = 320, 72, 6


@dataclass(frozen=True)
class Chart:
    """A line of steps over three months. Prices: whole rubles at the rate of today."""

    path: str
    lowest: Any
    highest: Any
    now: Any
    width: int = WIDTH
    height: int = HEIGHT


def chart(variant: Variant, visit: Visit) -> Chart | None:
    """Draw the lowest price of a variant over time; None when it never moved."""
    if visit.tariff is None:
        return None
    steps = _steps(variant, visit)
    prices = [visit.tariff.rubles(step.price) for step in steps]
    if len(set(prices)) < 2:
        return None
    return Chart(_path(steps, prices), min(prices), max(prices), prices[-1])


def _steps(variant: Variant, visit: Visit) -> list[asking.Step]:
    name = f"asked:{variant.pk}:{visit.now:%Y%m%d%H}"
    found: list[asking.Step] | None = cache.get(name)
    if found is None:
        found = asking.history(variant, days=DAYS, now=visit.now)
        cache.set(name, found, KEPT_SECONDS)
    return found


def _path(steps: Sequence[asking.Step], prices: Sequence[Any]) -> str:
    """Steps from left to right; where nobody could buy, the line is broken."""
    start, end = steps[0].since, steps[-1].until
    low, high = min(prices), max(prices)
    drawn, before = [], None
    for step, price in zip(steps, prices, strict=True):
        x, until = (WIDTH * ((at - start) / (end - start)) for at in (step.since, step.until))
        y = EDGE + (HEIGHT - 2 * EDGE) * float((high - price) / (high - low))
        drawn.append(f"V{y:.1f}" if before == step.since else f"M{x:.1f} {y:.1f}")
        drawn.append(f"H{until:.1f}")
        before = step.until
    return "".join(drawn)
