"""Fiscal receipts: one of each payment, each delivery handed over and each refund."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from djmoney.money import Money

from orders import lifecycle
from orders.models import Delivery
from storefront.lib import clock, due, locks
from storefront.lib.refusal import Refusal

from . import fiscal, providers
from .models import Charge, Receipt, Refund
from .providers import Item, ReceiptAnswer

Kind, State = Receipt.Kind, Receipt.State
LOOK_AGAIN, LONGEST_LOOK = timedelta(seconds=20), timedelta(hours=1)
STATES = {"pending": State.SENT, "done": State.REGISTERED, "rejected": State.REJECTED}


class NotRejected(Refusal):
    """Only a receipt that was rejected is sent again."""

    code = "not_rejected"


def prepaid(charge: Charge, *, actor: str, now: datetime) -> Receipt | None:
    """The receipt of money that came; it went with the payment, and is only looked after.

    Locks: the caller holds the charge's.
    """
    known = Receipt.objects.filter(charge=charge, kind=Kind.PREPAYMENT).first()
    items = fiscal.of_order(charge.order, on=now.date())
    return known or _make(Kind.PREPAYMENT, charge, items, actor=actor, now=now, state=State.SENT)


def handed_over(delivery: Delivery, *, actor: str, now: datetime) -> Receipt | None:
    """The receipt of goods handed over, paid by what was prepaid; None, if nothing is left of it.

    Locks: the caller holds the order's.
    """
    paid = Charge.objects.filter(order=delivery.order, state=Charge.State.CAPTURED)
    charge = paid.order_by("pk").first()
    known = Receipt.objects.filter(delivery=delivery, kind=Kind.SETTLEMENT).first()
    if charge is None or known is not None:
        return known
    items = fiscal.of_delivery(delivery, on=now.date())
    return _make(Kind.SETTLEMENT, charge, items, actor=actor, now=now, delivery=delivery)


def refunded(refund: Refund, *, actor: str, now: datetime) -> Receipt | None:
    """The receipt of a refund that was done; what a bank took back has none, as it is no refund.

    Locks: the caller holds the refund's.
    """
    known = Receipt.objects.filter(refund=refund, kind=Kind.REFUND).first()
    if known is not None or refund.reason == Refund.Reason.CHARGEBACK:
        return known
    items = fiscal.of_refund(refund, on=now.date())
    return _make(Kind.REFUND, refund.charge, items, actor=actor, now=now, refund=refund)


def _make(
    kind: str,
    charge: Charge,
    items: Sequence[Item],
    *,
    actor: str,
    now: datetime,
    **fields: object,
) -> Receipt | None:
    price = fiscal.summed(items)
    if not price:
        return None
    body = providers.drawer(charge.provider).write_receipt(
        items, is_settlement=kind == Kind.SETTLEMENT, tax_system=fiscal.tax_system(on=now.date())
    )
    wall = clock.wall()
    made = Receipt.objects.create(
        kind=kind,
        charge=charge,
        price=Money(price, "RUB"),
        body=body,
        made_at=now,
        asked_at=wall,
        asked_by=actor,
        due_at=wall,
        **fields,
    )
    due.wake(made.DUE_TASK, id=made.pk)
    return made


def ask(receipt: Receipt) -> ReceiptAnswer:
    """Send a receipt, or ask how it stands; that of a payment went with the payment.

    Not inside a transaction.
    Raises: Unreachable, Unknown, Refused.
    """
    charge = receipt.charge
    drawer = providers.drawer(charge.provider)
    if receipt.provider_id:
        return drawer.read_receipt(receipt.provider_id)
    if receipt.kind == Kind.PREPAYMENT and receipt.again_of_id is None:
        return ReceiptAnswer(drawer.read(charge.provider_id).receipt or "pending")
    refund = receipt.refund.provider_id if receipt.refund else ""
    if clock.wall() - receipt.asked_at > providers.KEY_LIVES:
        found = _stray(receipt, drawer.find_receipts(payment=charge.provider_id, refund=refund))
        if found is not None:
            return found
    return drawer.send_receipt(
        key=str(receipt.key),
        body=receipt.body,
        email=charge.order.email,
        payment=charge.provider_id,
        refund=refund,
    )


def _stray(receipt: Receipt, found: dict[str, ReceiptAnswer]) -> ReceiptAnswer | None:
    """The receipt among theirs that is none of ours yet: the first try whose answer was lost."""
    known = Receipt.objects.filter(charge=receipt.charge).values_list("provider_id", flat=True)
    strays = [answer for number, answer in found.items() if number not in set(known)]
    return strays[0] if strays else None


@transaction.atomic
def record(receipt: Receipt, answer: ReceiptAnswer, *, actor: str, now: datetime) -> Receipt:
    """Keep what was said of a receipt; any answer may come any number of times.

    Locks: the caller holds the order's and the receipt's.
    """
    receipt.provider_id = receipt.provider_id or answer.provider_id
    if receipt.state in (State.REGISTERED, State.REJECTED):
        return receipt
    receipt.state = STATES[answer.status]
    receipt.answer = answer.reason[:120]
    if receipt.state == State.REGISTERED:
        receipt.registered_at = now
    elif receipt.state == State.REJECTED:
        note = f"{receipt.kind} {receipt.price}: {answer.reason}"
        lifecycle.record(receipt.charge.order, "RECEIPT_REJECTED", actor=actor, now=now, note=note)
    receipt.save(update_fields=["provider_id", "state", "answer", "registered_at"])
    return receipt


@transaction.atomic(durable=True)
def settle(claimed: Receipt, answer: ReceiptAnswer, *, actor: str, now: datetime) -> Receipt:
    """Record an answer for a claimed receipt and give its row back.

    Locks: order, receipt.
    Raises: Zombie.
    """
    lifecycle.lock(claimed.charge.order_id)
    row = locks.row(Receipt.objects.all(), claimed.pk)
    fresh = record(row, answer, actor=actor, now=now)
    due.finish(claimed, at=next_look(fresh))
    return fresh


def next_look(receipt: Receipt) -> datetime | None:
    """When to ask about a receipt again: soon at first, then each time later. Time: wall."""
    if receipt.state in (State.REGISTERED, State.REJECTED):
        return None
    wall = clock.wall()
    age = wall - receipt.asked_at
    return wall + min(max(age / 4, LOOK_AGAIN), LONGEST_LOOK)


@transaction.atomic
def send_again(receipt: Receipt, *, why: str, actor: str, now: datetime) -> Receipt:
    """Send a rejected receipt once more, as another one; twice is once.

    Locks: the order row; the receipt. The caller wakes the one given back.
    Raises: NotRejected.
    """
    lifecycle.lock(receipt.charge.order_id)
    fresh = locks.row(Receipt.objects.all(), receipt.pk)
    known = Receipt.objects.filter(again_of=fresh).first()
    if known is not None:
        return known
    if fresh.state != State.REJECTED or not why.strip():
        raise NotRejected(_("Only a rejected receipt is sent again, and with a reason."))
    wall = clock.wall()
    return Receipt.objects.create(
        kind=fresh.kind,
        charge=fresh.charge,
        delivery=fresh.delivery,
        refund=fresh.refund,
        price=fresh.price,
        body=fresh.body,
        made_at=now,
        asked_at=wall,
        again_of=fresh,
        asked_by=actor,
        why_again=why.strip(),
        due_at=wall,
    )
