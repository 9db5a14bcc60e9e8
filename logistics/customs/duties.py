"""The duty on a parcel: arithmetic without rows, clocks or rates of its own."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from storefront.lib import money

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Rule:
    """A dated rule of import duty on goods for personal use.

    Units: euros, grams, basis points. `valid_until` is exclusive.
    """

    rule: str
    free_eur: Decimal
    free_g: int | None
    rate_bps: int
    min_eur_per_kg: Decimal
    is_on_excess: bool
    vat_bps: int
    valid_from: date
    valid_until: date | None
    source: str

    @property
    def rate_percent(self) -> str:
        return _text(Decimal(self.rate_bps) / 100)

    @property
    def vat_percent(self) -> str:
        return _text(Decimal(self.vat_bps) / 100)

    @property
    def free_euros(self) -> str:
        return _text(self.free_eur)


@dataclass(frozen=True)
class Duty:
    """What a buyer owes customs for one parcel, and from what it was reckoned.

    Money: `rub` is everything, `vat_rub` the part of it that is VAT, `free_left_rub` what goods
    may still be added before a duty begins, `limit_rub` the whole free value.
    """

    rub: Decimal
    vat_rub: Decimal
    rule: str
    inputs: dict[str, str]
    limit_rub: Decimal
    free_left_rub: Decimal
    over_eur: Decimal
    by: Rule

    @property
    def is_due(self) -> bool:
        return self.rub > 0


def duty(value_rub: Decimal, *, eur_rate: Decimal, weight_g: int, rule: Rule) -> Duty:
    """The duty on a parcel of so much worth of goods and so much gross weight.

    Money: value of the goods in rubles without delivery; duty in rubles.
    Rounding: half up to the kopeck, once, at the end; the limit in rubles down.
    Source: EEC Council Decision 107 of 20 Dec 2017 (row A); Decision announced 12 Jan 2026 for
    goods of electronic commerce (row B). Worked examples in docs/customs.md.
    """
    if value_rub < 0 or weight_g < 0 or eur_rate <= 0:
        raise ValueError("value, weight and rate must not be negative")
    limit = rule.free_eur * eur_rate
    plain = _plain(value_rub, limit, eur_rate, weight_g, rule)
    vat = (value_rub + plain) * rule.vat_bps / 10_000 if value_rub > limit else Decimal(0)
    whole = money.half_up(plain + vat)
    return Duty(
        rub=whole,
        vat_rub=whole - money.half_up(plain),
        rule=rule.rule,
        inputs={
            "value_rub": _text(value_rub),
            "eur_rate": _text(eur_rate),
            "weight_g": str(weight_g),
            "free_eur": _text(rule.free_eur),
        },
        limit_rub=limit.quantize(money.CENT, rounding=ROUND_FLOOR),
        free_left_rub=max(limit - value_rub, NOTHING).quantize(money.CENT, rounding=ROUND_FLOOR),
        over_eur=money.half_up(max(value_rub / eur_rate - rule.free_eur, NOTHING)),
        by=rule,
    )


def _plain(value: Decimal, limit: Decimal, eur_rate: Decimal, weight_g: int, rule: Rule) -> Decimal:
    """The duty itself, unrounded: the share of the value or the sum by weight, if that is more."""
    if rule.is_on_excess:
        over_value = max(value - limit, Decimal(0))
        over_g = max(weight_g - rule.free_g, 0) if rule.free_g is not None else 0
    elif value > limit:
        over_value, over_g = value, weight_g
    else:
        return Decimal(0)
    by_value = over_value * rule.rate_bps / 10_000
    by_weight = rule.min_eur_per_kg * eur_rate * over_g / 1000
    return max(by_value, by_weight)


def _text(value: Decimal) -> str:
    return format(value.normalize(), "f")


def in_euros(value_rub: Decimal, *, eur_rate: Decimal) -> Decimal:
    """What goods are worth in euros. Rounding: half up to the cent."""
    return money.half_up(value_rub / eur_rate)
