"""What the columns of a seller's table mean, whatever they are called."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from catalog import attributes, cells, matching, readings
from catalog.cells import Range, Reader
from catalog.sheets import NotATable

KILOS = Range(1, 100_000)
METRES = Range(1, 3_000)

Readers = dict[str, tuple[Reader, str]]

# Each column with how its cells are read and what else people call it.
IDENTITY: Readers = {
    "article": (cells.text(60), "货号 商家编码 商品编码 sku артикул"),
    "brand": (cells.text(60), "品牌 бренд марка"),
    "model": (cells.text(120), "型号 модель"),
    "category": (cells.text(60), "分类 类目 категория раздел"),
    "kind": (cells.kind, "类型 вид"),
    "colour": (cells.text(60), "颜色 цвет color"),
    "ram_gb": (cells.whole(cells.GIGABYTES, Range(1, 1024)), "运行内存 内存 озу ram"),
    "storage_gb": (
        cells.whole(cells.GIGABYTES, Range(1, 65_536)),
        "存储容量 存储 机身存储 память storage",
    ),
    "price_cny": (cells.exact(cells.YUAN, Range(0, 9_999_999)), "价格 单价 售价 цена price"),
    "quantity": (cells.whole(cells.PIECES, Range(0, 100_000)), "数量 库存 количество stock"),
}
CARD: Readers = {
    "title_ru": (cells.text(200), "俄文标题 俄语标题 название"),
    "title_zh": (cells.text(200), "中文标题 标题 商品名称"),
    "title_en": (cells.text(200), "英文标题 英语标题 title"),
    "description_ru": (cells.text(4000), "俄文描述 описание"),
    "description_zh": (cells.text(4000), "中文描述 描述"),
    "description_en": (cells.text(4000), "英文描述 description"),
    "released": (cells.month, "发布时间 上市时间"),
}
FACTS: Readers = {
    "hs_code": (cells.hs_code, "海关编码 hs编码 hscode тнвэд"),
    "origin": (cells.country, "原产国 原产地 产地 страна"),
    "net_weight_g": (cells.whole(cells.GRAMS, KILOS), "净重 нетто netweight"),
    "weight_g": (cells.whole(cells.GRAMS, KILOS), "毛重 брутто grossweight grossweightg"),
    "length_mm": (cells.whole(cells.MILLIMETRES, METRES), "包装长 长 длина boxlengthmm"),
    "width_mm": (cells.whole(cells.MILLIMETRES, METRES), "包装宽 宽 ширина boxwidthmm"),
    "height_mm": (cells.whole(cells.MILLIMETRES, METRES), "包装高 高 высота boxheightmm"),
    "battery_kind": (cells.battery, "电池类型 电池 батарея"),
    "battery_wh": (cells.exact(cells.WATT_HOURS, Range(0, 9_999)), "电池瓦时 瓦时 втч wh"),
    "fsb_notification": (cells.text(40), "fsb通知 fsb нотификация нотификацияфсб"),
    "barcode": (cells.barcode, "条码 条形码 штрихкод ean"),
}
SHAPE: Readers = {
    "device_length_mm": (cells.number, "机身长"),
    "device_width_mm": (cells.number, "机身宽"),
    "thickness_mm": (cells.number, "机身厚 厚度"),
    "camera_layout": (cells.text(20), ""),
    "front_cut": (cells.text(20), ""),
}
PARTS = {"identity": IDENTITY, "card": CARD, "facts": FACTS, "shape": SHAPE}
# Columns that say several things in one cell.
WHOLES: dict[str, tuple[readings.Several, str]] = {
    "brand_model": (readings.name({}), "品牌型号"),
    "memory": (readings.memory, "内存组合 内存规格"),
    "box_size": (readings.box, "包装尺寸 габариты"),
    "device_size": (readings.device, "机身尺寸"),
}
_KG = {**cells.GRAMS, "": 1000}
_CM = {**cells.MILLIMETRES, "": 10}
# Other ways to read a column, chosen by the seller for a heading of his.
OTHERWISE: dict[str, dict[str, Reader]] = {
    "article": {"made": readings.made},
    "kind": {"words": readings.kind},
    "price_cny": {"bare": lambda cell: IDENTITY["price_cny"][0](readings.bare(cell))},
    **{name: {"kg": cells.whole(_KG, KILOS)} for name in ("net_weight_g", "weight_g")},
    **{name: {"cm": cells.whole(_CM, METRES)} for name in ("length_mm", "width_mm", "height_mm")},
}
FIRST = "first"  # the brand is the first word, known or not
PRICES = ("article", "price_cny", "quantity")
# What one value for all rows may say of goods.
FIXABLE = (
    *("category", "brand", "price_cny", "quantity", "hs_code", "origin", "net_weight_g"),
    *("weight_g", "length_mm", "width_mm", "height_mm", "battery_kind", "battery_wh"),
)
REASON = "refused_because"  # the column that our own file of refused rows adds
# The demo tables name the device's own measures plainly; then the box has a name of its own.
DEVICE_FIRST = {
    "box_length_mm": {"length_mm": "device_length_mm", "width_mm": "device_width_mm"},
    "gross_weight_g": {"weight_g": "net_weight_g"},
}
# Properties that stand in columns of their own, where other things than the card need them.
OF_PROPERTIES = {
    "weight_g": "net_weight_g",
    "gross_weight_g": "weight_g",
    "length_mm": "device_length_mm",
    "width_mm": "device_width_mm",
}
SCRIPTS = {"zh": re.compile(r"[\u3400-\u9fff]+"), "ru": re.compile(r"[а-яё]+")}


@dataclass(frozen=True)
class Source:
    """Where a column is read from: a place in the row, or one value for all of them."""

    column: str
    at: int | None = None
    how: str = ""
    value: str = ""

    def cell(self, row: Sequence[str]) -> str:
        """The cell of a row; the value for all rows where there is none, or nothing in it."""
        return (row[self.at] if self.at is not None else "") or self.value


@dataclass(frozen=True)
class Plan:
    """Where everything is read from; `unknown` headings are not read."""

    sources: list[Source]
    specs: list[Source] = field(default_factory=list)
    wholes: list[Source] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    brands: Mapping[str, str] = field(default_factory=dict)

    @property
    def article(self) -> Source:
        return next(source for source in self.sources if source.column == "article")

    def reader(self, source: Source) -> Callable[[str], Any]:
        """How a cell of a column is read."""
        if source.column == "brand_model":
            return readings.name(self.brands, first=source.how == FIRST)
        if source.column in WHOLES:
            return WHOLES[source.column][0]
        plain = PART_OF[source.column][source.column][0]
        return OTHERWISE.get(source.column, {}).get(source.how, plain)


def is_known(heading: str) -> bool:
    """Whether a heading is one of ours."""
    return bool(name_of(heading))


def name_of(heading: str) -> str:
    """Give the column that a heading means by itself, or nothing."""
    name = _fold(heading)
    if not name:
        return ""
    key = _ALIASES.get(name) or attributes.find(heading) or ""
    return key if name in _ALIASES else OF_PROPERTIES.get(key, key)


def suggest(headings: Sequence[str], samples: Sequence[Sequence[str]] = ()) -> list[str]:
    """Give what each heading means by itself; of two that say the same the first.

    A column headed as memory whose first cells are pairs like `8/256` says storage too.
    """
    moved = _moved(headings)
    found: list[str] = []
    for heading in headings:
        name = moved.get(_fold(heading)) or name_of(heading)
        found.append("" if name in found else name)
    if "ram_gb" in found and not {"storage_gb", "memory"} & set(found):
        at = found.index("ram_gb")
        if any(readings.is_pair(row[at]) for row in samples if at < len(row)):
            found[at] = "memory"
    return found


def recognise(headings: Sequence[str]) -> Plan:
    """Find out what each column is, by its heading alone.

    Raises: NotATable, without an article column, or with one thing in two columns.
    """
    moved = _moved(headings)
    return plan(headings, [[moved.get(_fold(name)) or name_of(name)] for name in headings], {})


def plan(
    headings: Sequence[str], columns: Sequence[Sequence[str]], fixed: Mapping[str, str]
) -> Plan:
    """Make a plan of what each column says, by place, and of the values that hold for all rows.

    What a column says is a name of ours, with how it is read behind it: `weight_g kg`.
    Raises: NotATable, as `recognise`, and at names that we do not have.
    """
    found: dict[str, Source] = {}
    unknown = []
    for at, said in enumerate(columns):
        for name in filter(None, said):
            column, _sign, how = name.partition(" ")
            _check(column, how)
            if column in found:
                twice = {"heading": headings[at], "other": headings[found[column].at or 0]}
                raise NotATable(_("Two columns say the same: %(other)s and %(heading)s.") % twice)
            found[column] = Source(column, at, how, fixed.get(column, ""))
        if not any(said) and _fold(headings[at]) not in ("", _fold(REASON)):
            unknown.append(headings[at])
    for column, value in fixed.items():
        _check(column, "")
        found.setdefault(column, Source(column, value=value))
    if "article" not in found:
        raise NotATable(_("There is no column “article” (货号): nothing can be recognised."))
    return _sorted(found, unknown)


def _sorted(found: Mapping[str, Source], unknown: list[str]) -> Plan:
    named = "brand_model" in found
    return Plan(
        [found[name] for name in PART_OF if name in found],
        [source for name, source in found.items() if name not in PART_OF and name not in WHOLES],
        [found[name] for name in WHOLES if name in found],
        unknown,
        matching.brand_names() if named else {},
    )


def _check(column: str, how: str) -> None:
    ways = {FIRST} if column == "brand_model" else set(OTHERWISE.get(column, ()))
    is_ours = column in PART_OF or column in WHOLES or attributes.find(column) == column
    if not is_ours or (how and how not in ways):
        name = {"name": f"{column} {how}".strip()[:60]}
        raise NotATable(_("There is no column “%(name)s” to read into.") % name)


def _moved(headings: Sequence[str]) -> dict[str, str]:
    written = {_fold(heading) for heading in headings}
    given = [names for sign, names in DEVICE_FIRST.items() if _fold(sign) in written]
    return {_fold(name): column for names in given for name, column in names.items()}


def part(column: str) -> str:
    """Give the part of `goods.Goods` that a column belongs to."""
    return next(name for name, readers in PARTS.items() if column in readers)


def heading(column: str, language: str) -> str:
    """Give the name a column bears in a table for readers of a language; it is read back."""
    names = _ALL.get(column, (None, ""))[1].split()
    script = SCRIPTS.get(language[:2])
    return next((name for name in names if script and script.fullmatch(name)), column)


def _fold(heading: str) -> str:
    plain = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"\([^)]*\)|[\s_*.:\-]", "", plain)


PART_OF = {name: part for part in PARTS.values() for name in part}
_ALL: dict[str, tuple[Any, str]] = {
    **{name: PART_OF[name][name] for name in PART_OF},
    **WHOLES,
}
_ALIASES = {
    _fold(alias): name
    for name, (_reader, others) in _ALL.items()
    for alias in (name, *others.split())
}
