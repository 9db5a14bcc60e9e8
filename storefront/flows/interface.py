"""A seller's own system lists goods, sets prices and tells of pieces, many at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import approval, asking, imports
from catalog.goods import Goods
from catalog.models import Offer, Seller
from catalog.outcomes import Fate, Outcome
from logistics import holdings
from storefront.lib import locks

Report = list[Outcome]


@transaction.atomic(durable=True)
def take(
    rows: Sequence[Goods], *, seller: Seller, actor: str, now: datetime, submits: bool = True
) -> Report:
    """Write goods with their pieces, each whole or not at all; the same again changes nothing.

    Complete goods ask for approval, if it `submits`, and those that meet a rule have it at once.

    Locks: the seller, then as `imports.write`, then stock by key.
    """
    locks.row(Seller.objects.all(), seller.pk)
    _check_once(rows)
    check_levels(rows, seller)
    good = [said for said in rows if not said.problems]
    written = imports.write(good, seller=seller, actor=actor, now=now, submits=submits)
    _top_up(written, actor=actor, now=now)
    taken = [one.offer for one in written if one.offer and one.is_news]
    approval.settle(taken, now)
    by_row = {id(outcome.goods): outcome for outcome in written}
    return [by_row.get(id(said)) or Outcome(said, Fate.REFUSED) for said in rows]


def _top_up(outcomes: Iterable[Outcome], *, actor: str, now: datetime) -> None:
    wanted = {
        outcome.offer.pk: outcome.goods.quantity
        for outcome in outcomes
        if outcome.offer and outcome.goods.quantity and outcome.fate != Fate.REFUSED
    }
    brought = holdings.top_up(wanted, actor=actor, now=now, cause="interface")
    for outcome in outcomes:
        if outcome.fate == Fate.UNCHANGED and outcome.offer and outcome.offer.pk in brought:
            outcome.fate = Fate.UPDATED


def _check_once(rows: Iterable[Goods]) -> None:
    seen: set[str] = set()
    for said in rows:
        if said.article in seen:
            said.refuse("article", "repeated", _("This article number came before in the batch."))
        seen.add(said.article)


def check_levels(rows: Iterable[Goods], seller: Seller) -> None:
    """Refuse rows with fewer pieces than there are: that is no arrival but a loss."""
    counted = [said for said in rows if said.quantity is not None]
    have = holdings.levels(seller, {said.article for said in counted})
    for said in counted:
        level = have.get(said.article, 0)
        if said.quantity is not None and said.quantity < level:
            text = _("%(have)s pieces are in Shenzhen already; only more can be brought.")
            said.refuse("quantity", "fewer", text % {"have": level})


@transaction.atomic(durable=True)
def reprice(
    prices: Mapping[str, Any], *, seller: Seller, actor: str, now: datetime
) -> dict[str, bool]:
    """Set plain prices by article number; whether each one moved. Unknown articles are left out.

    Money: CNY of one piece.
    Locks: as `asking.reprice_many`.
    Raises: WrongPrice, and then sets none.
    """
    mine = Offer.objects.filter(seller=seller, article__in=prices)
    keys = dict(mine.values_list("pk", "article"))
    wanted = {pk: prices[article] for pk, article in keys.items()}
    moved = asking.reprice_many(wanted, actor=actor, now=now)
    return {article: pk in moved for pk, article in keys.items()}


@transaction.atomic(durable=True)
def raise_levels(
    rows: Sequence[Goods], *, seller: Seller, actor: str, now: datetime
) -> dict[str, bool]:
    """Bring pieces to Shenzhen up to a level; whether each article lacked some.

    Rows with a problem are left out, and so are unknown articles.
    Locks: the seller, then stock by key.
    """
    locks.row(Seller.objects.all(), seller.pk)
    _check_once(rows)
    check_levels(rows, seller)
    levels = {said.article: said.quantity or 0 for said in rows if not said.problems}
    mine = Offer.objects.filter(seller=seller, article__in=levels)
    keys = dict(mine.values_list("pk", "article"))
    wanted = {pk: levels[article] for pk, article in keys.items() if levels[article]}
    brought = holdings.top_up(wanted, actor=actor, now=now, cause="interface")
    return {article: pk in brought for pk, article in keys.items()}


@transaction.atomic(durable=True)
def bring(offer: Offer, quantity: int, *, cause: str, actor: str, now: datetime) -> bool:
    """Bring more pieces of an offer to Shenzhen, once per cause.

    Locks: the seller, then the stock row.
    """
    locks.row(Seller.objects.all(), offer.seller_id)
    return holdings.bring(offer, quantity, cause=cause, actor=actor, now=now)
