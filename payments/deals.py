"""What a bank offers for yuan, kept beside the central bank's rates; asking buys nothing."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.db import transaction
from django.db.models.functions import TruncDate

from storefront.lib import http

from . import fx
from .models import DealRate, RatePayload

SOURCE = "bank"


def ask() -> bytes:
    """Ask our bank what it offers now.

    Raises: Unreachable, Unknown, Refused.
    """
    return http.call("GET", f"{settings.BANKS_URL}/{settings.BANK_BIC}/rates").body


def read(body: bytes) -> DealRate:
    """Read an offer; the row is not stored yet.

    Money: rubles for one yuan; `sells` is what we pay when we buy.
    Raises: Unknown, if it is no offer or its two sides are crossed.
    """
    try:
        found = json.loads(body)
        offer = DealRate(
            bank=str(found["bank"])[:11],
            currency=str(found["currency"]),
            buys=_rate(found["buys"]),
            sells=_rate(found["sells"]),
            offered_at=datetime.fromisoformat(found["offered_at"]),
            valid_until=datetime.fromisoformat(found["valid_until"]),
            source=SOURCE,
            payload_hash=hashlib.sha256(body).hexdigest(),
        )
    except (ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise http.Unknown(f"the answer is not an offer: {error!r}") from error
    if offer.currency != "CNY" or offer.sells < offer.buys:
        raise http.Unknown(f"the bank offers {offer.currency} at {offer.buys} / {offer.sells}")
    if offer.offered_at.tzinfo is None or offer.valid_until <= offer.offered_at:
        raise http.Unknown(f"an offer from {offer.offered_at} to {offer.valid_until}")
    return offer


def _rate(text: object) -> Decimal:
    rate = Decimal(str(text)).quantize(fx.PLACES)
    if not rate.is_finite() or rate <= 0:
        raise ValueError(f"{text!r} is not a rate")
    return rate


@transaction.atomic
def keep(offer: DealRate, *, payload: bytes, now: datetime) -> DealRate:
    """Store an offer with the bytes it came in; the same offer again changes nothing."""
    RatePayload.objects.get_or_create(
        digest=offer.payload_hash,
        defaults={"source": f"{SOURCE} {offer.bank}", "body": payload, "fetched_at": now},
    )
    known = DealRate.objects.filter(
        bank=offer.bank, currency=offer.currency, offered_at=offer.offered_at
    ).first()
    if known is None:
        offer.save(force_insert=True)
    return known or offer


def ensure(*, now: datetime) -> DealRate:
    """Ask the bank, and keep what it says.

    Raises: Unreachable, Unknown, Refused.
    """
    body = ask()
    return keep(read(body), payload=body, now=now)


def history(currency: str, *, since: date) -> list[tuple[date, Decimal]]:
    """What yuan cost us at the bank, by day in UTC; the last offer of each day.

    Money: rubles for one unit.
    """
    rows = DealRate.objects.filter(currency=currency, offered_at__date__gte=since)
    by_day = rows.annotate(on=TruncDate("offered_at")).order_by("on", "-offered_at")
    return list(by_day.distinct("on").values_list("on", "sells"))
