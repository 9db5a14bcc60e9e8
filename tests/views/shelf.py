"""Phones put on a shelf of the shop, for its pages."""

from datetime import UTC, datetime

from django.urls import reverse

from catalog import search
from catalog.models import Category, Offer, Product
from tests.factories import catalog as make
from tests.factories import logistics

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PHONES = "smartphones"


def shelf(slug: str = PHONES) -> Category:
    return Category.objects.get(slug=slug)


def listed(model: str = "Galaxy A54", price: str = "1299.00", **facts) -> Offer:
    """A phone of the reference brands in the shop, ten pieces in Harbin unless told."""
    stock, at = facts.pop("stock", 10), facts.pop("at", "harbin-warehouse")
    given = {name: facts.pop(name) for name in VARIANT if name in facts}
    product = make.product(
        model=model,
        title_ru=f"Смартфон {model}",
        title_zh=f"{model} 手机",
        title_en=f"{model} phone",
        category=facts.pop("category", None) or shelf(),
        description_ru="Описание по-русски",
        description_zh="中文说明",
        description_en="Told in English",
        **facts,
    )
    offer = make.offer(price, variant=make.variant(product=product, **given))
    if stock:
        logistics.stock(offer, stock, at=at)
    search.index(product, now=NOW)
    return offer


VARIANT = ("slug", "ram_gb", "storage_gb", "colour_key", "colour_ru", "battery_kind", "hs_code")


def product_of(offer: Offer) -> Product:
    return Product.objects.get(pk=offer.variant.product_id)


def page_of(offer: Offer) -> str:
    return reverse("product", args=[product_of(offer).slug])
