"""What the columns of a seller's table mean, whatever they are called."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog import cells
from catalog.cells import Range, Reader
from catalog.models import Attribute
from catalog.sheets import NotATable

KILOS = Range(1, 100_000)
METRES = Range(1, 3_000)

Readers = dict[str, tuple[Reader, str]]

# Each column with how its cells are read and what else people call it.
IDENTITY: Readers = {
    "article": (cells.text(60), "货号 商家编码 sku артикул"),
    "brand": (cells.text(60), "品牌 бренд марка"),
    "model": (cells.text(120), "型号 модель"),
    "category": (cells.text(60), "分类 类目 категория раздел"),
    "kind": (cells.kind, "类型 вид"),
    "colour": (cells.text(60), "颜色 цвет color"),
    "ram_gb": (cells.whole(cells.GIGABYTES, Range(1, 1024)), "运行内存 内存 ram озу"),
    "storage_gb": (
        cells.whole(cells.GIGABYTES, Range(1, 65_536)),
        "存储 存储容量 机身存储 storage память",
    ),
    "price_cny": (cells.exact(cells.YUAN, Range(0, 9_999_999)), "价格 单价 售价 price цена"),
    "quantity": (cells.whole(cells.PIECES, Range(0, 100_000)), "数量 库存 количество stock"),
}
CARD: Readers = {
    "title_ru": (cells.text(200), "俄文标题 俄语标题 название"),
    "title_zh": (cells.text(200), "标题 中文标题 商品名称"),
    "title_en": (cells.text(200), "英文标题 英语标题 title"),
    "description_ru": (cells.text(4000), "俄文描述 описание"),
    "description_zh": (cells.text(4000), "描述 中文描述"),
    "description_en": (cells.text(4000), "英文描述 description"),
    "released": (cells.month, "发布时间 上市时间"),
}
FACTS: Readers = {
    "hs_code": (cells.hs_code, "海关编码 hs编码 hscode тнвэд"),
    "origin": (cells.country, "原产国 原产地 产地 страна"),
    "net_weight_g": (cells.whole(cells.GRAMS, KILOS), "净重 нетто netweight"),
    "weight_g": (cells.whole(cells.GRAMS, KILOS), "毛重 брутто grossweight grossweightg"),
    "length_mm": (cells.whole(cells.MILLIMETRES, METRES), "包装长 长 boxlengthmm длина"),
    "width_mm": (cells.whole(cells.MILLIMETRES, METRES), "包装宽 宽 boxwidthmm ширина"),
    "height_mm": (cells.whole(cells.MILLIMETRES, METRES), "包装高 高 boxheightmm высота"),
    "battery_kind": (cells.battery, "电池类型 电池 батарея"),
    "battery_wh": (cells.exact(cells.WATT_HOURS, Range(0, 9_999)), "电池瓦时 瓦时 wh втч"),
    "fsb_notification": (cells.text(40), "fsb fsb通知 нотификация нотификацияфсб"),
    "barcode": (cells.barcode, "条码 条形码 ean штрихкод"),
}
SHAPE: Readers = {
    "device_length_mm": (cells.number, "机身长"),
    "device_width_mm": (cells.number, "机身宽"),
    "thickness_mm": (cells.number, "机身厚 厚度"),
    "camera_layout": (cells.text(20), ""),
    "front_cut": (cells.text(20), ""),
}
REASON = "refused_because"  # the column that our own file of refused rows adds
# The demo tables name the device's own measures plainly; then the box has a name of its own.
DEVICE_FIRST = {
    "box_length_mm": {"length_mm": "device_length_mm", "width_mm": "device_width_mm"},
    "gross_weight_g": {"weight_g": "net_weight_g"},
}


@dataclass(frozen=True)
class Plan:
    """Which column holds what; `unknown` headings are not read."""

    places: dict[str, int]
    specs: dict[str, int]
    types: dict[str, str]
    unknown: list[str]


def recognise(headings: Sequence[str]) -> Plan:
    """Find out what each column is.

    Raises: NotATable, without an article column, or with one thing in two columns.
    """
    types = dict(Attribute.objects.values_list("key", "data_type"))
    keys = {_fold(key): key for key in types}
    moved = _moved(headings)
    plan = Plan({}, {}, types, [])
    for at, heading in enumerate(headings):
        name = _fold(heading)
        column = moved.get(name) or _ALIASES.get(name)
        if column:
            _put(plan.places, column, at, headings)
        elif name in keys:
            _put(plan.specs, keys[name], at, headings)
        elif name not in ("", _fold(REASON)):
            plan.unknown.append(heading)
    if "article" not in plan.places:
        raise NotATable(_("There is no column “article” (货号): nothing can be recognised."))
    return plan


def _put(found: dict[str, int], column: str, at: int, headings: Sequence[str]) -> None:
    if column in found:
        twice = {"heading": headings[at], "other": headings[found[column]]}
        raise NotATable(_("Two columns say the same: %(other)s and %(heading)s.") % twice)
    found[column] = at


def _moved(headings: Sequence[str]) -> dict[str, str]:
    written = {_fold(heading) for heading in headings}
    given = [names for sign, names in DEVICE_FIRST.items() if _fold(sign) in written]
    return {_fold(name): column for names in given for name, column in names.items()}


def _fold(heading: str) -> str:
    plain = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"\([^)]*\)|[\s_*.:\-]", "", plain)


_ALIASES = {
    _fold(alias): name
    for part in (IDENTITY, CARD, FACTS, SHAPE)
    for name, (_reader, others) in part.items()
    for alias in (name, *others.split())
}
