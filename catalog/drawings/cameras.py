"""The cameras on the back of a slab: where they stand, their island, their glass."""

from math import cos, pi, sin

from catalog.drawings.ink import Sheet, circle, dark, light, mix, path, rect
from catalog.drawings.shapes import Shape


def ring_x(shape: Shape) -> float:
    """Give the middle of a round island: of the whole back, or of the half that is held."""
    return shape.width_mm / (4 if shape.folds else 2)


def lenses(shape: Shape) -> list[tuple[float, float]]:
    """Give the centres of the cameras from the top left corner of the back."""
    count, middle = shape.cameras, shape.width_mm / 2
    layout = shape.camera_layout
    if layout in {"none", ""} or not count:
        return []
    if layout == "ring" and shape.kind == "phone":
        return _round(count, ring_x(shape), 27.0)
    if layout in {"bar", "strip"}:
        first = middle - 7.6 * (count - 1) if count > 1 else 17.0
        return [(first + 15.2 * i, 28.0) for i in range(count)]
    if layout in {"square", "triangle"}:
        return _squared(count)
    if layout == "island":
        return [(15.0 + 15.0 * i, 15.0) for i in range(count)]
    step = 15.6 if layout == "dots" else 14.6
    return [(14.6, 15.0 + step * i) for i in range(count)]


def _round(count: int, x: float, y: float) -> list[tuple[float, float]]:
    if count == 1:
        return [(x, y)]
    turn = 2 * pi / count
    starts = [turn * (i + 0.5) for i in range(count)]
    return [(x + 10 * sin(at), y - 10 * cos(at)) for at in starts]


def _squared(count: int) -> list[tuple[float, float]]:
    spots = {
        1: [(23.0, 23.0)],
        2: [(15.2, 15.2), (30.8, 30.8)],
        3: [(14.8, 14.8), (14.8, 31.2), (31.4, 23.0)],
        4: [(14.8, 14.8), (14.8, 31.2), (31.2, 14.8), (31.2, 31.2)],
    }
    return spots.get(count) or [*spots[4], (23.0, 23.0)]


def bump(shape: Shape) -> tuple[float, float, float, float, float] | None:
    """Give the raised island of the cameras: x, y, width, height, corner."""
    wide, count, layout = shape.width_mm, shape.cameras, shape.camera_layout
    if not count or layout in {"none", "", "dots"}:
        return None
    if layout == "ring" and shape.kind == "phone":
        return ring_x(shape) - 20, 7, 40, 40, 20
    if layout == "ring":
        return 4.6, 5, 20, 20, 10
    if layout == "bar":
        return 0.9, 18, wide - 1.8, 20, 0
    if layout == "strip":
        return 5.5, 18.5, wide - 11, 19, 9.5
    if layout in {"square", "triangle"}:
        return 5.2, 5.2, 35.6, 35.6, 10.5
    if layout == "island":
        return 5.2, 5.2, 15 * count + 14, 19.6, 7.5
    return 5, 5.4, 19.2, 19.2 + 14.6 * (count - 1), 9.6 if layout == "pill" else 6.5


def lens_stamp(sheet: Sheet, colour: str) -> str:
    """Make one camera, 6 mm in radius, to be set several times."""
    rim = sheet.linear((0, light(colour, 0.75)), (0.5, dark(colour, 0.35)), (1, light(colour, 0.4)))
    glass = sheet.radial((0, "#31506b"), (0.34, "#14202d"), (0.7, "#0a0f14"), (1, "#161d24"))
    return sheet.stamp(
        circle(0.3, 0.7, 6.5, "#000", opacity=0.22)
        + circle(0, 0, 6.1, rim)
        + circle(0, 0, 5.4, "#0a0e12")
        + circle(0, 0, 4.3, glass)
        + circle(0, 0, 2.9, "none", stroke="#5b7fa3", stroke_width=0.25, opacity=0.55)
        + circle(0.5, 0.6, 1.3, "#4a3f7d", opacity=0.55)
        + path(
            "M-3.1-1.9A3.7 3.7 0 0 1-.3-3.6",
            stroke="#fff",
            stroke_width=0.75,
            stroke_linecap="round",
            opacity=0.75,
        )
        + circle(1.5, 1.9, 0.45, "#bfe3ff", opacity=0.8)
    )


def island(sheet: Sheet, shape: Shape) -> None:
    place = bump(shape)
    if place is None:
        return
    x, y, wide, high, turn = place
    tone = mix(shape.colour, shape.colour_2, 0.25)
    top = sheet.linear((0, light(tone, 0.26)), (0.5, tone), (1, dark(tone, 0.16)), to=(0.6, 1))
    sheet.add(rect(x - 0.2, y + 0.9, wide + 0.8, high + 0.8, turn, "#000", opacity=0.2))
    sheet.add(rect(x, y, wide, high, turn, top))
    sheet.add(
        rect(
            x + 0.25,
            y + 0.25,
            wide - 0.5,
            high - 0.5,
            max(0, turn - 0.25),
            "none",
            stroke=light(tone, 0.55),
            stroke_width=0.4,
            opacity=0.75,
        )
    )


def glass(sheet: Sheet, shape: Shape) -> None:
    spots = lenses(shape)
    if not spots:
        return
    stamp = lens_stamp(sheet, mix(shape.colour, "#9aa2a6", 0.3))
    size = "scale(.8)" if shape.kind == "tablet" or len(spots) > 4 else ""
    for x, y in spots:
        sheet.use(stamp, x, y, size)
    x, y = _flash(shape, spots)
    sheet.add(circle(x, y, 1.9, "#fff6df") + circle(x, y, 1.1, "#ffd98c"))


def _flash(shape: Shape, spots: list[tuple[float, float]]) -> tuple[float, float]:
    last, layout = spots[-1], shape.camera_layout
    if layout == "ring" and shape.kind == "phone":
        return ring_x(shape), 27 if len(spots) > 1 else 42
    if layout in {"bar", "strip"}:
        return (last[0] + 11.5, 28) if len(spots) > 1 else (shape.width_mm - 14, 28)
    if layout in {"square", "triangle"}:
        return (31.4, 11.6) if len(spots) <= 3 else (23, 9.4)
    if layout == "island":
        return last[0] + 12, last[1]
    return spots[0][0] + 14.2, spots[0][1]
