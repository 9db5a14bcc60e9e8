"""The pen: colours, gradients, soft shadows and the sheet they are drawn on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

SIDE = 400
FLOOR = 364
BLACK = "#000"  # what SVG paints when no colour is named


def number(value: float) -> str:
    """Write a measure shortly: two decimals at most, no idle zeros."""
    text = f"{value:.{1 if abs(value) >= 20 else 2}f}".rstrip("0").rstrip(".")
    if text.startswith(("0.", "-0.")):
        text = text.replace("0.", ".", 1)
    return "0" if text in {"", "-0"} else text


def way(text: str, *values: float) -> str:
    """Write measures into the places marked by % of a path or a transform."""
    first, *rest = text.split("%")
    pairs = zip(values, rest, strict=True)
    return first + "".join(f"{number(value)}{part}" for value, part in pairs)


def fit(text: str, wide: float, high: float) -> str:
    """Stretch a path drawn on a field of 100 by 100 (M L H V C Q Z) to a width and a height."""
    parts = []
    for command, body in re.findall("([MLHVCQZ])([^A-Z]*)", text):
        sides = {"H": (wide,), "V": (high,)}.get(command, (wide, high))
        values = zip(body.split(), cycle(sides), strict=False)
        parts.append(command + " ".join(number(float(at) * side / 100) for at, side in values))
    return "".join(parts)


def mix(colour: str, other: str, share: float) -> str:
    """Mix a share of another colour into a colour."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def light(colour: str, share: float) -> str:
    """Move a colour towards white."""
    return mix(colour, "#ffffff", share)


def dark(colour: str, share: float) -> str:
    """Move a colour towards a warm black."""
    return mix(colour, "#0b0f10", share)


def brightness(colour: str) -> float:
    """Tell how bright a colour looks, from 0 to 1."""
    red, green, blue = _channels(colour)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


Stop = tuple[float, str] | tuple[float, str, float]


class Sheet:
    """A square of 400 by 400 that collects marks and the gradients they need."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.defs: dict[str, str] = {}
        self.marks: list[str] = []

    def _define(self, text: str) -> str:
        if text not in self.defs:
            self.defs[text] = f"{self.name}{len(self.defs)}"
        return self.defs[text]

    def _gradient(self, head: str, stops: tuple[Stop, ...]) -> str:
        parts = []
        for at, colour, *opacity in stops:
            faint = f' stop-opacity="{number(opacity[0])}"' if opacity else ""
            tint = "" if colour == BLACK else f' stop-color="{colour}"'
            parts.append(f'<stop offset="{number(at)}"{tint}{faint}/>')
        kind = head.split(" ", 1)[0]
        name = self._define(f"<{head}@>{''.join(parts)}</{kind}>")
        return f"url(#{name})"

    def linear(self, *stops: Stop, to: tuple[float, float] = (0, 1)) -> str:
        """Give a paint that runs from the top left corner to a point of the unit square."""
        ends = {"x2": (to[0], 1.0), "y2": (to[1], 0.0)}
        return self._gradient("linearGradient" + _unusual(ends), stops)

    def radial(self, *stops: Stop, at: tuple[float, float] = (0.5, 0.5), reach: float = 0.5) -> str:
        """Give a paint that runs outwards from a point of the unit square."""
        middle = {"cx": (at[0], 0.5), "cy": (at[1], 0.5), "r": (reach, 0.5)}
        return self._gradient("radialGradient" + _unusual(middle), stops)

    def clip(self, mark: str) -> str:
        """Give a clip that keeps what lies inside a mark."""
        return f"url(#{self._define(f'<clipPath@>{mark}</clipPath>')})"

    def pattern(self, width: float, height: float, mark: str) -> str:
        """Give a paint that repeats a mark."""
        size = f'width="{number(width)}" height="{number(height)}"'
        head = f'<pattern@ {size} patternUnits="userSpaceOnUse">'
        return f"url(#{self._define(f'{head}{mark}</pattern>')})"

    def stamp(self, marks: str) -> str:
        """Keep marks to be set several times; gives their name for `use`."""
        return self._define(f"<g@>{marks}</g>")

    def use(self, stamp: str, x: float, y: float, then: str = "") -> None:
        """Set a stamp at a place, then turn or scale it there."""
        place = f'x="{number(x)}" y="{number(y)}"'
        if then:
            place = f'transform="translate({number(x)} {number(y)}) {then}"'
        self.add(f'<use href="#{stamp}" {place}/>')

    def add(self, mark: str) -> None:
        """Put a ready mark on the sheet."""
        self.marks.append(mark)

    @contextmanager
    def group(self, attributes: str) -> Iterator[None]:
        """Set marks together under one transform or clip."""
        self.add(f"<g {attributes}>")
        yield
        self.add("</g>")

    @contextmanager
    def placed(self, x: float, y: float, scale: float, turn: float = 0) -> Iterator[None]:
        """Draw in millimetres, from a point of the sheet on."""
        turned = f" rotate({number(turn)})" if turn else ""
        move = f"translate({number(x)} {number(y)})"
        with self.group(f'transform="{move}{turned} scale({number(scale)})"'):
            yield

    def shadow(self, x: float, y: float, wide: float, high: float, strength: float = 0.34) -> None:
        """Lay a soft shadow on the floor."""
        paint = self.radial((0, BLACK, strength), (0.45, BLACK, strength * 0.45), (1, BLACK, 0))
        self.add(ellipse(x, y, wide, high, paint))

    def text(self) -> str:
        """Write the sheet as one SVG document."""
        defs = "".join(text.replace("@", f' id="{name}"', 1) for text, name in self.defs.items())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}"'
            f' width="{SIDE}" height="{SIDE}"><defs>{defs}</defs>{"".join(self.marks)}</svg>'
        )


def _unusual(attributes: dict[str, tuple[float, float]]) -> str:
    """Write the attributes that differ from what SVG takes for granted."""
    return "".join(
        f' {key}="{number(value)}"' for key, (value, usual) in attributes.items() if value != usual
    )


def _more(attributes: dict[str, str | float]) -> str:
    return "".join(
        f' {key.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
    )


def _fill(colour: str) -> str:
    return "" if colour == BLACK else f' fill="{colour}"'


def rect(
    x: float, y: float, wide: float, high: float, round_: float, fill: str, **more: str | float
) -> str:
    """Draw a rectangle with round corners."""
    turn = f' rx="{number(round_)}"' if round_ else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(high)}"'
        f"{turn}{_fill(fill)}{_more(more)}/>"
    )


def circle(x: float, y: float, radius: float, fill: str, **more: str | float) -> str:
    """Draw a circle."""
    return (
        f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
        f"{_fill(fill)}{_more(more)}/>"
    )


def ellipse(x: float, y: float, wide: float, high: float, fill: str, **more: str | float) -> str:
    """Draw an ellipse from its two radii."""
    return (
        f'<ellipse cx="{number(x)}" cy="{number(y)}" rx="{number(wide)}" ry="{number(high)}"'
        f"{_fill(fill)}{_more(more)}/>"
    )


def path(way: str, fill: str = "none", **more: str | float) -> str:
    """Draw a path."""
    return f'<path d="{way}"{_fill(fill)}{_more(more)}/>'


def line(way: str, colour: str, width: float, **more: str | float) -> str:
    """Draw a line with round ends along a path."""
    return path(way, "none", stroke=colour, stroke_width=width, stroke_linecap="round", **more)
