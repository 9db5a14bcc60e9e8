"""A product as its page tells it: variants to choose from, who sells them, its facts in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from catalog import pictures, restrictions, shelves
from catalog.models import Attribute, Offer, Product, Restriction, Variant

# Told by the choice of a variant, by the picture, or by the way of delivery.
NOT_TOLD = frozenset(
    {"colour", "ram_gb", "storage_gb", "camera_layout", "front_cut", "battery_kind", "origin"}
)


@dataclass(frozen=True)
class Supply:
    """The live offers of a product, the cheapest first, and the pieces each has at its origins."""

    offers: list[Offer]
    stock: dict[int, dict[str, int]]

    def pieces(self, offer: Offer, origin: str) -> int:
        return self.stock.get(offer.pk, {}).get(origin, 0)

    def of(self, variant: Variant) -> list[Offer]:
        """The offers of a variant: first those that can be had, the cheapest of them first."""
        mine = [offer for offer in self.offers if offer.variant_id == variant.pk]
        return sorted(mine, key=lambda offer: not self._can_be_had(offer))

    @property
    def sold(self) -> set[int]:
        """The variants of which somebody has a piece."""
        return {offer.variant_id for offer in self.offers if self._can_be_had(offer)}

    @property
    def near(self) -> set[int]:
        """The variants that lie in Harbin now."""
        return {one.variant_id for one in self.offers if self.pieces(one, "harbin")}

    @property
    def best(self) -> int | None:
        """The variant that a card speaks of: the cheapest, of several the one in Harbin."""
        had = [offer for offer in self.offers if self._can_be_had(offer)]
        rank = {offer: (offer.price.amount, not self.pieces(offer, "harbin")) for offer in had}
        return min(had, key=lambda offer: rank[offer]).variant_id if had else None

    def _can_be_had(self, offer: Offer) -> bool:
        return any(self.stock.get(offer.pk, {}).values())


@dataclass(frozen=True)
class Option:
    """A colour or a memory to choose: the variant it leads to, and whether and where it is sold."""

    variant: Variant
    is_chosen: bool
    is_sold: bool
    is_near: bool


@dataclass(frozen=True)
class Fact:
    """A line of the specifications."""

    title: str
    text: str


def variants(slug: str) -> list[Any]:
    """Give the variants of a product, its card and their images with them; one query."""
    rows = Variant.objects.filter(product__slug=slug)
    rows = rows.select_related("product__brand", "product__category__parent")
    return list(pictures.with_images(rows).order_by("position", "pk"))


def offers(product_id: int) -> list[Offer]:
    """Give the live offers of a product, the cheapest first; one query."""
    live = Offer.objects.live().filter(variant__product=product_id)
    return list(live.select_related("seller").order_by("price", "pk"))


def chosen(rows: Sequence[Variant], wanted: str, supply: Supply) -> Variant:
    """Give the variant that was asked for, else the one that the card speaks of."""
    asked = next((row for row in rows if row.slug == wanted), None)
    best = supply.best
    return asked or next((row for row in rows if row.pk == best), rows[0])


def colours(rows: Sequence[Variant], here: Variant, supply: Supply) -> list[Option]:
    """Give each colour, leading to the same memory where there is one."""
    groups = _groups(rows, key=lambda row: (row.colour_key, row.colour_hex))
    return [_option(group, here, supply, lambda row: row.memory) for group in groups]


def memories(rows: Sequence[Variant], here: Variant, supply: Supply) -> list[Option]:
    """Give each memory from the smallest, leading to the same colour where there is one."""
    groups = [group for group in _groups(rows, key=lambda row: row.memory) if group[0].memory]
    groups.sort(key=lambda group: (group[0].storage_gb or 0, group[0].ram_gb or 0))
    return [_option(group, here, supply, lambda row: row.colour_key) for group in groups]


def _groups(rows: Iterable[Variant], key: Any) -> list[list[Variant]]:
    found: dict[Any, list[Variant]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return list(found.values())


def _option(group: list[Variant], here: Variant, supply: Supply, other: Any) -> Option:
    """Within a group prefer what keeps the other choice, then what is sold."""
    sold, ids = supply.sold, {row.pk for row in group}
    best = max(group, key=lambda row: (row == here, other(row) == other(here), row.pk in sold))
    return Option(
        best,
        is_chosen=here in group,
        is_sold=not ids.isdisjoint(sold),
        is_near=best.pk in supply.near,
    )


def carriage(product: Product) -> tuple[tuple[str, str], ...]:
    """Give the battery kind and HS code of what is sold of a listed product."""
    pairs = (text.partition("/") for text in product.facets.get("carriage", ()))
    return tuple((battery_kind, hs_code) for battery_kind, _sign, hs_code in pairs)


def modes_forbidden(
    product: Product, *, modes: Sequence[str], rules: Sequence[Restriction]
) -> frozenset[str]:
    """Give the ways that something sold of a listed product may not take."""
    return frozenset().union(
        *(
            restrictions.modes_forbidden(
                battery_kind=battery_kind, hs_code=hs_code, modes=modes, rules=rules
            )
            for battery_kind, hs_code in carriage(product)
        )
    )


def facts(product: Product, variant: Variant) -> list[Fact]:
    """Give the specifications in the reader's language, in the order of the attributes."""
    values = {**product.specs, "weight_g": product.specs.get("weight_g") or variant.net_weight_g}
    told = [
        Fact(attribute.title, _text(values[attribute.key], attribute))
        for attribute in shelves.attributes(product.kind)
        if attribute.key not in NOT_TOLD and values.get(attribute.key) not in (None, "")
    ]
    return [*told, Fact(_("Country of origin"), country(variant.origin))]


def _text(value: Any, attribute: Attribute) -> str:
    if attribute.data_type == Attribute.Type.BOOL:
        return _("yes") if value else _("no")
    if attribute.key == "released":
        return _month(str(value))
    if attribute.key == "screen_px":
        return f"{value}".replace("x", "\u202f×\u202f")
    unit = attribute.unit
    if not unit:
        return str(formats.localize(value))
    return f"{formats.localize(value)}{'' if unit == '″' else chr(0xA0)}{unit}"


def _month(text: str) -> str:
    """2025-09 is written 09.2025."""
    year, _sign, month = text.partition("-")
    return f"{month}.{year}" if month else year


def country(code: str) -> str:
    names = {"CN": _("China"), "VN": _("Vietnam"), "IN": _("India")}
    return names.get(code, code)
