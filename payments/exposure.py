"""How many yuan we owe beyond those we hold, what that is in rubles, and when to buy."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from django.db.models import DecimalField, ExpressionWrapper, F, Sum

from orders import days, terms
from orders.models import OrderLine
from storefront.lib import money

from . import banks, deals, fx, settlement
from .models import Entry, Rate

Level = Literal["calm", "warning", "conversion"]
NONE = Decimal("0.00")
YUAN = DecimalField(max_digits=20, decimal_places=2)


@dataclass(frozen=True)
class Exposure:
    """The open position at a moment.

    Money: yuan. `owed` is released to sellers and not paid; `sold` is fixed to sellers by sales
    whose rubles are still the buyers'; `held` stands on our account, less what is on its way;
    `warning` and `conversion` are the limits in force.
    """

    owed: Decimal
    sold: Decimal
    held: Decimal
    warning: int
    conversion: int
    rate: Rate | None

    @property
    def missing(self) -> Decimal:
        """Yuan that are owed and not bought."""
        return max(self.owed - self.held, NONE)

    @property
    def open(self) -> Decimal:
        """What we owe, now or once protection ends, less what we hold; below zero is too much."""
        return self.owed + self.sold - self.held

    @property
    def rubles(self) -> Decimal | None:
        """The open yuan at the central bank's rate; None where no rate is young enough.

        Rounding: half up to the kopeck, once.
        """
        return None if self.rate is None else fx.convert(self.open, self.rate.rate)

    @property
    def level(self) -> Level:
        """Whether something is to be done."""
        if self.missing >= self.conversion:
            return "conversion"
        return "warning" if abs(self.open) >= self.warning else "calm"


def look(*, now: datetime) -> Exposure:
    """The position as the books and the orders have it."""
    on = days.of_books(now)
    standing = _standing("seller_payable", "bank", "payouts_in_transit")
    held = standing["bank"] + standing["payouts_in_transit"]
    limits = terms.values("position_warning_yuan", "position_conversion_yuan", on=on)
    return Exposure(
        owed=money.from_minor(-standing["seller_payable"], "CNY"),
        sold=_sold(),
        held=money.from_minor(held, "CNY"),
        warning=limits["position_warning_yuan"],
        conversion=limits["position_conversion_yuan"],
        rate=_rate(on),
    )


def _standing(*purposes: str) -> Counter[str]:
    """Fen per purpose, whatever the party, in one look."""
    entries = Entry.objects.filter(currency="CNY", account__purpose__in=purposes)
    rows = entries.values_list("account__purpose").annotate(units=Sum("units"))
    return Counter(dict(rows.order_by("account__purpose")))


def _sold() -> Decimal:
    """What sellers will be owed for paid lines that are not released."""
    lines = OrderLine.objects.filter(
        order__state="PAID", delivery__released_at=None, delivery__cancelled_at=None
    )
    net = ExpressionWrapper(F("price_cny") * F("quantity") - F("commission"), output_field=YUAN)
    return lines.aggregate(net=Sum(net))["net"] or NONE


def _rate(on: date) -> Rate | None:
    try:
        return fx.rate_for(fx.OURS, on=on)
    except fx.RateExpired:
        return None


def act(*, now: datetime, actor: str) -> str:
    """Ask the bank what yuan cost, and buy those that are missing once they reach the limit.

    Not inside a transaction; safe to run again after any failure: one purchase a day, by its
    reference, and what was bought counts as held.
    Raises: Unreachable, Unknown, Refused.
    """
    offer = deals.ensure(now=now)
    position = look(now=now)
    said = f"open {position.open} CNY, offered at {offer.sells.normalize():f}"
    if position.level != "conversion":
        return f"{position.level}: {said}"
    reference = f"POS-{now.astimezone(days.MOSCOW):%Y%m%d}"
    deal = settlement.convert(banks.buy_yuan(reference, position.missing), actor=actor, now=now)
    return f"bought {deal.bought.amount} CNY at {deal.rate.normalize():f}: {said}"
