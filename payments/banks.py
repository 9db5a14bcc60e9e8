"""Our bank: yuan are bought there, and sellers paid from there."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings

from storefront.lib import http

from .statements import pain001, pain002

# The demo bank's values stand where the settings name no bank of our own.


@dataclass(frozen=True)
class Deal:
    """Rubles sold for yuan; `rate` is rubles for one yuan."""

    reference: str
    number: str
    rate: Decimal
    sold: Decimal
    bought: Decimal
    made_at: datetime


def buy_yuan(reference: str, price: Decimal, *, via: tuple[str, ...] = ()) -> Deal:
    """Buy so many yuan for rubles; the same reference never buys twice.

    `via` are the BICs of the banks the money goes by.
    If the reference was used for another sum, the deal that was made then is given back.
    Raises: Unreachable, Unknown, Refused.
    """
    body = {
        "reference": reference,
        "sell": {"currency": "RUB"},
        "buy": {"value": f"{price:.2f}", "currency": "CNY"},
        "from_account": settings.BANK_ACCOUNT_RUB,
        "to_account": settings.BANK_ACCOUNT_CNY,
        **({"via": list(via)} if via else {}),
    }
    try:
        answer = http.call("POST", f"{_base()}/deals", json=body)
    except http.Refused as refused:
        if refused.status != 409 or "reference_used" not in refused.body:
            raise
        answer = http.call("GET", f"{_base()}/deals/{reference}")
    return _deal(answer.body, reference)


def _deal(body: bytes, reference: str) -> Deal:
    try:
        found = json.loads(body)
        deal = Deal(
            reference=str(found["reference"]),
            number=str(found["deal"]),
            rate=Decimal(str(found["rate"])),
            sold=_side(found["sold"], "RUB"),
            bought=_side(found["bought"], "CNY"),
            made_at=datetime.fromisoformat(found["executed_at"]),
        )
    except (ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise http.Unknown(f"the answer is not a deal: {error!r}") from error
    if deal.reference != reference or deal.rate <= 0:
        raise http.Unknown(f"the answer is about {deal.reference} at {deal.rate}")
    return deal


def _side(found: Any, currency: str) -> Decimal:
    value = Decimal(str(found["value"]))
    if found["currency"] != currency or value <= 0:
        raise ValueError(f"{value} {found['currency']} is not {currency}")
    return value


def debtor() -> pain001.Debtor:
    """Ourselves, as payer of yuan."""
    return pain001.Debtor(
        name=settings.BANK_OWNER,
        account=settings.BANK_ACCOUNT_CNY,
        currency="CNY",
        bic=settings.BANK_BIC,
    )


def send(file: bytes) -> None:
    """Hand in a file of transfers; the same file again changes nothing.

    Raises: Unreachable, Unknown, Refused.
    """
    headers = {"Content-Type": "application/xml"}
    http.call("POST", f"{_base()}/pain001", data=file, headers=headers)


def standing(message: str, end_to_end: str) -> pain002.Standing | None:
    """How far a transfer has come; None, if the bank does not know its file.

    Raises: Unreachable; Unknown, also for a report that cannot be read; Refused.
    """
    try:
        answer = http.call("GET", f"{_base()}/pain002/{message}")
    except http.Refused as refused:
        if refused.status == 404:
            return None
        raise
    try:
        return pain002.read(answer.body, message=message)[end_to_end]
    except (pain002.BadReport, KeyError) as error:
        raise http.Unknown(f"report on {message}: {error!r}") from error


def _base() -> str:
    return f"{settings.BANKS_URL}/{settings.BANK_BIC}"
