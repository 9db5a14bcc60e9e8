"""A firm joins: it applies, the desk decides, and its owner brings his people."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from catalog import applications, members
from catalog.applications import Paper
from catalog.models import (
    ApplicationPaper,
    Seller,
    SellerApplication,
    SellerInvitation,
    SellerMember,
)
from payments.screening import clearing


@transaction.atomic(durable=True)
def keep(
    user_id: int,
    facts: Mapping[str, str],
    *,
    actor: str,
    now: datetime,
) -> SellerApplication:
    """Keep what an applicant typed.

    Raises: WrongState.
    """
    return applications.save(user_id, facts, actor=actor, now=now)


@transaction.atomic(durable=True)
def lay_in(application: SellerApplication, paper: Paper, *, now: datetime) -> ApplicationPaper:
    """Lay a document into an application.

    Raises: WrongState, TooManyPapers.
    """
    return applications.add_paper(application, paper, now=now)


@transaction.atomic(durable=True)
def drop(paper: ApplicationPaper) -> None:
    """Take a paper out of an application.

    Raises: WrongState.
    """
    applications.drop_paper(paper)


@transaction.atomic(durable=True)
def submit(application: SellerApplication, *, actor: str, now: datetime) -> SellerApplication:
    """Hand an application to the desk; twice is once.

    Raises: NotComplete, WrongState.
    """
    sent = applications.submit(application, actor=actor, now=now)
    clearing.of_application(sent, now=now)  # so that it is screened before the desk looks
    return sent


@transaction.atomic(durable=True)
def give_back(
    application: SellerApplication, *, reason: str, actor: str, now: datetime
) -> SellerApplication:
    """Return an application to be mended.

    Raises: WrongState.
    """
    return applications.give_back(application, reason=reason, actor=actor, now=now)


@transaction.atomic(durable=True)
def refuse(
    application: SellerApplication, *, reason: str, actor: str, now: datetime
) -> SellerApplication:
    """Refuse an application.

    Raises: WrongState.
    """
    return applications.refuse(application, reason=reason, actor=actor, now=now)


def approve(application: SellerApplication, *, actor: str, now: datetime) -> Seller:
    """Open a seller's desk for an applicant who is on no list of sanctions.

    Raises: NotClear, WrongState, NotComplete, NoCommission, SeatedElsewhere.
    """
    with transaction.atomic(durable=True):
        clearing.of_application(application, now=now)  # a refusal must not undo what it found
    with transaction.atomic(durable=True):
        clearing.require(application, now=now)
        return applications.approve(application, actor=actor, now=now)


@transaction.atomic(durable=True)
def open_paper(paper: ApplicationPaper, *, actor: str, now: datetime) -> None:
    """Record who of the desk looks at a document."""
    applications.note_opened(paper, actor=actor, now=now)


@transaction.atomic(durable=True)
def invite(
    seller: Seller,
    email: str,
    *,
    role: SellerMember.Role,
    actor: str,
    now: datetime,
    wall: datetime,
) -> SellerInvitation:
    """Offer a seat by mail.

    Raises: SeatedHere, TooManyInvitations.
    """
    return members.invite(seller, email, role=role, actor=actor, now=now, wall=wall)


@transaction.atomic(durable=True)
def take_back(invitation: SellerInvitation, *, actor: str, now: datetime, wall: datetime) -> None:
    """Make an invitation worthless."""
    members.take_back(invitation, actor=actor, now=now, wall=wall)


@transaction.atomic(durable=True)
def take_up(
    invitation: SellerInvitation, *, user_id: int, now: datetime, wall: datetime
) -> SellerMember | None:
    """Take the seat an invitation offers; twice is once.

    Raises: NotInvited, SeatedElsewhere.
    """
    return members.take_up(invitation, user_id=user_id, now=now, wall=wall)


@transaction.atomic(durable=True)
def change_role(
    member: SellerMember, role: SellerMember.Role, *, actor: str, now: datetime
) -> None:
    """Give a member another role.

    Raises: LastOwner.
    """
    members.change_role(member, role, actor=actor, now=now)


@transaction.atomic(durable=True)
def remove(member: SellerMember, *, actor: str, now: datetime) -> None:
    """Take a member's seat away.

    Raises: LastOwner.
    """
    members.remove(member, actor=actor, now=now)
