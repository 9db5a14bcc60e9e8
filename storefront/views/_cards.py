"""Cards of goods as the templates take them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog import pictures, pricing, shelves
from catalog.models import Category, Product, Variant
from orders.models import City

from . import _promises, _struck

VIEW_LABELS = {
    "front_and_back": _("Both sides"),
    "front": _("Front"),
    "back": _("Back"),
    "side": _("Side"),
}
ICONS = {
    "band": "watch",
    "power_bank": "battery",
    "cable": "charger",
    "stylus": "edit",
    "keyboard": "edit",
    "case": "shield",
    "hub": "box",
    "speaker": "headphones",
}


@dataclass(frozen=True)
class Card:
    """What components/card.html shows.

    Prices: whole rubles, None without a rate; `was` is the one that may be shown struck through.
    """

    url: str
    picture: pictures.Sources | None
    title: str
    price: Any
    in_harbin: bool
    rating: Any
    rating_count: int
    promise: str = ""
    mode: str = ""
    was: Any = None

    @property
    def picture_url(self) -> str:
        return self.picture.fallback if self.picture else ""


def make(
    goods: Sequence[Product], *, tariff: pricing.Tariff | None, city: City | None, now: datetime
) -> list[Card]:
    """Give the cards of listed goods, in their order."""
    promises = _promises.for_goods(goods, city=city, now=now)
    struck = _struck.of_goods(goods, now=now) if tariff else {}
    return [_card(one, tariff, promises.get(one.pk), struck.get(one.pk)) for one in goods]


def _card(
    product: Product,
    tariff: pricing.Tariff | None,
    promise: _promises.Promise | None,
    was: Any,
) -> Card:
    return Card(
        url=reverse("product", args=[product.slug]),
        picture=picture(product),
        title=product.title,
        price=price(product, tariff),
        in_harbin=product.harbin_quantity > 0,
        rating=product.rating,
        rating_count=product.rating_count,
        promise=promise.text if promise else "",
        mode=promise.mode if promise else "",
        was=tariff.rubles(was) if tariff and was is not None else None,
    )


def price(product: Product, tariff: pricing.Tariff | None) -> Any:
    """Give the best price in rubles, if it can be known."""
    yuan = product.best_price_cny
    return tariff.rubles(yuan) if tariff and yuan is not None else None


def picture_url(product: Product) -> str:
    """Give the address of the picture on a product's card."""
    found = picture(product)
    return found.fallback if found else ""


def picture(product: Product) -> pictures.Sources | None:
    """Give the picture on a product's card: a seller's own, else a drawing."""
    face = pictures.face(product)
    if face is None:
        return None
    drawn = drawing_url(face.variant, pictures.FIRST_VIEW, face.version)
    return face.sources or pictures.plain(drawn)


def drawing_url(variant: str, view: str, version: str) -> str:
    """Give an address that names what is drawn, so that it may be kept for ever."""
    return f"{reverse('picture', args=[variant, view])}?v={version}"


def pictures_of(variant: Variant) -> list[dict[str, Any]]:
    """Give all pictures of a variant: its sellers' own, else its drawings."""
    shots = pictures.shots(variant)
    if shots:
        return [_shown(shot, variant.colour) for shot in shots]
    version = pictures.version(variant)
    return [
        _shown(pictures.plain(drawing_url(variant.slug, view, version)), str(VIEW_LABELS[view]))
        for view in pictures.views(variant)
    ]


def _shown(sources: pictures.Sources, label: str) -> dict[str, Any]:
    return {"url": sources.fallback, "sources": sources, "label": label}


def icon(shelf: Category) -> str:
    """Give the icon of a shelf, by the goods that lie on it."""
    return ICONS.get(shelf.kind, shelf.kind or "box")


def aisles(current: Category | None = None) -> list[dict[str, Any]]:
    """Give the strip of main categories, the one we stand in marked."""
    here = current and (current.parent_id or current.pk)
    return [
        {
            "url": reverse("category", args=[shelf.slug]),
            "title": shelf.title,
            "current": shelf.pk == here,
        }
        for shelf in shelves.categories()
        if shelf.parent_id is None
    ]
