"""Valid rows of the catalogue; each call makes a new one, keywords override."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from catalog.models import Battery, Brand, Category, Kind, Offer, Product, Seller, Variant

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_number = count(1)

ORIGINAL = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def uscc(serial: int) -> str:
    """A Guangdong credit code with the right check digit (GB 32100)."""
    body = f"91440300{serial:09d}"
    total = sum(ORIGINAL.index(sign) * weight for sign, weight in zip(body, WEIGHTS, strict=True))
    return body + ORIGINAL[(31 - total % 31) % 31]


def brand(**facts: Any) -> Brand:
    n = next(_number)
    return Brand.objects.create(**{"slug": f"brand-{n}", "name": f"Brand {n}", **facts})


def category(**facts: Any) -> Category:
    n = next(_number)
    plain = {
        "slug": f"category-{n}",
        "title_ru": f"Раздел {n}",
        "title_zh": f"分类{n}",
        "title_en": f"Category {n}",
        "kind": Kind.PHONE,
    }
    return Category.objects.create(**{**plain, **facts})


def product(**facts: Any) -> Product:
    n = next(_number)
    facts.setdefault("brand", None)
    facts.setdefault("category", None)
    facts["brand"] = facts["brand"] or brand()
    facts["category"] = facts["category"] or category()
    plain = {
        "slug": f"product-{n}",
        "kind": Kind.PHONE,
        "model": f"Model {n}",
        "title_ru": f"Смартфон Model {n}",
        "title_zh": f"Model {n} 智能手机",
        "title_en": f"Model {n} smartphone",
        "specs": {"five_g": True, "nfc": True, "screen_inch": 6.5},
        "shape": {"length_mm": 160, "width_mm": 75, "thickness_mm": 8, "screen_inch": 6.5},
    }
    return Product.objects.create(**{**plain, **facts})


def variant(**facts: Any) -> Variant:
    """A variant complete enough to be published."""
    n = next(_number)
    facts["product"] = facts.get("product") or product()
    plain = {
        "slug": f"variant-{n}",
        "colour_key": f"black-{n}",
        "colour_ru": "чёрный",
        "colour_zh": "黑色",
        "colour_en": "Black",
        "ram_gb": 8,
        "storage_gb": 256,
        "hs_code": "8517130000",
        "origin": "CN",
        "net_weight_g": 190,
        "weight_g": 420,
        "length_mm": 165,
        "width_mm": 86,
        "height_mm": 54,
        "battery_kind": Battery.BUILT_IN,
        "battery_wh": Decimal("19.35"),
        "fsb_notification": f"ДЕМО-{n:04d}",
    }
    return Variant.objects.create(**{**plain, **facts})


def seller(**facts: Any) -> Seller:
    """Boris sells."""
    n = next(_number)
    plain = {
        "slug": f"seller-{n}",
        "name_zh": f"深圳演示{n}",
        "name_ru": f"Продавец {n} (демо)",
        "name_en": f"Seller {n} (demo)",
        "uscc": uscc(n),
        "city": "Shenzhen",
        "cnaps": "104584001014",
        "bank_name": "中国银行深圳分行（演示）",
        "bank_account": f"10458400000000{n:05d}",
        "commission_bps": 700,
        "is_demo": True,
        "joined_on": date(2025, 3, 1),
    }
    return Seller.objects.create(**{**plain, **facts})


def offer(price: str = "1299.00", **facts: Any) -> Offer:
    """An offer that is in the shop."""
    n = next(_number)
    facts["variant"] = facts.get("variant") or variant()
    facts["seller"] = facts.get("seller") or seller()
    plain = {
        "article": f"ART-{n:05d}",
        "price": Decimal(price),
        "price_currency": "CNY",
        "state": Offer.State.LIVE,
        "updated_at": NOW,
    }
    return Offer.objects.create(**{**plain, **facts})
