"""A recipient's papers: given by the buyer, waited for, and what follows when they never come."""

from datetime import datetime

from django.db import transaction

from logistics import shipments
from logistics.customs import identities
from logistics.customs.vault import Person
from logistics.models import RecipientIdentity
from orders import holds, lifecycle
from orders.models import Order
from orders.states import CancelReason
from storefront.flows import cancellation
from storefront.lib import due


def of_order(order: Order) -> RecipientIdentity | None:
    """The papers of an order that were asked for, if they were; nothing is opened."""
    return getattr(order, "identity", None)


@transaction.atomic(durable=True)
def give(order: Order, person: Person, *, actor: str, now: datetime) -> None:
    """Keep the papers a buyer gives and let his parcels go on.

    Locks: the order, its papers, its parcels.
    Raises: NotAsked.
    """
    identities.give(order, person, actor=actor, now=now)


@transaction.atomic(durable=True)
def withdraw(order: Order, *, actor: str, now: datetime) -> None:
    """Erase the papers of a buyer who takes his consent back.

    Locks: the order, its papers, its parcels.
    Raises: NotAsked; OnItsWay.
    """
    identities.withdraw(order, actor=actor, now=now)


def watch(row: RecipientIdentity, *, now: datetime) -> None:
    """Remind, cancel at the deadline, or erase what need not be kept; `row` is claimed.

    Locks: the order, promotions by key, charges, stock by key, parcels.
    """
    order = row.order
    if row.is_kept:
        identities.keep_or_erase(row, now=now)
    elif row.deadline_at is None or order.closed_at is not None:
        _close(row, now=now)
    elif now < row.deadline_at and row.reminded_at is None:
        with transaction.atomic(durable=True):
            identities.remind(row, now=now)
    elif now < row.deadline_at:
        due.finish(row, at=row.deadline_at)
    else:
        if identities.shut(row, now=now):
            _give_up(row, now=now)
        _close(row, now=now)


def _close(row: RecipientIdentity, *, now: datetime) -> None:
    with transaction.atomic(durable=True):
        identities.close(row, now=now)


def _give_up(row: RecipientIdentity, *, now: datetime) -> None:
    """Cancel the order by rule; where a person packed a parcel all the same, he decides."""
    try:
        cancellation.cancel(
            row.order, reason=CancelReason.NO_PAPERS, actor=identities.ACTOR, now=now
        )
    except lifecycle.WrongState:
        return
    except shipments.TooLate:
        with transaction.atomic(durable=True):
            holds.put(
                row.order,
                reason="NO_RECIPIENT_PAPERS",
                owner="operator",
                actor=identities.ACTOR,
                now=now,
            )
