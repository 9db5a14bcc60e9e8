"""What sellers are owed, the yuan bought for it, and the payouts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from djmoney.money import Money

from catalog.models import Seller
from orders.models import Delivery, OrderLine
from storefront.lib import due, http, locks, money
from storefront.lib.refusal import Refusal

from . import banks, bearing, ledger, parts, postings, protection
from .models import Conversion, Journal, Payout, Rate
from .screening import clearing
from .statements import pain001, pain002

State = Payout.State
MOSCOW = ZoneInfo("Europe/Moscow")
LOOK_AGAIN = timedelta(hours=2)
MOST_DEALS = 3


class NotCovered(Refusal):
    """The buyer's money for this delivery is not, or no longer, held."""

    code = "not_covered"


class NotDelivered(Refusal):
    """The goods are not with the buyer."""

    code = "not_delivered"


@dataclass(frozen=True)
class Waiting:
    """A sold line whose money is still the buyer's."""

    line: OrderLine
    net: Decimal
    delivered_at: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class Owed:
    """How a seller stands with us.

    Money: yuan, after commission. `payable` may be negative when goods came back after a payout.
    """

    payable: Decimal
    in_transit: Decimal
    paid: Decimal
    waiting: list[Waiting]


@transaction.atomic
def release(delivery: Delivery, *, actor: str, now: datetime) -> list[Journal]:
    """Book that a delivery's money is no longer the buyer's; twice is once.

    Money: the seller's yuan fixed at the sale, less what was given back since; rubles at the
    rate of the quote; the margin is the rest.
    Locks: the caller holds the order's.
    Raises: NotDelivered; NotCovered.
    """
    known = Journal.objects.filter(kind="released", key__startswith=f"release:{delivery.pk}:")
    if known.exists():
        return list(known.order_by("pk"))
    if delivery.delivered_at is None or delivery.cancelled_at is not None:
        raise NotDelivered(_("This delivery is not with the buyer."))
    order = delivery.order
    gone = parts.undone(delivery)
    lines = [_kept(bearing.line_of(line), gone) for line in _lines(delivery)]
    freight = money.to_minor(delivery.freight.amount, "RUB") - gone.freight
    duty = money.to_minor(delivery.duty.amount, "RUB") - gone.duty
    needed = sum(line.goods for line in lines) + freight + duty
    if -ledger.order_balance("buyer_funds", "RUB", order.number) < needed:
        raise NotCovered(_("The money of this delivery is not held."), order=order.number)
    pages = postings.released(lines, freight=freight, duty=duty, order_number=order.number)
    rate = Rate.objects.filter(
        currency="CNY", rate_on=order.rate_on, rate=order.rate, is_held=False
    ).first()
    return [
        ledger.post(
            "released",
            key=f"release:{delivery.pk}:{page}",
            legs=legs,
            occurred_at=now,
            actor=actor,
            source=f"delivery {delivery.pk}",
            rate=rate,
        )
        for page, legs in enumerate(pages, start=1)
    ]


def _lines(delivery: Delivery) -> Iterator[OrderLine]:
    yield from delivery.lines.select_related("seller", "order").order_by("position")


def _kept(line: postings.Line, gone: parts.Undone) -> postings.Line:
    start = gone.goods.get(line.number, 0)
    return line.between(start, line.goods) if start else line


def close_period(until: date, *, now: datetime, actor: str) -> list[Payout]:
    """Buy the yuan that sellers are owed for the time before a day, and make their payouts.

    Not inside a transaction; safe to run again after any failure.
    Time: the period ends at midnight in Moscow before `until`.
    Locks: the sellers by key, while the payouts are made.
    Raises: Unreachable, Unknown, Refused.
    """
    cut = datetime.combine(until, time(), MOSCOW)
    for _try in range(MOST_DEALS):
        missing = sum(_payable(cut).values()) - _free_yuan()
        if missing <= 0:
            break
        number = Conversion.objects.for_period(until).count() + 1
        deal = banks.buy_yuan(f"FX-{until}-{number}", money.from_minor(missing, "CNY"))
        convert(deal, actor=actor, now=now)
    with transaction.atomic(durable=True):
        return _make_payouts(until, cut, now)


def _payable(cut: datetime) -> dict[str, int]:
    """Fen to be paid per seller's slug: owed at the cut, less what is sent or kept back."""
    ready = dict(Payout.objects.ready().values_list("seller__slug").annotate(total=Sum("money")))
    today = ledger.balances("seller_payable", "CNY")
    kept = protection.withheld()
    owed = {}
    for slug, units in ledger.balances("seller_payable", "CNY", before=cut).items():
        # What happened since the cut can only lower the sum: goods that came back, payouts sent.
        payable = min(-units, -today[slug]) - money.to_minor(ready.get(slug, Decimal(0)), "CNY")
        payable -= kept.get(slug, 0)
        if payable > 0:
            owed[slug] = payable
    return owed


def _free_yuan() -> int:
    """Fen on our account that no payout has a claim on."""
    ready = Payout.objects.ready().aggregate(total=Sum("money"))["total"]
    held = ledger.balance("bank", "CNY") + ledger.balance("payouts_in_transit", "CNY")
    return held - money.to_minor(ready or Decimal(0), "CNY")


@transaction.atomic
def convert(deal: banks.Deal, *, actor: str, now: datetime) -> Conversion:
    """Keep a deal and book it: the rubles and yuan, and what closing them gained or lost.

    Twice is once. The rate of the deal stands in the conversion, the booked one in the source
    of the closing journal.
    """
    known = Conversion.objects.filter(reference=deal.reference).first()
    if known is not None:
        return known
    position = _position()
    sold, bought = money.to_minor(deal.sold, "RUB"), money.to_minor(deal.bought, "CNY")
    made = Conversion.objects.create(
        reference=deal.reference,
        bank=settings.BANK_BIC,
        deal=deal.number,
        rate=deal.rate,
        sold=Money(deal.sold, "RUB"),
        bought=Money(deal.bought, "CNY"),
        made_at=deal.made_at,
    )
    ledger.post(
        "converted",
        key=f"conversion:{deal.reference}",
        legs=postings.converted(sold=sold, bought=bought),
        occurred_at=deal.made_at,
        actor=actor,
        source=f"deal {deal.number} at {deal.rate}",
    )
    legs = postings.closed(position, sold=sold, bought=bought)
    if legs:
        booked = money.half_up(Decimal(position.rubles) / position.yuan * 10_000) / 10_000
        ledger.post(
            "closed",
            key=f"closing:{deal.reference}",
            legs=legs,
            occurred_at=now,
            actor=actor,
            source=f"booked at {booked}, deal {deal.number} at {deal.rate}",
        )
    return made


def _position() -> postings.Position:
    return postings.Position(
        yuan=ledger.balance("fx_position", "CNY"),
        rubles=-ledger.balance("fx_position", "RUB"),
        own=-ledger.balance("commission", "CNY") - ledger.balance("fx_gain_loss", "CNY"),
    )


def _make_payouts(until: date, cut: datetime, now: datetime) -> list[Payout]:
    sellers = locks.rows(Seller.objects.filter(slug__in=_payable(cut)))
    owed, free = _payable(cut), _free_yuan()
    held = clearing.not_clear(sellers, until=until, now=now)
    made = []
    for seller in sellers:
        units = owed.get(seller.slug, 0)
        # Never promise yuan that are not there: who is left out is paid with the next period.
        if seller.pk in held or not 0 < units <= free:
            continue
        free -= units
        made.append(_make(seller, until, units, now))
    return made


def _make(seller: Seller, until: date, units: int, now: datetime) -> Payout:
    earlier = Payout.objects.filter(seller=seller, period_until=until).count()
    payout = Payout.objects.create(
        seller=seller,
        period_until=until,
        money=Money(money.from_minor(units, "CNY"), "CNY"),
        message=f"PAY-{until:%Y%m%d}-{seller.pk}-{earlier + 1}",
        made_at=now,
        due_at=now,
    )
    due.wake(Payout.DUE_TASK, id=payout.pk)
    return payout


def drive(payout: Payout, *, now: datetime) -> None:
    """Take a claimed payout one step: hand its file in, or ask how it stands.

    Not inside a transaction. What the bank refuses at the door is returned at once.
    Raises: Unreachable, Unknown, Refused; Zombie.
    """
    standing = _talk(payout)
    with transaction.atomic(durable=True):
        locks.row(Seller.objects.all(), payout.seller_id)
        fresh = record(locks.row(Payout.objects.all(), payout.pk), standing, now=now)
        is_open = fresh.state in (State.READY, State.SENT)
        due.finish(payout, at=now + LOOK_AGAIN if is_open else None)


def _talk(payout: Payout) -> pain002.Standing:
    if payout.state == State.SENT:
        standing = banks.standing(payout.message, payout.message)
        if standing is not None:
            return standing
    try:
        banks.send(file_of(payout))
    except pain001.BadPayment as error:
        return pain002.Standing("returned", "RJCT", str(error).split(":")[0][:10])
    except http.Refused as refused:
        # 409: the bank has a file of ours under this name already, so it asks no second one.
        if refused.status not in (400, 409):
            raise
        if refused.status == 400:
            return pain002.Standing("returned", "RJCT", "FF01")
    return pain002.Standing("under_way", "RCVD")


def file_of(payout: Payout) -> bytes:
    """The pain.001 of a payout; always the same bytes for the same payout.

    Raises: BadPayment.
    """
    seller = payout.seller
    credit = pain001.Credit(
        end_to_end=payout.message,
        uetr=payout.uetr,
        price=payout.money.amount,
        creditor=seller.name_zh,
        account=seller.bank_account,
        cnaps=seller.cnaps,
        text=f"Goods sold, period until {payout.period_until}",
    )
    return pain001.build(
        payout.message,
        debtor=banks.debtor(),
        credits=[credit],
        made_at=payout.made_at,
        on=payout.made_at.astimezone(MOSCOW).date(),
    )


@transaction.atomic
def record(payout: Payout, standing: pain002.Standing, *, now: datetime) -> Payout:
    """Keep how a payout stands; the same answer again changes nothing.

    Locks: the caller holds the payout's.
    """
    if payout.state == State.READY:
        _mark_sent(payout, now)
    if payout.state == State.SENT and standing.outcome == "credited":
        units = money.to_minor(payout.money.amount, "CNY")
        _post(payout, "payout-credited", postings.payout_credited(units), now)
        payout.state, payout.ended_at = State.CREDITED, now
    if payout.state in (State.SENT, State.CREDITED) and standing.outcome == "returned":
        _mark_returned(payout, standing.reason, now)
    payout.save(update_fields=["state", "reason", "sent_at", "ended_at"])
    return payout


def _mark_sent(payout: Payout, now: datetime) -> None:
    units = money.to_minor(payout.money.amount, "CNY")
    _post(payout, "payout-sent", postings.payout_sent(units, seller=payout.seller.slug), now)
    payout.state, payout.sent_at = State.SENT, now
    payout.save(update_fields=["state", "sent_at"])


def _mark_returned(payout: Payout, reason: str, now: datetime) -> None:
    for kind in ("payout-credited", "payout-sent"):
        journal = ledger.find(f"{kind}:{payout.message}")
        if journal is not None:
            ledger.reverse(
                journal,
                key=f"un{journal.key}",
                occurred_at=now,
                actor="task:payout",
                source=f"payout {payout.message} returned: {reason}",
            )
    payout.state, payout.reason, payout.ended_at = State.RETURNED, reason[:10], now


def _post(payout: Payout, kind: str, legs: list[ledger.Leg], now: datetime) -> None:
    ledger.post(
        kind,
        key=f"{kind}:{payout.message}",
        legs=legs,
        occurred_at=now,
        actor="task:payout",
        source=f"payout {payout.message}",
    )


def owed(seller: Seller) -> Owed:
    """How a seller stands with us."""
    sums = dict(
        Payout.objects.filter(seller=seller).values_list("state").annotate(total=Sum("money"))
    )
    none = Decimal("0.00")
    on_the_way = sums.get(State.READY, none) + sums.get(State.SENT, none)
    payable = -ledger.balance("seller_payable", "CNY", seller.slug)
    return Owed(
        payable=money.from_minor(payable, "CNY") - sums.get(State.READY, none),
        in_transit=on_the_way,
        paid=sums.get(State.CREDITED, none),
        waiting=[_waiting(line) for line in _unreleased(seller)],
    )


def _unreleased(seller: Seller) -> Iterator[OrderLine]:
    lines = OrderLine.objects.filter(
        seller=seller,
        order__state="PAID",
        delivery__released_at=None,
        delivery__cancelled_at=None,
    )
    yield from lines.select_related("order", "delivery").order_by("-order_id", "position")[:500]


def _waiting(line: OrderLine) -> Waiting:
    gross = line.price_cny.amount * line.quantity
    delivery = line.delivery
    return Waiting(
        line=line,
        net=gross - line.commission.amount,
        delivered_at=delivery.delivered_at,
        until=delivery.due_at if delivery.delivered_at else None,
    )
