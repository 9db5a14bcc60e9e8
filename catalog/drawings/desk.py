"""Styluses, keyboards and speakers."""

from catalog.drawings.ink import (
    SIDE,
    Sheet,
    brightness,
    circle,
    dark,
    ellipse,
    fit,
    light,
    line,
    mix,
    path,
    rect,
    way,
)
from catalog.drawings.shapes import Shape


def stylus(sheet: Sheet, shape: Shape) -> None:
    """Draw a stylus, lying aslant, with the stroke it has just made."""
    tone, deep = shape.colour, shape.colour_2
    long, wide = shape.length_mm, max(shape.width_mm, 6.5)
    scale = min(330 / long, 2.2)
    stroke = "M96 316C136 268 168 350 206 312S286 286 318 306"
    sheet.add(line(stroke, "#2f8f86", 7, opacity=0.85))
    sheet.add(line(stroke, "#f4b98f", 2, opacity=0.9, transform="translate(0 9)"))
    with sheet.placed(212, 222, 1, -48):
        sheet.shadow(0, 0, 168, 15, 0.3)
    skin = sheet.linear(
        (0, dark(deep, 0.25)),
        (0.25, light(tone, 0.5)),
        (0.55, tone),
        (1, dark(deep, 0.3)),
        to=(1, 0),
    )
    half = wide / 2
    body = (
        "M-86 -10C-100 -12 -100 -13 -100 -16V-97.5Q-100 -100 0 -100"
        "Q100 -100 100 -97.5V-16C100 -13 100 -12 86 -10Z"
    )
    with sheet.placed(96, 316, scale, 42):
        tip = sheet.linear((0, light(tone, 0.2)), (1, deep), to=(1, 0))
        sheet.add(path(fit("M0 0L-86 -10H86Z", half, long), tip))
        sheet.add(path(fit("M0 0L-24 -2.8H24Z", half, long), "#30383b"))
        sheet.add(path(fit(body, half, long), skin))
        sheet.add(rect(-half, -long * 0.86, wide, 0.7, 0, mix(tone, deep, 0.8), opacity=0.8))
        x, y = -half * 0.4, -long * 0.8
        sheet.add(rect(x, y, half * 0.5, long * 0.5, half * 0.25, "#fff", opacity=0.3))


def keyboard(sheet: Sheet, shape: Shape) -> None:
    """Draw a keyboard from above: its plate, five rows of keys, the space bar."""
    tone, deep = shape.colour, shape.colour_2
    wide, high = max(shape.length_mm, shape.width_mm), min(shape.length_mm, shape.width_mm)
    scale = min(348 / wide, 220 / high)
    left, top = (SIDE - wide * scale) / 2, (SIDE - high * scale) / 2
    sheet.shadow(SIDE / 2, top + high * scale + 2, wide * scale * 0.54, 22)
    with sheet.placed(left, top, scale):
        edge = sheet.linear((0, light(tone, 0.35)), (1, dark(deep, 0.35)))
        plate = sheet.linear((0, light(tone, 0.1)), (1, deep), to=(0.4, 1))
        sheet.add(
            rect(0, 0, wide, high + 2.4, 7, edge) + rect(0.5, 0.5, wide - 1, high - 1, 6.6, plate)
        )
        _keys(sheet, shape, wide, high)


def _keys(sheet: Sheet, shape: Shape, wide: float, high: float) -> None:
    step_x, step_y = (wide - 12) / 14, (high - 14) / 5
    is_dark = brightness(shape.colour) < 0.5
    cap, under = light(shape.colour, 0.24 if is_dark else 0.6), dark(shape.colour_2, 0.45)
    keys = "".join(_row(i, step_x, step_y) for i in range(5))
    escape = way("M% %", 6 + step_x * 13 + 2.6, 9.6)
    escape += way("h%v%h%z", step_x - 5.2, step_y - 5.2, 5.2 - step_x)
    marks = ((keys, under, 1.1), (keys, cap, 0.0), (escape, "#c0400f", 0.0))
    for outline, colour, down in marks:
        with sheet.group(way('transform="translate(0 %)"', down)):
            rim: dict[str, str | float] = {"stroke": colour, "stroke_width": 2.2}
            sheet.add(path(outline, colour, stroke_linejoin="round", **rim))


def _row(row: int, step_x: float, step_y: float) -> str:
    """Give the outlines of one row of keys, drawn 1.1 mm inside their rims."""
    widths = {
        0: [1.0] * 14,
        1: [1.5, *[1.0] * 11, 1.5],
        2: [1.75, *[1.0] * 10, 2.25],
        3: [2.25, *[1.0] * 9, 2.75],
        4: [1.25, 1.25, 1.25, 6.0, 1.25, 1.0, 1.0, 1.0],
    }[row]
    marks, x, y = [], 6.0, 7 + row * step_y
    for units in widths:
        key = units * step_x - 5.2
        marks.append(way("M% %h%v%h%z", x + 2.6, y + 2.6, key, step_y - 5.2, -key))
        x += units * step_x
    return "".join(marks)


def speaker(sheet: Sheet, shape: Shape) -> None:
    """Draw a speaker lying on its side: woven cloth, rubber ends, a row of buttons."""
    tone, deep = shape.colour, shape.colour_2
    high, wide = sorted((shape.length_mm, shape.width_mm))
    scale = min(324 / wide, 200 / high)
    left, top = (SIDE - wide * scale) / 2, 200 + high * scale / 2
    sheet.shadow(SIDE / 2, top, wide * scale * 0.56, 18, 0.4)
    with sheet.placed(left, top - high * scale, scale):
        turn, end = high * 0.42, wide * 0.09
        skin = sheet.linear((0, light(tone, 0.32)), (0.35, tone), (0.8, deep), (1, dark(deep, 0.4)))
        thread = dark(deep, 0.5)
        dots = (circle(at, at, 0.62, thread, opacity=0.55) for at in (0.75, 2.25))
        weave = sheet.pattern(3, 3, "".join(dots))
        rubber = sheet.linear((0, dark(deep, 0.25)), (0.3, light(deep, 0.15)), (1, dark(deep, 0.6)))
        sheet.add(rect(0, 0, wide, high, turn, skin))
        sheet.add(rect(end * 0.6, 0, wide - end * 1.2, high, turn * 0.8, weave))
        for x in (0, wide - end):
            sheet.add(rect(x, high * 0.06, end, high * 0.88, end * 0.5, rubber))
        _plate(sheet, shape, wide, high)


def _plate(sheet: Sheet, shape: Shape, wide: float, high: float) -> None:
    tone, deep = shape.colour, shape.colour_2
    paint = sheet.linear((0, light(tone, 0.2)), (1, mix(tone, deep, 0.6)))
    x, y = wide * 0.32, high * 0.34
    sheet.add(rect(x, y, wide * 0.36, high * 0.32, high * 0.1, paint, opacity=0.96))
    wave = fit("M41 50Q44 40 47 50Q50 60 53 50Q56 40 59 50", wide, high)
    is_dark = brightness(tone) < 0.6
    sheet.add(line(wave, light(tone, 0.75) if is_dark else dark(deep, 0.5), 2.2))
    sheet.add(ellipse(wide * 0.5, high * 0.1, wide * 0.4, high * 0.06, "#fff", opacity=0.2))
    for i in range(3):
        sheet.add(circle(wide * (0.44 + 0.06 * i), high * 0.105, 2, dark(deep, 0.45), opacity=0.6))
