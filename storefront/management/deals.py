"""Six weeks of prices in the demo: lists, promotions, changes; made by the real verbs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from catalog import asking, promotions
from catalog.models import Offer, PriceList, Promotion, Seller
from orders.days import CHINA
from storefront.lib import clock, due
from storefront.management import driver, world

ACTOR = "task:demo"
DAY = timedelta(days=1)
# Every fifth offer moves like this: days after the opening, and the price in percent of the table.
WAVE = ((2, 106), (15, 103), (24, 100))
EVERY = 5
PERCENT = Decimal(100)
YUAN = Decimal(1)
Deed = Callable[[datetime], object]


@transaction.atomic
def play(*, begun: datetime, until: datetime) -> int:
    """Let everything happen in the order of time; the number of lists and promotions.

    Nothing happens when some are there already.
    """
    if Promotion.objects.exists() or PriceList.objects.exists():
        return 0
    deeds = [*_waves(begun), *_deals(until)]
    with clock.simulated(begun):
        for at, deed in sorted(deeds, key=lambda each: each[0]):
            if at <= until:
                clock.set_virtual(at)
                deed(at)
        clock.set_virtual(until)
        _settle(until)
    return Promotion.objects.count() + PriceList.objects.count()


def _waves(begun: datetime) -> list[tuple[datetime, Deed]]:
    """Dearer for a while, and back to the table."""
    live = Offer.objects.live().order_by("pk")
    table = {offer.pk: offer.price.amount for offer in live if offer.pk % EVERY == 0}

    def reprice(share: int) -> Deed:
        prices = {key: _part(price, share) for key, price in table.items()}
        return lambda at: asking.reprice_many(prices, actor=ACTOR, now=at)

    return [(begun + day * DAY, reprice(share)) for day, share in WAVE]


def _part(price: Decimal, percent: int) -> Decimal:
    """A part of a price, in whole yuan as sellers like it; the whole of it stays as it is."""
    if percent == PERCENT:
        return price
    return (price * percent / PERCENT).quantize(YUAN, rounding=ROUND_HALF_UP)


def _deals(until: datetime) -> list[tuple[datetime, Deed]]:
    """The table's lists and promotions are made when they begin, or today if they are to come."""
    sellers = {seller.slug: seller for seller in Seller.objects.all()}
    midnight = until.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    found: list[tuple[datetime, Deed]] = []
    for row in world.table("deals"):
        starts_at = midnight + int(row["from_day"]) * DAY
        ends_at = midnight + int(row["until_day"]) * DAY
        plan = promotions.Plan(row["title"], starts_at, ends_at)
        made = _made(sellers[row["seller"]], plan, row)
        found.append((min(starts_at, until), made))
        found.append((ends_at, _settle))
    return found


def _made(seller: Seller, plan: promotions.Plan, row: world.Row) -> Deed:
    def make(at: datetime) -> object:
        live = Offer.objects.live().filter(seller=seller).order_by("pk")
        chosen = [offer for offer in live if offer.pk % int(row["every"]) == 0]
        if row["kind"] == "list":
            share = int(row["off"]) // 100
            prices = {offer.pk: _part(asking.plain(offer), share) for offer in chosen}
            return promotions.list_prices(seller, plan, prices=prices, actor=ACTOR, now=at)
        return promotions.promote(
            seller,
            plan,
            discount=_discount(row),
            offers=[offer.pk for offer in chosen if _is_worth(offer, row)],
            most_pieces=int(row["most_pieces"]) if row["most_pieces"] else None,
            actor=ACTOR,
            now=at,
        )

    return make


def _discount(row: world.Row) -> asking.Discount:
    if row["kind"] == "percent":
        return asking.Discount(rate_bps=int(row["off"]))
    return asking.Discount(amount=Decimal(row["off"]))


def _is_worth(offer: Offer, row: world.Row) -> bool:
    """Nobody takes 150 yuan off a cable."""
    return row["kind"] == "percent" or asking.plain(offer) > Decimal(row["off"]) * 5


def _settle(at: datetime) -> None:
    """What the due rows would have done by now."""
    for timed in (PriceList, Promotion):
        rows: list[Any] = list(driver.waiting(timed, limit=1000))
        for row in rows:
            due.plan(row, promotions.turn(row, now=at))
