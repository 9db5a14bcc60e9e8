"""Fiscal receipts as YooKassa writes them.

Source: DOMAIN 3.2, the parameters of receipts under 54-FZ.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from payments.providers.wire import Item, ReceiptAnswer, RefundStatus
from storefront.lib import http

STATUSES: dict[str, RefundStatus] = {
    "pending": "pending",
    "succeeded": "done",
    "canceled": "rejected",
}


def write(items: Sequence[Item], is_settlement: bool, tax_system: int) -> dict[str, Any]:
    """A receipt without its address; one of a settlement is paid by what was prepaid."""
    body: dict[str, Any] = {
        "tax_system_code": tax_system,
        "items": [_item(item) for item in items],
    }
    kind = "prepayment" if is_settlement else "cashless"
    paid = sum((item.price * item.quantity for item in items), Decimal(0))
    return {**body, "settlements": [{"type": kind, "amount": _amount(paid)}]}


def _item(item: Item) -> dict[str, Any]:
    written: dict[str, Any] = {
        "description": item.description[:128],
        "quantity": str(item.quantity),
        "amount": _amount(item.price),
        "vat_code": item.vat_code,
        "payment_mode": item.mode,
        "payment_subject": item.subject,
        "measure": "piece",
    }
    if item.supplier is not None:
        written["agent_type"] = item.agent_type
        written["supplier"] = {"name": item.supplier.name, "inn": item.supplier.inn}
    return written


def answer(found: Mapping[str, Any]) -> ReceiptAnswer:
    """Read how a receipt stands.

    Raises: Unknown.
    """
    try:
        ended = found.get("cancellation_details") or {}
        return ReceiptAnswer(
            STATUSES[found["status"]], str(found["id"]), str(ended.get("reason") or "")
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise http.Unknown(f"the answer is not a receipt: {error!r}") from error


def why(body: str) -> str:
    """What a refusal says, or its beginning, if it is none of theirs."""
    try:
        return str(json.loads(body)["description"])[:120]
    except (ValueError, KeyError, TypeError):
        return body[:120]


def _amount(price: Decimal) -> dict[str, str]:
    return {"value": f"{price:.2f}", "currency": "RUB"}
