"""The buyer asks the price, and agrees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import pricing
from logistics import composition, warehouse
from logistics.customs import identities, vault
from orders import carts, lifecycle, quotes, terms
from orders.models import Cart, City, Order, Quote
from payments import charges, fx
from storefront.accounts.models import Address
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal


class OrderedAlready(Refusal):
    """This cart has become an order, in another tab or by a second click."""

    code = "ordered_already"

    def __init__(self, order: Order) -> None:
        super().__init__(_("This order has been placed already."))
        self.order = order


@dataclass(frozen=True)
class Agreement:
    """What a buyer sends when he agrees."""

    quote_id: str
    digest: str
    method: str
    contact: lifecycle.Contact
    form_key: str
    person: vault.Person | None = None


def price(
    cart: Cart, *, city: City, chosen: Mapping[str, str], now: datetime
) -> composition.Basket:
    """What a cart costs in a city, by today's rates. Read-only.

    Raises: EmptyCart, OutOfStock, NoWay, RateExpired.
    """
    return composition.compose(
        carts.lines(cart), city=city, chosen=chosen, terms=_terms(now.date()), now=now
    )


def quote(
    cart: Cart, *, city: City, chosen: Mapping[str, str], now: datetime, wall: datetime
) -> tuple[Quote, composition.Basket]:
    """Freeze what a cart costs, for as long as a quote holds.

    Raises: as `price`.
    """
    basket = price(cart, city=city, chosen=chosen, now=now)
    until = wall + terms.quote(on=now.date())
    return quotes.freeze(basket.body, cart=cart, made_at=wall, valid_until=until), basket


@transaction.atomic(durable=True)
def agree(agreement: Agreement, *, actor: str, now: datetime, wall: datetime) -> Order:
    """Turn a quote into an order with its stock reserved and its charge ready to be sent.

    Twice is normal: the same quote or form gives the same order.
    Locks: cart, promotions by key, then stock by key.
    Raises: OrderedAlready, QuoteExpired, QuoteMoved, EmptyCart, UsedUp, OutOfStock, NoWay.
    """
    offered = Quote.objects.get(pk=agreement.quote_id)
    if offered.cart_id is None:
        raise composition.EmptyCart(_("Your cart is empty."))
    cart = locks.row(Cart.objects.all(), offered.cart_id)
    known = _known(offered, agreement.form_key)
    if known is not None:
        return known
    body = quotes.Body.from_json(offered.body)
    fresh = _again(cart, body, now)
    quotes.compare(offered, fresh, digest=agreement.digest, wall=wall)
    order = lifecycle.place(
        offered,
        contact=agreement.contact,
        form_key=agreement.form_key,
        actor=actor,
        now=now,
        expires_at=wall + terms.reservation(on=now.date()),
    )
    rule = identities.needed(fresh.deliveries, on=now.date())
    if rule is not None:
        identities.open_for(order, rule, agreement.person, actor=actor, now=now)
    charge = charges.open(order, method=agreement.method, actor=actor, now_wall=wall)
    warehouse.reserve(order, actor=actor, now=now)
    carts.empty(cart)
    _remember(agreement.contact, city=order.city, wall=wall)
    due.wake(charge.DUE_TASK, id=charge.pk)
    return order


def asks_papers(basket: composition.Basket, *, now: datetime) -> bool:
    """Whether customs will need the recipient's papers for one of these parcels."""
    return identities.needed(basket.body.deliveries, on=now.date()) is not None


def known_address(user_id: int | None, *, city: City) -> dict[str, str]:
    """What a signed-in buyer used last in this city, to fill the form with."""
    last = Address.objects.filter(user=user_id, city_slug=city.slug).order_by("-used_at")
    fields = ("recipient", "phone", "postcode", "street", "user__email")
    found = last.values(*fields).first() if user_id else None
    if found is None:
        return {}
    return {**found, "email": found["user__email"]}


def _remember(contact: lifecycle.Contact, *, city: City, wall: datetime) -> None:
    if contact.user_id is not None:
        Address.objects.update_or_create(
            user_id=contact.user_id,
            recipient=contact.recipient,
            phone=contact.phone,
            city_slug=city.slug,
            postcode=contact.postcode,
            street=contact.street,
            defaults={"used_at": wall},
        )


def _known(offered: Quote, form_key: str) -> Order | None:
    same = Order.objects.filter(quote=offered) | Order.objects.filter(form_key=form_key)
    return same.first()


def _again(cart: Cart, body: quotes.Body, now: datetime) -> quotes.Body:
    lines = carts.lines(cart)
    if not lines:
        placed = Order.objects.filter(quote__cart=cart).order_by("-pk").first()
        if placed is not None:
            raise OrderedAlready(placed)
    locked = composition.Terms(
        rate=body.rate,
        eur_rate=body.eur_rate,
        rate_on=body.rate_on,
        margins=pricing.margins(body.rate_on),
    )
    basket = composition.compose(
        lines,
        city=City.objects.get(slug=body.city),
        chosen={part.origin: part.lane for part in body.deliveries},
        terms=locked,
        now=now,
    )
    return basket.body


def _terms(on: date) -> composition.Terms:
    yuan = fx.rate_for("CNY", on=on)
    euro = fx.rate_for("EUR", on=on)
    return composition.Terms(
        rate=yuan.rate, eur_rate=euro.rate, rate_on=yuan.rate_on, margins=pricing.margins(on)
    )
