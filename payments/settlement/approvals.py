"""Two people answer for a payout above the limit: one asks, another decides."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Seller
from payments.models import Payout
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal

from . import eligibility, payouts

State = Payout.State


class NotWaiting(Refusal):
    """The payout does not wait for this."""

    code = "not_waiting"


class SamePerson(Refusal):
    """Who asked for a payout may not decide about it."""

    code = "same_person"


class NoReason(Refusal):
    """A decision needs a reason."""

    code = "no_reason"


class OldAccount(Refusal):
    """The payout was made for an account that is not the seller's any more, or is a wrong one."""

    code = "old_account"


@transaction.atomic
def ask(payout: Payout, *, reason: str, actor: str) -> Payout:
    """Look a payout over and ask that it be paid.

    Locks: the payout.
    Raises: NotWaiting; NoReason.
    """
    fresh = _waiting(payout, reason)
    if fresh.asked_by:
        raise NotWaiting(_("Somebody has asked for this payout already."), by=fresh.asked_by)
    fresh.asked_by, fresh.asked_why = actor, reason.strip()[:300]
    fresh.save(update_fields=["asked_by", "asked_why"])
    return fresh


@transaction.atomic
def approve(payout: Payout, *, reason: str, actor: str, now: datetime) -> Payout:
    """Let a payout go that another person has asked for.

    Locks: the seller, the payout, its batch.
    Raises: NotWaiting; SamePerson; NoReason; OldAccount.
    """
    seller = locks.row(Seller.objects.all(), payout.seller_id)
    fresh = _decided(payout, reason, actor, now)
    _check_account(fresh, seller)
    fresh.state = State.READY
    due.set_due(fresh, now)
    fresh.save(update_fields=["state", "decided_by", "decided_why", "decided_at", *due.FIELDS])
    due.wake(Payout.DUE_TASK, id=fresh.pk)
    payouts.advance(fresh.batch, now=now)
    return fresh


@transaction.atomic
def refuse(payout: Payout, *, reason: str, actor: str, now: datetime) -> Payout:
    """Cancel a payout that another person has asked for; what it pays goes to the next period.

    Locks: the payout, its batch.
    Raises: NotWaiting; SamePerson; NoReason.
    """
    fresh = _decided(payout, reason, actor, now)
    fresh.state, fresh.ended_at = State.CANCELLED, now
    fresh.save(update_fields=["state", "ended_at", "decided_by", "decided_why", "decided_at"])
    payouts.advance(fresh.batch, now=now)
    return fresh


def _check_account(payout: Payout, seller: Seller) -> None:
    """What was decided about one account is not sent to it once it is known to be wrong."""
    here = (seller.bank_account, seller.cnaps)
    is_old = bool(payout.account) and (payout.account, payout.cnaps) != here
    if is_old or eligibility.bounced([seller.pk]):
        raise OldAccount(
            _("The seller's account has changed or is wrong: refuse it, the sum is paid later.")
        )


def _waiting(payout: Payout, reason: str) -> Payout:
    fresh = locks.row(Payout.objects.all(), payout.pk)
    if fresh.state != State.WAITING:
        raise NotWaiting(_("This payout waits for nobody."), state=fresh.state)
    if not reason.strip():
        raise NoReason(_("Say why."))
    return fresh


def _decided(payout: Payout, reason: str, actor: str, now: datetime) -> Payout:
    fresh = _waiting(payout, reason)
    if not fresh.asked_by:
        raise NotWaiting(_("Nobody has asked for this payout yet."))
    if fresh.asked_by == actor:
        raise SamePerson(_("Who asked may not decide: another person must."), by=actor)
    fresh.decided_by, fresh.decided_why = actor, reason.strip()[:300]
    fresh.decided_at = now
    return fresh
