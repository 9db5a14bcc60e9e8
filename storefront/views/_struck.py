"""Prices that may be shown struck through, asked of the database now and then."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.cache import cache

from catalog import former
from catalog.models import Offer, Product

KEPT_SECONDS = 300
NONE = ""
Prices = Mapping[int, Any]  # of amounts: views do not reckon


def of_offers(offers: Sequence[Offer], *, now: datetime) -> dict[int, Any]:
    """Give what may stand struck through beside the prices of offers, by their keys."""

    def ask(prices: Prices) -> Prices:
        return former.struck_many([one for one in offers if one.pk in prices], now=now)

    return _kept("offer", {one.pk: one.price.amount for one in offers}, ask, now=now)


def of_goods(goods: Sequence[Product], *, now: datetime) -> dict[int, Any]:
    """Give what may stand struck through on cards, by the keys of their products."""

    def ask(prices: Prices) -> Prices:
        return former.struck_lowest(prices, now=now)

    prices = {one.pk: one.best_price_cny for one in goods if one.best_price_cny is not None}
    return _kept("goods", prices, ask, now=now)


def _kept(
    kind: str, prices: Prices, ask: Callable[[Prices], Prices], *, now: datetime
) -> dict[int, Any]:
    """What was told for these prices in this hour; whatever is missing is asked at once."""
    names = {pk: f"struck:{kind}:{pk}={price}:{now:%Y%m%d%H}" for pk, price in prices.items()}
    kept = cache.get_many(names.values())
    missing = {pk: prices[pk] for pk, name in names.items() if name not in kept}
    if missing:
        found = ask(missing)
        fresh = {names[pk]: found.get(pk, NONE) for pk in missing}
        cache.set_many(fresh, KEPT_SECONDS)
        kept |= fresh
    return {pk: kept[name] for pk, name in names.items() if kept[name] != NONE}
