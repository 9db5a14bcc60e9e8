"""Places, stock and parcels; places and lanes are those of the reference rows unless told."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from catalog.models import Offer
from logistics import warehouse
from logistics.models import Departure, Lane, Place, Point, Service, Shipment, Stock
from orders.models import City, Delivery, Order
from storefront.lib import identifiers

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_numbers = count(1)


def place(code: str = "harbin-warehouse", **fields: Any) -> Place:
    """A place of the reference rows, or a new one, if anything but its code is given."""
    if not fields:
        return Place.objects.get(code=code)
    plain = {
        "code": f"{code}-{next(_numbers)}",
        "kind": Place.Kind.WAREHOUSE,
        "title_ru": "Склад",
        "title_zh": "仓库",
        "title_en": "Warehouse",
        "country": "CN",
        "timezone": "Asia/Shanghai",
        "source": "test",
    }
    return Place.objects.create(**{**plain, **fields})


def point(code: str = "DEMO620000", **fields: Any) -> Point:
    """An office of CDEK where parcels are given out, in Yekaterinburg unless told."""
    plain = {
        "carrier": "cdek",
        "title": "Пункт",
        "address": "Екатеринбург, адрес демо",
        "postcode": "620000",
        "hours": "Пн-Вс 09:00-21:00",
        "valid_from": NOW.date(),
        "source": "test",
    }
    city = fields.pop("city", None) or City.objects.get(slug="ekaterinburg")
    return Point.objects.create(code=code, city=city, **{**plain, **fields})


def lane(code: str = "air-svx") -> Lane:
    return Lane.objects.get(code=code)


def service(code: str = "flight-hrb-svx") -> Service:
    return Service.objects.get(code=code)


def stock(
    offer: Offer,
    quantity: int = 10,
    *,
    at: str = "harbin-warehouse",
    regime: str = Stock.Regime.DOMESTIC,
) -> Stock:
    """Goods of an offer received at a place, by the real function."""
    return warehouse.receive(place(at), offer, quantity, regime=regime, actor="task:test", now=NOW)


def shipment(order: Order, *, quantity: int | None = None, **fields: Any) -> Shipment:
    """A parcel with every line of an order's first delivery, or so many pieces of each."""
    delivery: Delivery = fields.pop("delivery", None) or order.deliveries.earliest("position")
    plain = {
        "number": identifiers.s10("LX", 90_000_000 + next(_numbers), "CN"),
        "order": order,
        "delivery": delivery,
        "lane": Lane.objects.filter(code=delivery.lane).latest("valid_from"),
        "planned_weight_g": delivery.weight_g,
        "state_at": NOW,
        "planned_at": NOW,
    }
    made = Shipment.objects.create(**{**plain, **fields})
    for line in delivery.lines.order_by("position"):
        made.items.create(line=line, quantity=quantity or line.quantity)
    return made


def arrived(parcel: Shipment) -> Departure:
    """A departure that brought a parcel to its terminal an hour ago."""
    at = parcel.state_at - timedelta(hours=1)
    made, _is_new = Departure.objects.get_or_create(
        number=f"{parcel.lane.code}-arrived".upper(),
        defaults={
            "lane": parcel.lane,
            "service": parcel.lane.legs.get(is_main=True).service,
            "state": Departure.State.ARRIVED,
            "closes_at": at - timedelta(days=2),
            "departs_at": at - timedelta(days=1),
            "departed_at": at - timedelta(days=1),
            "arrives_at": at,
            "arrived_at": at,
        },
    )
    return made
