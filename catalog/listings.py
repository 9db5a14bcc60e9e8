"""The life of a product card and of the offers on it: listed, reviewed, priced, paused."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import asking, search
from catalog.models import Battery, HsCode, Offer, OfferEvent, Variant
from storefront.lib import identifiers, locks
from storefront.lib.refusal import Refusal

State = Offer.State
MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.REVIEW}),
    State.REVIEW: frozenset({State.LIVE, State.REFUSED}),
    State.REFUSED: frozenset({State.REVIEW}),
    State.LIVE: frozenset({State.PAUSED, State.REVIEW}),
    State.PAUSED: frozenset({State.LIVE, State.REVIEW}),
}
assert set(MOVES) == set(State)

YUAN = asking.YUAN
WrongPrice = asking.WrongPrice


class WrongState(Refusal):
    """The offer is not where this could be done."""

    code = "wrong_offer_state"


class NotComplete(Refusal):
    """Facts are missing without which goods may not be published; `facts["fields"]` names them."""

    code = "not_complete"


def submit(offer: Offer, *, actor: str, now: datetime) -> Offer:
    """Ask for review.

    Raises: NotComplete; WrongState.
    """
    return _move(offer, State.REVIEW, "SUBMITTED", actor=actor, now=now)


def approve(
    offer: Offer, *, actor: str, now: datetime, facts: Mapping[str, Any] | None = None
) -> Offer:
    """Let an offer into the shop; `facts` say in its history what was approved, and by what.

    Raises: NotComplete; WrongState, unless it is in review.
    """
    return _move(
        offer, State.LIVE, "APPROVED", actor=actor, now=now, since=State.REVIEW, facts=facts
    )


@transaction.atomic
def refuse(
    offer: Offer,
    *,
    reason: str,
    actor: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> Offer:
    """Send an offer back to its seller with the reason.

    Raises: WrongState, unless it is in review.
    """
    row = _locked(offer, State.REFUSED)
    row.refusal = reason
    return _store(row, State.REFUSED, "REFUSED", actor=actor, now=now, facts=facts)


def pause(offer: Offer, *, actor: str, now: datetime) -> Offer:
    """Take an offer out of the shop for a while.

    Raises: WrongState, unless it is live.
    """
    return _move(offer, State.PAUSED, "PAUSED", actor=actor, now=now)


def resume(offer: Offer, *, actor: str, now: datetime) -> Offer:
    """Bring a paused offer back.

    Raises: NotComplete; WrongState, unless it is paused.
    """
    return _move(offer, State.LIVE, "RESUMED", actor=actor, now=now, since=State.PAUSED)


def reprice(offer: Offer, price: Decimal, *, actor: str, now: datetime) -> Offer:
    """Set a new plain price, at once and without review; the same price again changes nothing.

    Money: CNY of one piece.
    Locks: the offer, then its product.
    Raises: WrongPrice.
    """
    return asking.set_list_price(offer, price, actor=actor, now=now)


def missing(variant: Variant) -> list[str]:
    """Name the fields without which goods may not be published."""
    wanting = {
        "hs_code": not identifiers.is_hs(variant.hs_code),
        "origin": len(variant.origin) != 2,
        "weight_g": not 0 < variant.net_weight_g <= variant.weight_g,
        "size": min(variant.length_mm, variant.width_mm, variant.height_mm) <= 0,
        "battery_kind": variant.battery_kind not in Battery.values,
        "battery_wh": variant.battery_kind != Battery.NONE and not variant.battery_wh,
    }
    known = HsCode.objects.filter(code=variant.hs_code).first()
    if known is None:
        wanting["hs_code"] = True
    elif known.needs_fsb:
        wanting["fsb_notification"] = not variant.fsb_notification
    return [name for name, is_wanting in wanting.items() if is_wanting]


def wanting(variant: Variant) -> dict[str, str]:
    """Give what goods lack to be published: the field, and its name for the reader."""
    fields = missing(variant)
    return dict(zip(fields, _names(fields), strict=True))


@transaction.atomic
def _move(
    offer: Offer,
    to: State,
    kind: str,
    *,
    actor: str,
    now: datetime,
    since: State | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Offer:
    row = _locked(offer, to, since=since)
    if to in (State.REVIEW, State.LIVE):
        _check_complete(row.variant)
    row.refusal = ""
    return _store(row, to, kind, actor=actor, now=now, facts=facts)


def _locked(offer: Offer, to: State, *, since: State | None = None) -> Offer:
    row = locks.row(Offer.objects.all(), offer.pk)
    here = State(row.state)
    if to not in MOVES[here] or since not in (None, here):
        text = _("The offer is “%(state)s”: this cannot be done now.") % {"state": here.label}
        raise WrongState(text, state=str(here), wanted=str(to))
    return row


def _store(
    row: Offer,
    to: State,
    kind: str,
    *,
    actor: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> Offer:
    row.state, row.updated_at = to, now
    row.save(update_fields=["state", "refusal", "updated_at"])
    _record(row, kind, actor=actor, now=now, refusal=row.refusal, **(facts or {}))
    asking.refresh([row.pk], now=now, because=kind)
    search.touch([row.variant.product_id])
    return row


def _record(offer: Offer, kind: str, *, actor: str, now: datetime, **detail: Any) -> None:
    OfferEvent.objects.create(
        offer=offer, kind=OfferEvent.Kind(kind), actor=actor, happened_at=now, detail={**detail}
    )


def _check_complete(variant: Variant) -> None:
    fields = missing(variant)
    if fields:
        text = _("Without these facts goods may not be published: %(fields)s.")
        raise NotComplete(text % {"fields": ", ".join(_names(fields))}, fields=fields)


def _names(fields: Iterable[str]) -> list[str]:
    names = {
        "hs_code": _("HS code"),
        "origin": _("country of origin"),
        "weight_g": _("weight"),
        "size": _("size of the box"),
        "battery_kind": _("kind of battery"),
        "battery_wh": _("battery, Wh"),
        "fsb_notification": _("FSB notification"),
    }
    return [names[field] for field in fields]
