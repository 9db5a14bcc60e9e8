"""Rows that say no more than article, price and pieces: many prices at once, nothing else."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from catalog import asking
from catalog.goods import Goods
from catalog.models import Offer, Seller
from catalog.outcomes import Fate, Outcome
from storefront.lib import locks


def write(rows: Sequence[Goods], *, seller: Seller, actor: str, now: datetime) -> list[Outcome]:
    """Set the prices of a batch of known articles in a fixed number of statements.

    Money: CNY of one piece, the seller's plain price.
    Locks: the seller, his offers by key, then their products by key; inside the caller's
    transaction.
    """
    locks.row(Seller.objects.all(), seller.pk)
    articles = {goods.article for goods in rows}
    mine = locks.rows(Offer.objects.filter(seller=seller, article__in=articles))
    known = {offer.article: offer for offer in mine}
    outcomes = [_outcome(goods, known.get(goods.article)) for goods in rows]
    prices = {
        outcome.offer.pk: outcome.goods.price
        for outcome in outcomes
        if outcome.offer and outcome.fate == Fate.UPDATED and outcome.goods.price is not None
    }
    asking.reprice_many(prices, actor=actor, now=now)
    return outcomes


def _outcome(goods: Goods, offer: Offer | None) -> Outcome:
    outcome = Outcome(goods, offer=offer)
    if offer is None:
        text = _("You have no goods with this article number.")
        goods.refuse("article", "unknown_article", text)
    elif goods.price is None and goods.quantity is None:
        goods.refuse("price_cny", "needed", _("Neither a price nor pieces are said."))
    if offer is None or goods.problems:
        outcome.fate = Fate.REFUSED
        return outcome
    outcome.reprice(asking.plain(offer))
    if outcome.changes:
        outcome.fate = Fate.UPDATED
    return outcome
