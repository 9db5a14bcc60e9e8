"""Lines over days as plain SVG: figures in, coordinates out; the template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from storefront.templatetags.money import whole

from . import cells

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 24
BAR_SHEET, BAR_LEFT, MOST_WIDE = 460, 64, 40
STEPS = 4  # horizontal lines, their figures beside them

Point = tuple[date, Decimal]


@dataclass(frozen=True)
class Series:
    """One line: its name in the legend, its class in the style sheet, its points by day."""

    label: Any
    tone: str
    points: Sequence[Point]


def lines(title: Any, series: Sequence[Series]) -> dict[str, Any] | None:
    """What `admin/_chart.html` draws; None, if there are not two days to draw between."""
    found = [point for one in series for point in one.points]
    days = sorted({on for on, _value in found})
    if len(days) < 2:
        return None
    frame = Frame(days[0], days[-1], *_range([value for _on, value in found]))
    return {
        "title": title,
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "grid": frame.grid(),
        "days": [(frame.x(on), on) for on in (days[0], days[len(days) // 2], days[-1])],
        "series": [
            {
                "label": one.label,
                "tone": one.tone,
                "points": " ".join(f"{frame.x(on)},{frame.y(value)}" for on, value in one.points),
                "last": one.points[-1][1],
            }
            for one in series
            if one.points
        ],
    }


def bars(title: Any, points: Sequence[Point]) -> dict[str, Any] | None:
    """What `admin/_bars.html` draws: a bar a day, from zero; None, if there is nothing to draw."""
    most = max((value for _on, value in points), default=Decimal(0))
    if most <= 0:
        return None
    tick = _round_step(most / STEPS)
    top = tick * STEPS
    step = (BAR_SHEET - BAR_LEFT) // len(points)
    wide = min(step * 2 // 3, MOST_WIDE)
    floor, high = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    drawn = []
    for number, (on, value) in enumerate(points):
        tall = round(max(value, Decimal(0)) / top * high)
        middle = BAR_LEFT + step * number + step // 2
        drawn.append(
            {
                "on": on,
                "value": value,
                "x": middle - wide // 2,
                "y": floor - tall,
                "width": wide,
                "height": tall,
                "middle": middle,
            }
        )
    values = [tick * number for number in range(STEPS + 1)]
    return {
        "title": title,
        "width": BAR_SHEET,
        "height": HEIGHT,
        "left": BAR_LEFT,
        "grid": [(round(floor - value / top * high), whole(round(value))) for value in values],
        "bars": drawn,
    }


def _round_step(least: Decimal) -> Decimal:
    """The next figure one likes to read on an axis: 1, 2, 2.5 or 5 times a power of ten."""
    power = Decimal(1).scaleb(least.adjusted())
    return next(power * n for n in map(Decimal, ("1", "2", "2.5", "5", "10")) if power * n >= least)


def _range(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """From below the least to above the most, so that a flat line stands in the middle."""
    least, most = min(values), max(values)
    room = (most - least) / 10 or most / 100
    return least - room, most + room


@dataclass(frozen=True)
class Frame:
    """Where days and figures stand on the sheet."""

    first: date
    last: date
    least: Decimal
    most: Decimal

    def x(self, on: date) -> int:
        """The column of a day."""
        share = (on - self.first).days / max(1, (self.last - self.first).days)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT))

    def y(self, value: Decimal) -> int:
        """The row of a figure."""
        share = float((value - self.least) / (self.most - self.least))
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM))

    def grid(self) -> list[tuple[int, str]]:
        """Rows of the horizontal lines, with their figures."""
        step = (self.most - self.least) / STEPS
        values = [self.least + step * number for number in range(STEPS + 1)]
        return [(self.y(value), cells.pointed(f"{value:.2f}")) for value in values]
