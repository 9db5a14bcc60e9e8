"""Pictures of devices, drawn from their measures: pure functions from a Shape to SVG text."""

from hashlib import blake2s

from catalog.drawings import cameras, desk, powered, sides, slabs, worn
from catalog.drawings.ink import FLOOR, SIDE, Sheet
from catalog.drawings.shapes import CUTS, KINDS, LAYOUTS, VIEWS, Shape, views

__all__ = ["CUTS", "KINDS", "LAYOUTS", "VIEWS", "Shape", "draw", "views"]

SLABS = {
    "phone": (slabs.front, slabs.back),
    "tablet": (slabs.front, slabs.back),
    "case": (slabs.inside, slabs.case),
}
THINGS = {
    "earbuds": worn.earbuds,
    "headphones": worn.headphones,
    "charger": powered.charger,
    "power_bank": powered.power_bank,
    "cable": powered.cable,
    "hub": powered.hub,
    "stylus": desk.stylus,
    "keyboard": desk.keyboard,
    "speaker": desk.speaker,
}
# No phone stands taller on the sheet than this one, so that a small phone looks small.
TALLEST_MM = 168.0
ROOM_WIDE, ROOM_HIGH = 334.0, 322.0


def draw(shape: Shape, *, view: str = "front_and_back") -> str:
    """Draw a device on a square of 400 by 400; the same shape and view give the same text.

    Raises: ValueError, if there is no such view.
    """
    if view not in VIEWS:
        raise ValueError(f"{view!r} is not one of {', '.join(VIEWS)}")
    sheet = Sheet("d" + blake2s(f"{shape}{view}".encode(), digest_size=3).hexdigest())
    if view == "side":
        sides.draw(sheet, shape)
    elif shape.kind in SLABS:
        _slab(sheet, shape, view)
    elif shape.kind in {"watch", "band"}:
        worn.watch(sheet, shape, view)
    else:
        THINGS[shape.kind](sheet, shape)
    return sheet.text()


def _slab(sheet: Sheet, shape: Shape, view: str) -> None:
    front, back = SLABS[shape.kind]
    wide, high = shape.width_mm, shape.length_mm
    shown = {"front": [front], "back": [back]}.get(view, [back, front])
    shift = _shift(shape) if len(shown) > 1 else 0.0
    tallest = TALLEST_MM if shape.kind != "tablet" else high
    scale = min(ROOM_WIDE / (wide + shift), ROOM_HIGH / max(high, tallest))
    left, top = (SIDE - (wide + shift) * scale) / 2, FLOOR - high * scale - 6
    sheet.shadow(SIDE / 2, FLOOR - 4, (wide + shift) * scale * 0.6, 17)
    for i, piece in enumerate(shown):
        if i:
            sheet.shadow(
                left + (shift + 1) * scale,
                top + high * scale / 2,
                13 * scale,
                high * scale * 0.52,
                0.44,
            )
        with sheet.placed(left + shift * i * scale, top, scale):
            piece(sheet, shape)


def _shift(shape: Shape) -> float:
    """Move the front so far aside that the cameras behind it are seen."""
    if shape.kind == "tablet":
        return shape.width_mm * 0.42
    spots = cameras.lenses(shape)
    seen = max((x for x, _ in spots), default=0.0) + 13
    return min(shape.width_mm * 0.86, max(shape.width_mm * 0.6, seen))
