"""The former price of goods: what may stand struck through beside the price that is asked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from catalog import asking
from catalog.dated import holding
from catalog.models import AskedPrice, FormerPriceRule, Offer
from storefront.lib import kept


@kept.for_a_minute
def rule(on: date) -> FormerPriceRule | None:
    """Give the rule of a day; without one nothing is struck through."""
    return FormerPriceRule.objects.filter(holding(on)).order_by("-valid_from").first()


def struck(offer: Offer, *, now: datetime) -> Decimal | None:
    """Give the price that may be shown struck through; None, if there is none.

    Money: CNY of one piece.
    """
    return struck_many([offer], now=now).get(offer.pk)


def struck_many(offers: Iterable[Offer], *, now: datetime) -> dict[int, Decimal]:
    """Give the prices that may be shown struck through, in one query for all of them.

    It is the lowest price of the days before the reduction, and only if in these days the goods
    could be bought long enough, if it is higher than what is asked now, and for a while; how many
    days these are stands in the rule that holds today. Without a rule nothing is struck through.
    """
    held = rule(now.date())
    if held is None:
        return {}
    prices = {offer.pk: offer.price.amount for offer in offers}
    told = asking.told_since(Q(offer__in=list(prices)), now - held.told_for - held.lowest_of)
    found = {key: _struck(rows, prices[key], held, now) for key, rows in told.items()}
    return {key: price for key, price in found.items() if price is not None}


def struck_lowest(prices: Mapping[int, Decimal], *, now: datetime) -> dict[int, Decimal]:
    """Give what may be shown struck through beside the lowest prices of products, in one query.

    `prices` are by product, and so is the answer: of several offers that ask the lowest price
    each must have been dearer, and the lowest of their former prices counts.
    """
    held = rule(now.date())
    if held is None:
        return {}
    best = Q(offer__variant__product__in=list(prices), offer__in=Offer.objects.live())
    told = asking.told_since(best, now - held.told_for - held.lowest_of, "offer__variant")
    found: dict[int, list[Decimal | None]] = {}
    for rows in told.values():
        offer = rows[0].offer
        key = offer.variant.product_id
        if offer.price.amount == prices[key]:
            found.setdefault(key, []).append(_struck(rows, prices[key], held, now))
    whole = {key: [one for one in each if one is not None] for key, each in found.items()}
    return {key: min(each) for key, each in whole.items() if each and len(each) == len(found[key])}


def _struck(
    rows: Sequence[AskedPrice], price: Decimal, rule: FormerPriceRule, now: datetime
) -> Decimal | None:
    rows = [row for row in rows if row.asked_from <= now]
    if not rows or not rows[-1].is_asked or rows[-1].price.amount != price:
        return None
    reduced_at = _begun(rows)
    if now - reduced_at > rule.told_for:
        return None
    steps = asking.steps_of(rows, reduced_at - rule.lowest_of, reduced_at)
    if sum((step.until - step.since for step in steps), timedelta()) < rule.asked_at_least:
        return None
    low = min(step.price for step in steps)
    return low if low > price else None


def _begun(rows: Sequence[AskedPrice]) -> datetime:
    """Since when the last price is asked; times in which nobody could buy do not interrupt it."""
    price, at = rows[-1].price.amount, rows[-1].asked_from
    for row in reversed(rows):
        if row.is_asked and row.price.amount != price:
            break
        at = row.asked_from if row.is_asked else at
    return at
