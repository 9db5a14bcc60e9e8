"""The buyer asks the price, and agrees."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import pricing
from logistics import composition, points, warehouse
from logistics.customs import identities, vault
from logistics.models import Point
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
    """What a buyer sends when he agrees; `chosen` and `point` as his form had them."""

    quote_id: str
    digest: str
    method: str
    contact: lifecycle.Contact
    form_key: str
    person: vault.Person | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    point: str = ""


def price(
    cart: Cart, *, city: City, chosen: Mapping[str, str], now: datetime, point: str = ""
) -> composition.Basket:
    """What a cart costs in a city, to the door or to a point of issue, by today's rates. Read-only.

    Raises: EmptyCart, OutOfStock, NoWay, PointClosed, RateExpired.
    """
    wish = _wish(city, chosen, point, now)
    return composition.compose(carts.lines(cart), wish=wish, terms=_terms(now.date()), now=now)


def _wish(city: City, chosen: Mapping[str, str], point: str, now: datetime) -> composition.Wish:
    """Raises: PointClosed, if a point is named that gives out no parcels."""
    found = points.find(point, city=city, on=now.date())
    if point and found is None:
        raise composition.PointClosed(_("These goods cannot be given out at this point."))
    return composition.Wish(city, chosen, found)


def offered_points(
    basket: composition.Basket, *, city: City, words: str, now: datetime
) -> list[Point]:
    """The points of issue that take every parcel of a cart, by an index or words; the chosen one.

    None, where they could not take one of them.
    """
    on, code = now.date(), basket.body.point
    found = points.near(city, words.strip(), heaviest_g=basket.heaviest_g, on=on)
    if code and code not in {point.code for point in found}:
        chosen = points.find(code, city=city, on=on)
        found = [chosen, *found] if chosen else found
    return found


def quote(
    cart: Cart,
    *,
    city: City,
    chosen: Mapping[str, str],
    now: datetime,
    wall: datetime,
    point: str = "",
) -> tuple[Quote, composition.Basket]:
    """Freeze what a cart costs, for as long as a quote holds.

    Raises: as `price`.
    """
    basket = price(cart, city=city, chosen=chosen, now=now, point=point)
    until = wall + terms.quote(on=now.date())
    return quotes.freeze(basket.body, cart=cart, made_at=wall, valid_until=until), basket


@transaction.atomic(durable=True)
def agree(agreement: Agreement, *, actor: str, now: datetime, wall: datetime) -> Order:
    """Turn a quote into an order with its stock reserved and its charge ready to be sent.

    Twice is normal: the same quote or form gives the same order.
    Locks: cart, promotions by key, then stock by key.
    Raises: OrderedAlready, QuoteExpired, QuoteMoved, EmptyCart, UsedUp, OutOfStock, NoWay,
    PointClosed.
    """
    offered = Quote.objects.get(pk=agreement.quote_id)
    if offered.cart_id is None:
        raise composition.EmptyCart(_("Your cart is empty."))
    cart = locks.row(Cart.objects.all(), offered.cart_id)
    known = _known(offered, agreement.form_key)
    if known is not None:
        return known
    body = quotes.Body.from_json(offered.body)
    _must_be_shown(body, agreement)
    fresh = _again(cart, body, now)
    quotes.compare(offered, fresh, digest=agreement.digest, wall=wall)
    order = lifecycle.place(
        offered,
        contact=_contact(agreement.contact, body, now),
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
    if not order.point:
        _remember(agreement.contact, city=order.city, wall=wall)
    due.wake(charge.DUE_TASK, id=charge.pk)
    return order


def _must_be_shown(body: quotes.Body, agreement: Agreement) -> None:
    """Raises: QuoteMoved, if the form has another way or end than the sum was shown for."""
    lanes = [agreement.chosen.get(part.origin) or part.lane for part in body.deliveries]
    if agreement.point != body.point or lanes != [part.lane for part in body.deliveries]:
        raise quotes.QuoteMoved(_("You chose another delivery. Please look at the sum again."))


def _contact(given: lifecycle.Contact, body: quotes.Body, now: datetime) -> lifecycle.Contact:
    """Who receives the goods, and where: a point of issue stands in place of his address."""
    city = City.objects.get(slug=body.city)
    point = points.find(body.point, city=city, on=now.date())
    if point is None:
        return given
    return replace(given, postcode=point.postcode, street=points.address(point))


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
    chosen = {part.origin: part.lane for part in body.deliveries}
    wish = _wish(City.objects.get(slug=body.city), chosen, body.point, now)
    return composition.compose(lines, wish=wish, terms=locked, now=now).body


def _terms(on: date) -> composition.Terms:
    yuan = fx.rate_for("CNY", on=on)
    euro = fx.rate_for("EUR", on=on)
    return composition.Terms(
        rate=yuan.rate, eur_rate=euro.rate, rate_on=yuan.rate_on, margins=pricing.margins(on)
    )
