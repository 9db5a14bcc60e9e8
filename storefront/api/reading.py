"""What a system says of goods, read by the same code that reads a seller's table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalog import asking, attributes, cells, columns, goods
from catalog.goods import Goods, Problem
from catalog.sheets import Row

from .schemas import Flaw, ListingFacts, ListingItem, Money, SpecValue

PRICE = cells.exact(cells.YUAN, cells.Range(0, 9_999_999))
PLACES = {"article": "article", "price_cny": "price.amount", "quantity": "quantity"}


def article(text: str) -> str:
    """An article number as the catalogue keeps it."""
    try:
        return str(cells.text(60)(text))
    except cells.BadCell:
        return ""


def listings(items: Sequence[ListingItem]) -> list[Goods]:
    """Read the items as rows of one table, with a column for whatever any of them says."""
    rows = [_cells(item) for item in items]
    names = ["article", *sorted({name for row in rows for name in row} - {"article"})]
    plan = columns.plan(names, [[name] for name in names], {})
    found = []
    for line, (item, said) in enumerate(zip(items, rows, strict=True)):
        one = goods.read(Row(line, [said.get(name, "") for name in names]), plan)
        _tell_unread(one, item)
        _tell_currency(one, item)
        found.append(one)
    return found


def _cells(item: ListingItem) -> dict[str, str]:
    """One item as cells; null and what is left out are empty ones."""
    facts = item.goods
    said = facts.model_dump(exclude={"specs"}, exclude_none=True) if facts else {}
    said |= {name: value for name, value in _specs(item).items() if _is_spec(name, value)}
    said["article"] = item.article
    if item.price:
        said["price_cny"] = item.price.amount
    if item.quantity is not None:
        said["quantity"] = item.quantity
    return {name: _cell(value) for name, value in said.items()}


def _specs(item: ListingItem) -> Mapping[str, SpecValue | None]:
    return item.goods.specs if item.goods else {}


def _is_spec(name: str, value: Any) -> bool:
    """Whether a property is one; what has a field of its own is none."""
    return value is not None and name not in columns.PART_OF and attributes.find(name) == name


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value).strip()


def _tell_unread(one: Goods, item: ListingItem) -> None:
    """A table may have columns that are not for these goods; a system is told."""
    for name, value in _specs(item).items():
        is_wrong = any(problem.column == name for problem in one.problems)
        if value not in (None, *goods.SILENT) and name not in one.specs and not is_wrong:
            one.refuse(f"specs.{name}", "unknown_property", _("These goods have no such property."))


def _tell_currency(one: Goods, item: ListingItem) -> None:
    if item.price:
        try:
            asking.check_currency(item.price.currency)
        except asking.OtherCurrency as refusal:
            one.refuse("price.currency", refusal.code, str(refusal))


def price(given: Money) -> Any:
    """Read a price.

    Raises: OtherCurrency; WrongPrice.
    """
    asking.check_currency(given.currency)
    try:
        read = PRICE(given.amount)
    except cells.BadCell as bad:
        raise asking.WrongPrice(str(bad)) from bad
    asking.check(read)
    return read


def repeated() -> Flaw:
    text = _("This article number came before in the batch.")
    return Flaw(field="article", code="repeated", message=text)


def unknown() -> Flaw:
    text = _("You have no goods with this article number.")
    return Flaw(field="article", code="unknown_article", message=text)


def flaws(problems: Iterable[Problem]) -> list[Flaw]:
    """Problems of a row by the names of fields."""
    return [
        Flaw(field=_field(problem.column), code=problem.code, message=problem.text)
        for problem in problems
    ]


def _field(column: str) -> str:
    if column in PLACES or column.startswith("price"):
        return PLACES.get(column, column)
    is_ours = column in columns.PART_OF or column.startswith("specs.")
    return f"goods.{column}" if is_ours else f"goods.specs.{column}"


def item(article: str, given: ListingFacts) -> ListingItem:
    """One listing as a batch of its own."""
    return ListingItem(
        article=article, goods=given.goods, price=given.price, quantity=given.quantity
    )
