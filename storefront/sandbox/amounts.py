"""Amounts of money as texts outside and whole minor units inside."""

from __future__ import annotations

import re
from decimal import Decimal

_FORM = re.compile(r"\d{1,15}(\.\d{1,2})?\Z")


def minor(text: object) -> int:
    """Read an amount.

    Money: in the minor unit of its currency, which has a hundred of them.
    Raises: ValueError, unless it is a plain positive number with at most two places.
    """
    shown = str(text)
    if isinstance(text, bool) or not _FORM.match(shown):
        raise ValueError(f"{text!r} is not an amount")
    found = int(Decimal(shown) * 100)
    if found <= 0:
        raise ValueError(f"{text!r} is not more than nothing")
    return found


def show(units: int) -> str:
    """Write an amount with two places."""
    sign = "-" if units < 0 else ""
    return f"{sign}{abs(units) // 100}.{abs(units) % 100:02d}"


def money(units: int, currency: str = "RUB") -> dict[str, str]:
    """Write an amount with its currency, as JSON carries it."""
    return {"value": show(units), "currency": currency}


def share(units: int, per_mille: int) -> int:
    """Take some thousandths of an amount.

    Rounding: half up, to the minor unit, once.
    """
    return (units * per_mille + 500) // 1000
