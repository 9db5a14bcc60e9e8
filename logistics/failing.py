"""Parcels that will not arrive: the money goes back once, and deadlines of exceptions pass."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from moneyed import Money

from orders import lifecycle
from orders.states import CancelReason
from payments import refunds
from payments.models import Refund
from storefront.lib import due
from storefront.lib.refusal import Refusal

from . import incidents, milestones, moving
from .models import Incident, IncidentRule, Shipment
from .moving import Fact
from .states import MISHAPS, Code, State

S = State
ACTOR = "task:shipments"
HOUSE = "house"
REFUSALS = frozenset({Code.IMPORT_CUSTOMS_REFUSED, Code.EXPORT_CUSTOMS_FAILED})
FAILURES = {
    S.LOST: CancelReason.LOST,
    S.DESTROYED: CancelReason.REFUSED_BY_CUSTOMS,
    S.RETURNED: CancelReason.RETURNED,
}
KINDS = {
    S.LOST: Incident.Kind.LOST,
    S.DESTROYED: Incident.Kind.DAMAGED,
    S.RETURNED: Incident.Kind.RETURNED,
}


class NotLost(Refusal):
    """The parcel's way has ended otherwise, or has not begun."""

    code = "not_lost"


def give_up(shipment: Shipment, *, now: datetime) -> None:
    """A parcel that will not arrive: the buyer's money goes back, once.

    Of a delivery of several parcels what was in this one is given back, while others came or may
    come; with the last of them all that is left.
    """
    with moving.claimed(shipment) as row:
        is_refused = row.events.filter(code__in=REFUSALS).exists()
        kind = Incident.Kind.REFUSED if is_refused else KINDS[State(row.state)]
        incidents.open(row, kind, cause=str(row.state), actor=ACTOR, now=now)
        others = row.delivery.shipments.exclude(pk=row.pk)
        if others.exclude(state__in=MISHAPS).exists():
            _give_back_contents(row, now=now)
        else:
            _give_back(row, is_refused=is_refused, now=now)
        due.finish(shipment, at=None)


def _give_back_contents(row: Shipment, *, now: datetime) -> None:
    """Of several parcels this one did not arrive; if it was the last on its way, the others did."""
    pieces = dict(row.items.values_list("line_id", "quantity"))
    given = refunds.give_back_pieces(row.delivery, pieces, parcel=row.number, actor=ACTOR, now=now)
    _tell(row, given)
    milestones.arrive(row.delivery, at=now, actor=ACTOR)


def _give_back(row: Shipment, *, is_refused: bool, now: datetime) -> None:
    reason = CancelReason.REFUSED_BY_CUSTOMS if is_refused else FAILURES[State(row.state)]
    if lifecycle.mark_failed(row.delivery, reason=reason, actor=ACTOR, now=now):
        given = refunds.give_back(
            row.order, row.delivery, reason=Refund.Reason.LOST, actor=ACTOR, now=now
        )
        _tell(row, given)


def _tell(row: Shipment, given: Sequence[Refund]) -> None:
    for refund in given:
        due.wake(Refund.DUE_TASK, id=refund.pk)
    if given:
        incidents.note_refund(row, sum((refund.price for refund in given), Money(0, "RUB")))


def remind(incident: Incident, *, now: datetime) -> None:
    """The deadline of a claimed exception has passed: its desk is reminded, or the parcel is lost.

    Raises: Zombie.
    """
    with moving.locked(incident.shipment) as row:
        Incident.objects.filter(pk=incident.pk, closed_at=None).update(reminded_at=now)
        due.finish(incident, at=None)
        if incident.closed_at is None and incident.rule.then == IncidentRule.Then.GIVE_UP:
            declare_lost(row, key=f"incident:{incident.pk}", actor=ACTOR, now=now)


def declare_lost(row: Shipment, *, key: str, actor: str, now: datetime) -> bool:
    """Say for the house that a parcel is lost; its money goes back in the next step.

    Locks: the caller holds the order and the parcel.
    """
    fact = Fact(Code.LOST, now, HOUSE, key)
    moving.note(row, fact, actor=actor)
    moved = moving.reach(row, S.LOST, fact, actor=actor)
    if moved:
        moving.plan(row, now)
    return moved


@transaction.atomic
def report_damage(shipment: Shipment, *, text: str, actor: str, now: datetime) -> None:
    """A person saw that a parcel is damaged; it becomes an exception and its buyer is told.

    Locks: the order, the parcel.
    """
    with moving.locked(shipment) as row:
        detail = {"reason": text}
        fact = Fact(Code.DAMAGED, now, HOUSE, f"damaged:{now.isoformat()}", detail=detail)
        moving.note(row, fact, actor=actor)


@transaction.atomic
def confirm_lost(incident: Incident, *, text: str, actor: str, now: datetime) -> None:
    """A person of the desk gives a parcel up: it is lost, and its money goes back.

    Locks: the order, the parcel.
    Raises: Closed; NotLost, if its way has ended otherwise or has not begun.
    """
    incidents.answer(incident, text=text, actor=actor, now=now)
    with moving.locked(incident.shipment) as row:
        if not declare_lost(row, key=f"incident:{incident.pk}", actor=actor, now=now):
            raise NotLost(
                _("This parcel cannot be given up: it is %(state)s.")
                % {"state": row.get_state_display()}
            )
