"""Typed properties of goods: read as people write them, shown in the reader's language."""

import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from catalog import cells, shelves, words
from catalog.cells import BadCell
from catalog.models import Attribute, AttributeChoice
from storefront.lib import kept

Type = Attribute.Type
Value = int | float | bool | str
LONGEST = 120
MOST = 1_000_000
TIGHT = frozenset({"″", "%"})  # written without a space behind the number
NARROW = "\u202f"
NO_BREAK = "\u00a0"

# What people write behind a number, and how many of the smallest unit that is; the last figure
# is how many of the smallest make one of ours.
UNITS: dict[str, tuple[dict[str, int], int]] = {
    "in": (
        {"": 254, "in": 254, "inch": 254, "inches": 254, "дюйм": 254, "дюйма": 254, "дюймов": 254}
        | {"英寸": 254, "寸": 254, '"': 254, "''": 254, "′′": 254, "”": 254, "cm": 100, "см": 100},
        254,
    ),
    "Hz": ({"": 1, "hz": 1, "гц": 1, "赫兹": 1}, 1),
    "MP": ({"": 1, "mp": 1, "мп": 1, "мпикс": 1, "mpix": 1, "万像素": 1, "像素": 1}, 1),
    "mAh": ({"": 1, "mah": 1, "мач": 1, "ма·ч": 1, "毫安": 1, "毫安时": 1, "ah": 1000}, 1),
    "Wh": ({"": 1, "wh": 1, "втч": 1, "вт·ч": 1, "瓦时": 1}, 1),
    "W": ({"": 1, "w": 1, "вт": 1, "瓦": 1, "watt": 1}, 1),
    "GB": ({"": 1, "gb": 1, "g": 1, "гб": 1, "tb": 1024, "t": 1024, "тб": 1024}, 1),
    "mm": ({"": 1, "mm": 1, "мм": 1, "毫米": 1, "cm": 10, "см": 10, "厘米": 10}, 1),
    "m": (
        {"": 1000, "m": 1000, "м": 1000, "米": 1000, "cm": 10, "см": 10, "厘米": 10, "mm": 1},
        1000,
    ),
    "g": (dict(cells.GRAMS), 1),
    "h": ({"": 1, "h": 1, "ч": 1, "час": 1, "часа": 1, "часов": 1, "hours": 1, "小时": 1}, 1),
    "days": (
        {"": 1, "days": 1, "day": 1, "дн": 1, "дн.": 1, "дней": 1, "дня": 1, "день": 1, "天": 1},
        1,
    ),
    "Gbit/s": (
        {"": 1000, "gbps": 1000, "gbit/s": 1000, "гбит/с": 1000, "gb/s": 8000}
        | {"mbps": 1, "mbit/s": 1, "мбит/с": 1},
        1000,
    ),
    "pcs": (dict(cells.PIECES) | {"портов": 1, "порта": 1, "口": 1, "ports": 1}, 1),
    "levels": ({"": 1, "levels": 1, "уровней": 1, "уровня": 1, "级": 1}, 1),
}


def of(kind: str) -> list[Attribute]:
    """Give the properties that goods of a kind have, in their order."""
    return shelves.attributes(kind)


def read(kind: str, key: str, text: str) -> Value:
    """Read what somebody wrote of one property, with its unit, in any of our languages.

    `kind` may be empty when it is not known yet. A choice is read as the key of its row.
    Units: those of the property, whatever was written: 200 cm of a cable in metres are 2.
    Raises: BadCell, with a text for the one who wrote it.
    """
    attribute = _find(kind, key)
    if attribute.data_type == Type.NUMBER:
        return _number(attribute, text)
    if attribute.data_type == Type.BOOL:
        return cells.yes_no(text)
    if attribute.data_type == Type.CHOICE:
        return _choice(attribute, text)
    return str(cells.text(LONGEST)(text))


def find(heading: str) -> str | None:
    """Give the key of the property that a heading names, by key or by title in any language."""
    return _headings().get(words.fold(heading.replace("_", " ")))


def show(value: Any, attribute: Attribute) -> str:
    """Write a value in the reader's language, with its unit."""
    if attribute.data_type == Type.BOOL:
        return _("yes") if value else _("no")
    if attribute.data_type == Type.CHOICE:
        row = meant(attribute.key, str(value))
        return row.title if row else str(value)
    if attribute.key == "released":
        return _month(str(value))
    if attribute.key == "screen_px":
        return str(value).replace("x", f"{NARROW}×{NARROW}")
    number = str(formats.localize(value, use_l10n=True))
    unit = attribute.unit
    return f"{number}{'' if unit in TIGHT else NO_BREAK}{unit}" if unit else number


def choices(key: str) -> list[AttributeChoice]:
    """Give the values that a property of the type “one of a list” may have."""
    return [row for row in _choices() if row.attribute.key == key]


def meant(key: str, text: str) -> AttributeChoice | None:
    """Find a value by its key, by a title in any language or by another name of it."""
    return _names().get((key, words.fold(text)))


def _find(kind: str, key: str) -> Attribute:
    known = next((row for row in shelves.attributes(kind) if row.key == key), None)
    known = known or _all().get(key)
    if known is None:
        unknown = _("There is no property “%(name)s”.") % {"name": key[:40]}
        raise BadCell("unknown_property", unknown)
    if kind and kind not in known.kinds:
        text = _("Goods of this kind have no property “%(name)s”.") % {"name": known.title}
        raise BadCell("other_kind", text)
    return known


def _number(attribute: Attribute, text: str) -> int | float:
    units, whole = UNITS.get(attribute.unit_en, ({"": 1}, 1))
    value = cells.quantity(_first(text), units) / whole
    value = value.quantize(Decimal("0.001")).normalize()
    if not 0 <= value <= MOST:
        between = {"low": 0, "high": MOST}
        raise BadCell("out_of_range", _("Must be from %(low)s to %(high)s.") % between)
    return int(value) if value == value.to_integral_value() else float(value)


def _first(text: str) -> str:
    """The number with its unit alone: `6.7 inches, 109.8 cm2 (~88%)` gives the first part."""
    return unicodedata.normalize("NFKC", text).strip().partition(", ")[0]


def _choice(attribute: Attribute, text: str) -> str:
    row = meant(attribute.key, text)
    if row is not None:
        return row.key
    known = ", ".join(each.title for each in choices(attribute.key))
    raise BadCell("not_a_choice", _("Must be one of: %(known)s.") % {"known": known})


def _month(text: str) -> str:
    """2025-09 is written 09.2025."""
    year, _sign, month = text.partition("-")
    return f"{month}.{year}" if month else year


@kept.for_a_minute
def _all() -> Mapping[str, Attribute]:
    return {row.key: row for row in Attribute.objects.all()}


@kept.for_a_minute
def _headings() -> Mapping[str, str]:
    """The first property of a name keeps it: `Разъём` names no second one."""
    found: dict[str, str] = {}
    for row in Attribute.objects.order_by("position", "pk"):
        for name in (row.key.replace("_", " "), row.title_ru, row.title_zh, row.title_en):
            found.setdefault(words.fold(name), row.key)
    return found


@kept.for_a_minute
def _choices() -> tuple[AttributeChoice, ...]:
    rows = AttributeChoice.objects.select_related("attribute")
    return tuple(rows.order_by("attribute_id", "position", "pk"))


@kept.for_a_minute
def _names() -> Mapping[tuple[str, str], AttributeChoice]:
    found: dict[tuple[str, str], AttributeChoice] = {}
    for row in _choices():
        for name in _spellings(row):
            found.setdefault((row.attribute.key, words.fold(name)), row)
    return found


def _spellings(row: AttributeChoice) -> Iterable[str]:
    return (row.key, row.title_ru, row.title_zh, row.title_en, *row.aliases)
