"""Arithmetic of money on plain decimals and minor units; no framework."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

SCALE = {"RUB": 2, "CNY": 2, "EUR": 2}
CENT = Decimal("0.01")


def to_minor(value: Decimal, currency: str) -> int:
    """The whole number of kopecks or fen in a value.

    Raises: ValueError, if the value has fractions of a minor unit; KeyError, for an unknown
    currency.
    """
    scaled = value.scaleb(SCALE[currency])
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value} {currency} is not a whole number of minor units")
    return int(scaled)


def from_minor(units: int, currency: str) -> Decimal:
    """The value of so many kopecks or fen."""
    return Decimal(units).scaleb(-SCALE[currency]).quantize(Decimal(1).scaleb(-SCALE[currency]))


def half_up(value: Decimal) -> Decimal:
    """Round to kopecks or fen.

    Rounding: half away from zero, to 0.01, once.
    """
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def up_to_tens(value: Decimal) -> Decimal:
    """Round a price up to whole tens.

    Rounding: towards plus infinity, to 10.00.
    """
    tens = (value / 10).to_integral_value(rounding=ROUND_CEILING)
    return (tens * 10).quantize(CENT)


def share(value: Decimal, bps: int) -> Decimal:
    """So many basis points of a value.

    Rounding: half up to 0.01, once.
    """
    return half_up(value * bps / 10_000)


def apportion(total: int, weights: Sequence[Decimal]) -> list[int]:
    """Split a total over weights so that the parts add up to it exactly.

    Money: one currency, in its minor unit.
    Rounding: down, then left-over units go to the largest remainders, earlier parts first.
    Raises: ValueError, if a weight is negative or all are zero.
    """
    if not weights or min(weights) < 0 or not any(weights):
        raise ValueError("weights must not be negative and not all be zero")
    whole = sum(weights, Decimal(0))
    sign = -1 if total < 0 else 1
    exact = [abs(total) * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: abs(total) - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
