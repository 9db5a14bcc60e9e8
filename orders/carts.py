"""Carts: what a visitor has put aside."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Offer
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from .models import Cart, CartLine


class Verb(Protocol):
    """A change of one line of a cart."""

    def __call__(self, cart: Cart, offer_id: int, *, quantity: int, now: datetime) -> int: ...


MOST_LINES = 20
MOST_PIECES = 9


class CartFull(Refusal):
    """More lines or pieces than a cart takes."""

    code = "cart_full"


class NotSold(Refusal):
    """The offer is not in the shop any more."""

    code = "not_sold"


def find(token: str | None) -> Cart | None:
    """The cart of a session, if its token is known."""
    try:
        return Cart.objects.filter(token=UUID(token)).first() if token else None
    except ValueError:
        return None


def open(*, user_id: int | None, now: datetime) -> Cart:
    """A new, empty cart."""
    return Cart.objects.create(user_id=user_id, touched_at=now)


def lines(cart: Cart) -> list[CartLine]:
    """The lines with all that pages and quotes need, in one query, by seller."""
    found = cart.lines.select_related(
        "offer__seller", "offer__variant__product__brand", "offer__variant__product__category"
    )
    return list(found.order_by("offer__seller__slug", "pk"))


@transaction.atomic
def put(cart: Cart, offer_id: int, *, quantity: int, now: datetime) -> int:
    """Add pieces of an offer; the number of pieces in the cart afterwards.

    Locks: the cart row.
    Raises: NotSold, CartFull.
    """
    cart = locks.row(Cart.objects.all(), cart.pk)
    if not Offer.objects.live().filter(pk=offer_id).exists():
        raise NotSold(_("This offer is not in the shop any more."))
    held = dict(cart.lines.values_list("offer_id", "quantity"))
    held[offer_id] = held.get(offer_id, 0) + quantity
    return _store(cart, held, offer_id, now)


@transaction.atomic
def set_quantity(cart: Cart, offer_id: int, *, quantity: int, now: datetime) -> int:
    """Change or remove a line; the number of pieces in the cart afterwards.

    Locks: the cart row.
    Raises: CartFull.
    """
    cart = locks.row(Cart.objects.all(), cart.pk)
    held = dict(cart.lines.values_list("offer_id", "quantity"))
    if offer_id not in held:
        return sum(held.values())
    held[offer_id] = quantity
    return _store(cart, held, offer_id, now)


def _store(cart: Cart, held: dict[int, int], offer_id: int, now: datetime) -> int:
    quantity = held[offer_id]
    if quantity > MOST_PIECES:
        raise CartFull(_("At most %(most)s pieces of one kind.") % {"most": MOST_PIECES})
    if len(held) > MOST_LINES:
        raise CartFull(_("At most %(most)s different goods.") % {"most": MOST_LINES})
    if quantity > 0:
        cart.lines.update_or_create(offer_id=offer_id, defaults={"quantity": quantity})
    else:
        cart.lines.filter(offer_id=offer_id).delete()
    Cart.objects.filter(pk=cart.pk).update(touched_at=now)
    return sum(pieces for pieces in held.values() if pieces > 0)


def empty(cart: Cart) -> None:
    """Take everything out."""
    cart.lines.all().delete()
