"""Everything a seller sells, as a table that can be taken in again."""

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from catalog import asking, columns
from catalog.goods import LOOKS, MEASURES
from catalog.models import Attribute, Offer, Seller

CHUNK = 500
CARD = tuple(columns.CARD)
FACTS = tuple(columns.FACTS)
VARIANT = ("ram_gb", "storage_gb")
Levels = Callable[[Collection[str]], Mapping[str, int]]


def names(kind: str) -> list[str]:
    """Give the columns of an export, by our own names."""
    if kind == "PRICES":
        return list(columns.PRICES)
    return [*columns.IDENTITY, *columns.FACTS, *columns.CARD, *columns.SHAPE, *_properties()]


def headings(kind: str, language: str) -> list[str]:
    """Give the headings of an export in a language; the import knows each of them."""
    return [columns.heading(name, language) for name in names(kind)]


def rows(seller: Seller, *, kind: str, levels: Levels) -> Iterator[list[str]]:
    """Give a row for each offer of a seller, by key, a fixed number of queries per 500 of them.

    `levels` tells how many pieces of articles lie in Shenzhen, which a later stage knows.
    Money: CNY of one piece, the plain price without price lists and promotions.
    """
    wanted = names(kind)
    mine = Offer.objects.filter(seller=seller).order_by("pk")
    mine = mine.select_related("variant__product__brand", "variant__product__category")
    last = 0
    while part := list(mine.filter(pk__gt=last)[:CHUNK]):
        pieces = levels({offer.article for offer in part})
        for offer in part:
            said = _facts(offer, pieces.get(offer.article, 0))
            yield [_text(said.get(name)) for name in wanted]
        last = part[-1].pk


def _properties() -> list[str]:
    """The properties that have no column of their own."""
    taken = {*columns.PART_OF, *columns.OF_PROPERTIES}
    keys = Attribute.objects.order_by("position", "pk").values_list("key", flat=True)
    return [key for key in keys if key not in taken]


def _facts(offer: Offer, quantity: int) -> dict[str, Any]:
    variant, card = offer.variant, offer.variant.product
    return {
        **card.specs,
        **{column: card.shape.get(name) for column, name in MEASURES.items()},
        **{name: card.shape.get(name) for name in LOOKS},
        **{name: getattr(card, name) for name in CARD},
        **{name: getattr(variant, name) for name in (*FACTS, *VARIANT)},
        "article": offer.article,
        "brand": card.brand.name,
        "model": card.model,
        "category": card.category.slug,
        "kind": card.kind,
        "colour": variant.colour_en,
        "price_cny": asking.plain(offer),
        "quantity": quantity,
    }


def _text(value: Any) -> str:
    """A value as the import reads it; what is not known is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
