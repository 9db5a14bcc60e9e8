"""Another account for a seller's payouts: he proposes it, the desk confirms it, it cools off."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import checking
from catalog.models import Seller, SellerEvent, SellerMember
from orders import terms
from payments.models import AccountChange
from payments.screening import clearing, parties
from payments.states import ACCOUNT_MOVES
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal

State = AccountChange.State
COOLING = "payout_account_cooling_hours"


class WrongDetails(Refusal):
    """Some checks of the details fail; `failed` names them."""

    code = "wrong_bank_details"

    def __init__(self, failed: list[checking.Check]) -> None:
        super().__init__(" ".join(check.text for check in failed))
        self.failed = failed


class AlreadyOpen(Refusal):
    """One change at a time: another one has not ended yet."""

    code = "account_change_open"


class WrongChangeState(Refusal):
    """The change is not where this could be done."""

    code = "wrong_account_change_state"


class OneOfTheirs(Refusal):
    """Who proposed an account, or acts for its seller, may not confirm it."""

    code = "one_of_theirs"


class NoReason(Refusal):
    """A decision needs a reason."""

    code = "no_reason"


@dataclass(frozen=True)
class Details:
    """Where to: the account's holder is always the firm itself, so nobody is named."""

    cnaps: str
    bank_name: str
    bank_account: str


def current(seller: Seller) -> AccountChange | None:
    """The change that made the account of a seller what it is; none since he joined."""
    return seller.account_changes.filter(state=State.IN_FORCE).order_by("-pk").first()


def waiting(seller: Seller) -> AccountChange | None:
    """The change that may still come into force."""
    return AccountChange.objects.open().filter(seller=seller).first()


@transaction.atomic
def propose(seller: Seller, details: Details, *, actor: str, now: datetime) -> AccountChange:
    """Ask that a seller be paid to another account, or confirm the one he has as the right one.

    Locks: the seller.
    Raises: WrongDetails; AlreadyOpen.
    """
    seller = locks.row(Seller.objects.all(), seller.pk)
    failed = [check for check in checking.bank(details) if check.is_needed and not check.passed]
    if failed:
        raise WrongDetails(failed)
    if waiting(seller) is not None:
        raise AlreadyOpen(_("Another change waits already: withdraw it first."))
    change = AccountChange.objects.create(
        seller=seller,
        cnaps=details.cnaps,
        bank_name=details.bank_name,
        bank_account=details.bank_account,
        old_bank_name=seller.bank_name,
        old_tail=seller.account_tail,
        proposed_by=actor,
        proposed_at=now,
    )
    _record(change, "ACCOUNT_PROPOSED", actor=actor, now=now)
    return change


@transaction.atomic
def confirm(change: AccountChange, *, reason: str, actor: str, now: datetime) -> AccountChange:
    """Let an account come into force after the cooling time; `reason` says how it was checked.

    Locks: the seller, the change.
    Raises: WrongChangeState; OneOfTheirs; NoReason; NotClear, while screening of the firm or
    of the bank is not clear.
    """
    fresh = _decided(change, State.CONFIRMED, reason)
    if _is_theirs(fresh, actor):
        raise OneOfTheirs(_("Who acts for the seller may not confirm: somebody else must."))
    clearing.require_clear(of(fresh), now=now)
    hours = terms.value(COOLING, on=now.date())
    at = now + timedelta(hours=hours)
    facts = {"decided_by": actor, "decided_why": reason.strip()[:300], "decided_at": now}
    _move(fresh, State.CONFIRMED, actor=actor, now=now, in_force_from=at, **facts)
    due.plan(fresh, at)
    return fresh


@transaction.atomic
def refuse(change: AccountChange, *, reason: str, actor: str, now: datetime) -> AccountChange:
    """Refuse a change, also a confirmed one that cools off; the seller reads the reason.

    Locks: the seller, the change.
    Raises: WrongChangeState; NoReason; OneOfTheirs.
    """
    fresh = _decided(change, State.REFUSED, reason)
    if _is_theirs(fresh, actor):
        raise OneOfTheirs(_("Who acts for the seller withdraws at the seller's desk."))
    facts = {"decided_by": actor, "decided_why": reason.strip()[:300], "decided_at": now}
    _end(fresh, State.REFUSED, actor=actor, now=now, **facts)
    return fresh


@transaction.atomic
def withdraw(change: AccountChange, *, actor: str, now: datetime) -> AccountChange:
    """Take a change back before it is in force; any of the seller's people of money may.

    Locks: the seller, the change.
    Raises: WrongChangeState.
    """
    fresh = _locked(change, State.WITHDRAWN)
    _end(fresh, State.WITHDRAWN, actor=actor, now=now)
    return fresh


@transaction.atomic
def enter(change: AccountChange, *, actor: str, now: datetime) -> AccountChange:
    """Pay to the new account from now on; not before its time, nor once it was stopped.

    Payouts that are made already keep the account they were made with.
    Locks: the seller, the change.
    """
    seller = locks.row(Seller.objects.all(), change.seller_id)
    fresh = locks.row(AccountChange.objects.all(), change.pk)
    if fresh.state != State.CONFIRMED or fresh.in_force_from is None or fresh.in_force_from > now:
        return fresh
    Seller.objects.filter(pk=seller.pk).update(
        cnaps=fresh.cnaps, bank_name=fresh.bank_name, bank_account=fresh.bank_account
    )
    _move(fresh, State.IN_FORCE, actor=actor, now=now, ended_at=now, ended_by=actor)
    return fresh


def of(change: AccountChange) -> list[parties.Key]:
    """The parties that must be clear before a seller is paid to a new account."""
    return parties.of_firm(change.seller.uscc, change.cnaps)


def _is_theirs(change: AccountChange, actor: str) -> bool:
    """Whether somebody proposed the change himself, or has a seat at the seller's desk."""
    seats = SellerMember.objects.filter(seller=change.seller_id).values_list("user", flat=True)
    return actor == change.proposed_by or actor in {f"user:{user}" for user in seats}


def _decided(change: AccountChange, to: State, reason: str) -> AccountChange:
    fresh = _locked(change, to)
    if not reason.strip():
        raise NoReason(_("Say why."))
    return fresh


def _locked(change: AccountChange, to: State) -> AccountChange:
    locks.row(Seller.objects.all(), change.seller_id)
    fresh = locks.row(AccountChange.objects.all(), change.pk)
    here = State(fresh.state)
    if to not in ACCOUNT_MOVES[here]:
        text = _("The change of the account is “%(state)s”: this cannot be done now.")
        raise WrongChangeState(text % {"state": here.label}, state=str(here))
    return fresh


def _end(change: AccountChange, to: State, *, actor: str, now: datetime, **facts: object) -> None:
    _move(change, to, actor=actor, now=now, ended_at=now, ended_by=actor, **facts)
    due.plan(change, None)


def _move(change: AccountChange, to: State, *, actor: str, now: datetime, **facts: object) -> None:
    AccountChange.objects.filter(pk=change.pk).update(state=to, **facts)
    change.refresh_from_db()
    why = facts.get("decided_why")
    _record(change, f"ACCOUNT_{to}", actor=actor, now=now, **({"reason": why} if why else {}))


def _record(
    change: AccountChange, kind: str, *, actor: str, now: datetime, **detail: object
) -> None:
    """Among the seller's events: which change, both accounts by their last digits, and why.

    The row has the last decision alone: who confirmed and was refused afterwards stands here.
    """
    detail |= {"change": change.pk, "before": change.old_tail, "account": change.tail}
    SellerEvent.objects.create(
        seller=change.seller,
        kind=SellerEvent.Kind(kind),
        actor=actor,
        happened_at=now,
        detail=detail,
    )
