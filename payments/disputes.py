"""Disputes: opened by a buyer, answered by a seller, decided by an operator."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from djmoney.money import Money

from catalog.models import Seller
from orders import lifecycle, terms
from orders.models import Delivery, Order, OrderLine
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal

from . import parts, refunds
from .models import Dispute, DisputeDecision, DisputeEvent, Refund
from .models.disputes import OPEN_STATES
from .parts import Kind, Part, TooMuch
from .states import DISPUTE_MOVES

State, Outcome = Dispute.State, DisputeDecision.Outcome
NONE = Decimal(0)


class NotDisputable(Refusal):
    """The delivery is not, or no longer, protected, or is disputed already."""

    code = "not_disputable"


class WrongState(Refusal):
    """The dispute is not where this could be done."""

    code = "wrong_dispute_state"


class TooEarly(Refusal):
    """The seller has not answered, and his time is not over."""

    code = "too_early"


class SamePerson(Refusal):
    """Who proposed may not agree to it himself."""

    code = "same_person"


@dataclass(frozen=True)
class Claim:
    """What a buyer says; without a line it is about the whole delivery."""

    kind: str
    wanted: str
    text: str
    line: OrderLine | None = None
    quantity: int = 0


@dataclass(frozen=True)
class Verdict:
    """What an operator decides.

    Money: rubles; all of the goods in dispute when the outcome is full, then `goods` is not read.
    """

    outcome: str
    text: str
    bearer: str = ""
    goods: Decimal = NONE
    freight: Decimal = NONE
    with_return: bool = False


def lock(dispute: Dispute) -> tuple[Order, Dispute]:
    """Take the order's row and then the dispute's, as they are now.

    Locks: the order row; the dispute.
    """
    order = lifecycle.lock(dispute.delivery.order_id)
    return order, locks.row(Dispute.objects.all(), dispute.pk)


def may_open(delivery: Delivery) -> bool:
    """Whether the page should offer to dispute a delivery: it came, and its money is held.

    Not for ever: a few disputes of one delivery, one after the other, are the most.
    """
    if delivery.delivered_at is None or delivery.released_at or delivery.cancelled_at:
        return False
    states = list(delivery.disputes.values_list("state", flat=True))
    most = terms.value("dispute_most", on=delivery.delivered_at.date())
    return len(states) < most and not set(states) & set(OPEN_STATES)


@transaction.atomic
def open(delivery: Delivery, claim: Claim, *, actor: str, now: datetime) -> Dispute:
    """Take in what a buyer objects to; from now on the delivery's money stands still.

    Locks: the order row.
    Raises: NotDisputable.
    """
    order = lifecycle.lock(delivery.order_id)
    fresh = Delivery.objects.get(pk=delivery.pk)
    is_foreign = claim.line is not None and claim.line.delivery_id != fresh.pk
    if is_foreign or not may_open(fresh):
        raise NotDisputable(_("There is no protected money of this delivery to dispute."))
    seller = _seller(fresh, claim.line)
    until = now + timedelta(days=terms.value("dispute_answer_days", on=now.date()))
    dispute = Dispute.objects.create(
        delivery=fresh,
        line=claim.line,
        quantity=min(claim.quantity, claim.line.quantity) if claim.line else 0,
        seller=seller,
        kind=Dispute.Kind(claim.kind),
        wanted=Dispute.Wanted(claim.wanted),
        text=claim.text,
        state=State.OPEN if seller else State.ANSWERED,
        opened_at=now,
        opened_by=actor,
        answer_until=until,
        due_at=until if seller else None,
    )
    _record(dispute, order, "OPENED", actor=actor, now=now, reason=str(claim.kind))
    return dispute


def _seller(delivery: Delivery, line: OrderLine | None) -> Seller | None:
    """Who must answer: the line's seller, or the only one of the delivery."""
    if line is not None:
        return line.seller
    sellers = {row.seller_id: row.seller for row in delivery.lines.select_related("seller")}
    return next(iter(sellers.values())) if len(sellers) == 1 else None


def _record(
    dispute: Dispute, order: Order, kind: str, *, actor: str, now: datetime, **detail: Any
) -> None:
    DisputeEvent.objects.create(
        dispute=dispute, kind=DisputeEvent.Kind(kind), actor=actor, happened_at=now, detail=detail
    )
    lifecycle.record(
        order,
        f"DISPUTE_{kind}",
        actor=actor,
        now=now,
        dispute=dispute.pk,
        delivery=dispute.delivery.position,
        **detail,
    )


@transaction.atomic
def answer(dispute: Dispute, text: str, *, actor: str, now: datetime) -> Dispute:
    """Keep what the seller says; it may still come after its time, until a decision.

    Locks: the order row; the dispute.
    Raises: WrongState.
    """
    order, fresh = lock(dispute)
    if fresh.state != State.OPEN:
        raise WrongState(_("This dispute does not wait for an answer."))
    fresh.answer, fresh.answered_at = text, now
    _move(fresh, State.ANSWERED, at=None)
    _record(fresh, order, "ANSWERED", actor=actor, now=now)
    return fresh


@transaction.atomic
def withdraw(dispute: Dispute, *, actor: str, now: datetime) -> Dispute:
    """The buyer lets it be; the money of the delivery goes its way again.

    Locks: the order row; the dispute.
    Raises: WrongState.
    """
    order, fresh = lock(dispute)
    _close(fresh, State.WITHDRAWN, now=now)
    _record(fresh, order, "WITHDRAWN", actor=actor, now=now)
    return fresh


def _move(dispute: Dispute, to: Dispute.State, *, at: datetime | None) -> None:
    if to not in DISPUTE_MOVES[State(dispute.state)]:
        raise WrongState(_("The dispute is %(state)s.") % {"state": dispute.get_state_display()})
    dispute.state = to
    due.set_due(dispute, at)
    changed = ["state", "answer", "answered_at", "return_until", "closed_at"]
    dispute.save(update_fields=[*changed, *due.FIELDS])


def _close(dispute: Dispute, to: Dispute.State, *, now: datetime) -> None:
    dispute.closed_at = now
    _move(dispute, to, at=None)
    lifecycle.resume(dispute.delivery, now=now)


@transaction.atomic
def decide(dispute: Dispute, verdict: Verdict, *, actor: str, now: datetime) -> list[Refund]:
    """Decide a dispute; above the limit of the terms it waits for a second person.

    Locks: the order row; the dispute; the charges. The caller wakes the refunds.
    Raises: WrongState, TooEarly, TooMuch.
    """
    order, fresh = lock(dispute)
    if fresh.state not in (State.OPEN, State.ANSWERED):
        raise WrongState(_("The dispute is %(state)s.") % {"state": fresh.get_state_display()})
    if fresh.state == State.OPEN and now < fresh.answer_until:
        raise TooEarly(_("The seller still has time to answer."), until=fresh.answer_until)
    whole = _whole(fresh, verdict)
    limit = terms.value("dispute_second_rubles", on=now.date())
    decision = DisputeDecision.objects.create(
        dispute=fresh,
        outcome=Outcome(whole.outcome),
        goods=Money(whole.goods, "RUB"),
        freight=Money(whole.freight, "RUB"),
        with_return=whole.with_return,
        bearer=whole.bearer,
        text=whole.text,
        asked_by=actor,
        asked_at=now,
        needs_second=whole.goods + whole.freight > limit,
    )
    if decision.needs_second:
        _move(fresh, State.PROPOSED, at=None)
        _record(fresh, order, "PROPOSED", actor=actor, now=now, decision=decision.pk)
        return []
    return _carry_out(fresh, order, decision, actor=actor, now=now)


def _whole(dispute: Dispute, verdict: Verdict) -> Verdict:
    """The verdict with its sums filled in and checked."""
    if verdict.outcome == Outcome.NONE:
        return Verdict(Outcome.NONE, verdict.text)
    if not verdict.bearer:
        raise WrongState(_("Say who bears the cost."))
    most = parts.total(_goods(dispute))
    goods = most if verdict.outcome == Outcome.FULL else verdict.goods
    freight = parts.total(_freight(dispute))
    if not 0 <= goods <= most or not 0 <= verdict.freight <= freight or not goods + verdict.freight:
        raise TooMuch(_("No more can be given back than was paid."), left=most, freight=freight)
    return replace(verdict, goods=goods)


def _goods(dispute: Dispute) -> list[Part]:
    """What is left of the goods in dispute."""
    left = [part for part in parts.left_of(dispute.delivery) if part.kind == Kind.GOODS]
    if dispute.line is None:
        return left
    mine = [part for part in left if part.line == dispute.line]
    return [_pieces(part, dispute.quantity) for part in mine]


def _pieces(part: Part, quantity: int) -> Part:
    if not quantity or part.line is None or quantity >= part.quantity:
        return part
    price = min(part.money, Decimal(part.line.price_rub.amount * quantity))
    return replace(part, money=price, quantity=quantity)


def _freight(dispute: Dispute) -> list[Part]:
    return [part for part in parts.left_of(dispute.delivery) if part.kind == Kind.FREIGHT]


@transaction.atomic
def agree(dispute: Dispute, *, is_granted: bool, actor: str, now: datetime) -> list[Refund]:
    """A second person agrees to a decision, or sends it back.

    Locks: the order row; the dispute; the charges. The caller wakes the refunds.
    Raises: WrongState; SamePerson; TooMuch.
    """
    order, fresh = lock(dispute)
    decision = fresh.decisions.filter(needs_second=True, is_granted=None).last()
    if fresh.state != State.PROPOSED or decision is None:
        raise WrongState(_("No decision waits for a second person."))
    if decision.asked_by == actor:
        raise SamePerson(_("Another person must agree to your decision."))
    decision.answered_by, decision.answered_at, decision.is_granted = actor, now, is_granted
    decision.save(update_fields=["answered_by", "answered_at", "is_granted"])
    if is_granted:
        return _carry_out(fresh, order, decision, actor=actor, now=now)
    _move(fresh, State.ANSWERED if fresh.answered_at else State.OPEN, at=None)
    _record(fresh, order, "SENT_BACK", actor=actor, now=now, decision=decision.pk)
    return []


def _carry_out(
    dispute: Dispute, order: Order, decision: DisputeDecision, *, actor: str, now: datetime
) -> list[Refund]:
    """Give the money at once, or wait for the goods first."""
    detail = {"outcome": decision.outcome, "price": str(_price(decision))}
    if decision.with_return and decision.outcome != Outcome.NONE:
        days = terms.value("dispute_return_days", on=now.date())
        dispute.return_until = now + timedelta(days=days)
        _move(dispute, State.RETURNING, at=dispute.return_until)
        _record(dispute, order, "DECIDED", actor=actor, now=now, returning=True, **detail)
        return []
    given = _give(dispute, order, decision, actor=actor, now=now)
    _close(dispute, State.CLOSED, now=now)
    _record(dispute, order, "DECIDED", actor=actor, now=now, **detail)
    return given


def _price(decision: DisputeDecision) -> Decimal:
    return Decimal(decision.goods.amount + decision.freight.amount)


def _give(
    dispute: Dispute, order: Order, decision: DisputeDecision, *, actor: str, now: datetime
) -> list[Refund]:
    asked = [
        *_cut(_goods(dispute), decision.goods.amount, decision),
        *_cut(_freight(dispute), decision.freight.amount, decision),
    ]
    given = refunds.spread(order, asked, reason=Refund.Reason.DISPUTE, actor=actor, now=now)
    if sum((refund.price.amount for refund in given), NONE) != _price(decision):
        raise TooMuch(_("No more can be given back than was paid."))
    return given


def _cut(left: Iterable[Part], price: Decimal, decision: DisputeDecision) -> list[Part]:
    """As much of what is left; a price taken down is goods of no quantity."""
    is_full = decision.outcome == Outcome.FULL
    borne = [
        replace(part, bearer=decision.bearer, quantity=part.quantity if is_full else 0)
        for part in left
    ]
    return parts.allot(borne, price)[0]


@transaction.atomic
def returned(dispute: Dispute, *, actor: str, now: datetime) -> list[Refund]:
    """The goods are back, so the money goes too.

    Locks: the order row; the dispute; the charges. The caller wakes the refunds.
    Raises: WrongState, TooMuch.
    """
    order, fresh = lock(dispute)
    decision = fresh.decisions.order_by("pk").last()
    if fresh.state != State.RETURNING or decision is None:
        raise WrongState(_("This dispute does not wait for goods."))
    given = _give(fresh, order, decision, actor=actor, now=now)
    _close(fresh, State.CLOSED, now=now)
    _record(fresh, order, "RETURNED", actor=actor, now=now, price=str(_price(decision)))
    return given


@transaction.atomic(durable=True)
def watch(claimed: Dispute, *, now: datetime) -> None:
    """A time is over: note that the seller is silent, or that the goods did not come.

    Locks: the order row; the dispute.
    Raises: Zombie.
    """
    order, fresh = lock(claimed)
    due.finish(claimed, at=None)
    if fresh.state == State.OPEN and fresh.answer_until <= now:
        _record(fresh, order, "SILENT", actor="task:dispute", now=now)
    elif fresh.state == State.RETURNING and fresh.return_until and fresh.return_until <= now:
        _close(fresh, State.CLOSED, now=now)
        _record(fresh, order, "NOT_RETURNED", actor="task:dispute", now=now)
