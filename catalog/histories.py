"""What happened to an offer, told to its seller."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Offer, OfferEvent

SHOWN = 12


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    Money: CNY; both prices stand where a price changed.
    """

    at: datetime
    label: str
    refusal: str = ""
    before: Decimal | None = None
    price: Decimal | None = None


def tell(offer: Offer) -> list[Entry]:
    """Give the latest events of an offer, newest first."""
    return [_entry(event) for event in offer.events.order_by("-pk")[:SHOWN]]


def _entry(event: OfferEvent) -> Entry:
    detail: dict[str, Any] = event.detail
    label = _labels().get(event.kind) or str(dict(Offer.State.choices).get(event.kind, event.kind))
    return Entry(
        at=event.happened_at,
        label=label,
        refusal=detail.get("refusal", ""),
        before=_price(detail.get("before")),
        price=_price(detail.get("price")),
    )


def _price(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _labels() -> dict[str, str]:
    return {
        "CREATED": _("listed"),
        "SUBMITTED": _("sent for approval"),
        "APPROVED": _("approved"),
        "REFUSED": _("refused"),
        "PAUSED": _("taken out of the shop"),
        "RESUMED": _("brought back into the shop"),
        "REPRICED": _("new price"),
    }
