"""What is taken from a seller beside the commission: penalties and storage."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import Seller
from orders import terms
from orders.models import OrderLine
from payments import ledger, postings
from payments.models import Journal
from storefront.lib import money
from storefront.lib.refusal import Refusal

PENALTIES = ("late_handover", "not_as_described")


class NothingToTake(Refusal):
    """A deduction is of more than nothing."""

    code = "nothing_to_take"


def storage_price(pieces: int, days: int, *, on: date) -> Decimal:
    """What storing so many pieces for so many days costs their seller.

    Money: yuan, by the terms of the day; the first days are free.
    """
    beyond = max(0, days - terms.value("storage_free_days", on=on))
    return money.from_minor(pieces * beyond * terms.value("storage_day_fen", on=on), "CNY")


def penalty_price(kind: str, *, on: date) -> Decimal:
    """What a seller pays for one of `PENALTIES`, in yuan, by the terms of the day."""
    assert kind in PENALTIES, f"there is no penalty {kind}"
    return money.from_minor(terms.value(f"penalty_{kind}_fen", on=on), "CNY")


def penalise(
    seller: Seller,
    price: Decimal,
    *,
    key: str,
    source: str,
    actor: str,
    now: datetime,
    line: OrderLine | None = None,
) -> Journal:
    """Take a penalty from what a seller is owed; the same key again takes nothing more.

    Money: yuan. It may leave his account negative: the next periods make it up.
    Raises: NothingToTake.
    """
    return _take("penalty", seller, price, (key, source, actor, now, line))


def store(
    seller: Seller,
    price: Decimal,
    *,
    key: str,
    source: str,
    actor: str,
    now: datetime,
    line: OrderLine | None = None,
) -> Journal:
    """Take the price of storage from what a seller is owed; the same key takes it once.

    Money: yuan.
    Raises: NothingToTake.
    """
    return _take("storage", seller, price, (key, source, actor, now, line))


Why = tuple[str, str, str, datetime, OrderLine | None]


def _take(kind: str, seller: Seller, price: Decimal, why: Why) -> Journal:
    key, source, actor, now, line = why
    units = money.to_minor(price, "CNY")
    if units <= 0:
        raise NothingToTake(_("A deduction must be more than nothing."), price=price)
    legs = postings.deducted(
        units,
        seller=seller.slug,
        purpose=f"{kind}_income",
        order_number=line.order.number if line else "",
        order_line=line.position if line else None,
    )
    return ledger.post(
        kind,
        key=f"{kind}:{key}"[:120],
        legs=legs,
        occurred_at=now,
        actor=actor,
        source=source[:120],
    )
