"""Cities, carts and orders."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from catalog.models import Offer
from orders import lifecycle, quotes
from orders.models import Cart, City, Order

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_numbers = count(1)


def city(slug: str = "ekaterinburg") -> City:
    """A city of the reference rows."""
    return City.objects.get(slug=slug)


def cart(*offers: Offer, quantity: int = 1, **fields: Any) -> Cart:
    made = Cart.objects.create(**{"touched_at": NOW, **fields})
    for offer in offers:
        made.lines.create(offer=offer, quantity=quantity)
    return made


def line(offer: Offer, quantity: int = 1, price_rub: str = "16990") -> quotes.Line:
    return quotes.Line(
        offer_id=offer.pk,
        seller_id=offer.seller_id,
        title_ru="Телефон",
        title_zh="手机",
        title_en="Phone",
        quantity=quantity,
        price_cny=offer.price.amount,
        price_rub=Decimal(price_rub),
        commission_bps=800,
        commission=(offer.price.amount * quantity * 800 / 10_000).quantize(Decimal("0.01")),
    )


def part(*lines: quotes.Line, **fields: Any) -> quotes.Part:
    given: dict[str, Any] = {
        "origin": "harbin",
        "lane": "air-svx",
        "mode": "air",
        "freight_rub": Decimal(640),
        "duty_rub": Decimal(0),
        "duty_rule": "row-a",
        "duty_inputs": {},
        "weight_g": 420,
        "from_on": date(2026, 11, 28),
        "until_on": date(2026, 11, 30),
        "lines": lines,
    }
    return quotes.Part(**{**given, **fields})


def body(*parts: quotes.Part, **fields: Any) -> quotes.Body:
    given: dict[str, Any] = {
        "city": "ekaterinburg",
        "rate": Decimal("11.87"),
        "eur_rate": Decimal("99.33"),
        "rate_on": date(2026, 11, 21),
        "deliveries": parts,
    }
    return quotes.Body(**{**given, **fields})


def order(*offers: Offer, quantity: int = 1, now: datetime = NOW, **fields: Any) -> Order:
    """An order placed by the real function, one delivery from Harbin by air unless told."""
    given = fields.pop("body", None) or body(
        part(*[line(offer, quantity) for offer in offers], **fields.pop("part", {}))
    )
    made_cart = cart(*offers, quantity=quantity)
    quote = quotes.freeze(
        given, cart=made_cart, made_at=now, valid_until=now + timedelta(minutes=15)
    )
    n = next(_numbers)
    contact = lifecycle.Contact(
        recipient="Анна Тестова",
        phone=fields.pop("phone", "+79120000000"),
        email="anna@example.com",
        postcode="620014",
        street=fields.pop("street", f"ул. Тестовая, {n}"),
        language="ru",
        user_id=fields.pop("user_id", None),
    )
    return lifecycle.place(
        quote,
        contact=contact,
        form_key=f"form-{n}-{now.timestamp()}",
        actor="test",
        now=now,
        expires_at=now + timedelta(minutes=65),
    )
