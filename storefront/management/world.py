"""The demo world: people, sellers, goods, stock and rates, from the tables in `demo/`."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from moneyed import Money

from catalog import asking, attributes, search
from catalog.models import (
    Attribute,
    Brand,
    Category,
    Offer,
    OfferEvent,
    Product,
    Seller,
    SellerMember,
    Variant,
)
from logistics import warehouse
from logistics.models import Place
from payments import fx
from payments.models import Rate
from storefront.lib import csvs

TABLES = Path(__file__).resolve().parent.parent / "demo"
ACTOR = "task:demo"
SHAPE = ("length_mm", "width_mm", "thickness_mm", "screen_inch", "cameras")
LOOKS = ("camera_layout", "front_cut")
DESKS = {
    "operator": "operator",
    "authority": "authority",
    "treasurer": "finance",
    "cosigner": "finance",
}
GROUPS = {"floor": "floor", **DESKS}
SEATS = {"seller": "OWNER", "listing": "LISTING", "finance": "FINANCE"}
IN_REVIEW = 12  # so many offers wait at the approval desk
RATE_DAYS = 366
Row = dict[str, str]


def table(name: str) -> list[Row]:
    """A table of the demo world."""
    return csvs.read(TABLES / f"{name}.csv")


def login(role: str) -> Row:
    """The demo login of a role."""
    return next(row for row in table("logins") if row["role"] == role)


@transaction.atomic
def goods(*, now: datetime) -> int:
    """All goods of the demo, listed in the shop by the real indexing; the number of products."""
    number = unlisted_goods(now=now)
    search.settle(now=now)
    return number


@transaction.atomic
def unlisted_goods(*, now: datetime) -> int:
    """Sellers, products, variants, offers and stock; the number of products.

    Rows are written in bulk and then received by the real warehouse; they wait for the indexing.
    Nothing happens when they are there already.
    """
    if Product.objects.exists():
        return 0
    sellers = {row["slug"]: _seller(row) for row in table("sellers")}
    Seller.objects.bulk_create(sellers.values())
    rows = {row["key"]: row for row in table("products")}
    products = _products(rows.values(), now)
    variants = _variants(rows, products)
    offers = _offers(sellers, variants, now)
    _receive(offers, now)
    asking.refresh([offer.pk for offer, _row in offers], now=now, because=ACTOR)
    return len(products)


def _seller(row: Row) -> Seller:
    same = "slug name_zh name_en name_ru uscc city zone about_ru about_zh about_en licence cnaps"
    return Seller(
        **{key: row[key] for key in same.split()},
        bank_name=row["bank_name"],
        bank_account=row["account"],
        joined_on=date.fromisoformat(row["joined_on"]),
        commission_bps=int(row["commission_bps"]),
        is_demo=True,
    )


def _products(rows: Iterable[Row], now: datetime) -> dict[str, Product]:
    brands = {brand.slug: brand for brand in Brand.objects.all()}
    categories = {category.slug: category for category in Category.objects.all()}
    keys = list(Attribute.objects.values_list("key", flat=True))
    made = [
        Product(
            slug=row["key"],
            brand=brands[row["brand"]],
            category=categories[row["category"]],
            kind=row["kind"],
            model=row["model"],
            released=row["released"],
            **{key: row[key] for key in row if key.startswith(("title_", "description_"))},
            specs={key: attributes.read("", key, row[key]) for key in keys if row.get(key)},
            shape={
                **{key: float(row[key]) for key in SHAPE if row[key]},
                **{key: row[key] for key in LOOKS if row[key]},
            },
        )
        for row in rows
    ]
    made.reverse()  # the table's first rows are what visitors look for: they become the newest
    Product.objects.bulk_create(made)
    return {product.slug: product for product in made}


def _variants(rows: dict[str, Row], products: dict[str, Product]) -> dict[str, Variant]:
    made = [
        Variant(
            product=products[row["product"]],
            slug=row["variant"],
            position=position,
            barcode=row["barcode"],
            colour_key=row["colour"],
            **{
                key: row[key]
                for key in ("colour_ru", "colour_zh", "colour_en", "colour_hex", "colour_hex_2")
            },
            ram_gb=int(row["ram_gb"]) if row["ram_gb"] else None,
            storage_gb=int(row["storage_gb"]) if row["storage_gb"] else None,
            **_carriage(rows[row["product"]]),
        )
        for position, row in enumerate(table("variants"))
    ]
    Variant.objects.bulk_create(made)
    return {variant.slug: variant for variant in made}


def _carriage(row: Row) -> dict[str, Any]:
    """What customs and carriers need to know."""
    return {
        "hs_code": row["hs_code"],
        "origin": row["origin"],
        "net_weight_g": max(1, round(float(row["weight_g"]))),
        "weight_g": round(float(row["gross_weight_g"])),
        "length_mm": round(float(row["box_length_mm"])),
        "width_mm": round(float(row["box_width_mm"])),
        "height_mm": round(float(row["box_height_mm"])),
        "battery_kind": row["battery_kind"] or "none",
        "battery_wh": Decimal(row["battery_wh"]) if row["battery_wh"] else None,
        "fsb_notification": row["fsb"],
    }


def _offers(
    sellers: dict[str, Seller], variants: dict[str, Variant], now: datetime
) -> list[tuple[Offer, Row]]:
    rows = table("offers")
    waiting = set(range(0, len(rows), max(1, len(rows) // IN_REVIEW)))
    made = [
        Offer(
            seller=sellers[row["seller"]],
            variant=variants[row["variant"]],
            article=row["article"],
            price=Money(Decimal(row["price_cny"]), "CNY"),
            state=Offer.State.REVIEW if number in waiting else Offer.State.LIVE,
            updated_at=now,
        )
        for number, row in enumerate(rows)
    ]
    Offer.objects.bulk_create(made)
    OfferEvent.objects.bulk_create(
        [
            OfferEvent(
                offer=offer,
                kind=OfferEvent.Kind.CREATED,
                actor=ACTOR,
                happened_at=now,
                detail={"price": str(offer.price.amount)},
            )
            for offer in made
        ]
    )
    return list(zip(made, rows, strict=True))


def _receive(offers: list[tuple[Offer, Row]], now: datetime) -> None:
    places = {place.kind: place.pk for place in Place.objects.all()}
    receipts = []
    for offer, row in offers:
        columns = (
            (Place.Kind.WAREHOUSE, row["harbin_quantity"], row["regime"]),
            (Place.Kind.CONSOLIDATION, row["shenzhen_quantity"], "domestic"),
        )
        receipts += [
            warehouse.Receipt(places[kind], offer.pk, int(quantity), regime, "demo")
            for kind, quantity, regime in columns
            if int(quantity or 0) > 0
        ]
    warehouse.receive_all(receipts, actor=ACTOR, now=now)


def people() -> int:
    """The logins of the demo, each in its group; those who are there stay as they are."""
    users = get_user_model().objects
    new = [row for row in table("logins") if not users.filter(email=row["email"]).exists()]
    for row in new:
        user = users.create(
            email=row["email"],
            name=row["email"].split("@")[0].capitalize(),
            password=make_password(row["password"]),
            language="ru" if row["role"] == "buyer" else "zh-hans",
            is_staff=row["role"] in DESKS,
        )
        if row["role"] in GROUPS:
            user.groups.add(Group.objects.get(name=GROUPS[row["role"]]))
        if row["role"] in SEATS:
            seller = Seller.objects.order_by("pk").first()
            assert seller is not None, "the goods come before the people"
            SellerMember.objects.create(user=user, seller=seller, role=SEATS[row["role"]])
    return len(new)


def rates(*, until: date, now: datetime) -> int:
    """A year of rates from the central bank, day by day; the number of new days.

    Raises: the errors of `storefront.lib.http`.
    """
    known = set(Rate.objects.filter(currency="CNY").values_list("rate_on", flat=True))
    days = [until - timedelta(days=back) for back in range(RATE_DAYS, -1, -1)]
    missing = [day for day in days if fx.has_own_rate(day) and day not in known]
    for day in missing:
        body = fx.fetch(day)
        fx.store(fx.read(body), source=fx.SOURCE, payload=body, now=now)
    return len(missing)
