"""What is taken from a seller beside the commission: penalties and storage."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import Seller
from orders.models import OrderLine
from payments import ledger, postings
from payments.models import Journal
from storefront.lib import money
from storefront.lib.refusal import Refusal


class NothingToTake(Refusal):
    """A deduction is of more than nothing."""

    code = "nothing_to_take"


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
