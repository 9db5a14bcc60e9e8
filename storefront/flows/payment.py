"""Money comes, and therefore the goods go. Return page, notice and sweep all end here."""

from datetime import datetime

from django.db import transaction

from logistics import promises, shipments, warehouse
from orders import lifecycle, terms
from orders.models import Order
from payments import chargebacks, charges, providers, refunds
from payments.models import Charge, Notice, Refund
from payments.providers import Answer
from payments.screening import clearing
from storefront.lib import clock, due, http, locks

UNKNOWN_OBJECT = "unknown object"
AT_PROVIDER = (Charge.State.PENDING, Charge.State.AUTHORISED)


def drive(charge: Charge, *, now: datetime) -> None:
    """Ask the provider about a claimed charge and take in what it says.

    Raises: the errors of `storefront.lib.http`; the caller retries.
    """
    answer = charges.ask(charge)
    settle(charge, answer, actor=f"provider:{charge.provider}", now=now, claimed=True)


def look(order: Order, *, now: datetime) -> None:
    """For the return page: ask about this order's open charges at once; silence is no harm."""
    for charge in order.charges.filter(state__in=AT_PROVIDER):
        try:
            _look(charge, now=now)
        except (http.Unreachable, http.Unknown, http.Refused):
            continue


def _look(charge: Charge, *, now: datetime) -> None:
    actor = f"provider:{charge.provider}"
    settle(charge, charges.ask(charge), actor=actor, now=now)
    charge.refresh_from_db()
    if charge.state == Charge.State.AUTHORISED:  # what is held is taken while the buyer looks on
        settle(charge, charges.ask(charge), actor=actor, now=now)


def receive(notice: Notice, *, now: datetime) -> str:
    """Follow a claimed notice: it is only a hint, the object is read again.

    Raises: the errors of `storefront.lib.http`.
    """
    if notice.event.startswith("chargeback."):
        return _receive_chargeback(notice, now=now)
    charge = charges.for_object(notice.provider, notice.object_id)
    if charge is None and notice.event.startswith("refund."):
        return _receive_refund(notice, now=now)
    if charge is None:
        return UNKNOWN_OBJECT
    answer = charges.ask(charge)
    settle(charge, answer, actor=f"provider:{notice.provider}", now=now)
    return answer.status


def _receive_refund(notice: Notice, *, now: datetime) -> str:
    """A refund that we may not have asked for: its payment is read first, so that it is there."""
    answer = providers.drawer(notice.provider).read_refund(notice.object_id)
    charge = chargebacks.of_payment(notice.provider, answer.payment)
    if charge is None:
        return UNKNOWN_OBJECT
    actor = f"provider:{notice.provider}"
    settle(charge, charges.ask(charge), actor=actor, now=now)
    adopted = refunds.adopt(charge, answer, actor=actor, now=now)
    return answer.status if adopted else UNKNOWN_OBJECT


def _receive_chargeback(notice: Notice, *, now: datetime) -> str:
    """Money that a bank took: what it took it of is read first."""
    told = providers.drawer(notice.provider).read_chargeback(notice.object_id)
    charge = chargebacks.of_payment(notice.provider, told.payment)
    if charge is None:
        return UNKNOWN_OBJECT
    actor = f"provider:{notice.provider}"
    settle(charge, charges.ask(charge), actor=actor, now=now)
    chargebacks.settle(charge, told, actor=actor, now=now)
    return told.status


@transaction.atomic(durable=True)
def again(order: Order, *, actor: str, wall: datetime) -> None:
    """Open a new charge after the last one was cancelled; a living one is simply kept.

    Locks: the order row.
    Raises: WrongState, if the order does not wait for payment.
    """
    fresh = lifecycle.lock(order.pk)
    lifecycle.must_await_payment(fresh)
    if fresh.charges.open().exists():
        return
    last = fresh.charges.order_by("-pk").first()
    method = last.method if last else Charge.Method.CARD
    charge = charges.open(fresh, method=method, actor=actor, now_wall=wall)
    due.wake(charge.DUE_TASK, id=charge.pk)


@transaction.atomic(durable=True)
def settle(
    charge: Charge, answer: Answer, *, actor: str, now: datetime, claimed: bool = False
) -> None:
    """Record what a provider said, then decide what it means for the order.

    Money that arrives is always recorded; what it means is decided after.
    Locks: order, charge, stock by key, ledger accounts.
    """
    order = lifecycle.lock(charge.order_id)
    fresh = locks.row(Charge.objects.all(), charge.pk)
    recorded = charges.record(fresh, answer, actor=actor, now=now)
    if recorded.is_new_capture:
        _use_money(order, fresh, actor=actor, now=now)
    wall = clock.wall() if recorded.is_new_hold else None
    if claimed:
        due.finish(charge, at=wall or charges.next_look(recorded.charge))
    elif wall:
        due.plan(fresh, wall)
    if wall:
        due.wake(charge.DUE_TASK, id=charge.pk)


def _use_money(order: Order, charge: Charge, *, actor: str, now: datetime) -> None:
    if order.awaits_payment and charges.covers(charge, order):
        order = lifecycle.mark_paid(order, actor=actor, now=now)
        warehouse.allocate(order, actor=actor, now=now)
        lifecycle.note_sales(order)
        clearing.meet(order, now=now)
        promises.fix(order, actor=actor, now=now)
        until = now + terms.handover(on=now.date())
        lifecycle.ask_handovers(order.deliveries.filter(origin="shenzhen"), due_at=until)
        for shipment in shipments.plan(order, actor=actor, now=now):
            due.wake(shipment.DUE_TASK, id=shipment.pk)
        return
    reason = Refund.Reason.CAME_TWICE if order.paid_at else Refund.Reason.CAME_TOO_LATE
    refund = refunds.open_rest(charge, reason=reason, actor=actor)
    if refund is not None:
        lifecycle.record(order, "REFUNDING", actor=actor, now=now, reason=str(reason))
        due.wake(refund.DUE_TASK, id=refund.pk)
