"""Cells that say several things at once: brand and model, memory, measures, the kind of goods."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from catalog import cells, words
from catalog.cells import BadCell

Several = Callable[[str], dict[str, Any]]

NAME_ENDS = re.compile(r"\s*[(（\[【,，;|]|\s+[-–—]\s+")
RENEWED = re.compile(r"^\((?:renewed|refurbished)\)\s*", re.IGNORECASE)
SIZES = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*[x×*хX]\s*(\d+(?:[.,]\d+)?)\s*[x×*хX]\s*(\d+(?:[.,]\d+)?)\s*([^\W\d_]*)"
)
GIGA = r"(?:gb|g|гб|tb|t|тб)"
PAIR = re.compile(rf"(?<![\d.])(\d{{1,3}})\s*{GIGA}?\s*[/+]\s*(\d{{2,4}}|[12]\s*(?:tb|тб|t))(?!\d)")
RAM = re.compile(rf"(\d{{1,3}})\s*{GIGA}\s*(?:ram|озу|运行)|(?:ram|озу|运存)\s*:?\s*(\d{{1,3}})")
ROOM = re.compile(rf"(\d{{1,4}})\s*({GIGA})(?!\w)\s*(?!ram|озу|/|\+|运行)")
NUMBERS = re.compile(r"\d[\d\s.,']*")
# Accessories first: a case for a phone is a case.
SIGNS = {
    "case": r"чехол|чехл|бампер|保护壳|手机壳|\bcases?\b|\bcover\b|\bpouch\b",
    "cable": r"кабель|провод|шнур|数据线|\bcables?\b|\bcord\b",
    "power_bank": r"повербанк|внешний аккумулятор|充电宝|移动电源|\bpower ?bank\b",
    "charger": r"заряд\w+ устройств|зарядка|сетев\w+ адаптер|充电器|\bchargers?\b",
    "hub": r"концентратор|\bхаб\b|扩展坞|\bhub\b|\bdocking\b",
    "stylus": r"стилус|手写笔|\bstylus\b|\bpencil\b",
    "keyboard": r"клавиатур|键盘|\bkeyboard\b",
    "speaker": r"колонк|акустик|音箱|\bspeakers?\b|\bsoundbar\b",
    "earbuds": r"\btws\b|вкладыш|真无线|\bearbuds?\b|\bair ?(?:pods|dopes)\b|\bin[- ]ear\b",
    "headphones": r"наушник|гарнитур|耳机|\bheadphones?\b|\bheadset\b|\bearphones?\b",
    "band": r"фитнес-браслет|手环|\bfitness band\b|\bsmart ?band\b",
    "watch": r"смарт-часы|умные часы|手表|\bsmart ?watch\b|\bwatch\b",
    "tablet": r"планшет|平板|\btablets?\b|\bipad\b",
    "phone": r"смартфон|мобильный телефон|手机|\bsmartphones?\b|\bmobile phones?\b|\biphone\b",
}
KINDS = {kind: re.compile(sign) for kind, sign in SIGNS.items()}
SCALE = {"tb": 1024, "тб": 1024, "t": 1024}


def name(brands: Mapping[str, str], *, first: bool = False) -> Several:
    """Brand and model written together: the brand is one we know, or simply the `first` word.

    `brands` gives for a folded name the brand's own. The model ends at a bracket, comma or dash.
    """
    longest = max((known.count(" ") + 1 for known in brands), default=1)

    def read(cell: str) -> dict[str, Any]:
        line = " ".join(RENEWED.sub("", unicodedata.normalize("NFC", cell)).split())
        parts = line.split(" ")
        for count in range(min(longest, len(parts) - 1), 0, -1):
            known = brands.get(words.fold(" ".join(parts[:count])))
            if known:
                return _named(known, " ".join(parts[count:]))
        if first and len(parts) > 1:
            return _named(parts[0], " ".join(parts[1:]))
        text = _("No known brand at the beginning: “%(cell)s”.") % {"cell": line[:40]}
        raise BadCell("unknown_brand", text)

    return read


def _named(brand: str, rest: str) -> dict[str, Any]:
    model = NAME_ENDS.split(rest, maxsplit=1)[0].strip(" -–—:")
    if not model:
        raise BadCell("no_model", _("There is no model behind the brand."))
    return {"brand": cells.text(60)(brand), "model": cells.text(120)(model)}


def memory(cell: str) -> dict[str, Any]:
    """Memory and storage: `8/256`, `8GB+256GB`, `128GB 8GB RAM`, `256G`; silent without any."""
    plain = unicodedata.normalize("NFKC", cell).lower()
    pairs = {(_giga(found[1]), _giga(found[2])) for found in PAIR.finditer(plain)}
    if not pairs:
        rams = {int(found[1] or found[2]) for found in RAM.finditer(plain)}
        rooms = {int(found[1]) * SCALE.get(found[2], 1) for found in ROOM.finditer(plain)}
        rooms -= rams
        if len(rams) > 1 or len(rooms) > 1:
            raise _several_memories()
        found = {"ram_gb": next(iter(rams), None), "storage_gb": next(iter(rooms), None)}
        return {column: value for column, value in found.items() if value}
    if len(pairs) > 1:
        raise _several_memories()
    ram, storage = pairs.pop()
    return {"ram_gb": ram, "storage_gb": storage}


def is_pair(cell: str) -> bool:
    """Whether a cell says memory and storage at once, as `8/256` does."""
    return bool(PAIR.search(unicodedata.normalize("NFKC", cell).lower()))


def _several_memories() -> BadCell:
    return BadCell("several", _("Several memory sizes: each needs a row of its own."))


def _giga(text: str) -> int:
    digits = re.match(r"\d+", text)
    assert digits is not None, "the pattern begins with digits"
    unit = text[digits.end() :].strip()
    return int(digits[0]) * SCALE.get(unit, 1)


def sizes(*columns: str) -> Several:
    """Length, width and height in one cell, mm unless it says otherwise: `101.8 x 48.7 x 14.8`."""

    def read(cell: str) -> dict[str, Any]:
        found = SIZES.search(unicodedata.normalize("NFKC", cell).lower())
        factor = cells.MILLIMETRES.get(found[4]) if found else None
        if found is None or factor is None:
            raise BadCell("not_a_size", _("Three measures are needed, such as 163 x 86 x 54 mm."))
        sides = [Decimal(side.replace(",", ".")) * factor for side in found.groups()[:3]]
        return dict(zip(columns, sides, strict=True))

    return read


def box(cell: str) -> dict[str, Any]:
    """The box, in whole millimetres.

    Rounding: half up, each side once.
    """
    sides = sizes("length_mm", "width_mm", "height_mm")(cell)
    read = cells.whole(cells.MILLIMETRES, cells.Range(1, 3_000))
    return {column: read(str(side)) for column, side in sides.items()}


def device(cell: str) -> dict[str, Any]:
    """The device itself, without a box."""
    found = sizes("device_length_mm", "device_width_mm", "thickness_mm")(cell)
    return {column: cells.number(str(side)) for column, side in found.items()}


def kind(cell: str) -> str:
    """What sort of goods a title speaks of."""
    plain = unicodedata.normalize("NFKC", cell).lower()
    found = next((kind for kind, sign in KINDS.items() if sign.search(plain)), None)
    if found is None:
        raise BadCell("unknown_kind", _("The words do not say what kind of goods it is."))
    return found


def bare(cell: str) -> str:
    """The one number of a price without its currency, on the seller's word that it is yuan."""
    found = NUMBERS.findall(unicodedata.normalize("NFKC", cell))
    if len(found) != 1:
        raise BadCell(
            "not_one_number", _("One number is needed: “%(cell)s”.") % {"cell": cell[:40]}
        )
    return str(found[0]).strip()


def made(cell: str) -> str:
    """An article number for goods that have none: the same words give the same number."""
    plain = words.fold(cell)
    if not plain:
        raise BadCell("needed", _("This is needed."))
    return f"M-{sha256(plain.encode()).hexdigest()[:12].upper()}"
