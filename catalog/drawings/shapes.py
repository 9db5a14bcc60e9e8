"""What a drawing is made from: the kind of device, its measures, its cameras and its colours."""

import re
from dataclasses import dataclass

KINDS = (
    "phone",
    "tablet",
    "earbuds",
    "headphones",
    "watch",
    "band",
    "charger",
    "power_bank",
    "cable",
    "stylus",
    "keyboard",
    "case",
    "hub",
    "speaker",
)
LAYOUTS = (
    "none",
    "column",
    "pill",
    "square",
    "triangle",
    "island",
    "ring",
    "bar",
    "strip",
    "dots",
)
CUTS = ("none", "hole_center", "hole_left", "drop", "notch", "island")
VIEWS = ("front_and_back", "front", "back", "side")
COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Shape:
    """A device as it is drawn.

    Units: length is the tall side as the device is held, width the short one; earbuds give the
    measures of their charging case, watches and bands those of the case without the strap,
    cables their length in millimetres.
    Raises: ValueError, if a word or a measure makes no picture.
    """

    kind: str
    length_mm: float
    width_mm: float
    thickness_mm: float
    screen_inch: float = 0.0
    cameras: int = 0
    camera_layout: str = "none"
    front_cut: str = "none"
    colour: str = "#3b4148"
    colour_2: str = "#1f2428"

    def __post_init__(self) -> None:
        words = (
            (self.kind, KINDS),
            (self.camera_layout, LAYOUTS),
            (self.front_cut, CUTS),
        )
        for word, known in words:
            if word not in known:
                raise ValueError(f"{word!r} is not one of {', '.join(known)}")
        for colour in (self.colour, self.colour_2):
            if not COLOUR.fullmatch(colour):
                raise ValueError(f"{colour!r} is not a colour such as #3b4148")
        if min(self.length_mm, self.width_mm, self.thickness_mm) <= 0 or self.screen_inch < 0:
            raise ValueError("every measure is a length above nothing")
        if not 0 <= self.cameras <= 5:
            raise ValueError(f"{self.cameras} cameras cannot be drawn")

    @property
    def folds(self) -> bool:
        """Tell whether a phone is so wide that it must be an open book."""
        return self.kind == "phone" and self.width_mm > 0.7 * self.length_mm


def views(kind: str) -> tuple[str, ...]:
    """Give the views of a kind that differ from each other, the first for cards."""
    if kind in {"phone", "tablet", "watch", "band", "case"}:
        return VIEWS
    return ("front_and_back", "side")
