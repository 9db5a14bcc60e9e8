"""From a cart to a quote: which origin, which ways, what freight and what duty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog import commissions, pricing, restrictions
from orders import quotes
from orders.models import CartLine, City
from storefront.lib import money
from storefront.lib.refusal import Refusal

from . import routing, warehouse
from .customs import duties, limits, tariff
from .models import Point

ORIGINS = ("harbin", "shenzhen")


class NoWay(Refusal):
    """No way of delivery takes these goods to this city."""

    code = "no_way"


class PointClosed(Refusal):
    """These goods cannot be given out at the point that was chosen."""

    code = "point_closed"


class EmptyCart(Refusal):
    """There is nothing to order."""

    code = "empty_cart"


@dataclass(frozen=True)
class Terms:
    """The numbers a quote locks: rubles for a yuan and for a euro, and the house's margins."""

    rate: Decimal
    eur_rate: Decimal
    rate_on: date
    margins: pricing.Margins


@dataclass(frozen=True)
class Wish:
    """Where a buyer wants his goods, and by which lane from each origin; a point or the door."""

    city: City
    chosen: Mapping[str, str]
    point: Point | None = None


@dataclass(frozen=True)
class Group:
    """Lines of one origin with every way they may go; `part` is priced for the chosen one."""

    origin: str
    ways: tuple[routing.Way, ...]
    way: routing.Way
    part: quotes.Part
    duty: duties.Duty


@dataclass(frozen=True)
class Basket:
    """A whole cart, priced for a city."""

    body: quotes.Body
    groups: tuple[Group, ...]

    @property
    def heaviest_g(self) -> int:
        """The planned weight of the heaviest of its parcels."""
        return max(part.weight_g for part in self.body.deliveries)

    @property
    def cheapest_freight(self) -> Decimal:
        """Rubles for the cheapest way of every parcel."""
        return sum((min(way.freight for way in one.ways) for one in self.groups), Decimal(0))


def compose(lines: Sequence[CartLine], *, wish: Wish, terms: Terms, now: datetime) -> Basket:
    """Price a cart for a city, by the chosen lane of each origin or else the fastest.

    Money: goods in rubles by the locked rate; freight by lane; duty per origin, as one parcel.
    Raises: EmptyCart; OutOfStock, naming what is short; OverLimit; NoWay; PointClosed.
    """
    if not lines:
        raise EmptyCart(_("Your cart is empty."))
    parts = _by_origin(lines)
    limits.check(((line.offer.variant, line.quantity) for line in lines), on=now.date())
    groups = tuple(_group(origin, members, wish, terms, now) for origin, members in parts.items())
    body = quotes.Body(
        city=wish.city.slug,
        rate=terms.rate,
        eur_rate=terms.eur_rate,
        rate_on=terms.rate_on,
        deliveries=tuple(group.part for group in groups),
        point=wish.point.code if wish.point else "",
    )
    return Basket(body, groups)


def _by_origin(lines: Sequence[CartLine]) -> dict[str, list[CartLine]]:
    stock = warehouse.available([line.offer_id for line in lines])
    found: dict[str, list[CartLine]] = {}
    short = []
    for line in lines:
        places = stock.get(line.offer_id, {})
        origin = next((o for o in ORIGINS if places.get(o, 0) >= line.quantity), None)
        if origin is None:
            short.append(line.offer.variant.product.title)
        else:
            found.setdefault(origin, []).append(line)
    if short:
        titles = ", ".join(short)
        raise warehouse.OutOfStock(
            _("Not enough in stock: %(titles)s") % {"titles": titles}, titles=titles
        )
    return {origin: found[origin] for origin in ORIGINS if origin in found}


def _group(origin: str, lines: list[CartLine], wish: Wish, terms: Terms, now: datetime) -> Group:
    parcel = routing.parcel_of([(line.offer.variant, line.quantity) for line in lines])
    barred = _forbidden(lines, now.date())
    ways = _ways(parcel, origin, wish, barred, now)
    lane = wish.chosen.get(origin, "")
    way = next((one for one in ways if one.lane == lane), min(ways, key=lambda w: w.until_on))
    priced = tuple(_line(line, terms, now.date()) for line in lines)
    duty = _duty(priced, parcel.weight_g, terms, now.date())
    part = quotes.Part(
        origin=origin,
        lane=way.lane,
        mode=way.mode,
        freight_rub=way.freight,
        duty_rub=duty.rub,
        duty_rule=duty.rule,
        duty_inputs=duty.inputs,
        weight_g=parcel.weight_g,
        from_on=way.from_on,
        until_on=way.until_on,
        lines=priced,
    )
    return Group(origin, tuple(ways), way, part, duty)


def _ways(
    parcel: routing.Parcel, origin: str, wish: Wish, barred: frozenset[str], now: datetime
) -> list[routing.Way]:
    """Raises: NoWay; PointClosed, if there are ways to doors alone."""
    goal = routing.Goal(wish.city, wish.point is not None)
    ways = routing.ways(parcel, origin=origin, goal=goal, modes_forbidden=barred, now=now)
    most = wish.point.heaviest_g if wish.point else None
    if wish.point and (not ways or (most is not None and parcel.weight_g > most)):
        raise PointClosed(_("These goods cannot be given out at this point."))
    if not ways:
        raise NoWay(_("We cannot bring these goods to this city yet."))
    return ways


def _forbidden(lines: list[CartLine], on: date) -> frozenset[str]:
    rules = restrictions.rules(on)
    return frozenset(
        mode
        for mode in ("air", "rail", "road", "river")
        for line in lines
        if restrictions.forbidden(line.offer.variant, mode=mode, on=on, rules=rules)
    )


def _line(line: CartLine, terms: Terms, on: date) -> quotes.Line:
    offer, seller = line.offer, line.offer.seller
    yuan = offer.price.amount
    bps = commissions.bps(seller, offer.variant.product.category_id, on=on)
    titles = {lang: _title(line, lang) for lang in ("ru", "zh", "en")}
    return quotes.Line(
        offer_id=offer.pk,
        seller_id=seller.pk,
        title_ru=titles["ru"],
        title_zh=titles["zh"],
        title_en=titles["en"],
        quantity=line.quantity,
        price_cny=yuan,
        price_rub=pricing.rubles(yuan, rate=terms.rate, margins=terms.margins),
        commission_bps=bps,
        commission=money.share(yuan * line.quantity, bps),
    )


def _title(line: CartLine, language: str) -> str:
    variant = line.offer.variant
    parts = [
        getattr(variant.product, f"title_{language}"),
        variant.memory,
        getattr(variant, f"colour_{language}"),
    ]
    return ", ".join(part for part in parts if part)[:300]


def _duty(lines: tuple[quotes.Line, ...], weight_g: int, terms: Terms, on: date) -> duties.Duty:
    value = sum((line.total for line in lines), Decimal(0))
    return duties.duty(value, eur_rate=terms.eur_rate, weight_g=weight_g, rule=tariff.rule_for(on))
