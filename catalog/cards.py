"""A product as its page tells it: variants to choose from, who sells them, its facts in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from catalog import attributes, pictures, restrictions, shelves
from catalog.models import Offer, Product, Restriction, Variant
from catalog.search import keeping

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
class Bid:
    """A seller's offer of a variant, and what a buyer weighs it by.

    Money: `price` is rubles as shown, `None` without a rate.
    Time: `arrives_on` is the day by which nine of ten parcels of one piece are there.
    """

    offer: Offer
    price: Decimal | None
    can_be_had: bool
    in_harbin: bool
    arrives_on: date | None = None
    rating: Decimal | None = None


@dataclass(frozen=True)
class Edge:
    """What one bid has over another; a negative figure speaks for the other.

    Money: `cheaper` is rubles.
    """

    cheaper: Decimal = Decimal(0)
    sooner_days: int = 0
    better_rated: Decimal = Decimal(0)


def best_first(bids: Iterable[Bid]) -> list[Bid]:
    """Put the better bid first: the one rule of the house for sellers of one model.

    What can be had comes before what is sold out. Then the price as it is shown; of equal prices
    the one that arrives sooner, then the one of the better rated seller, then who has sold here
    longer.
    """
    return sorted(bids, key=_rank)


def _rank(bid: Bid) -> tuple[Any, ...]:
    yuan = bid.offer.price.amount
    return (
        not bid.can_be_had,
        yuan if bid.price is None else bid.price,
        bid.arrives_on or date.max,
        not bid.in_harbin,
        -(bid.rating or 0),
        bid.offer.seller.joined_on,
        bid.offer.pk,
    )


def edge(one: Bid, other: Bid) -> Edge:
    """Say what one bid has over another."""
    cheaper, sooner = Decimal(0), 0
    if one.price is not None and other.price is not None:
        cheaper = other.price - one.price
    if one.arrives_on is not None and other.arrives_on is not None:
        sooner = (other.arrives_on - one.arrives_on).days
    return Edge(cheaper, sooner, (one.rating or Decimal(0)) - (other.rating or Decimal(0)))


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


def carriage(product: Product) -> str:
    """Give the class of carriage of a listed product: its origin and what is in its parcels.

    `harbin/built_in/8517130000`, several joined by commas; the counts of a search name it so.
    """
    origin = "harbin" if product.harbin_quantity else "shenzhen"
    return ",".join(f"{origin}/{pair}" for pair in product.facets.get("carriage", ()))


def asked_way(
    carriage: str, *, modes: Sequence[str], rules: Sequence[Restriction]
) -> tuple[str, frozenset[str]]:
    """Give where goods of a class start, and the ways that something among them may not take."""
    parts = [part.split("/") for part in carriage.split(",") if part]
    forbidden = (
        restrictions.modes_forbidden(
            battery_kind=battery_kind, hs_code=hs_code, modes=modes, rules=rules
        )
        for _origin, battery_kind, hs_code in parts
    )
    return parts[0][0] if parts else "shenzhen", frozenset().union(*forbidden)


def carriages(categories: Sequence[int]) -> set[str]:
    """Give the classes of carriage of all listed goods of some categories, or of all."""
    return {way for pile in keeping.current(categories) for way in pile.columns.get("way", {})}


def facts(product: Product, variant: Variant) -> list[Fact]:
    """Give the specifications in the reader's language, in the order of the attributes."""
    specs = product.specs
    values = {
        **specs,
        "weight_g": specs.get("weight_g") or variant.net_weight_g,
        "battery_wh": specs.get("battery_wh") or variant.battery_wh,
    }
    told = [
        Fact(attribute.title, attributes.show(values[attribute.key], attribute))
        for attribute in shelves.attributes(product.kind)
        if attribute.key not in NOT_TOLD and values.get(attribute.key) not in (None, "")
    ]
    return [*told, Fact(_("Country of origin"), country(variant.origin))]


def country(code: str) -> str:
    names = {"CN": _("China"), "VN": _("Vietnam"), "IN": _("India")}
    return names.get(code, code)
