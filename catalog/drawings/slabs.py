"""Phones, tablets and the cases of phones: slabs of glass, drawn in millimetres."""

from hashlib import blake2s
from math import sqrt

from catalog.drawings import cameras
from catalog.drawings.ink import (
    Sheet,
    brightness,
    circle,
    dark,
    light,
    mix,
    number,
    path,
    rect,
    way,
)
from catalog.drawings.shapes import Shape

INCH = 25.4
ROOM_WIDE, ROOM_HIGH = 330.0, 322.0
# Sky above, sky below, sun, far bank, near bank, water: the river at six hours of the day.
WALLPAPERS = (
    ("#0c4a55", "#8ccbb8", "#ffe0b0", "#3b938c", "#0f5f60", "#e8f5e9"),
    ("#173b61", "#f2ac82", "#ffe6c0", "#4a7690", "#17415c", "#ffd3ac"),
    ("#141d3a", "#6d75b4", "#f5dcea", "#3c447c", "#151c3a", "#aebff0"),
    ("#8fcbd2", "#f6ecd6", "#ffffff", "#69b0aa", "#237a73", "#ffffff"),
    ("#0f5f60", "#f4b98f", "#fff1dc", "#2f8f86", "#0b4a4b", "#ffdcbb"),
    ("#3d7ca8", "#d8eef3", "#fff7da", "#62a0bb", "#235f7e", "#f3fbff"),
)


def corner(shape: Shape) -> float:
    """Give the radius of a slab's corners."""
    if shape.kind == "tablet":
        return shape.width_mm * 0.052
    return shape.width_mm * (0.07 if shape.folds else 0.145)


def bezel(shape: Shape) -> float:
    """Give the even border round a screen of the stated diagonal."""
    wide, high, across = shape.width_mm, shape.length_mm, shape.screen_inch * INCH
    inner = (wide + high) ** 2 - 2 * (wide**2 + high**2 - across**2)
    if not across or inner <= 0:
        return 3.2
    return min(9.0, max(1.7, (wide + high - sqrt(inner)) / 4))


def _frame(sheet: Sheet, shape: Shape) -> None:
    wide, high, turn = shape.width_mm, shape.length_mm, corner(shape)
    metal = mix(shape.colour, "#8f979b", 0.35)
    edge = sheet.linear(
        (0, light(metal, 0.55)),
        (0.07, dark(metal, 0.25)),
        (0.5, light(metal, 0.2)),
        (0.93, dark(metal, 0.35)),
        (1, light(metal, 0.35)),
        to=(1, 0),
    )
    key, rim = dark(metal, 0.2), dark(metal, 0.45)
    frame = sheet.stamp(
        rect(wide - 0.5, high * 0.2, 1.1, high * 0.11, 0.5, key)
        + rect(wide - 0.5, high * 0.345, 1.1, high * 0.06, 0.5, key)
        + rect(0, 0, wide, high, turn, edge, stroke=rim, stroke_width=0.25)
    )
    sheet.use(frame, 0, 0)


def back(sheet: Sheet, shape: Shape) -> None:
    """Draw a slab from behind, its top left corner at the origin."""
    wide, high, turn = shape.width_mm, shape.length_mm, corner(shape)
    _frame(sheet, shape)
    tone, deep = shape.colour, shape.colour_2
    skin = sheet.linear((0, light(tone, 0.12)), (0.45, tone), (1, deep), to=(0.75, 1))
    sheet.add(rect(0.9, 0.9, wide - 1.8, high - 1.8, turn - 0.9, skin))
    inner = rect(0.9, 0.9, wide - 1.8, high - 1.8, turn - 0.9, "#000")
    sheen = 0.34 if brightness(tone) > 0.55 else 0.15
    glow = sheet.linear((0, "#fff", 0), (0.5, "#fff", sheen), (1, "#fff", 0), to=(1, 0.35))
    with sheet.group(f'clip-path="{sheet.clip(inner)}"'):
        top, low = number(wide * 0.52), number(wide * 0.08)
        reach, rest = number(wide * 1.05), number(wide * 0.62)
        sheet.add(path(f"M{top} 0H{reach}L{rest} {number(high)}H{low}z", glow))
        cameras.island(sheet, shape)
    if shape.folds:
        _hinge(sheet, shape)
    rim = light(tone, 0.5)
    sheet.add(
        rect(
            1.1,
            1.1,
            wide - 2.2,
            high - 2.2,
            turn - 1.1,
            "none",
            stroke=rim,
            stroke_width=0.35,
            opacity=0.6,
        )
    )
    cameras.glass(sheet, shape)


def _hinge(sheet: Sheet, shape: Shape) -> None:
    """Draw the spine of a phone that opens like a book, a strip of dark metal."""
    middle, metal = shape.width_mm / 2, dark(mix(shape.colour, shape.colour_2, 0.6), 0.15)
    spine = sheet.linear(
        (0, dark(metal, 0.4)), (0.5, light(metal, 0.35)), (1, dark(metal, 0.4)), to=(1, 0)
    )
    sheet.add(rect(middle - 3.2, 0.6, 6.4, shape.length_mm - 1.2, 0, spine))


def front(sheet: Sheet, shape: Shape) -> None:
    """Draw a slab from the front: frame, glass, the river on its screen, the camera's cut."""
    wide, high, turn = shape.width_mm, shape.length_mm, corner(shape)
    _frame(sheet, shape)
    sheet.add(rect(0.7, 0.7, wide - 1.4, high - 1.4, turn - 0.7, "#07090a"))
    edge = bezel(shape)
    screen = rect(edge, edge, wide - 2 * edge, high - 2 * edge, max(1.5, turn - edge), "#000")
    with sheet.group(f'clip-path="{sheet.clip(screen)}"'):
        _river(sheet, shape)
        shine = sheet.linear((0, "#fff", 0.2), (0.55, "#fff", 0.03), (1, "#fff", 0), to=(0.7, 1))
        sheet.add(path(way("M0 0H%L% %H0z", wide * 0.82, wide * 0.12, high), shine))
        if shape.folds:
            fold = sheet.linear((0, "#000", 0), (0.5, "#000", 0.3), (1, "#fff", 0.1), to=(1, 0))
            sheet.add(rect(wide / 2 - 4, 0, 8, high, 0, fold))
        sheet.add(rect(wide * 0.34, high - edge - 3, wide * 0.32, 0.9, 0.45, "#fff", opacity=0.8))
    _cut(sheet, shape, edge)


def _river(sheet: Sheet, shape: Shape) -> None:
    seed = blake2s(f"{shape.colour}{shape.length_mm}{shape.width_mm}".encode()).digest()
    sky, low, sun, far, near, water = WALLPAPERS[seed[0] % len(WALLPAPERS)]
    wide, high, sway = shape.width_mm, shape.length_mm, (seed[1] / 255 - 0.5) * 0.16

    sheet.add(rect(0, 0, wide, high, 0, sheet.linear((0, sky), (0.7, low))))
    x, y = wide * (0.34 + 0.34 * seed[2] / 255), high * (0.36 + sway / 2)
    sphere = min(wide, 84.0)
    halo = sheet.radial((0, sun, 0.85), (0.25, sun, 0.4), (1, sun, 0))
    sheet.add(circle(x, y, sphere * 0.5, halo) + circle(x, y, sphere * 0.105, sun))
    shore = 0.58 + sway
    banks = (
        (shore, far, 0.55, 0.5),
        (shore + 0.07, far, 0.95, 0.7),
        (shore + 0.2, near, 0.85, 1.0),
        (shore + 0.31, dark(near, 0.3), 0.95, 1.2),
    )
    for i, (top, colour, opacity, swell) in enumerate(banks):
        rise = (0.055 if i % 2 else -0.055) * swell
        heights = [high * (top + share * rise) for share in (0, -1.6, 1.5, -1)]
        start, first, second, end = heights
        bank = way(
            "M0 %C% % % % % %V%H0z",
            *(start, wide * 0.3, first, wide * 0.5, second, wide, end, high),
        )
        sheet.add(path(bank, colour, opacity=opacity))
        if i == 1:
            sheet.add(_glints(wide, high, top, water))


def _glints(wide: float, high: float, top: float, water: str) -> str:
    y = high * (top + 0.055)
    glints = "".join(
        way("M% %h%", wide * (0.5 - reach / 2 + shift), y + high * 0.022 * i, wide * reach)
        for i, (reach, shift) in enumerate(((0.2, 0), (0.34, 0.05), (0.24, -0.06), (0.42, 0.02)))
    )
    return path(glints, stroke=water, stroke_width=0.8, stroke_linecap="round", opacity=0.5)


def _cut(sheet: Sheet, shape: Shape, edge: float) -> None:
    middle, black = shape.width_mm / 2, "#07090a"
    if shape.front_cut in {"none", ""}:
        if shape.kind == "tablet":
            sheet.add(circle(middle, edge / 2 + 0.3, 0.9, "#1d2833"))
        return
    if shape.front_cut == "notch":
        sheet.add(
            path(
                way(
                    "M% %h30c-1.6 0-1.6 4.6-4.6 4.6h-20.8c-3 0-3-4.6-4.6-4.6z",
                    middle - 15,
                    edge - 0.2,
                ),
                black,
            )
        )
    elif shape.front_cut == "drop":
        sheet.add(
            path(
                way("M% %h13c-3.5 0-2.7 6.2-6.5 6.2s-3-6.2-6.5-6.2z", middle - 6.5, edge - 0.2),
                black,
            )
        )
    elif shape.front_cut == "island":
        sheet.add(rect(middle - 10.2, edge + 2.8, 20.4, 5.8, 2.9, black))
    x = {"hole_left": edge + 6.5, "island": middle + 7}.get(shape.front_cut, middle)
    y = {"notch": edge + 1.7, "drop": edge + 2.6, "island": edge + 5.7}.get(
        shape.front_cut, edge + 4.6
    )
    sheet.add(circle(x, y, 1.95, black) + circle(x, y, 1.1, "#16222e"))
    sheet.add(circle(x - 0.35, y - 0.4, 0.35, "#7fa6c9"))


def case(sheet: Sheet, shape: Shape) -> None:
    """Draw a phone's case from behind: soft matter, a window for the cameras, a lip all round."""
    wide, high, turn = shape.width_mm, shape.length_mm, corner(shape)
    tone, deep = shape.colour, shape.colour_2
    sheet.add(rect(wide - 0.5, high * 0.2, 1.2, high * 0.11, 0.6, dark(tone, 0.12)))
    sheet.add(
        rect(0, 0, wide, high, turn, sheet.linear((0, light(tone, 0.2)), (1, dark(deep, 0.2))))
    )
    skin = sheet.linear((0, light(tone, 0.1)), (0.5, tone), (1, deep), to=(0.7, 1))
    sheet.add(rect(1.6, 1.6, wide - 3.2, high - 3.2, turn - 1.6, skin))
    sheet.add(
        rect(
            1.6,
            1.6,
            wide - 3.2,
            high - 3.2,
            turn - 1.6,
            "none",
            stroke=light(tone, 0.4),
            stroke_width=0.5,
            opacity=0.5,
        )
    )
    window = sheet.linear((0, "#07090a"), (1, "#2a3033"))
    sheet.add(rect(6, 6, 35, 35, 10.5, light(tone, 0.28)) + rect(7.2, 7.2, 32.6, 32.6, 9.4, window))
    middle = wide / 2
    ring = mix(tone, "#ffffff" if brightness(tone) < 0.6 else "#20302e", 0.22)
    sheet.add(circle(middle, high * 0.56, 22, "none", stroke=ring, stroke_width=2.2, opacity=0.7))
    sheet.add(rect(middle - 1.1, high * 0.56 + 29, 2.2, 13, 1.1, ring, opacity=0.7))


def inside(sheet: Sheet, shape: Shape) -> None:
    """Draw a phone's case from the side the phone goes in."""
    wide, high, turn = shape.width_mm, shape.length_mm, corner(shape)
    tone, deep = shape.colour, shape.colour_2
    sheet.add(rect(0, 0, wide, high, turn, sheet.linear((0, light(tone, 0.3)), (1, tone))))
    lining = sheet.linear((0, dark(deep, 0.4)), (0.2, dark(deep, 0.15)), (1, mix(tone, deep, 0.5)))
    sheet.add(rect(2.2, 2.2, wide - 4.4, high - 4.4, turn - 2.2, lining))
    sheet.add(rect(wide - 41, 6, 35, 35, 10.5, light(tone, 0.28)))
    sheet.add(rect(wide - 39.8, 7.2, 32.6, 32.6, 9.4, "#0b1413", opacity=0.5))
