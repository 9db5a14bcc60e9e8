"""A quote: everything that makes up a total, frozen and comparable."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django.utils.translation import gettext as _
from moneyed import Money

from catalog.models import language
from storefront.lib.refusal import Refusal

from .models import Cart, Quote


class QuoteExpired(Refusal):
    """The quote was made too long ago."""

    code = "quote_expired"


class QuoteMoved(Refusal):
    """Something that makes up the total is not what the buyer was shown."""

    code = "quote_moved"


@dataclass(frozen=True)
class Line:
    """So many pieces of one offer.

    Money: yuan per piece to the seller, rubles per piece from the buyer, commission in yuan for
    the whole line.
    """

    offer_id: int
    seller_id: int
    title_ru: str
    title_zh: str
    title_en: str
    quantity: int
    price_cny: Decimal
    price_rub: Decimal
    commission_bps: int
    commission: Decimal

    def order_fields(self) -> dict[str, Any]:
        fields = asdict(self)
        fields["price_cny"] = Money(self.price_cny, "CNY")
        fields["price_rub"] = Money(self.price_rub, "RUB")
        fields["commission"] = Money(self.commission, "CNY")
        return fields

    @property
    def total(self) -> Decimal:
        return self.price_rub * self.quantity

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return str(getattr(self, f"title_{language()}"))


@dataclass(frozen=True)
class Part:
    """The lines that come from one origin by one way, with freight, duty and promise."""

    origin: str
    lane: str
    mode: str
    freight_rub: Decimal
    duty_rub: Decimal
    duty_rule: str
    duty_inputs: dict[str, str]
    weight_g: int
    from_on: date
    until_on: date
    lines: tuple[Line, ...]

    @property
    def goods_rub(self) -> Decimal:
        return sum((line.total for line in self.lines), Decimal(0))

    @property
    def freight(self) -> Money:
        return Money(self.freight_rub, "RUB")

    @property
    def duty(self) -> Money:
        return Money(self.duty_rub, "RUB")


@dataclass(frozen=True)
class Body:
    """The whole quote, before it is a row.

    `rate` is rubles for one yuan, `eur_rate` rubles for one euro, both of `rate_on`. `point` is
    the code of the point of issue everything goes to; empty, if it goes to the door.
    """

    city: str
    rate: Decimal
    eur_rate: Decimal
    rate_on: date
    deliveries: tuple[Part, ...]
    point: str = ""

    @property
    def goods(self) -> Money:
        return Money(sum((part.goods_rub for part in self.deliveries), Decimal(0)), "RUB")

    @property
    def freight(self) -> Money:
        return Money(sum((part.freight_rub for part in self.deliveries), Decimal(0)), "RUB")

    @property
    def duty(self) -> Money:
        return Money(sum((part.duty_rub for part in self.deliveries), Decimal(0)), "RUB")

    @property
    def total(self) -> Money:
        return self.goods + self.freight + self.duty

    @property
    def digest(self) -> str:
        """A fingerprint of everything that makes up the total.

        The dates are not in it: they are shown with the quote and fixed when the money arrives.
        """
        plain = self.to_json()
        for part in plain["deliveries"]:
            del part["from_on"], part["until_on"]
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        return cls(
            city=body["city"],
            rate=Decimal(body["rate"]),
            eur_rate=Decimal(body["eur_rate"]),
            rate_on=date.fromisoformat(body["rate_on"]),
            deliveries=tuple(_part(part) for part in body["deliveries"]),
            point=body.get("point", ""),
        )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value


def _part(body: dict[str, Any]) -> Part:
    return Part(
        **{
            **body,
            "freight_rub": Decimal(body["freight_rub"]),
            "duty_rub": Decimal(body["duty_rub"]),
            "from_on": date.fromisoformat(body["from_on"]),
            "until_on": date.fromisoformat(body["until_on"]),
            "lines": tuple(_line(line) for line in body["lines"]),
        }
    )


def _line(body: dict[str, Any]) -> Line:
    money = {key: Decimal(body[key]) for key in ("price_cny", "price_rub", "commission")}
    return Line(**{**body, **money})


def freeze(body: Body, *, cart: Cart, made_at: datetime, valid_until: datetime) -> Quote:
    """Keep a quote.

    Time: both instants are wall time.
    """
    return Quote.objects.create(
        cart=cart,
        body=body.to_json(),
        digest=body.digest,
        total=body.total,
        made_at=made_at,
        valid_until=valid_until,
    )


def find(cart: Cart, key: str) -> Quote:
    """The quote of a cart that a form names; one of another cart is unknown.

    Raises: QuoteExpired, if there is none.
    """
    try:
        found = Quote.objects.filter(cart=cart, pk=UUID(key)).first()
    except ValueError:
        found = None
    if found is None:
        raise QuoteExpired(_expired())
    return found


def _expired() -> str:
    return _("The prices were shown too long ago. Please look at them again.")


def compare(quote: Quote, fresh: Body, *, digest: str, wall: datetime) -> None:
    """Make sure that what the buyer agreed to still holds.

    The fresh calculation uses the rates the quote has locked.

    Raises: QuoteExpired; QuoteMoved with the old and the new total, if the fresh calculation
    differs or the buyer's digest is not this quote's.
    """
    if quote.valid_until <= wall:
        raise QuoteExpired(_expired())
    if digest != quote.digest or fresh.digest != quote.digest:
        raise QuoteMoved(
            _("The price has changed. Please look at it again."),
            old=quote.total,
            new=fresh.total,
        )
