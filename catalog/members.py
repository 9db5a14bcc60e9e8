"""The people who act for a seller: invited, seated, given another role, sent away."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from catalog.models import Seller, SellerEvent, SellerInvitation, SellerMember
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal

Role = SellerMember.Role
VALID = timedelta(days=7)
MOST_OPEN = 20


class LastOwner(Refusal):
    """A seller without an owner could not be helped by anybody of his own."""

    code = "last_owner"


class TooManyInvitations(Refusal):
    """So many invitations of one seller are open that no more are sent."""

    code = "too_many_invitations"


class NotInvited(Refusal):
    """The invitation is not there any more, is too old, or is for another address."""

    code = "not_invited"


class SeatedElsewhere(Refusal):
    """This person acts for another seller already."""

    code = "seated_elsewhere"


class SeatedHere(Refusal):
    """This address belongs to somebody who acts for this seller already."""

    code = "seated_here"


def of(seller: Seller) -> QuerySet[SellerMember]:
    """Everybody who acts for a seller, in the order they came."""
    return SellerMember.objects.filter(seller=seller).select_related("user").order_by("pk")


def open_invitations(seller: Seller, *, wall: datetime) -> QuerySet[SellerInvitation]:
    """Invitations that can still be taken up, the newest first."""
    rows = seller.invitations.filter(taken_at=None, taken_back_at=None, valid_until__gt=wall)
    return rows.order_by("-pk")


def secret(key: str) -> str:
    """The secret of an invitation's link: 128 bits that only the holder of the key can make."""
    mac = salted_hmac("catalog.members", key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac[:16]).decode().rstrip("=")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    seller: Seller, email: str, *, role: Role, actor: str, now: datetime, wall: datetime
) -> SellerInvitation:
    """Offer a seat by mail; a newer invitation to the same address takes the place of an older.

    Time: valid for seven days of the wall clock.
    Locks: the seller.
    Raises: SeatedHere, TooManyInvitations.
    """
    locks.row(Seller.objects.all(), seller.pk)
    address = email.strip().lower()
    if SellerMember.objects.filter(seller=seller, user__email=address).exists():
        raise SeatedHere(_("This person acts for you already."))
    waiting = seller.invitations.filter(taken_at=None, taken_back_at=None)
    waiting.filter(email=address).update(taken_back_at=wall, due_at=None)
    if open_invitations(seller, wall=wall).count() >= MOST_OPEN:
        raise TooManyInvitations(_("Too many invitations are open: take some back first."))
    key = secrets.token_hex(16)
    row = SellerInvitation.objects.create(
        seller=seller,
        email=address,
        role=role,
        key=key,
        digest=_digest(secret(key)),
        invited_by=actor,
        invited_at=now,
        valid_until=wall + VALID,
        due_at=wall,
    )
    _record(seller, "INVITED", actor=actor, now=now, email=address, role=role.value)
    due.wake(SellerInvitation.DUE_TASK, id=row.pk)
    return row


@transaction.atomic
def take_back(invitation: SellerInvitation, *, actor: str, now: datetime, wall: datetime) -> None:
    """Make an invitation worthless; one that was taken up already stays as it is."""
    locks.row(Seller.objects.all(), invitation.seller_id)
    rows = SellerInvitation.objects.filter(pk=invitation.pk, taken_at=None, taken_back_at=None)
    if rows.update(taken_back_at=wall, due_at=None):
        _record(invitation.seller, "TAKEN_BACK", actor=actor, now=now, email=invitation.email)


def find(token: str, *, email: str, wall: datetime) -> SellerInvitation:
    """The invitation that a link and the address of its reader open.

    Raises: NotInvited; it tells nobody for whom a link was.
    """
    rows = SellerInvitation.objects.filter(digest=_digest(token), email=email.lower())
    row = rows.select_related("seller").first()
    if row is None or row.taken_back_at or (row.taken_at is None and row.valid_until <= wall):
        text = _("This invitation is for another e-mail address, or it is no longer valid.")
        raise NotInvited(text)
    return row


@transaction.atomic
def take_up(
    invitation: SellerInvitation, *, user_id: int, now: datetime, wall: datetime
) -> SellerMember | None:
    """Take the seat; twice is once. None, if it was taken and its holder has left since.

    Locks: the seller.
    Raises: SeatedElsewhere; NotInvited, if it was taken back at this moment.
    """
    seller = locks.row(Seller.objects.all(), invitation.seller_id)
    rows = SellerInvitation.objects.filter(pk=invitation.pk, taken_at=None, taken_back_at=None)
    if rows.filter(valid_until__gt=wall).update(taken_at=wall, due_at=None):
        role, actor = Role(invitation.role), f"user:{user_id}"
        return seat(seller, user_id=user_id, role=role, actor=actor, now=now)
    if SellerInvitation.objects.filter(pk=invitation.pk, taken_at=None).exists():
        raise NotInvited(_("This invitation is no longer valid."))
    return SellerMember.objects.filter(seller=seller, user=user_id).first()


@transaction.atomic
def seat(seller: Seller, *, user_id: int, role: Role, actor: str, now: datetime) -> SellerMember:
    """Give a person a seat; nobody sits at two desks.

    Raises: SeatedElsewhere.
    """
    if SellerMember.objects.filter(user=user_id).exclude(seller=seller).exists():
        raise SeatedElsewhere(_("This account acts for another seller already."))
    row, is_new = SellerMember.objects.get_or_create(
        seller=seller, user_id=user_id, defaults={"role": role}
    )
    if is_new:
        _record(seller, "SEATED", actor=actor, now=now, user=user_id, role=role.value)
    return row


@transaction.atomic
def change_role(member: SellerMember, role: Role, *, actor: str, now: datetime) -> None:
    """Give a member another role; the same one again changes nothing.

    Locks: the seller.
    Raises: LastOwner.
    """
    row = _locked(member)
    if row.role == role:
        return
    if row.is_owner:
        _check_owners(row)
    before, row.role = row.role, role
    row.save(update_fields=["role"])
    detail = {"user": row.user_id, "before": before, "role": role.value}
    _record(row.seller, "ROLE_CHANGED", actor=actor, now=now, **detail)


@transaction.atomic
def remove(member: SellerMember, *, actor: str, now: datetime) -> None:
    """Take a member's seat away; the desk is closed to him at once.

    Locks: the seller.
    Raises: LastOwner.
    """
    row = _locked(member)
    if row.is_owner:
        _check_owners(row)
    seller, detail = row.seller, {"user": row.user_id, "role": row.role}
    row.delete()
    _record(seller, "REMOVED", actor=actor, now=now, **detail)


def _locked(member: SellerMember) -> SellerMember:
    """The member as he is once the seller is ours, so that two owners cannot go at one moment."""
    locks.row(Seller.objects.all(), member.seller_id)
    return SellerMember.objects.select_related("seller").get(pk=member.pk)


def _check_owners(member: SellerMember) -> None:
    owners = SellerMember.objects.filter(seller=member.seller_id, role=Role.OWNER)
    if not owners.exclude(pk=member.pk).exists():
        raise LastOwner(_("The last owner stays: make somebody else an owner first."))


def _record(seller: Seller, kind: str, *, actor: str, now: datetime, **detail: object) -> None:
    SellerEvent.objects.create(
        seller=seller, kind=SellerEvent.Kind(kind), actor=actor, happened_at=now, detail={**detail}
    )
