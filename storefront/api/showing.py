"""Goods as their seller's system gets them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from catalog import asking, columns, composing, listings, shelves
from catalog.models import Offer, Product, Seller, Variant
from logistics import holdings

from .schemas import FreePieces, Goods, Listing, Money

CARD = ("model", "kind", "released")
FACTS = (
    *("hs_code", "origin", "net_weight_g", "weight_g", "length_mm", "width_mm", "height_mm"),
    *("battery_kind", "fsb_notification", "barcode", "ram_gb", "storage_gb"),
)
SHAPE = {
    "device_length_mm": "length_mm",
    "device_width_mm": "width_mm",
    "thickness_mm": "thickness_mm",
    "camera_layout": "camera_layout",
    "front_cut": "front_cut",
}


def offers(seller: Seller) -> QuerySet[Offer]:
    """Give a seller's offers with what their answers need."""
    rows = Offer.objects.filter(seller=seller)
    rows = rows.select_related("variant__product__brand", "variant__product__category")
    return rows.prefetch_related("variant__pictures")


def listed(rows: Sequence[Offer]) -> list[Listing]:
    """Show offers, all their pieces counted in one query."""
    pieces = holdings.of([offer.pk for offer in rows])
    return [_listing(offer, pieces.get(offer.pk, holdings.Holding())) for offer in rows]


def yuan(price: Any) -> Money:
    """Money: CNY."""
    return Money(amount=str(price), currency=listings.YUAN)


def _listing(offer: Offer, pieces: holdings.Holding) -> Listing:
    variant = offer.variant
    own = sorted(variant.pictures.all(), key=lambda row: (row.position, row.pk))
    return Listing.model_construct(
        article=offer.article,
        title=variant.product.title,
        state=offer.state,
        refusal=offer.refusal,
        price=yuan(asking.plain(offer)),
        asked=yuan(offer.price.amount),
        pieces=FreePieces(harbin=pieces.harbin, shenzhen=pieces.shenzhen),
        goods=_goods(variant),
        pictures=[picture.image.url for picture in own],
        page=reverse("product", args=[variant.product.slug]),
        updated_at=offer.updated_at,
    )


def _goods(variant: Variant) -> Goods:
    """Facts as they are kept; whatever was said once may be sent back as it is."""
    card = variant.product
    known = {row.key for row in shelves.attributes(card.kind)} - set(columns.PART_OF)
    facts = {
        "brand": card.brand.name,
        "category": card.category.slug,
        "colour": variant.colour_en or None,
        "battery_wh": None if variant.battery_wh is None else str(variant.battery_wh),
        **{name: getattr(card, name) or None for name in CARD},
        **_texts(card),
        **{name: getattr(variant, name) or None for name in FACTS},
        **{name: card.shape.get(key) for name, key in SHAPE.items()},
        "specs": {name: value for name, value in card.specs.items() if name in known},
    }
    return Goods.model_construct(**facts)


def _texts(card: Product) -> dict[str, str | None]:
    """The texts that somebody wrote; those that are composed go on following the properties."""
    return {
        name: getattr(card, name) or None
        for tongue, state in composing.STATES.items()
        for name in (f"title_{tongue}", f"description_{tongue}")
        if getattr(card, state) != Product.Text.COMPOSED
    }
