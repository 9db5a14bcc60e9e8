"""Giving rubles back: never more than came."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _
from djmoney.money import Money

from orders import holds, lifecycle
from orders.models import Delivery, Order, OrderEvent
from storefront.lib import clock, due, http, locks, money

from . import bearing, charges, ledger, postings, providers, receipts
from . import parts as lots
from .models import Charge, Chargeback, ChargeFact, Refund
from .parts import Part, TooMuch
from .providers import RefundAnswer

State = Refund.State
LOOK_AGAIN = timedelta(seconds=20)
LONGEST_LOOK = timedelta(hours=1)


def left(charge: Charge) -> Decimal:
    """The rubles of a charge that may still be given back; a bank that takes some takes first."""
    asked = Refund.objects.living().filter(charge=charge)
    given = asked.aggregate(total=Sum("price"))["total"] or Decimal(0)
    taken = Chargeback.objects.open().filter(charge=charge)
    at_bank = taken.aggregate(total=Sum("money"))["total"] or Decimal(0)
    return charges.captured_by(charge) - given - at_bank


@transaction.atomic
def open(
    charge: Charge,
    *,
    parts: Sequence[Part],
    reason: str,
    actor: str,
    now_wall: datetime,
    now: datetime | None = None,
) -> Refund:
    """Decide to give some of a charge back, due at once, and book who bears it.

    Time: `now` is the business instant of the decision, today's if it is not told.
    Locks: the caller holds the order's; the charge.
    Raises: TooMuch, if that is more than is left of the charge or of what a part was paid for.
    """
    charge = locks.row(Charge.objects.all(), charge.pk)
    price = lots.total(parts)
    if not 0 < price <= left(charge):
        raise TooMuch(_("No more can be given back than was paid."), asked=price, left=left(charge))
    lots.check(parts)
    refund = Refund(
        charge=charge,
        price=Money(price, "RUB"),
        reason=Refund.Reason(reason),
        asked_at=now_wall,
        asked_by=actor,
        due_at=now_wall,
    )
    bearing.book(refund, parts, actor=actor, now=now or clock.now())
    refund.save(force_insert=True)
    lots.write(refund, parts)
    return refund


@transaction.atomic
def open_rest(charge: Charge, *, reason: str, actor: str) -> Refund | None:
    """Give back all that is left of a charge that paid for nothing; None, if nothing is left.

    Locks: the caller holds the order's; the charge. The caller wakes the refund.
    """
    charge = locks.row(Charge.objects.all(), charge.pk)
    rest = left(charge)
    if rest <= 0:
        return None
    parts = [lots.surplus(rest)]
    return open(charge, parts=parts, reason=reason, actor=actor, now_wall=clock.wall())


@transaction.atomic
def give_back(
    order: Order, delivery: Delivery, *, reason: str, actor: str, now: datetime
) -> list[Refund]:
    """Give back what is left of a delivery: its goods, freight and duty; twice is once.

    A delivery whose money had been released is taken back from the seller first, by its lines
    at the original rate. More than is left of the order's charges is not given.
    Money: rubles paid, whatever the rate is now.
    Locks: the order row; the charges. The caller wakes the refunds given back.
    """
    lifecycle.lock(order.pk)
    done = OrderEvent.objects.filter(order=order, kind="REFUNDING")
    if done.filter(detail__delivery=delivery.position).exists():
        return []
    asked = lots.left_of(delivery)
    opened = spread(order, asked, reason=reason, actor=actor, now=now)
    lifecycle.record(
        order,
        "REFUNDING",
        actor=actor,
        now=now,
        delivery=delivery.position,
        reason=str(reason),
        price=str(sum((refund.price.amount for refund in opened), Decimal())),
    )
    return opened


@transaction.atomic
def give_back_pieces(
    delivery: Delivery, pieces: Mapping[int, int], *, parcel: str, actor: str, now: datetime
) -> list[Refund]:
    """Give some pieces of a delivery back, by key of their line, that were in one parcel; once.

    Money: rubles paid, with their share of freight and duty (`parts.of_pieces`).
    Locks: the order row; the charges. The caller wakes the refunds given back.
    """
    order = lifecycle.lock(delivery.order_id)
    done = OrderEvent.objects.filter(order=order, kind="REFUNDING")
    if done.filter(detail__parcel=parcel).exists():
        return []
    asked = lots.of_pieces(delivery, pieces)
    opened = spread(order, asked, reason=Refund.Reason.LOST, actor=actor, now=now)
    price = str(sum((refund.price.amount for refund in opened), Decimal()))
    lifecycle.record(
        order,
        "REFUNDING",
        actor=actor,
        now=now,
        parcel=parcel,
        reason=str(Refund.Reason.LOST),
        price=price,
    )
    return opened


@transaction.atomic
def spread(
    order: Order, asked: Sequence[Part], *, reason: str, actor: str, now: datetime
) -> list[Refund]:
    """Give parts back by the charges that paid an order, as far as they reach.

    Locks: the caller holds the order's; the charges. The caller wakes the refunds.
    """
    opened, rest = [], list(asked)
    for charge in _paid(order):
        taken, rest = lots.allot(rest, left(charge))
        if taken:
            opened.append(
                open(
                    charge,
                    parts=taken,
                    reason=reason,
                    actor=actor,
                    now_wall=clock.wall(),
                    now=now,
                )
            )
    return opened


def _paid(order: Order) -> Iterator[Charge]:
    paid = Charge.objects.filter(order=order, state=Charge.State.CAPTURED)
    yield from locks.rows(paid)


def ask(refund: Refund) -> RefundAnswer:
    """Send a refund to its provider, or ask how it stands.

    Not inside a transaction.
    Raises: Unreachable, Unknown, Refused.
    """
    charge = refund.charge
    drawer = providers.drawer(charge.provider)
    if refund.provider_id:
        return drawer.read_refund(refund.provider_id)
    if clock.wall() - refund.asked_at > providers.KEY_LIVES:
        found = drawer.find_refund(charge.provider_id, description=describe(refund))
        if found is not None:
            return found
    return _send(drawer, refund)


def _send(drawer: providers.Drawer, refund: Refund) -> RefundAnswer:
    payment, description = refund.charge.provider_id, describe(refund)
    try:
        return drawer.refund(
            payment,
            key=str(refund.key),
            price=refund.price.amount,
            currency=refund.price.currency.code,
            description=description,
        )
    except http.Refused as refused:
        if refused.status != 400:
            raise
        # Our wording may have changed since the first try: then the refund is there already.
        found = drawer.find_refund(payment, description=description)
        return found or RefundAnswer("rejected", reason="refused")


def describe(refund: Refund) -> str:
    """What stands on the refund at the provider; its last word is unique."""
    order = refund.charge.order
    with translation.override(order.language):
        text = _("Refund for order %(number)s") % {"number": order.shown_number}
    return f"{text} · {refund.key.hex[:12]}"


@transaction.atomic
def record(refund: Refund, answer: RefundAnswer, *, actor: str, now: datetime) -> Refund:
    """Keep what a provider said of a refund; any answer may come any number of times.

    Locks: the caller holds the order's, the charge's and the refund's.
    """
    refund.provider_id = refund.provider_id or answer.provider_id
    if refund.state in (State.DONE, State.REJECTED):
        return refund
    if answer.status == "done":
        _done(refund, answer, actor=actor, now=now)
    elif answer.status == "rejected":
        _rejected(refund, answer.reason, actor=actor, now=now)
    else:
        refund.state = State.SENT
    refund.save(update_fields=["provider_id", "state", "answer", "done_at"])
    return refund


def _done(refund: Refund, answer: RefundAnswer, *, actor: str, now: datetime) -> None:
    charge = refund.charge
    ChargeFact.objects.get_or_create(
        kind=ChargeFact.Kind.REFUNDED,
        operation=f"{charge.provider}:{answer.provider_id}",
        defaults={
            "charge": charge,
            "money": refund.price,
            "fee": Money(0, refund.price.currency),
            "happened_at": now,
        },
    )
    post(refund, actor=actor, now=now)
    price = str(refund.price.amount)
    lifecycle.record(charge.order, "REFUNDED", actor=actor, now=now, price=price)
    refund.state, refund.done_at = State.DONE, now
    receipts.refunded(refund, actor=actor, now=now)


def post(refund: Refund, *, actor: str, now: datetime, account: str = "acquirer_clearing") -> None:
    """Book that a refund left us, out of the account it left through."""
    order = refund.charge.order
    units = money.to_minor(refund.price.amount, "RUB")
    held = -ledger.order_balance("buyer_funds", "RUB", order.number)
    if held < units:
        ledger.post(
            "uncovered",
            key=f"uncovered:{refund.key}",
            legs=postings.uncovered(units - held, order_number=order.number),
            occurred_at=now,
            actor=actor,
            source=f"refund {refund.pk} is over what was held",
        )
    ledger.post(
        "refunded",
        key=f"refunded:{refund.key}",
        legs=postings.refunded(units, order_number=order.number, account=account),
        occurred_at=now,
        actor=actor,
        source=f"refund {refund.pk}",
    )


def _rejected(refund: Refund, reason: str, *, actor: str, now: datetime) -> None:
    refund.state, refund.answer = State.REJECTED, reason[:60]
    holds.put(
        refund.charge.order,
        reason="REFUND_REJECTED",
        owner="finance",
        actor=actor,
        now=now,
        note=f"{refund.price}: {reason}",
    )


@transaction.atomic
def adopt(charge: Charge, answer: RefundAnswer, *, actor: str, now: datetime) -> Refund | None:
    """Take in a refund that was made at the provider without our asking; None, if it is none.

    Money: what its buyer has got, whoever wanted it; an order it was of is held for a person.
    Locks: the order row; the charge.
    """
    order = lifecycle.lock(charge.order_id)
    charge = locks.row(Charge.objects.all(), charge.pk)
    known = Refund.objects.filter(charge=charge, provider_id=answer.provider_id).first()
    asked = Refund.objects.living().filter(charge=charge, provider_id="").exists()
    # One of ours whose answer is still under way may be the one that is spoken of.
    if known is not None or asked or answer.status != "done" or answer.price > left(charge):
        return known
    parts = [lots.surplus(answer.price)]
    reason = Refund.Reason.PROVIDER
    made = open(charge, parts=parts, reason=reason, actor=actor, now_wall=clock.wall(), now=now)
    record(made, answer, actor=actor, now=now)
    due.plan(made, None)
    holds.put(
        order,
        reason="REFUND_UNASKED",
        owner="finance",
        actor=actor,
        now=now,
        note=f"{answer.price} {answer.provider_id}",
    )
    return made


@transaction.atomic
def send_again(refund: Refund, *, actor: str, now_wall: datetime) -> Refund:
    """Try a rejected refund once more, as another refund; the rejected one stays as it was.

    Nothing new is decided, so nothing is booked; twice is once.
    Locks: the order row; the charge.
    Raises: TooMuch, if its money was given back meanwhile.
    """
    lifecycle.lock(refund.charge.order_id)
    charge = locks.row(Charge.objects.all(), refund.charge_id)
    known = Refund.objects.filter(again_of=refund).first()
    if known is not None:
        return known
    if refund.state != State.REJECTED or refund.price.amount > left(charge):
        raise TooMuch(_("No more can be given back than was paid."), left=left(charge))
    again = Refund.objects.create(
        charge=charge,
        price=refund.price,
        reason=refund.reason,
        again_of=refund,
        asked_at=now_wall,
        asked_by=actor,
        due_at=now_wall,
    )
    lots.write(again, lots.of(refund), is_again=True)
    return again


@transaction.atomic(durable=True)
def settle(claimed: Refund, answer: RefundAnswer, *, actor: str, now: datetime) -> Refund:
    """Record an answer for a claimed refund and give its row back.

    Locks: order, charge, refund.
    Raises: Zombie.
    """
    charge = claimed.charge
    lifecycle.lock(charge.order_id)
    locks.row(Charge.objects.all(), charge.pk)
    fresh = record(locks.row(Refund.objects.all(), claimed.pk), answer, actor=actor, now=now)
    due.finish(claimed, at=next_look(fresh))
    return fresh


def next_look(refund: Refund) -> datetime | None:
    """When to ask about a refund again.

    Time: wall.
    """
    if refund.state in (State.DONE, State.REJECTED):
        return None
    wall = clock.wall()
    return wall + min(max((wall - refund.asked_at) / 4, LOOK_AGAIN), LONGEST_LOOK)
