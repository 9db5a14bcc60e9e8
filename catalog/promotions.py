"""Price lists and promotions: made, begun, ended, stopped, used up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from moneyed import Money

from catalog import asking
from catalog.models import (
    AskedPrice,
    Offer,
    PriceList,
    PriceListLine,
    Promotion,
    PromotionLine,
    Seller,
)
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal

Timed: TypeAlias = PriceList | Promotion
MOST_GOODS = 5_000
LONGEST = timedelta(days=366)
SHOWN = 5


class WrongTimes(Refusal):
    """It would end before it starts, or has ended already."""

    code = "wrong_times"


class WrongDiscount(Refusal):
    """Neither a part of the price nor an amount, or nothing would be left of a price."""

    code = "wrong_discount"


class WrongGoods(Refusal):
    """No goods, too many, or goods of somebody else."""

    code = "wrong_goods"


class UsedUp(Refusal):
    """There are not so many pieces left of a promotion; `facts["left"]` says how many."""

    code = "used_up"


@dataclass(frozen=True)
class Plan:
    """What a seller calls it, and when it holds.

    Time: business; the start belongs to it, the end does not; None is open.
    """

    title: str
    starts_at: datetime
    ends_at: datetime | None = None
    currency: str = asking.YUAN


@dataclass(frozen=True)
class Sold:
    """Pieces of an offer that were ordered, at which price, and when it was agreed to.

    Money: CNY of one piece. Time: business.
    """

    offer_id: int
    pieces: int
    price: Decimal
    agreed_at: datetime


@dataclass(frozen=True)
class Effect:
    """What a price list or promotion does to one offer, others left aside.

    Money: CNY of one piece; `before` is the seller's plain price.
    """

    offer: Offer
    before: Decimal
    after: Decimal

    @property
    def cheaper_percent(self) -> Decimal:
        """How much cheaper, below zero when dearer.

        Rounding: half up to the tenth of a percent, once.
        """
        part = (self.before - self.after) * 100 / self.before
        return part.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def effects(
    offers: Iterable[Offer],
    *,
    discount: asking.Discount | None = None,
    prices: Mapping[int, Decimal] | None = None,
) -> list[Effect]:
    """Give what a discount, or the prices of a list, would do to offers."""
    found = []
    for offer in offers:
        base = asking.plain(offer)
        price = (prices or {}).get(offer.pk, base)
        after = asking.best(price, [discount] if discount else []).price
        found.append(Effect(offer, base, after))
    return found


@transaction.atomic
def list_prices(
    seller: Seller, plan: Plan, *, prices: Mapping[int, Decimal], actor: str, now: datetime
) -> PriceList:
    """Make a price list; one that starts now holds as soon as this is committed.

    Money: CNY of one piece, by the key of the offer.
    Locks: offers by key, products by key.
    Raises: OtherCurrency, WrongTimes, WrongGoods, WrongPrice; then nothing is written.
    """
    asking.check_currency(plan.currency)
    for price in prices.values():
        asking.check(price)
    offers = _goods(seller, prices)
    made: PriceList = _made(PriceList, seller, plan, actor=actor, now=now)
    PriceListLine.objects.bulk_create(
        PriceListLine(price_list=made, offer=offer, price=Money(prices[offer.pk], asking.YUAN))
        for offer in offers
    )
    due.plan(made, turn(made, now=now))
    return made


@transaction.atomic
def promote(
    seller: Seller,
    plan: Plan,
    *,
    discount: asking.Discount,
    offers: Iterable[int],
    most_pieces: int | None = None,
    actor: str,
    now: datetime,
) -> Promotion:
    """Make a promotion; one that starts now holds as soon as this is committed.

    `most_pieces` is counted over all its goods, when they are ordered; what is ordered and not
    paid in time is free again.
    Locks: offers by key, products by key.
    Raises: OtherCurrency, WrongTimes, WrongGoods, WrongDiscount; then nothing is written.
    """
    asking.check_currency(plan.currency)
    rows = _goods(seller, offers)
    _check_discount(discount, most_pieces, rows)
    facts = {"rate_bps": discount.rate_bps, "discount": discount.amount}
    made: Promotion = _made(
        Promotion, seller, plan, actor=actor, now=now, most_pieces=most_pieces, **facts
    )
    PromotionLine.objects.bulk_create(PromotionLine(promotion=made, offer=row) for row in rows)
    due.plan(made, turn(made, now=now))
    return made


def _made(kind: Any, seller: Seller, plan: Plan, *, actor: str, now: datetime, **facts: Any) -> Any:
    _check_times(plan, now)
    return kind.objects.create(
        seller=seller,
        title=plan.title,
        currency=plan.currency,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        created_at=now,
        actor=actor,
        **facts,
    )


def _check_times(plan: Plan, now: datetime) -> None:
    if plan.ends_at is not None and plan.ends_at <= max(plan.starts_at, now):
        raise WrongTimes(_("The end must be later than the start, and still to come."))
    if plan.starts_at > now + LONGEST:
        raise WrongTimes(_("The start is more than a year away."))


def _goods(seller: Seller, keys: Iterable[int]) -> list[Offer]:
    """The offers of a seller by their keys.

    Raises: WrongGoods.
    """
    wanted = set(keys)
    if not 0 < len(wanted) <= MOST_GOODS:
        text = _("Choose between one and %(most)s goods.")
        raise WrongGoods(text % {"most": MOST_GOODS})
    found = list(Offer.objects.filter(seller=seller, pk__in=wanted).order_by("pk"))
    if len(found) < len(wanted):
        raise WrongGoods(_("Some of these goods are not yours."))
    return found


def _check_discount(
    discount: asking.Discount, most_pieces: int | None, offers: Sequence[Offer]
) -> None:
    rate, amount = discount.rate_bps, discount.amount
    if (rate is None) == (amount is None):
        raise WrongDiscount(_("Give either a part of the price or an amount, not both."))
    if rate is not None and not 0 < rate < asking.WHOLE_BPS:
        raise WrongDiscount(_("The discount must be above 0 and below 100 percent."))
    if amount is not None:
        asking.check(amount)
    if most_pieces is not None and most_pieces <= 0:
        raise WrongDiscount(_("The limit must be at least one piece."))
    gone = [row.article for row in offers if discount.off(asking.plain(row)) < asking.FEN]
    if gone:
        text = ngettext(
            "Nothing would be left of the price of %(articles)s.",
            "Nothing would be left of the prices of %(count)s goods: %(articles)s.",
            len(gone),
        )
        facts = {"count": len(gone), "articles": ", ".join(gone[:SHOWN])}
        raise WrongDiscount(text % facts, articles=gone)


@transaction.atomic
def turn(row: Timed, *, now: datetime) -> datetime | None:
    """Bring the prices of a list's or promotion's goods to what holds now; twice is once.

    Gives the instant at which it turns next, for its due row; after a long stop whatever was
    missed is simply over.
    Locks: the row itself, offers by key, products by key.
    """
    held = _locked(row)
    keys = list(held.lines.values_list("offer", flat=True))
    asking.refresh(keys, now=now, because=f"{held._meta.model_name}:{held.pk}")
    return next_turn(held, now=now)


def _locked(row: Timed) -> Timed:
    kind: Any = type(row)
    held: Timed = locks.row(kind.objects.all(), row.pk)
    return held


def next_turn(row: Timed, *, now: datetime) -> datetime | None:
    """Give the next instant at which it begins or ends; None, if it has ended."""
    if row.stopped_at is not None and row.stopped_at <= now:
        return None
    return min((at for at in (row.starts_at, row.ends_at) if at and at > now), default=None)


@transaction.atomic
def stop(row: Timed, *, now: datetime) -> None:
    """End it before its time; one that has ended stays as it is.

    Locks: as `turn`.
    """
    held = _locked(row)
    if standing(held, now=now) == OVER:
        return
    held.stopped_at = now
    held.save(update_fields=["stopped_at"])
    due.plan(held, turn(held, now=now))


COMING, RUNS, OVER = "coming", "running", "over"


def standing(row: Timed, *, now: datetime) -> str:
    """Say whether it is coming, running or over.

    Time: the start belongs to it, the end does not.
    """
    ends = [at for at in (row.ends_at, row.stopped_at) if at is not None]
    if any(at <= now for at in ends):
        return OVER
    return RUNS if row.starts_at <= now else COMING


@transaction.atomic
def take(sold: Iterable[Sold], *, now: datetime) -> None:
    """Count ordered pieces on the promotions that made their prices; the last one ends it.

    The prices themselves are brought back by the promotion's own due row, so that an order waits
    for no goods.
    Locks: the promotions, in key order.
    Raises: UsedUp, if a limit would be passed; then nothing is counted.
    """
    for row, pieces in _counted(sold):
        row.sold_pieces += pieces
        if row.most_pieces is not None and row.sold_pieces > row.most_pieces:
            left = row.most_pieces - row.sold_pieces + pieces
            raise UsedUp(_used_up(max(left, 0)), left=left)
        is_last = row.sold_pieces == row.most_pieces
        _store(row, stopped_at=row.stopped_at or (now if is_last else None))


@transaction.atomic
def give_back(sold: Iterable[Sold], *, now: datetime) -> None:
    """Let pieces that were ordered and not paid be ordered again at their promotion's price.

    Locks: the promotions, in key order.
    """
    for row, pieces in _counted(sold):
        # Nobody can stop by hand what is used up: this was its only end before its time.
        was_used_up = row.most_pieces is not None and row.sold_pieces >= row.most_pieces
        row.sold_pieces = max(row.sold_pieces - pieces, 0)
        _store(row, stopped_at=None if was_used_up else row.stopped_at)
        if was_used_up:
            _turn_soon(row, now)


def _counted(sold: Iterable[Sold]) -> list[tuple[Promotion, int]]:
    """The promotions that are meant, locked, with the pieces of each."""
    pieces: dict[int, int] = {}
    for each in sold:
        key = _promotion_of(each)
        if key is not None:
            pieces[key] = pieces.get(key, 0) + each.pieces
    return [(row, pieces[row.pk]) for row in locks.rows(Promotion.objects.filter(pk__in=pieces))]


def _store(row: Promotion, *, stopped_at: datetime | None) -> None:
    is_ended = stopped_at is not None and row.stopped_at is None
    facts = {"sold_pieces": row.sold_pieces, "stopped_at": stopped_at}
    Promotion.objects.filter(pk=row.pk).update(**facts)
    if is_ended and stopped_at:
        _turn_soon(row, stopped_at)


def _turn_soon(row: Promotion, now: datetime) -> None:
    due.plan(row, now)
    due.wake(Promotion.DUE_TASK, id=row.pk)


def _used_up(left: int) -> str:
    text = ngettext(
        "Only %(count)s piece is left at this price.",
        "Only %(count)s pieces are left at this price.",
        left,
    )
    return text % {"count": left} if left else _("No piece is left at this price.")


def _promotion_of(sold: Sold) -> int | None:
    """The promotion that made the price at which pieces were sold."""
    told = AskedPrice.objects.filter(offer=sold.offer_id, asked_from__lte=sold.agreed_at)
    row = told.filter(price=sold.price).latest_first().first()
    return row.promotion_id if row else None


def discount_of(row: Promotion) -> asking.Discount:
    """Give what a promotion takes off."""
    return asking.Discount(row.rate_bps, row.discount, row.pk)


def percent_of(row: Promotion) -> Decimal | None:
    """Give the part of the price that is taken off; None, if it is an amount."""
    return None if row.rate_bps is None else Decimal(row.rate_bps) / 100


def overlapping(row: Timed) -> QuerySet[Any]:
    """Others of the same kind that touch some of the same goods at the same time."""
    kind: Any = type(row)
    others: QuerySet[Any] = kind.objects.filter(
        lines__offer__in=row.lines.values("offer"), stopped_at__isnull=True
    )
    if row.ends_at is not None:
        others = others.filter(starts_at__lt=row.ends_at)
    late = Q(ends_at__isnull=True) | Q(ends_at__gt=row.starts_at)
    return others.filter(late).exclude(pk=row.pk).distinct().order_by("starts_at", "pk")


def of(seller: Seller, *, now: datetime, over: bool = False) -> list[Timed]:
    """A seller's price lists and promotions, running and coming ones, or those that are over."""
    ended = Q(stopped_at__lte=now) | Q(ends_at__lte=now)
    found: list[Timed] = []
    kinds: Sequence[Any] = (PriceList, Promotion)
    for kind in kinds:
        rows = kind.objects.filter(seller=seller).annotate(goods_count=Count("lines"))
        rows = rows.filter(ended) if over else rows.exclude(ended)
        found += rows.order_by("-starts_at", "-pk")[:100]
    return sorted(found, key=lambda row: (row.starts_at, row.pk), reverse=True)
