"""Another account for a seller's payouts: each step in one transaction, and everybody hears."""

from datetime import datetime

from django.db import transaction

from catalog.models import Seller
from payments.models import AccountChange
from payments.screening import clearing
from payments.settlement import changes
from payments.settlement.changes import Details
from storefront.lib import due
from storefront.notifications import settling

ACTOR = "task:account"


@transaction.atomic(durable=True)
def propose(
    seller: Seller, details: Details, *, actor: str, now: datetime, wall: datetime
) -> AccountChange:
    """Ask for another account; its bank is screened before the desk looks.

    Raises: WrongDetails, AlreadyOpen.
    """
    change = changes.propose(seller, details, actor=actor, now=now)
    clearing.check(changes.of(change), now=now)
    settling.tell_change(change, wall=wall)
    return change


def confirm(
    change: AccountChange, *, reason: str, actor: str, now: datetime, wall: datetime
) -> AccountChange:
    """Confirm an account whose firm and bank are on no list of sanctions.

    Raises: WrongChangeState, OneOfTheirs, NoReason, NotClear.
    """
    with transaction.atomic(durable=True):
        clearing.check(changes.of(change), now=now)  # a refusal must not undo what it found
    with transaction.atomic(durable=True):
        confirmed = changes.confirm(change, reason=reason, actor=actor, now=now)
        settling.tell_change(confirmed, wall=wall)
        return confirmed


@transaction.atomic(durable=True)
def refuse(
    change: AccountChange, *, reason: str, actor: str, now: datetime, wall: datetime
) -> AccountChange:
    """Refuse a change before it is in force.

    Raises: WrongChangeState, NoReason, OneOfTheirs.
    """
    refused = changes.refuse(change, reason=reason, actor=actor, now=now)
    settling.tell_change(refused, wall=wall)
    return refused


@transaction.atomic(durable=True)
def withdraw(change: AccountChange, *, actor: str, now: datetime, wall: datetime) -> AccountChange:
    """Take a change back before it is in force.

    Raises: WrongChangeState.
    """
    withdrawn = changes.withdraw(change, actor=actor, now=now)
    settling.tell_change(withdrawn, wall=wall)
    return withdrawn


@transaction.atomic(durable=True)
def enter(change: AccountChange, *, now: datetime, wall: datetime) -> None:
    """Let a claimed change come into force, unless it was stopped meanwhile.

    Raises: Zombie.
    """
    fresh = changes.enter(change, actor=ACTOR, now=now)
    due.finish(change, at=fresh.in_force_from if fresh.is_open else None)
    if fresh.state == AccountChange.State.IN_FORCE:
        settling.tell_change(fresh, wall=wall)
