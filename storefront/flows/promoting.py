"""A seller asks other prices for a while."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from catalog import promotions
from catalog.asking import Discount
from catalog.models import Offer, PriceList, Promotion, Seller
from catalog.promotions import Plan, Timed


@transaction.atomic(durable=True)
def promote(
    seller: Seller,
    plan: Plan,
    *,
    discount: Discount,
    offers: Iterable[Offer],
    most_pieces: int | None,
    actor: str,
    now: datetime,
) -> Promotion:
    """Make a promotion.

    Locks: offers by key, products by key.
    Raises: as `catalog.promotions.promote`.
    """
    return promotions.promote(
        seller,
        plan,
        discount=discount,
        offers=[offer.pk for offer in offers],
        most_pieces=most_pieces,
        actor=actor,
        now=now,
    )


@transaction.atomic(durable=True)
def list_prices(
    seller: Seller, plan: Plan, *, prices: Mapping[int, Any], actor: str, now: datetime
) -> PriceList:
    """Make a price list.

    Money: CNY of one piece, by the key of the offer.
    Locks: offers by key, products by key.
    Raises: as `catalog.promotions.list_prices`.
    """
    return promotions.list_prices(seller, plan, prices=prices, actor=actor, now=now)


@transaction.atomic(durable=True)
def stop(row: Timed, *, now: datetime) -> None:
    """End a price list or promotion before its time.

    Locks: the row, offers by key, products by key.
    """
    promotions.stop(row, now=now)
