"""What the columns of a table are called for the one who fills it in, and the ways to read them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog import columns
from catalog.models import Attribute, ImportJob
from storefront.lib import kept

Options = list[tuple[str, list[tuple[str, str]]]]


def of(column: str) -> str:
    """The name of a column in the reader's language."""
    named = _names().get(column)
    if named:
        return named
    property_ = _properties().get(column)
    return property_.title if property_ else column


@kept.for_a_minute
def _properties() -> dict[str, Attribute]:
    return {row.key: row for row in Attribute.objects.order_by("position", "pk")}


def options(kind: str) -> Options:
    """Give everything that a column may be read as, in groups, for a list to choose from."""
    if kind == ImportJob.Kind.PRICES:
        return [("", [*_ways("article"), *_ways("price_cny"), *_ways("quantity")])]
    parts = [
        (_("Which goods"), ("article", "brand", "model", "brand_model", "category", "kind")),
        (_("Which variant"), ("colour", "ram_gb", "storage_gb", "memory", "barcode")),
        (_("Price and pieces"), ("price_cny", "quantity")),
        (_("Weight and box"), ("net_weight_g", "weight_g", *_BOX, "box_size")),
        (_("For customs"), _PAPERS),
        (_("Texts"), tuple(columns.CARD)),
        (_("The device itself"), (*columns.SHAPE, "device_size")),
    ]
    groups = [(title, [way for name in names for way in _ways(name)]) for title, names in parts]
    own = [(key, of(key)) for key in _properties() if key not in _TAKEN]
    return [*groups, (_("Properties"), own)]


_BOX = ("length_mm", "width_mm", "height_mm")
_PAPERS = ("hs_code", "origin", "battery_kind", "battery_wh", "fsb_notification")
_TAKEN = {*columns.PART_OF, *columns.WHOLES, *columns.OF_PROPERTIES}


def _ways(column: str) -> Iterator[tuple[str, str]]:
    """A column as it is, and the other ways to read it."""
    yield column, of(column)
    for how in columns.OTHERWISE.get(column, ()):
        yield f"{column} {how}", f"{of(column)}: {_hows()[how]}"
    if column == "brand_model":
        yield f"{column} {columns.FIRST}", f"{of(column)}: {_hows()[columns.FIRST]}"


def way(reading: str) -> str:
    """The name of a column with the way it is read."""
    column, _sign, how = reading.partition(" ")
    return f"{of(column)}: {_hows()[how]}" if how else of(column)


def _hows() -> dict[str, str]:
    return {
        "kg": _("bare numbers are kilograms"),
        "cm": _("bare numbers are centimetres"),
        "bare": _("only the number, it is in yuan"),
        "made": _("make a number from this text"),
        "words": _("found in the words of a title"),
        columns.FIRST: _("the first word is the brand"),
    }


def _names() -> dict[str, str]:
    return {**_of_goods(), **_of_customs(), **_of_texts()}


def _of_goods() -> dict[str, str]:
    return {
        "article": _("Article number"),
        "brand": _("Brand"),
        "model": _("Model"),
        "brand_model": _("Brand and model in one"),
        "category": _("Category"),
        "kind": _("Kind of goods"),
        "colour": _("Colour"),
        "ram_gb": _("Memory, GB"),
        "storage_gb": _("Storage, GB"),
        "memory": _("Memory and storage in one"),
        "barcode": _("Barcode"),
        "price_cny": _("Price, ¥"),
        "quantity": _("Pieces in Shenzhen"),
    }


def _of_customs() -> dict[str, str]:
    return {
        "net_weight_g": _("Net weight, g"),
        "weight_g": _("Weight with box, g"),
        "length_mm": _("Box length, mm"),
        "width_mm": _("Box width, mm"),
        "height_mm": _("Box height, mm"),
        "box_size": _("Box length x width x height"),
        "hs_code": _("HS code"),
        "origin": _("Country of origin"),
        "battery_kind": _("Kind of battery"),
        "battery_wh": _("Battery, Wh"),
        "fsb_notification": _("FSB notification"),
        "device_length_mm": _("Device length, mm"),
        "device_width_mm": _("Device width, mm"),
        "thickness_mm": _("Device thickness, mm"),
        "device_size": _("Device length x width x thickness"),
    }


def _of_texts() -> dict[str, str]:
    return {
        "title_ru": _("Russian title"),
        "title_zh": _("Chinese title"),
        "title_en": _("English title"),
        "description_ru": _("Russian description"),
        "description_zh": _("Chinese description"),
        "description_en": _("English description"),
        "released": _("Released"),
        "camera_layout": _("Camera layout"),
        "front_cut": _("Front camera cut-out"),
    }
