"""A device from its narrow sides: how thick it truly is, against a scale of centimetres."""

from catalog.drawings import cameras
from catalog.drawings.ink import SIDE, Sheet, circle, dark, light, mix, number, path, rect, way
from catalog.drawings.shapes import Shape

RULE = "#7f8b88"


def draw(sheet: Sheet, shape: Shape) -> None:
    """Draw the long side and the short end at one scale, with a centimetre rule beneath."""
    long, thick = max(shape.length_mm, shape.width_mm), shape.thickness_mm
    short = min(shape.length_mm, shape.width_mm)
    scale = min(330 / long, 96 / thick, 4.2)
    left = (SIDE - long * scale) / 2
    first, second = 150 - thick * scale / 2, 258 - thick * scale / 2
    if second - first < thick * scale + 40:
        second = first + thick * scale + 40
    for top, wide in ((first, long), (second, short)):
        sheet.shadow(SIDE / 2, top + thick * scale + 5, wide * scale * 0.53, 9, 0.26)
        with sheet.placed(SIDE / 2 - wide * scale / 2, top, scale):
            _profile(sheet, shape, wide)
    with sheet.placed(left, second + thick * scale + 34, scale):
        _rule(sheet, long, scale)


def _profile(sheet: Sheet, shape: Shape, wide: float) -> None:
    thick, tone, deep = shape.thickness_mm, shape.colour, shape.colour_2
    is_slab = shape.kind in {"phone", "tablet", "case"}
    turn = thick * (0.42 if is_slab else 0.3)
    metal = mix(tone, "#8f979b", 0.35) if is_slab else tone
    skin = sheet.linear(
        (0, dark(metal, 0.1)),
        (0.18, light(metal, 0.5)),
        (0.55, metal),
        (1, dark(mix(metal, deep, 0.5), 0.3)),
    )
    is_long = wide == max(shape.length_mm, shape.width_mm)
    place = cameras.bump(shape) if shape.kind != "case" else None
    if place:
        x, _, bump_wide, bump_high, _ = place
        start, reach = (place[1], bump_high) if is_long else (x, bump_wide)
        sheet.add(rect(start, -2.3, reach, 4, 1.4, mix(metal, deep, 0.45)))
        sheet.add(rect(start + 2.5, -3.5, min(reach - 5, 12), 3, 0.8, "#20282b"))
    sheet.add(rect(0, 0, wide, thick, turn, skin))
    sheet.add(
        rect(turn, thick * 0.1, wide - 2 * turn, thick * 0.07, thick * 0.03, "#fff", opacity=0.5)
    )
    if is_slab and is_long:
        for at, reach in ((0.2, 0.11), (0.345, 0.06)):
            sheet.add(
                rect(
                    wide * at,
                    thick * 0.38,
                    wide * reach,
                    thick * 0.24,
                    thick * 0.12,
                    dark(metal, 0.35),
                )
            )
    elif shape.kind in {"phone", "tablet", "power_bank", "speaker", "earbuds"} and not is_long:
        _sockets(sheet, wide, thick)


def _sockets(sheet: Sheet, wide: float, thick: float) -> None:
    high = min(3.2, thick * 0.42)
    sheet.add(rect(wide / 2 - 4.45, thick / 2 - high / 2, 8.9, high, high / 2, "#0a0d0e"))
    for sign in (-1, 1):
        for i in range(5 if wide > 50 else 2):
            sheet.add(
                circle(
                    wide / 2 + sign * (10 + 3.2 * i), thick / 2, min(0.9, thick * 0.11), "#0a0d0e"
                )
            )


def _rule(sheet: Sheet, long: float, scale: float) -> None:
    thin = 1.2 / scale
    marks = "".join(
        way("M% 0v%", i * 10, (9 if i % 5 == 0 else 5) / scale) for i in range(int(long // 10) + 1)
    )
    sheet.add(path(f"M0 0H{number(long)}{marks}", stroke=RULE, stroke_width=thin))
