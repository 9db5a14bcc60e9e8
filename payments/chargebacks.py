"""Money that a buyer's bank took back: recorded as it is told, answered in time, and borne."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from djmoney.money import Money

from orders import holds, lifecycle
from orders.models import Hold, Order
from storefront.lib import clock, due, locks, money
from storefront.lib.refusal import Refusal

from . import bearing, ledger, parts, postings, providers, refunds
from .models import (
    Charge,
    Chargeback,
    ChargebackFile,
    ChargebackReason,
    ChargeFact,
    Refund,
)
from .parts import Part
from .providers import Paper, Taken
from .states import CHARGEBACK_MOVES

State = Chargeback.State
TOLD = {
    "received": State.RECEIVED,
    "answered": State.ANSWERED,
    "won": State.WON,
    "lost": State.LOST,
}
HOLD, OTHER = "CHARGEBACK", "other"
LOOK_AGAIN = timedelta(hours=6)  # the acquirer tells by itself; this is for notices that were lost


class TooLate(Refusal):
    """The bank does not wait for an answer, or for this one, any more."""

    code = "too_late"


def of_payment(provider: str, payment: str) -> Charge | None:
    """The charge whose money was taken."""
    if not payment:
        return None
    return Charge.objects.filter(provider=provider, provider_id=payment).first()


@transaction.atomic
def record(charge: Charge, told: Taken, *, actor: str, now: datetime) -> Chargeback:
    """Keep what an acquirer says of a chargeback; any news may come any number of times.

    Money: booked as taken at once, whosesoever it turns out to be.
    Locks: the caller holds the order's and the charge's.
    """
    row = Chargeback.objects.filter(charge=charge, provider_id=told.provider_id).first()
    if row is None:
        row = _take(charge, told, actor=actor, now=now)
    to = TOLD[told.status]
    if to not in CHARGEBACK_MOVES[State(row.state)]:
        return row
    row.state = to
    if to in (State.WON, State.LOST):
        row.ended_at = now
        due.set_due(row, None)
    row.save(update_fields=["state", "ended_at", *due.FIELDS])
    if to == State.WON:
        _win(row, actor=actor, now=now)
    elif to == State.LOST:
        _lose(row, actor=actor, now=now)
    return row


def _take(charge: Charge, told: Taken, *, actor: str, now: datetime) -> Chargeback:
    reason = ChargebackReason.objects.filter(code=told.reason).first()
    reason = reason or ChargebackReason.objects.get(code=OTHER)
    row = Chargeback.objects.create(
        charge=charge,
        provider_id=told.provider_id,
        reason=reason,
        reason_code=told.reason,
        money=Money(told.price, told.currency),
        received_at=told.received_at,
        evidence_until=told.evidence_until,
        bearer=reason.bearer,
        due_at=clock.wall() + LOOK_AGAIN,
    )
    _fact(row, ChargeFact.Kind.CHARGEBACK, now=now)
    _post(row, "chargeback", postings.charged_back(_units(row), order_number=_number(row)), now)
    holds.put(
        charge.order,
        reason=HOLD,
        owner="finance",
        actor=actor,
        now=now,
        note=f"{told.provider_id}: {told.reason}",
    )
    return row


def _fact(row: Chargeback, kind: ChargeFact.Kind, *, now: datetime) -> None:
    ChargeFact.objects.get_or_create(
        kind=kind,
        operation=f"{row.charge.provider}:{row.provider_id}",
        defaults={
            "charge": row.charge,
            "money": row.money,
            "fee": Money(0, row.money.currency),
            "happened_at": now,
        },
    )


def _units(row: Chargeback) -> int:
    return money.to_minor(row.money.amount, "RUB")


def _number(row: Chargeback) -> str:
    return str(row.charge.order.number)


def _post(row: Chargeback, kind: str, legs: list[ledger.Leg], now: datetime) -> None:
    ledger.post(
        kind,
        key=f"{kind}:{row.charge.provider}:{row.provider_id}",
        legs=legs,
        occurred_at=now,
        actor=f"provider:{row.charge.provider}",
        source=f"chargeback {row.provider_id}",
    )


def _win(row: Chargeback, *, actor: str, now: datetime) -> None:
    legs = postings.chargeback_won(_units(row), order_number=_number(row))
    _fact(row, ChargeFact.Kind.RESTORED, now=now)
    _post(row, "chargeback-won", legs, now)
    _end(row, actor=actor, now=now)


def _end(row: Chargeback, *, actor: str, now: datetime) -> None:
    """Lift the stop sign that was put up for it, unless another chargeback is open.

    Goods that are not with a buyer who has his money again stay where they are: a person decides.
    """
    order = row.charge.order
    others = Chargeback.objects.open().filter(charge__order=order)
    under_way = order.deliveries.filter(delivered_at=None, cancelled_at=None)
    if others.exists() or (row.state == State.LOST and under_way.exists()):
        return
    for hold in Hold.objects.filter(order=order, reason=HOLD, lifted_at=None):
        holds.lift(hold, answer=row.get_state_display(), actor=actor, now=now)
    for delivery in order.deliveries.all():
        lifecycle.resume(delivery, now=now)


def _lose(row: Chargeback, *, actor: str, now: datetime) -> None:
    """The bank keeps the money: a refund by other means, borne by who is to bear it.

    What the buyer had been given back already the house bears.
    """
    room = min(row.money.amount, max(refunds.left(row.charge), Decimal(0)))
    fitting, _rest = parts.allot(_of_order(row), room)
    missing = room - parts.total(fitting)
    asked = [*fitting, *([parts.surplus(missing)] if missing else [])]
    if asked:
        _give(row, asked, actor=actor, now=now)
    over = _units(row) - money.to_minor(room, "RUB")
    if over:
        legs = postings.chargeback_lost(over, order_number=_number(row))
        _post(row, "chargeback-lost", legs, now)
    _end(row, actor=actor, now=now)


def _of_order(row: Chargeback) -> Iterator[Part]:
    """All that is left of the order; what never arrived is nobody's to bear."""
    for delivery in row.charge.order.deliveries.order_by("position"):
        bearer = row.bearer if delivery.delivered_at else ""
        for part in parts.left_of(delivery):
            yield replace(part, bearer=bearer)


def _give(row: Chargeback, asked: list[Part], *, actor: str, now: datetime) -> None:
    refund = Refund(
        charge=row.charge,
        price=Money(parts.total(asked), "RUB"),
        reason=Refund.Reason.CHARGEBACK,
        state=Refund.State.DONE,
        provider_id=row.provider_id,
        asked_at=clock.wall(),
        asked_by=actor,
        done_at=now,
    )
    bearing.book(refund, asked, actor=actor, now=now)
    refund.save(force_insert=True)
    parts.write(refund, asked)
    refunds.post(refund, account="chargebacks", actor=actor, now=now)


@transaction.atomic
def assign(row: Chargeback, *, bearer: str, actor: str, now: datetime) -> Chargeback:
    """Say who is to bear a chargeback if it is lost.

    Locks: the order row; the chargeback.
    Raises: TooLate.
    """
    order, fresh = lock(row)
    if not fresh.is_open:
        raise TooLate(_("This chargeback has ended."))
    Chargeback.objects.filter(pk=fresh.pk).update(bearer=bearer)
    lifecycle.record(order, "CHARGEBACK_BEARER", actor=actor, now=now, bearer=bearer)
    fresh.bearer = bearer
    return fresh


@transaction.atomic
def answer(row: Chargeback, text: str, *, actor: str, now: datetime) -> Chargeback:
    """Write our answer down; it goes to the acquirer with the files that were laid in, once.

    Locks: the order row; the chargeback. The caller wakes it.
    Raises: TooLate.
    """
    order, fresh = lock(row)
    if fresh.state != State.RECEIVED or fresh.answer or fresh.evidence_until <= now:
        raise TooLate(_("The bank takes no answer to this chargeback any more."))
    fresh.answer, fresh.answer_by = text, actor
    fresh.save(update_fields=["answer", "answer_by"])
    due.plan(fresh, clock.wall())
    lifecycle.record(order, "CHARGEBACK_ANSWERED", actor=actor, now=now, chargeback=fresh.pk)
    return fresh


def lock(row: Chargeback) -> tuple[Order, Chargeback]:
    """Take the order's row and then the chargeback's, as they are now.

    Locks: the order row; the chargeback.
    """
    order = lifecycle.lock(row.charge.order_id)
    return order, locks.row(Chargeback.objects.all(), row.pk)


def ask(row: Chargeback) -> Taken:
    """Hand in our answer, or ask how a chargeback stands.

    Not inside a transaction.
    Raises: Unreachable, Unknown, Refused.
    """
    drawer = providers.drawer(row.charge.provider)
    if row.state == State.RECEIVED and row.answer:
        files = [_paper(file) for file in row.files.order_by("pk")]
        return drawer.answer_chargeback(
            row.provider_id, key=str(row.answer_key), text=row.answer, papers=files
        )
    return drawer.read_chargeback(row.provider_id)


def _paper(file: ChargebackFile) -> Paper:
    with file.file.open("rb") as opened:
        return Paper(file.name, opened.read())


@transaction.atomic(durable=True)
def settle(
    charge: Charge, told: Taken, *, actor: str, now: datetime, claimed: Chargeback | None = None
) -> Chargeback:
    """Record news of a chargeback, and give its row back if it was claimed.

    Locks: order, charge, chargeback.
    Raises: Zombie.
    """
    lifecycle.lock(charge.order_id)
    fresh = record(locks.row(Charge.objects.all(), charge.pk), told, actor=actor, now=now)
    if claimed is not None:
        due.finish(claimed, at=clock.wall() + LOOK_AGAIN if fresh.is_open else None)
    return fresh
