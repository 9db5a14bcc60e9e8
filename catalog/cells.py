"""Values as sellers write them into cells: numbers with units, prices, choices, codes."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from catalog import words
from catalog.models import Battery, Kind
from storefront.lib import identifiers

Reader = Callable[[str], Any]

GRAMS = {
    "": 1,
    "g": 1,
    "克": 1,
    "г": 1,
    "гр": 1,
    "kg": 1000,
    "公斤": 1000,
    "千克": 1000,
    "кг": 1000,
}
MILLIMETRES = {"": 1, "mm": 1, "毫米": 1, "мм": 1, "cm": 10, "厘米": 10, "см": 10}
YUAN = {"": 1, "元": 1, "cny": 1, "rmb": 1, "yuan": 1, "юаней": 1, "¥": 1}
PIECES = {"": 1, "pcs": 1, "pc": 1, "件": 1, "个": 1, "台": 1, "шт": 1, "шт.": 1}
WATT_HOURS = {"": 1, "wh": 1, "втч": 1, "瓦时": 1}
GIGABYTES = {"": 1, "gb": 1, "g": 1, "гб": 1, "tb": 1024, "t": 1024, "тб": 1024}
ASIDE = re.compile(r"(\s*\([^()]*\))+$")
NUMBER = re.compile(r"([+-]?\d[\d\s.,']*)\s*([^\d\s]*)")
YES = frozenset({"1", "yes", "y", "true", "да", "是", "有", "支持"})
NO = frozenset({"0", "no", "n", "false", "нет", "否", "无", "不支持"})
COUNTRIES = {"中国": "CN", "китай": "CN", "china": "CN", "越南": "VN", "印度": "IN", "韩国": "KR"}
BATTERY_WORDS = {
    "无": Battery.NONE,
    "нет": Battery.NONE,
    "内置": Battery.BUILT_IN,
    "встроен": Battery.BUILT_IN,
    "同包装": Battery.PACKED_WITH,
    "单独": Battery.ALONE,
}


class BadCell(ValueError):
    """The cell says nothing that can be used; the text is for the one who wrote it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Range(NamedTuple):
    """Both bounds inclusive."""

    low: int
    high: int


def one_line(text: str) -> str:
    """The words of a text as a cell holds them: no paragraphs, no spaces of another kind."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def text(most: int) -> Reader:
    """A line of words, at most so many signs."""

    def read(cell: str) -> str:
        line = one_line(cell)
        if len(line) > most:
            too_long = _("Longer than %(most)s characters.") % {"most": most}
            raise BadCell("too_long", too_long)
        return line

    return read


def whole(units: Mapping[str, int], range_: Range) -> Reader:
    """A count or measure in whole units; fractions are rounded half up.

    Rounding: once, after the unit was taken into account.
    """

    def read(cell: str) -> int:
        value = (quantity(cell, units) + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
        return int(_within(value, range_))

    return read


def exact(units: Mapping[str, int], range_: Range) -> Reader:
    """A measure with at most two decimals."""

    def read(cell: str) -> Decimal:
        value = quantity(cell, units)
        if value != value.quantize(Decimal("0.01")):
            raise BadCell("too_fine", _("At most two decimals."))
        return _within(value.quantize(Decimal("0.01")), range_)

    return read


def _within(value: Decimal, range_: Range) -> Decimal:
    if not range_.low <= value <= range_.high:
        between = {"low": range_.low, "high": range_.high}
        raise BadCell("out_of_range", _("Must be from %(low)s to %(high)s.") % between)
    return value


def quantity(cell: str, units: Mapping[str, int]) -> Decimal:
    """A number with its unit in the smallest one: `155 g (5.47 oz)`, `0,2 кг`, `￥1,299.00`.

    Raises: BadCell.
    """
    plain = ASIDE.sub("", unicodedata.normalize("NFKC", cell).strip().lstrip("¥￥").strip())
    found = NUMBER.fullmatch(plain)
    if found is None:
        raise BadCell("not_a_number", _("Not a number: “%(cell)s”.") % {"cell": cell[:40]})
    factor = units.get(found[2].lower())
    if factor is None:
        raise BadCell("unknown_unit", _("Unknown unit: “%(unit)s”.") % {"unit": found[2][:20]})
    return _number(found[1], cell) * factor


def _number(digits: str, cell: str) -> Decimal:
    """Read digits in either style: the last of comma and dot is the decimal one.

    A single comma before exactly three digits parts thousands, as the Chinese write it.
    """
    bare = re.sub(r"[\s']", "", digits).rstrip(".,")
    if "," in bare and "." in bare:
        last = max(bare, key=lambda sign: bare.rfind(sign) if sign in ",." else -1)
        bare = bare.replace("," if last == "." else ".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", bare):
        bare = bare.replace(",", "")
    else:
        bare = bare.replace(",", ".")
    if bare.count(".") > 1:
        raise BadCell("not_a_number", _("Not a number: “%(cell)s”.") % {"cell": cell[:40]})
    return Decimal(bare)


def yes_no(cell: str) -> bool:
    """Yes or no, in any of our languages."""
    word = cell.strip().lower()
    if word in YES or word in NO:
        return word in YES
    raise BadCell("not_yes_or_no", _("Write 1 or 0."))


def number(cell: str) -> int | float:
    """A plain number of a specification, whole where it is."""
    value = quantity(cell, {"": 1})
    return int(value) if value == value.to_integral_value() else float(value)


def hs_code(cell: str) -> str:
    """Ten digits, dots and spaces left out."""
    code = re.sub(r"[\s.]", "", cell)
    if not identifiers.is_hs(code):
        raise BadCell("not_an_hs_code", _("An HS code has ten digits."))
    return code


def country(cell: str) -> str:
    """Two letters of ISO 3166, or the name of a country that makes phones."""
    code = COUNTRIES.get(cell.strip().lower(), cell.strip().upper())
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise BadCell("not_a_country", _("Two letters are needed, such as CN."))
    return code


def barcode(cell: str) -> str:
    """An EAN with the right check digit."""
    code = re.sub(r"[\s-]", "", cell)
    if not identifiers.is_ean(code):
        raise BadCell("not_a_barcode", _("The check digit of this barcode is wrong."))
    return code


def battery(cell: str) -> str:
    """How the battery travels."""
    word = cell.strip().lower()
    for known, kind in BATTERY_WORDS.items():
        if known in word:
            return kind.value
    return choice(cell, {kind.value: str(kind.label) for kind in Battery})


def kind(cell: str) -> str:
    """What sort of device it is: our word for it, or a word people use for it."""
    word = words.fold(cell)
    meant = [each for each, names in words.KIND_WORDS.items() if word in names.split()]
    if len(meant) == 1:
        return meant[0]
    return choice(cell, {each.value: str(each.label) for each in Kind})


def choice(cell: str, known: Mapping[str, str]) -> str:
    """One of a few words, by its code or by its label in the reader's language."""
    asked = words.fold(cell)
    for code, label in known.items():
        if asked in (words.fold(code), words.fold(label)):
            return code
    options = {"known": ", ".join(known)}
    raise BadCell("not_a_choice", _("Must be one of: %(known)s.") % options)


def month(cell: str) -> str:
    """A year, or a year and a month: 2025 or 2025-09."""
    found = re.fullmatch(r"(\d{4})(?:[-./年](\d{1,2})月?)?", cell.strip())
    if found is None or (found[2] and not 1 <= int(found[2]) <= 12):
        raise BadCell("not_a_month", _("Write a year and a month: 2025-09."))
    return f"{found[1]}-{int(found[2]):02d}" if found[2] else found[1]
