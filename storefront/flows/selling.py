"""A seller lists his goods, brings them to Shenzhen and hands over what was sold."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import approval, editing, imports, listings, uploads
from catalog.goods import Goods, Problem
from catalog.models import Offer, Picture, Seller
from catalog.outcomes import Fate, Outcome
from logistics import holdings
from logistics.models import Shipment
from logistics.states import State as Parcel
from orders import lifecycle
from orders.models import Delivery, Handover
from orders.states import State
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal


class NotTaken(Refusal):
    """What was typed cannot be taken; `problems` names the fields."""

    code = "not_taken"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = problems


class NotYours(Refusal):
    """The goods are shown by others too, so that one of them cannot change how."""

    code = "not_yours"


class TooLate(Refusal):
    """There is nothing to hand over any more."""

    code = "too_late"


@transaction.atomic(durable=True)
def add(listing: Goods, *, seller: Seller, actor: str, now: datetime, submits: bool) -> Offer:
    """List new goods, with what there is of them in Shenzhen; the same form twice is once.

    Locks: the seller, then as `imports.write`, then stock by key.
    Raises: NotTaken.
    """
    outcome = _write(listing, seller=seller, actor=actor, now=now, submits=submits)
    assert outcome.offer is not None
    if outcome.fate == Fate.UPDATED:
        raise NotTaken([_taken()])
    if listing.quantity:
        holdings.top_up({outcome.offer.pk: listing.quantity}, actor=actor, now=now, cause="listing")
    return _settled(outcome.offer, now=now)


@transaction.atomic(durable=True)
def edit(
    listing: Goods,
    *,
    seller: Seller,
    actor: str,
    now: datetime,
    form_key: str,
    label: editing.Label | None = None,
) -> Outcome:
    """Change goods; `quantity` more pieces come to Shenzhen, once per form.

    Other facts than the approved ones, or another `label`, send the offer back to review, another
    price does not.
    Locks: the seller, the offer, then as `editing.put_right` and `add`.
    Raises: NotTaken.
    """
    is_other = label is not None and _put_right(listing.article, label, seller=seller)
    outcome = _write(listing, seller=seller, actor=actor, now=now, submits=False)
    assert outcome.offer is not None
    if is_other:
        _look_again(Offer.objects.get(pk=outcome.offer.pk), actor=actor, now=now)
    if listing.quantity:
        cause = f"form:{form_key}"
        holdings.bring(outcome.offer, listing.quantity, cause=cause, actor=actor, now=now)
    outcome.offer = _settled(outcome.offer, now=now)
    return outcome


def _put_right(article: str, label: editing.Label, *, seller: Seller) -> bool:
    locks.row(Seller.objects.all(), seller.pk)
    mine = Offer.objects.get(seller=seller, article=article)
    locks.row(Offer.objects.all(), mine.pk)
    try:
        return editing.put_right(mine, label)
    except (editing.Shared, editing.SameGoods) as refusal:
        problem = Problem(str(refusal.facts.get("field", "")), refusal.code, str(refusal))
        raise NotTaken([problem]) from refusal


def _write(listing: Goods, *, seller: Seller, actor: str, now: datetime, submits: bool) -> Outcome:
    (outcome,) = imports.write([listing], seller=seller, actor=actor, now=now, submits=submits)
    if outcome.fate == Fate.REFUSED:
        raise NotTaken(listing.problems)
    return outcome


def _taken() -> Problem:
    return Problem("article", "other_goods", _("You use this article number already."))


@transaction.atomic(durable=True)
def submit(offer: Offer, *, actor: str, now: datetime) -> Offer:
    """Ask for approval; goods that meet a rule are in the shop at once.

    Raises: NotComplete, WrongState.
    """
    return _settled(listings.submit(offer, actor=actor, now=now), now=now)


def _settled(offer: Offer, *, now: datetime) -> Offer:
    """Give the offer as the rules of approval leave it."""
    return next(iter(approval.settle([offer], now)), offer)


@transaction.atomic(durable=True)
def pause(offer: Offer, *, actor: str, now: datetime) -> Offer:
    """Take goods out of the shop for a while.

    Raises: WrongState.
    """
    return listings.pause(offer, actor=actor, now=now)


@transaction.atomic(durable=True)
def resume(offer: Offer, *, actor: str, now: datetime) -> Offer:
    """Bring paused goods back; those whose facts are not the approved ones ask for approval.

    Locks: the seller, who may be changing facts just now, then the offer and its product.
    Raises: NotComplete, WrongState.
    """
    locks.row(Seller.objects.all(), offer.seller_id)
    if offer.state == Offer.State.PAUSED and approval.has_other_facts(offer):
        return _settled(listings.submit(offer, actor=actor, now=now), now=now)
    return listings.resume(offer, actor=actor, now=now)


@transaction.atomic(durable=True)
def show(offer: Offer, pictures: Sequence[uploads.Upload], *, actor: str, now: datetime) -> int:
    """Add pictures; goods in the shop go back to review with them. How many were new.

    Locks: the variant, then the offer and its product.
    Raises: NotYours, TooManyPictures.
    """
    check_own(offer)
    kept = uploads.keep(offer.variant, pictures)
    if kept:
        _look_again(offer, actor=actor, now=now)
    return len(kept)


@transaction.atomic(durable=True)
def hide(picture: Picture, offer: Offer) -> None:
    """Take a picture away.

    Raises: NotYours.
    """
    check_own(offer)
    uploads.remove(picture)


@transaction.atomic(durable=True)
def arrange(picture: Picture, offer: Offer, *, to: int) -> None:
    """Put a picture at another place among those of its goods; the first one is on the cards.

    Raises: NotYours.
    """
    check_own(offer)
    uploads.move(picture, to=to)


def check_own(offer: Offer) -> None:
    if not editing.owns_variant(offer):
        raise NotYours(_("Others sell these goods too: their pictures stay as they are."))


def _look_again(offer: Offer, *, actor: str, now: datetime) -> None:
    if offer.state in (Offer.State.LIVE, Offer.State.PAUSED):
        _settled(listings.submit(offer, actor=actor, now=now), now=now)


@transaction.atomic(durable=True)
def hand_over(handover: Handover, *, actor: str, now: datetime) -> bool:
    """Record that a seller brought his goods, and let the parcel go on; twice is once.

    Locks: the order, then its parcels.
    Raises: TooLate, once the order or this delivery was cancelled.
    """
    order = lifecycle.lock(handover.delivery.order_id)
    delivery = Delivery.objects.get(pk=handover.delivery_id)
    if order.state == State.CANCELLED or delivery.cancelled_at is not None:
        raise TooLate(_("This order was cancelled: keep the goods."))
    is_new = lifecycle.hand_over(handover, actor=actor, now=now)
    for shipment in Shipment.objects.filter(delivery=delivery, state=Parcel.AWAITED):
        due.plan(shipment, now)
        due.wake(Shipment.DUE_TASK, id=shipment.pk)
    return is_new
