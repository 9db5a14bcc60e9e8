"""Money as people read it: rubles and yuan with the spaces and signs of the page's language."""

from decimal import Decimal
from typing import Protocol

from django import template
from django.utils import translation

register = template.Library()

NO_BREAK = "\u00a0"
THIN = "\u202f"


class HasAmount(Protocol):
    """Whatever carries a decimal amount, such as moneyed's Money."""

    @property
    def amount(self) -> Decimal: ...


Price = int | Decimal | HasAmount | None


def _decimal(value: int | Decimal | HasAmount) -> Decimal:
    if isinstance(value, Decimal):
        return value
    return Decimal(value) if isinstance(value, int) else value.amount


def _is_russian() -> bool:
    return (translation.get_language() or "ru").startswith("ru")


def _digits(value: Decimal, *, places: int, group: str, point: str) -> str:
    text = f"{abs(value):,.{places}f}".replace(".", "\0").replace(",", group).replace("\0", point)
    return f"\u2212{text}" if value < 0 else text


@register.filter
def rubles(value: Price) -> str:
    """Write a ruble price as `16 990 ₽`, in one shape for all languages.

    Money: RUB. Nothing is written for nothing (None).
    Rounding: none; kopecks are shown when there are any.
    """
    if value is None:
        return ""
    price = _decimal(value)
    places = 0 if price == price.to_integral_value() else 2
    point = "," if _is_russian() else "."
    return f"{_digits(price, places=places, group=THIN, point=point)}{NO_BREAK}\u20bd"


@register.filter
def yuan(value: Price) -> str:
    """Write a yuan price: `1 299,00 ¥` in Russian, `¥1,299.00` in Chinese and English.

    Money: CNY, always with fen. Nothing is written for nothing (None).
    """
    if value is None:
        return ""
    price = _decimal(value)
    if _is_russian():
        return f"{_digits(price, places=2, group=THIN, point=',')}{NO_BREAK}\u00a5"
    sign, price = ("\u2212" if price < 0 else ""), abs(price)
    return f"{sign}\u00a5{_digits(price, places=2, group=',', point='.')}"


@register.filter
def whole(value: int | None) -> str:
    """Group the digits of a count: `1 204`, `12 500`."""
    return "" if value is None else _digits(Decimal(value), places=0, group=THIN, point=",")
