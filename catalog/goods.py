"""What one row of a seller's table says of goods, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from catalog import attributes, columns, drawings, shelves, words
from catalog.cells import BadCell, Reader
from catalog.models import Category
from catalog.sheets import Row

NEEDED = (
    *("brand", "model", "category", "price_cny", "net_weight_g", "weight_g"),
    *("length_mm", "width_mm", "height_mm"),
)
SHELF_OF = {"keyboard": "stylus-keyboards"}  # a shelf of two kinds bears the name of the first
SILENT = frozenset({"", "-", "—", "–", "/"})
MEASURES = {
    "device_length_mm": "length_mm",
    "device_width_mm": "width_mm",
    "thickness_mm": "thickness_mm",
}
LOOKS = {"camera_layout": drawings.LAYOUTS, "front_cut": drawings.CUTS}
DRAWN = ("screen_inch", "cameras")


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell; the text is for the one who wrote it."""

    column: str
    code: str
    text: str


@dataclass
class Goods:
    """What one row says; empty cells say nothing.

    Money: `price` is CNY of one piece.
    """

    line: int
    article: str = ""
    identity: dict[str, Any] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    shape: dict[str, Any] = field(default_factory=dict)
    specs: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def price(self) -> Decimal | None:
        return self.identity.get("price_cny")

    @property
    def quantity(self) -> int | None:
        return self.identity.get("quantity")

    def refuse(self, column: str, code: str, text: str) -> None:
        """Note what is wrong, once per column."""
        if all(problem.column != column for problem in self.problems):
            self.problems.append(Problem(column, code, text))

    def need(self) -> None:
        """Note what must still be said of goods that are not in the shop yet."""
        for name in NEEDED:
            if name not in self.identity and name not in self.facts:
                self.refuse(name, "needed", _("This is needed."))


def read(row: Row, plan: columns.Plan) -> Goods:
    """Read one row; whatever is wrong with it is noted in it."""
    goods = Goods(row.line)
    if row.is_too_wide:
        goods.refuse("", "too_wide", _("There are more cells than headings."))
    for source in plan.sources:
        part = getattr(goods, columns.part(source.column))
        _take(goods, part, source.column, plan.reader(source), source.cell(row.cells))
    for source in plan.wholes:
        _take_several(goods, source.column, plan.reader(source), source.cell(row.cells))
    _place(goods)
    kind = goods.identity.get("kind", "")
    for source in plan.specs:
        reader = partial(attributes.read, kind, source.column)
        _take(goods, goods.specs, source.column, reader, source.cell(row.cells))
    _draw(goods)
    _check(goods)
    return goods


def _take(goods: Goods, part: dict[str, Any], name: str, reader: Reader, cell: str) -> None:
    if cell in SILENT:
        return
    try:
        part[name] = reader(cell)
    except BadCell as bad:
        # Tables hold goods of many kinds: a watch leaves the column of lenses to the phones.
        if bad.code != "other_kind":
            goods.refuse(name, bad.code, str(bad))


def _take_several(goods: Goods, name: str, reader: Reader, cell: str) -> None:
    """Columns of their own go before what one cell says of several things."""
    if cell in SILENT:
        return
    try:
        said = reader(cell)
    except BadCell as bad:
        goods.refuse(name, bad.code, str(bad))
        return
    for column, value in said.items():
        getattr(goods, columns.part(column)).setdefault(column, value)


def _place(goods: Goods) -> None:
    """Find the shelf, from its own name or from the kind of device."""
    said = goods.identity
    shelf = find_shelf(said.get("category", ""), said.get("kind", ""))
    if shelf is not None:
        said["category"] = shelf.slug
        said.setdefault("kind", shelf.kind)
    elif "category" in said:
        text = _("There is no category “%(name)s”.") % {"name": said.pop("category")}
        goods.refuse("category", "unknown_category", text)


def find_shelf(name: str, kind: str) -> Category | None:
    """Give the lowest category of a name in any language, or the one for a kind of device."""
    known = shelves.categories()
    parents = {shelf.parent_id for shelf in known}
    leaves = [shelf for shelf in known if shelf.pk not in parents]
    if name:
        return next((shelf for shelf in leaves if name.lower() in _names(shelf)), None)
    if kind in SHELF_OF:
        return next((shelf for shelf in leaves if shelf.slug == SHELF_OF[kind]), None)
    return next((shelf for shelf in leaves if kind and shelf.kind == kind), None)


def _names(shelf: Category) -> Sequence[str]:
    titles = (shelf.slug, shelf.title_ru, shelf.title_zh, shelf.title_en)
    return [title.lower() for title in titles]


def _draw(goods: Goods) -> None:
    """Put measures and looks where drawings and specifications are made from them."""
    said, shape, specs = dict(goods.shape), goods.shape, goods.specs
    shape.clear()
    for column, name in MEASURES.items():
        if column in said:
            shape[name] = specs[name] = said[column]
    for name, known in LOOKS.items():
        if name in said and said[name] not in known:
            text = _("Must be one of: %(known)s.") % {"known": ", ".join(known)}
            goods.refuse(name, "not_a_choice", text)
        elif name in said:
            shape[name] = said[name]
    shape.update({name: specs[name] for name in DRAWN if name in specs})


def _check(goods: Goods) -> None:
    goods.article = goods.identity.pop("article", "")
    facts = goods.facts
    if not goods.article:
        goods.refuse("article", "needed", _("This is needed."))
    if "brand" in goods.identity and not words.fold(goods.identity["brand"]):
        goods.refuse("brand", "no_words", _("There is neither a letter nor a digit in it."))
    if facts.get("weight_g", facts.get("net_weight_g", 0)) < facts.get("net_weight_g", 0):
        text = _("The weight with box is less than the net weight.")
        goods.refuse("weight_g", "gross_under_net", text)
    if goods.price is not None and goods.price <= 0:
        goods.refuse("price_cny", "not_a_price", _("The price must be above zero."))
