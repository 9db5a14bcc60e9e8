"""Rates, charges and money that has come; made by the real functions."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from orders import lifecycle
from orders.models import Delivery, Order
from payments import charges, deals
from payments.models import Charge, DealRate, Rate
from payments.providers import Answer

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def rate(value: str = "11.87", *, on: date = date(2026, 11, 21), **fields: Any) -> Rate:
    """Rubles for one yuan, of the day that the orders of the factory were quoted at."""
    given = {
        "currency": "CNY",
        "rate_on": on,
        "rate": Decimal(value),
        "nominal": 1,
        "published": Decimal(value),
        "source": "cbr",
        "payload_hash": "0" * 64,
        "fetched_at": NOW,
    }
    return Rate.objects.create(**{**given, **fields})


def offer(buys: str = "11.80", sells: str = "11.95", *, at: datetime = NOW) -> DealRate:
    """What our bank offered for yuan at a moment."""
    body = {
        "bank": "SNGHCNBH",
        "currency": "CNY",
        "buys": buys,
        "sells": sells,
        "offered_at": at.isoformat(),
        "valid_until": (at + timedelta(minutes=15)).isoformat(),
    }
    payload = json.dumps(body).encode()
    return deals.keep(deals.read(payload), payload=payload, now=at)


def charge(order: Order, method: str = "bank_card", *, wall: datetime = NOW) -> Charge:
    """A charge, to be sent."""
    return charges.open(order, method=method, actor="user:anna", now_wall=wall)


def answer(charge: Charge, status: str = "captured", **fields: Any) -> Answer:
    """What the acquirer says of a charge; captured in full unless told."""
    provider_id = charge.provider_id or f"pay-{charge.key}"
    given: dict[str, Any] = {"status": status, "provider_id": provider_id}
    if status == "captured":
        price = charge.price.amount
        given |= {
            "captured": price,
            "fee": (price * Decimal("0.028")).quantize(Decimal("0.01")),
            "operation": provider_id,
            "title": "Bank card *0053",
        }
    if status == "cancelled":
        given |= {"party": "yoo_money", "reason": "expired_on_confirmation"}
    return Answer(**{**given, **fields})


def captured(order: Order, *, now: datetime = NOW, **fields: Any) -> Charge:
    """A charge whose money has come; the order itself is as it was."""
    made = charge(order)
    made_answer = answer(made, **fields)
    return charges.record(made, made_answer, actor="provider:yookassa", now=now).charge


def paid(order: Order, *, now: datetime = NOW) -> Charge:
    """An order whose whole price has come."""
    made = captured(order, now=now)
    lifecycle.mark_paid(order, actor="provider:yookassa", now=now)
    order.refresh_from_db()
    return made


def delivered(order: Order, *, at: datetime = NOW + timedelta(days=5)) -> Sequence[Delivery]:
    """The deliveries of a paid order, all through customs and with the buyer."""
    for delivery in order.deliveries.all():
        lifecycle.mark_cleared(delivery, at=at - timedelta(days=1))
        lifecycle.mark_delivered(
            delivery, delivered_at=at, is_kept=True, actor="carrier:ruspost", now=at
        )
    return list(order.deliveries.order_by("position"))
