"""Chargers, power banks, cables and hubs."""

from math import cos, pi, sin

from catalog.drawings.ink import (
    FLOOR,
    SIDE,
    Sheet,
    circle,
    dark,
    light,
    line,
    mix,
    number,
    rect,
    way,
)
from catalog.drawings.shapes import Shape


def usb_c(x: float, y: float) -> str:
    """Draw a USB-C socket, 8.9 by 3.2 mm, round a point."""
    return rect(x - 4.45, y - 1.6, 8.9, 3.2, 1.6, "#0a0d0e") + rect(
        x - 3.1, y - 0.4, 6.2, 0.8, 0.4, "#59646a"
    )


def usb_a(x: float, y: float) -> str:
    """Draw a USB-A socket, 13 by 5.6 mm, round a point."""
    return rect(x - 6.5, y - 2.8, 13, 5.6, 0.6, "#0a0d0e") + rect(
        x - 5.2, y - 1.9, 10.4, 1.9, 0.2, "#2f7f86"
    )


def charger(sheet: Sheet, shape: Shape) -> None:
    """Draw a charger: two round pins, a body with soft edges, its sockets."""
    tone, deep = shape.colour, shape.colour_2
    wide, high = max(shape.width_mm, shape.thickness_mm), shape.length_mm
    pins = 19.0
    scale = min(250 / wide, 306 / (high + pins), 3.4)
    left, top = (SIDE - wide * scale) / 2, FLOOR - high * scale - 6
    sheet.shadow(SIDE / 2, FLOOR - 4, wide * scale * 0.7, 16)
    with sheet.placed(left, top, scale):
        pin = sheet.linear((0, "#7f868a"), (0.35, "#f4f6f7"), (1, "#6b7276"), to=(1, 0))
        for sign in (-1, 1):
            x = wide / 2 + sign * 9.5
            sheet.add(rect(x - 2.2, -pins, 4.4, pins, 2.2, pin))
            sheet.add(rect(x - 2.2, -9, 4.4, 9.5, 0, mix(tone, deep, 0.7)))
        _body(sheet, wide, high, tone, deep)
        face = sheet.linear((0, dark(deep, 0.05)), (1, dark(deep, 0.3)))
        y = high * 0.66
        tall = min(high * 0.56, 34)
        sheet.add(rect(wide / 2 - 10.5, y - tall / 2, 21, tall, 5, face, opacity=0.9))
        spots = (-0.28, 0, 0.28) if tall > 24 else (-0.2, 0.2)
        for i, at in enumerate(spots):
            sheet.add((usb_a if i == 2 else usb_c)(wide / 2, y + at * tall))


def _body(sheet: Sheet, wide: float, high: float, tone: str, deep: str) -> None:
    turn = min(wide, high) * 0.17
    skin = sheet.linear(
        (0, mix(tone, deep, 0.7)), (0.14, light(tone, 0.2)), (0.6, tone), (1, deep), to=(1, 0.25)
    )
    sheet.add(rect(0, 0, wide, high, turn, skin))
    sheet.add(
        rect(
            0.5,
            0.5,
            wide - 1,
            high - 1,
            turn - 0.5,
            "none",
            stroke=light(tone, 0.6),
            stroke_width=0.5,
            opacity=0.55,
        )
    )
    glow = sheet.linear((0, "#fff", 0.3), (1, "#fff", 0), to=(0, 1))
    sheet.add(rect(wide * 0.07, high * 0.05, wide * 0.86, high * 0.28, turn * 0.7, glow))


def power_bank(sheet: Sheet, shape: Shape) -> None:
    """Draw a power bank: a slab with sockets at its end and lights that tell its charge."""
    tone, deep = shape.colour, shape.colour_2
    wide, high = shape.width_mm, shape.length_mm
    scale = min(210 / wide, 300 / high)
    left, top = (SIDE - wide * scale) / 2 - 14, FLOOR - high * scale - 6
    sheet.shadow(SIDE / 2, FLOOR - 4, wide * scale * 0.8, 17)
    deepness = min(shape.thickness_mm, 26) * 0.62
    with sheet.placed(left, top, scale):
        turn = wide * 0.16
        flank = sheet.linear((0, dark(deep, 0.15)), (1, dark(deep, 0.5)), to=(1, 0))
        sheet.add(rect(wide * 0.3, high * 0.012, wide * 0.7 + deepness, high * 0.976, turn, flank))
        _body(sheet, wide, high, tone, deep)
        glass = sheet.linear((0, "#2a3438"), (1, "#0a0e10"), to=(0.6, 1))
        sheet.add(rect(wide * 0.24, high * 0.1, wide * 0.52, high * 0.2, 4, glass))
        for i in range(4):
            colour = "#66e0a0" if i < 3 else "#3c474b"
            sheet.add(
                rect(wide * (0.33 + 0.1 * i), high * 0.185, wide * 0.055, high * 0.05, 0.8, colour)
            )
        sheet.add(rect(wide / 2 - 6, high * 0.86, 12, 1.4, 0.7, dark(deep, 0.4), opacity=0.5))
        for i, at in enumerate((0.3, 0.5)):
            x, y = wide + deepness * 0.56, high * at
            turned = way("translate(% %) rotate(90) scale(1 .8)", x, y)
            with sheet.group(f'transform="{turned}"'):
                sheet.add((usb_c, usb_a)[i](0, 0))


def cable(sheet: Sheet, shape: Shape) -> None:
    """Draw a cable, coiled, with its two plugs."""
    tone, deep = shape.colour, shape.colour_2
    sheet.shadow(SIDE / 2, 322, 150, 26, 0.26)
    with sheet.placed(SIDE / 2, 196, 1):
        for reach, squeeze in ((112, 92), (98, 80), (105, 86)):
            _cord(sheet, _loop(reach, squeeze), tone, deep)
        _cord(sheet, "M-105 0C-118 70-70 126-44 150", tone, deep)
        _cord(sheet, "M98 6C110 76 78 122 52 148", tone, deep)
        _cord(sheet, "M-14-92C-4-74-4-64-14-50", deep, dark(deep, 0.3))
    _plug(sheet, tone, deep, (152, 338, 26))
    _plug(sheet, tone, deep, (256, 336, -28))


def _loop(reach: float, squeeze: float) -> str:
    points = [(reach * cos(pi * i / 2), squeeze * sin(pi * i / 2)) for i in range(4)]
    (a, b), (c, d), (e, f), (g, h) = points
    arc = way("A% % 0 0 1 ", reach, squeeze)
    turns = "".join(f"{arc}{number(x)} {number(y)}" for x, y in ((c, d), (e, f), (g, h), (a, b)))
    return f"M{number(a)} {number(b)}{turns}"


def _cord(sheet: Sheet, way: str, tone: str, deep: str) -> None:
    sheet.add(line(way, dark(deep, 0.35), 9))
    sheet.add(line(way, tone, 7.4))
    sheet.add(line(way, light(tone, 0.4), 2, opacity=0.6, transform="translate(-1 -1.2)"))


def _plug(sheet: Sheet, tone: str, deep: str, place: tuple[float, float, float]) -> None:
    x, y, turn = place
    shell = sheet.linear((0, dark(deep, 0.2)), (0.3, light(tone, 0.25)), (1, deep), to=(1, 0))
    steel = sheet.linear((0, "#8d9599"), (0.3, "#f2f5f6"), (1, "#7a8387"), to=(1, 0))
    with sheet.placed(x, y, 2.6, turn):
        sheet.add(rect(-3.2, -24, 6.4, 7, 1.6, dark(deep, 0.15)))
        sheet.add(rect(-5.6, -18.5, 11.2, 19, 2.4, shell))
        sheet.add(rect(-4.1, 0, 8.2, 6.4, 1.9, steel))
        sheet.add(rect(-2.6, 5, 5.2, 1, 0.5, "#30383b"))


def hub(sheet: Sheet, shape: Shape) -> None:
    """Draw a hub, standing a little turned: its top, the row of sockets, the cord."""
    tone, deep = shape.colour, shape.colour_2
    wide, high = max(shape.length_mm, shape.width_mm), min(shape.length_mm, shape.width_mm)
    thick = shape.thickness_mm
    scale = min(300 / wide, 150 / (high + thick), 3.2)
    left, top = (SIDE - wide * scale) / 2, 256 - (high + thick) * scale / 2
    sheet.shadow(SIDE / 2, top + (high + thick) * scale, wide * scale * 0.56, 20)
    with sheet.placed(left, top, scale):
        _cord_up(sheet, wide, tone, deep)
        top_paint = sheet.linear(
            (0, light(tone, 0.3)), (0.5, tone), (1, mix(tone, deep, 0.6)), to=(0.8, 1)
        )
        flank = sheet.linear((0, mix(tone, deep, 0.6)), (0.2, deep), (1, dark(deep, 0.45)))
        sheet.add(rect(0, high * 0.3, wide, high * 0.7 + thick, 4.5, flank))
        sheet.add(rect(0, 0, wide, high, 5, top_paint))
        sheet.add(
            rect(
                0.4,
                0.4,
                wide - 0.8,
                high - 0.8,
                4.6,
                "none",
                stroke=light(tone, 0.6),
                stroke_width=0.4,
                opacity=0.6,
            )
        )
        y, count = high + thick * 0.45, max(2, int((wide - 8) // 17))
        for i in range(count):
            x = wide * (i + 0.5) / count
            sheet.add((usb_a if i % 2 else usb_c)(x, y))
        sheet.add(circle(wide - 6, high * 0.5, 0.8, "#66e0a0"))


def _cord_up(sheet: Sheet, wide: float, tone: str, deep: str) -> None:
    x = number(wide * 0.5)
    bend = f"M{x} 4C{x}-26 {number(wide * 0.86)}-6 {number(wide * 0.82)}-34"
    sheet.add(line(bend, dark(deep, 0.4), 4.2) + line(bend, mix(tone, deep, 0.5), 3.2))
    sheet.add(rect(wide * 0.82 - 4.6, -48, 9.2, 15, 2.4, mix(tone, deep, 0.4)))
    sheet.add(rect(wide * 0.82 - 4.1, -54, 8.2, 6.6, 1.6, "#c9d0d3"))
