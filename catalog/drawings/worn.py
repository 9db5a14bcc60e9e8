"""Watches, bands, earbuds and headphones."""

from catalog.drawings.ink import (
    FLOOR,
    SIDE,
    Sheet,
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

INCH = 25.4


def watch(sheet: Sheet, shape: Shape, view: str) -> None:
    """Draw a watch or a band with its strap; two of them for the view of both sides."""
    shown = {"front": ["front"], "back": ["back"]}.get(view, ["back", "front"])
    wide, high = shape.width_mm, shape.length_mm
    reach = max(high * 1.62, 88.0 if shape.kind == "watch" else 104.0)
    shift = wide * 1.22 if len(shown) > 1 else 0.0
    scale = min(300 / (wide + shift), 336 / reach)
    left = (SIDE - (wide + shift) * scale) / 2
    top = (SIDE - high * scale) / 2 - 4
    sheet.shadow(SIDE / 2, FLOOR + 8, (wide + shift) * scale * 0.5, 15, 0.26)
    for i, side in enumerate(shown):
        with sheet.placed(left + shift * i * scale, top, scale):
            _strap(sheet, shape, (reach - high) / 2)
            _case(sheet, shape)
            (_face if side == "front" else _sensor)(sheet, shape)


def _is_round(shape: Shape) -> bool:
    return shape.kind == "watch" and abs(shape.length_mm - shape.width_mm) < 2


def _turn(shape: Shape) -> float:
    if _is_round(shape):
        return shape.width_mm / 2
    return shape.width_mm * (0.29 if shape.kind == "watch" else 0.46)


def _strap(sheet: Sheet, shape: Shape, reach: float) -> None:
    wide, high, tone = shape.width_mm, shape.length_mm, shape.colour_2
    near = wide * (0.33 if shape.kind == "watch" else 0.4)
    paint = sheet.linear(
        (0, dark(tone, 0.3)), (0.2, light(tone, 0.16)), (0.6, tone), (1, dark(tone, 0.4)), to=(1, 0)
    )
    x, long = wide / 2, reach + high * 0.12
    half = fit(
        "M-100 0C-100 45 -86 45 -86 96Q-86 100 -78 100H78Q86 100 86 96C86 45 100 45 100 0Z",
        near,
        long,
    )
    for sign, edge in ((-1, high * 0.12), (1, high * 0.88)):
        move = way("translate(% %) scale(1 %)", x, edge, sign)
        sheet.add(path(half, paint, transform=move))
    for step in (0.62, 0.78, 0.94) if shape.kind == "watch" else (0.5, 0.62, 0.74, 0.86):
        sheet.add(rect(x - 1.5, high + reach * step - 3, 3, 2, 1, dark(tone, 0.55)))


def _case(sheet: Sheet, shape: Shape) -> None:
    wide, high, tone, turn = shape.width_mm, shape.length_mm, shape.colour, _turn(shape)
    metal = sheet.linear(
        (0, light(tone, 0.65)),
        (0.3, tone),
        (0.7, dark(tone, 0.3)),
        (1, light(tone, 0.35)),
        to=(1, 1),
    )
    if shape.kind == "watch":
        sheet.add(rect(wide - 0.8, high * 0.3, 3, high * 0.17, 1.2, dark(tone, 0.2)))
        sheet.add(rect(wide - 0.8, high * 0.33, 2.4, high * 0.03, 0.4, light(tone, 0.5)))
        sheet.add(rect(wide - 0.6, high * 0.57, 1.8, high * 0.16, 0.9, dark(tone, 0.2)))
    sheet.add(rect(0, 0, wide, high, turn, metal))
    sheet.add(
        rect(
            0.5,
            0.5,
            wide - 1,
            high - 1,
            turn - 0.5,
            "none",
            stroke=light(tone, 0.7),
            stroke_width=0.3,
            opacity=0.7,
        )
    )


def _face(sheet: Sheet, shape: Shape) -> None:
    wide, high, turn = shape.width_mm, shape.length_mm, _turn(shape)
    rim = 1.6 if shape.kind == "band" else 2.1
    sheet.add(rect(rim, rim, wide - 2 * rim, high - 2 * rim, turn - rim, "#06090a"))
    x, y = wide / 2, high / 2
    inner = rim + (3.2 if _is_round(shape) else 1.6)
    glow = sheet.radial((0, "#12494c"), (0.6, "#0b2a2c"), (1, "#06090a"), reach=0.6)
    sheet.add(rect(inner, inner, wide - 2 * inner, high - 2 * inner, max(1, turn - inner), glow))
    if shape.kind == "band":
        _band_face(sheet, shape, x)
    elif _is_round(shape):
        _dial(sheet, x, y, wide / 2 - inner)
    else:
        _rings(sheet, x, y, wide)
    shine = sheet.linear((0, "#fff", 0.22), (0.5, "#fff", 0), to=(0.8, 1))
    sheet.add(rect(rim, rim, wide - 2 * rim, high - 2 * rim, turn - rim, shine))


def _dial(sheet: Sheet, x: float, y: float, reach: float) -> None:
    mark = sheet.stamp(rect(-0.3, -reach, 0.6, 2.4, 0.3, "#cfe8e4"))
    for hour in range(12):
        sheet.use(mark, x, y, f"rotate({hour * 30})")
    sheet.add(
        circle(
            x,
            y + reach * 0.5,
            reach * 0.24,
            "none",
            stroke="#66bfba",
            stroke_width=0.7,
            opacity=0.8,
        )
    )
    sheet.add(line(way("M% %l% %", x, y, -reach * 0.34, -reach * 0.36), "#fff", 1.3))
    sheet.add(line(way("M% %l% %", x, y, reach * 0.6, -reach * 0.42), "#fff", 0.9))
    sheet.add(
        line(
            way("M% %l% %", x, y, -reach * 0.1, reach * 0.78),
            "#ff9468",
            0.45,
        )
    )
    sheet.add(circle(x, y, 1.1, "#ff9468"))


def _rings(sheet: Sheet, x: float, y: float, wide: float) -> None:
    """Draw three rings of a day, half run."""
    for i, (colour, share) in enumerate((("#ff9468", 0.8), ("#66bfba", 0.62), ("#e6d7a8", 0.45))):
        reach = wide * (0.34 - 0.085 * i)
        round_ = 6.283 * reach
        sheet.add(circle(x, y, reach, "none", stroke=colour, stroke_width=2.4, opacity=0.22))
        sheet.add(
            circle(
                x,
                y,
                reach,
                "none",
                stroke=colour,
                stroke_width=2.4,
                stroke_linecap="round",
                stroke_dasharray=way("% %", round_ * share, round_),
                transform=way("rotate(-90 % %)", x, y),
            )
        )


def _band_face(sheet: Sheet, shape: Shape, x: float) -> None:
    high = shape.length_mm
    for i, (wide, colour) in enumerate(((8.4, "#ffffff"), (8.4, "#ffffff"), (6, "#66bfba"))):
        sheet.add(
            rect(
                x - wide / 2,
                high * (0.24 + 0.13 * i),
                wide,
                3.6 if i < 2 else 1.2,
                1,
                colour,
                opacity=0.92,
            )
        )
    for i, colour in enumerate(("#ff9468", "#66bfba", "#e6d7a8")):
        y = high * 0.66 + i * 2.7
        sheet.add(rect(x - 5, y, 10, 1.3, 0.65, colour, opacity=0.25))
        sheet.add(rect(x - 5, y, 8.2 - 2 * i, 1.3, 0.65, colour))


def _sensor(sheet: Sheet, shape: Shape) -> None:
    wide, high, turn = shape.width_mm, shape.length_mm, _turn(shape)
    plate = sheet.linear((0, "#333b3e"), (1, "#15191b"), to=(1, 1))
    sheet.add(rect(2, 2, wide - 4, high - 4, max(1, turn - 2), plate))
    x, y, reach = wide / 2, high / 2, min(wide, high) * 0.31
    lens = sheet.radial((0, "#0e2a20"), (0.5, "#0c1216"), (0.9, "#1d262b"), (1, "#3a464c"))
    sheet.add(circle(x, y, reach, lens))
    for sign_x, sign_y in ((0, 0), (-0.5, 0), (0.5, 0), (0, -0.5), (0, 0.5)):
        colour = "#3fe08a" if sign_x or sign_y else "#b3261e"
        sheet.add(circle(x + sign_x * reach, y + sign_y * reach, reach * 0.13, colour, opacity=0.8))
    sheet.add(
        ellipse(x - reach * 0.3, y - reach * 0.5, reach * 0.4, reach * 0.2, "#fff", opacity=0.12)
    )


def earbuds(sheet: Sheet, shape: Shape) -> None:
    """Draw a charging case, open, with the two buds standing in it."""
    wide, high = sorted((shape.length_mm, shape.width_mm), reverse=True)
    tone, deep = shape.colour, mix(shape.colour, shape.colour_2, 0.6)
    scale = min(250 / wide, 190 / high)
    left, top = (SIDE - wide * scale) / 2, FLOOR - high * scale - 6
    sheet.shadow(SIDE / 2, FLOOR - 5, wide * scale * 0.62, 18)
    with sheet.placed(left, top, scale):
        inner = sheet.linear((0, dark(deep, 0.2)), (1, dark(deep, 0.5)))
        body = sheet.linear((0, light(tone, 0.3)), (0.5, tone), (1, deep), to=(0.5, 1))
        lid = fit("M0 36V-19Q0 -62 30 -62H70Q100 -62 100 -19V36Z", wide, high)
        sheet.add(path(lid, body))
        sheet.add(rect(2.4, 2.6 - high * 0.62, wide - 4.8, high * 0.98, wide * 0.24, inner))
        bud = _bud(sheet, tone, deep)
        sheet.use(bud, wide * 0.3, high * 0.02, "scale(1.05)")
        sheet.use(bud, wide * 0.7, high * 0.02, "scale(-1.05 1.05)")
        sheet.add(path(fit("M0 30H100V54Q100 100 64 100H36Q0 100 0 54Z", wide, high), body))
        sheet.add(rect(0, high * 0.3, wide, 1.1, 0.5, light(tone, 0.55), opacity=0.8))
        sheet.add(circle(wide / 2, high * 0.6, 0.9, "#66e0a0"))
        glow = sheet.linear((0, "#fff", 0.4), (1, "#fff", 0))
        sheet.add(rect(wide * 0.09, high * 0.42, wide * 0.16, high * 0.34, wide * 0.08, glow))


def _bud(sheet: Sheet, tone: str, deep: str) -> str:
    body = sheet.linear((0, light(tone, 0.45)), (0.6, tone), (1, deep), to=(1, 0.6))
    tip = sheet.radial((0, light(deep, 0.3)), (1, dark(deep, 0.25)), at=(0.4, 0.35), reach=0.7)
    return sheet.stamp(
        ellipse(6.3, -11.6, 3.7, 4.6, tip, transform="rotate(-24 6.3 -11.6)")
        + path(
            "M-2.7 14V-9C-7.6-10.5-8.8-18.6-3.5-20.9C2.4-23.4 8-18.6 6.4-12.8"
            "C5.6-9.7 2.9-8.7 2.8-6V14z",
            body,
        )
        + rect(-3.4, -18.2, 1.5, 5.4, 0.75, dark(deep, 0.55), transform="rotate(16 -2.6 -15.5)")
        + rect(-1.7, -5, 0.9, 17, 0.45, "#fff", opacity=0.35)
    )


def headphones(sheet: Sheet, shape: Shape) -> None:
    """Draw headphones from the front: the band, two cups, their cushions."""
    wide, high, tone, deep = shape.width_mm, shape.length_mm, shape.colour, shape.colour_2
    scale = min(300 / wide, 316 / high)
    left, top = (SIDE - wide * scale) / 2, FLOOR - high * scale - 6
    sheet.shadow(SIDE / 2, FLOOR - 3, wide * scale * 0.58, 17)
    with sheet.placed(left, top, scale):
        ear, cup = high * 0.66, high * 0.44
        arc = fit("M13 66C-4 -17 104 -17 87 66", wide, high)
        sheet.add(line(arc, dark(deep, 0.2), 9.5) + line(arc, tone, 8))
        gleam = light(tone, 0.45)
        sheet.add(line(arc, gleam, 1.3, opacity=0.7, transform="translate(0 -2.2)"))
        sheet.add(line(fit("M28 9.2Q50 2.5 72 9.2", wide, high), dark(deep, 0.35), 8))
        for sign in (1, -1):
            edge = 0.0 if sign > 0 else wide
            move = way("translate(% %) scale(% 1)", edge, ear - cup / 2, sign)
            with sheet.group(f'transform="{move}"'):
                _cup(sheet, tone, deep, wide * 0.26, cup)


def _cup(sheet: Sheet, tone: str, deep: str, wide: float, high: float) -> None:
    shell = sheet.linear((0, dark(tone, 0.25)), (0.3, light(tone, 0.3)), (1, deep), to=(1, 0.3))
    soft = sheet.linear(
        (0, dark(deep, 0.15)), (0.5, light(deep, 0.12)), (1, dark(deep, 0.5)), to=(1, 0)
    )
    sheet.add(rect(wide * 0.34, high * -0.14, wide * 0.26, high * 0.3, 2.5, dark(deep, 0.1)))
    sheet.add(rect(wide * 0.52, high * 0.03, wide * 0.5, high * 0.94, wide * 0.22, soft))
    sheet.add(rect(0, 0, wide * 0.62, high, wide * 0.3, shell))
    sheet.add(
        rect(wide * 0.13, high * 0.14, wide * 0.1, high * 0.6, wide * 0.05, "#fff", opacity=0.22)
    )
    sheet.add(circle(wide * 0.4, high * 0.86, 0.9, "#66e0a0"))
