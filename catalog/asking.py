"""What is asked for an offer: list price, price lists and promotions in one price, and its history.

A seller's plain price stands in `Offer.list_price_cny` (empty: the same as `price`). The price list
that started last takes its place while it runs; of the promotions that run, the one best for the
buyer is taken off, never two. What comes out is `Offer.price`, and every change of it is a row of
`AskedPrice`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from moneyed import Money

from catalog import search
from catalog.models import AskedPrice, Offer, OfferEvent, PriceListLine, Promotion, Variant
from storefront.lib import locks
from storefront.lib.refusal import Refusal

YUAN = "CNY"
FEN = Decimal("0.01")
MOST = Decimal("9999999999.99")
WHOLE_BPS = 10_000


class WrongPrice(Refusal):
    """Not a price in yuan and whole fen."""

    code = "wrong_price"


class OtherCurrency(Refusal):
    """A price, price list or promotion in another currency than the offer's."""

    code = "other_currency"


@dataclass(frozen=True)
class Discount:
    """A part of the price, or an amount of it.

    Units: basis points. Money: CNY of one piece.
    """

    rate_bps: int | None = None
    amount: Decimal | None = None
    promotion_id: int | None = None

    def off(self, price: Decimal) -> Decimal:
        """Give the price with the discount taken off; it may be nothing or less.

        Rounding: half up to the fen, once, on the price that is asked.
        """
        if self.rate_bps is None:
            return price - (self.amount or Decimal(0))
        left = price * (WHOLE_BPS - self.rate_bps) / WHOLE_BPS
        return left.quantize(FEN, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Asked:
    """A price with the promotion that made it, if one did."""

    price: Decimal
    promotion_id: int | None = None


@dataclass(frozen=True)
class Step:
    """A while during which one price was asked.

    Money: CNY. Time: business, `until` exclusive.
    """

    since: datetime
    until: datetime
    price: Decimal


def best(price: Decimal, discounts: Iterable[Discount]) -> Asked:
    """Give the lowest price that one single discount makes of a price.

    A discount that would leave nothing is none: a price lowered afterwards must not become a gift.
    Money: CNY of one piece; at least one fen, at most the price that was given.
    """
    found = Asked(price)
    for discount in discounts:
        left = discount.off(price)
        if FEN <= left < found.price:
            found = Asked(left, discount.promotion_id)
    return found


def plain(offer: Offer) -> Decimal:
    """Give the seller's plain price: without price lists and promotions."""
    return offer.price.amount if offer.list_price_cny is None else offer.list_price_cny


def check(price: Decimal) -> None:
    """Raises: WrongPrice."""
    if not price.is_finite() or not 0 < price <= MOST or price != price.quantize(FEN):
        raise WrongPrice(_("The price must be in yuan, above zero, with at most two decimals."))


def check_currency(currency: str) -> None:
    """Raises: OtherCurrency; offers are in yuan, and nothing is converted silently."""
    if currency != YUAN:
        text = _("These goods are priced in yuan (CNY); %(currency)s cannot be taken.")
        raise OtherCurrency(text % {"currency": currency}, currency=currency)


def set_list_price(offer: Offer, price: Decimal, *, actor: str, now: datetime) -> Offer:
    """Set a seller's plain price; the same price again changes nothing.

    Money: CNY of one piece.
    Locks: the offer, then its product.
    Raises: WrongPrice.
    """
    reprice_many({offer.pk: price}, actor=actor, now=now)
    return Offer.objects.get(pk=offer.pk)


@transaction.atomic
def reprice_many(prices: Mapping[int, Decimal], *, actor: str, now: datetime) -> set[int]:
    """Set the plain prices of many offers; give the keys of those that changed.

    Money: CNY of one piece.
    Locks: the offers by key, then their products by key.
    Raises: WrongPrice, and then sets none.
    """
    for price in prices.values():
        check(price)
    prices = {key: price.quantize(FEN) for key, price in prices.items()}
    offers = locks.rows(Offer.objects.filter(pk__in=list(prices)))
    moved = [offer for offer in offers if plain(offer) != prices[offer.pk]]
    OfferEvent.objects.bulk_create(
        OfferEvent(
            offer=offer,
            kind="REPRICED",
            actor=actor,
            happened_at=now,
            detail={"before": str(plain(offer)), "price": str(prices[offer.pk])},
        )
        for offer in moved
    )
    for offer in moved:
        offer.list_price_cny = prices[offer.pk]
    _settle(moved, moved={offer.pk for offer in moved}, now=now, because=actor)
    return {offer.pk for offer in moved}


@transaction.atomic
def refresh(offer_ids: Iterable[int], *, now: datetime, because: str) -> set[int]:
    """Recompute what is asked for offers; give the keys of those whose price moved.

    Also to be called when offers come into the shop or leave it, and when a seller opens or
    closes: the history keeps that, too. Twice is once.
    Locks: the offers by key, then the products of those that moved by key.
    """
    offers = locks.rows(Offer.objects.filter(pk__in=list(offer_ids)))
    return _settle(offers, moved=set(), now=now, because=because)


def _settle(
    offers: Sequence[Offer], *, moved: Collection[int], now: datetime, because: str
) -> set[int]:
    """Bring locked offers to the price that holds now; `moved` have a new plain price."""
    if not offers:
        return set()
    keys = [offer.pk for offer in offers]
    listed, discounts = _listed(keys, now), _discounts(keys, now)
    open_keys = set(Offer.objects.live().filter(pk__in=keys).values_list("pk", flat=True))
    told = _told(keys)
    changed, rows = [], []
    for offer in offers:
        base = plain(offer)
        asked = best(listed.get(offer.pk, base), discounts.get(offer.pk, ()))
        if asked.price != offer.price.amount or offer.pk in moved:
            changed.append(_priced(offer, base, asked.price, now))
        last, is_open = told.get(offer.pk), offer.pk in open_keys
        if _is_news(asked, last, is_open=is_open):
            at = max(last.asked_from, now) if last else now
            rows.append(_row(offer, asked, at, is_open=is_open, because=because))
    _touch(changed)  # first: the statements that follow meet these products in another order
    Offer.objects.bulk_update(changed, ["price", "list_price_cny", "updated_at"], batch_size=500)
    AskedPrice.objects.bulk_create(rows)
    return {offer.pk for offer in changed}


def _priced(offer: Offer, base: Decimal, price: Decimal, now: datetime) -> Offer:
    offer.list_price_cny, offer.updated_at = base, now
    offer.price = Money(price, YUAN)
    return offer


def _is_news(asked: Asked, last: AskedPrice | None, *, is_open: bool) -> bool:
    """Whether the history must be told: a price, or that nobody can buy any more."""
    if last is None or not last.is_asked:
        return is_open
    return (last.price.amount, last.promotion_id, True) != (
        asked.price,
        asked.promotion_id,
        is_open,
    )


def _row(offer: Offer, asked: Asked, at: datetime, *, is_open: bool, because: str) -> AskedPrice:
    return AskedPrice(
        offer=offer,
        price=Money(asked.price, YUAN),
        promotion_id=asked.promotion_id,
        is_asked=is_open,
        asked_from=at,
        because=because[:60],
    )


def _touch(changed: Sequence[Offer]) -> None:
    variants = {offer.variant_id for offer in changed}
    cards = Variant.objects.filter(pk__in=variants).values_list("product_id", flat=True)
    if variants:
        search.touch(set(cards))


def running(now: datetime, prefix: str = "") -> Q:
    """What has started and has neither ended nor been stopped.

    Time: the start belongs to it, the end does not.
    """
    names = {name: f"{prefix}{name}" for name in ("starts_at", "ends_at", "stopped_at")}
    begun = Q(**{f"{names['starts_at']}__lte": now})
    for name in ("ends_at", "stopped_at"):
        begun &= Q(**{f"{names[name]}__isnull": True}) | Q(**{f"{names[name]}__gt": now})
    return begun


def _listed(keys: Sequence[int], now: datetime) -> dict[int, Decimal]:
    """The prices of the price lists that run; of several the one that started last."""
    lines = PriceListLine.objects.filter(running(now, "price_list__"), offer__in=keys)
    return {
        line.offer_id: line.price.amount
        for line in lines.order_by("price_list__starts_at", "price_list")
    }


def _discounts(keys: Sequence[int], now: datetime) -> dict[int, list[Discount]]:
    """The promotions that run and are not used up, earlier ones first."""
    left = Q(most_pieces__isnull=True) | Q(sold_pieces__lt=F("most_pieces"))
    rows = Promotion.objects.filter(running(now), left, lines__offer__in=keys)
    found: dict[int, list[Discount]] = {}
    facts = rows.order_by("pk").values_list("lines__offer", "rate_bps", "discount", "pk")
    for offer, rate_bps, amount, key in facts:
        found.setdefault(offer, []).append(Discount(rate_bps, amount, key))
    return found


def _told(keys: Sequence[int]) -> dict[int, AskedPrice]:
    """The last row of each offer."""
    rows = AskedPrice.objects.filter(offer__in=keys)
    newest = rows.order_by("offer", "-asked_from", "-pk").distinct("offer")
    return {row.offer_id: row for row in newest}


def history(goods: Offer | Variant, *, days: int, now: datetime) -> list[Step]:
    """Give what was asked for an offer, or the lowest of a variant's offers, for a chart.

    Times in which nobody could buy are left out.
    """
    since = now - timedelta(days=days)
    offers = Q(offer=goods.pk) if isinstance(goods, Offer) else Q(offer__variant=goods.pk)
    told = told_since(offers, since)
    steps = [step for rows in told.values() for step in steps_of(rows, since, now)]
    return _lowest(steps)


def told_since(offers: Q, since: datetime, *also: str) -> dict[int, list[AskedPrice]]:
    """The rows of offers from an instant on, and the one that held then; oldest first."""
    before = AskedPrice.objects.filter(offer=OuterRef("offer"), asked_from__lte=since)
    held = before.order_by("-asked_from").values("asked_from")[:1]
    rows = AskedPrice.objects.filter(offers, asked_from__gte=Coalesce(Subquery(held), since))
    found: dict[int, list[AskedPrice]] = {}
    for row in rows.select_related(*also or [None]).order_by("asked_from", "pk"):
        found.setdefault(row.offer_id, []).append(row)
    return found


def steps_of(rows: Sequence[AskedPrice], since: datetime, until: datetime) -> list[Step]:
    """The prices of one offer in a while; a row holds until the next one."""
    ends = [*(row.asked_from for row in rows[1:]), until]
    cut = [
        Step(max(row.asked_from, since), min(end, until), row.price.amount)
        for row, end in zip(rows, ends, strict=False)
        if row.is_asked
    ]
    return [step for step in cut if step.since < step.until]


def _lowest(steps: Sequence[Step]) -> list[Step]:
    """The lowest of several offers' prices, as one line."""
    starts = [(step.since, True, step.price) for step in steps]
    ends = [(step.until, False, step.price) for step in steps]
    asked: list[Decimal] = []
    line: list[Step] = []
    since = None
    for at, is_start, price in sorted(starts + ends):
        if since is not None and asked and since < at:
            _go_on(line, Step(since, at, min(asked)))
        (asked.append if is_start else asked.remove)(price)
        since = at
    return line


def _go_on(line: list[Step], step: Step) -> None:
    """Put a step behind a line; one that only goes on at the same price lengthens the last."""
    if line and (line[-1].until, line[-1].price) == (step.since, step.price):
        step = Step(line.pop().since, step.until, step.price)
    line.append(step)
