"""Reads what a shop asks for, and refuses what the real acquirer would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from storefront.sandbox import amounts
from storefront.sandbox.acquirer.errors import Refused

METHODS = {"bank_card": "bank_card", "sbp": "sbp", "installments": "installments"}
SETTLEMENTS = ("cashless", "prepayment", "postpayment", "consideration")
_WORDS = {
    "payment_mode": (
        "full_prepayment",
        "partial_prepayment",
        "advance",
        "full_payment",
        "partial_payment",
        "credit",
        "credit_payment",
    ),
    "payment_subject": (
        "commodity",
        "excise",
        "job",
        "service",
        "payment",
        "agent_commission",
        "property_right",
        "composite",
        "another",
    ),
    "agent_type": (
        "banking_payment_agent",
        "banking_payment_subagent",
        "payment_agent",
        "payment_subagent",
        "attorney",
        "commissioner",
        "agent",
    ),
}
LOCALES = ("ru_RU", "en_US", "zh_CN")
# Source: DOMAIN 3.2, limits of one payment in rubles by method.
_LIMITS = {
    "bank_card": 350_000_00,
    "sbp": 700_000_00,
    "installments": 350_000_00,  # assigned here
    "": 700_000_00,
}


def amount(body: Mapping[str, Any], name: str = "amount") -> int:
    """Read an amount of rubles.

    Money: kopecks.
    Raises: Refused.
    """
    found = body.get(name)
    if not isinstance(found, Mapping):
        raise Refused(f"Missing required parameter {name}", name)
    if found.get("currency") != "RUB":
        raise Refused("Only RUB is accepted", f"{name}.currency")
    try:
        return amounts.minor(found.get("value"))
    except ValueError:
        raise Refused("Invalid amount value", f"{name}.value") from None


def payment(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the request for a payment.

    Raises: Refused.
    """
    sum_asked = amount(body)
    method = _method(body)
    if sum_asked > _LIMITS[method]:
        raise Refused("Amount is over the limit of the payment method", "amount.value")
    holds = not body.get("capture", False)
    if method in ("sbp", "installments") and holds:
        raise Refused(f"Two-stage payment is not possible for {method}", "capture")
    _receipt(body, sum_asked)
    return {
        "amount": sum_asked,
        "method": method,
        "capture": not holds,
        "description": _text(body, "description", 128),
        "merchant_customer_id": _text(body, "merchant_customer_id", 200),
        "confirmation": _confirmation(body),
        "metadata": _metadata(body),
        "receipt": body.get("receipt"),
    }


def _method(body: Mapping[str, Any]) -> str:
    data = body.get("payment_method_data")
    if data is None:
        return ""
    kind = data.get("type") if isinstance(data, Mapping) else None
    if kind not in METHODS:
        raise Refused("Payment method is not available", "payment_method_data.type")
    return METHODS[kind]


def _confirmation(body: Mapping[str, Any]) -> dict[str, str]:
    data = body.get("confirmation")
    if not isinstance(data, Mapping) or data.get("type") != "redirect":
        raise Refused("Only confirmation by redirect is available", "confirmation.type")
    back = data.get("return_url")
    parts = urlsplit(back) if isinstance(back, str) and len(back) <= 2048 else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused("Invalid return_url", "confirmation.return_url")
    locale = data.get("locale") or "ru_RU"
    if locale not in LOCALES:
        raise Refused("Unknown locale", "confirmation.locale")
    return {"type": "redirect", "return_url": str(back), "locale": str(locale)}


def _metadata(body: Mapping[str, Any]) -> dict[str, str]:
    data = body.get("metadata")
    if data is None:
        return {}
    if not isinstance(data, Mapping) or len(data) > 16:
        raise Refused("Metadata may have 16 keys at most", "metadata")
    for name, value in data.items():
        if len(str(name)) > 32 or len(str(value)) > 512:
            raise Refused("Metadata key or value is too long", f"metadata.{name}")
    return {str(name): str(value) for name, value in data.items() if value is not None}


def _text(body: Mapping[str, Any], name: str, limit: int) -> str:
    found = body.get(name)
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > limit:
        raise Refused(f"{name} is longer than {limit} characters", name)
    return found


def _receipt(body: Mapping[str, Any], sum_asked: int) -> None:
    data = body.get("receipt")
    if data is not None and receipt_sum(data) != sum_asked:
        raise Refused("Receipt items do not add up to the amount", "receipt.items")


def receipt_sum(data: Any) -> int:
    """Add a receipt up.

    Money: kopecks; price of one times quantity, line by line.
    Raises: Refused, naming what a fiscal receipt must have and this one has not.
    """
    if not isinstance(data, Mapping):
        raise Refused("Receipt must be an object", "receipt")
    customer = data.get("customer") or {}
    if not any((customer.get("email"), customer.get("phone"), data.get("email"))):
        raise Refused("Receipt needs an email or a phone", "receipt.customer")
    items = data.get("items")
    if not isinstance(items, list) or not items or len(items) > 80:
        raise Refused("Receipt needs 1..80 items", "receipt.items")
    if data.get("tax_system_code", 1) not in range(1, 7):
        raise Refused("Receipt needs a tax_system_code of 1..6", "receipt.tax_system_code")
    found = sum(_line_sum(item, f"receipt.items[{n}]") for n, item in enumerate(items))
    _settlements(data.get("settlements"), found)
    return found


def _settlements(data: Any, units: int) -> None:
    """Check how a receipt was paid, where it says so: the sums are those of its items."""
    if data is None:
        return
    if not isinstance(data, list) or not data:
        raise Refused("Receipt settlements must be a list", "receipt.settlements")
    for each in data:
        if not isinstance(each, Mapping) or each.get("type") not in SETTLEMENTS:
            raise Refused("Unknown type of settlement", "receipt.settlements.type")
    if sum(amount(each) for each in data) != units:
        raise Refused("Settlements do not add up to the items", "receipt.settlements.amount")


def _words(item: Mapping[str, Any], where: str) -> None:
    """Check the words of a line. Source: DOMAIN 3.2, receipts under 54-FZ."""
    for name, allowed in _WORDS.items():
        if item.get(name) is not None and item[name] not in allowed:
            raise Refused(f"Receipt item has an unknown {name}", f"{where}.{name}")
    supplier = item.get("supplier")
    if bool(item.get("agent_type")) != bool(supplier):
        raise Refused("Agent and supplier come together", f"{where}.supplier")
    if supplier is None:
        return
    inn = str(supplier.get("inn") or "") if isinstance(supplier, Mapping) else ""
    if not (inn.isdigit() and len(inn) in (10, 12)) or not supplier.get("name"):
        raise Refused("Supplier needs a name and an inn", f"{where}.supplier.inn")


def _line_sum(item: Any, where: str) -> int:
    if not isinstance(item, Mapping) or not 1 <= len(str(item.get("description") or "")) <= 128:
        raise Refused("Receipt item needs a description of 1..128", f"{where}.description")
    if item.get("vat_code") not in range(1, 13):
        raise Refused("Receipt item needs a vat_code of 1..12", f"{where}.vat_code")
    _words(item, where)
    try:
        thousandths = amounts.minor(item["quantity"]) * 10
        return round(amounts.minor(item["amount"]["value"]) * thousandths / 1000)
    except (ValueError, KeyError, TypeError):
        raise Refused("Receipt item needs amount and quantity", where) from None
