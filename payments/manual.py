"""Postings by hand: one person asks with a reason, another one posts or refuses."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Seller
from storefront.lib import money
from storefront.lib.refusal import Refusal

from . import ledger, postings
from .ledger import Leg
from .ledger.legs import checked
from .models import Account, Journal, ManualPosting
from .models.manual import IS_A_PERSON

KIND = "manual"


class NoReason(Refusal):
    """Nothing is posted by hand without a reason."""

    code = "no_reason"


class NoSuchAccount(Refusal):
    """By hand one posts to accounts that are there; a misspelt one is not opened."""

    code = "no_such_account"


class NotASecondPerson(Refusal):
    """Whoever asked cannot decide, and machines neither ask nor decide."""

    code = "not_a_second_person"


class AlreadyDecided(Refusal):
    """A wish is decided once."""

    code = "already_decided"


def ask(
    legs: Sequence[Leg], *, reason: str, occurred_at: datetime, actor: str, now: datetime
) -> ManualPosting:
    """Wish for a posting.

    Raises: Unbalanced; NoReason; NoSuchAccount; NotASecondPerson, if a machine asks.
    """
    _known(moving := checked(legs))
    return _asked(
        ManualPosting(legs=[asdict(leg) for leg in moving], occurred_at=occurred_at),
        reason=reason,
        actor=actor,
        now=now,
    )


def ask_to_pay(
    seller: Seller, price: Decimal, *, reason: str, actor: str, now: datetime
) -> ManualPosting:
    """Wish that a seller be paid for goods that the house lost or broke.

    Money: yuan.
    Raises: NoReason; NotASecondPerson, if a machine asks.
    """
    legs = checked(postings.made_good(money.to_minor(price, "CNY"), seller=seller.slug))
    wish = ManualPosting(legs=[asdict(leg) for leg in legs], occurred_at=now)
    return _asked(wish, reason=reason, actor=actor, now=now)


def _known(moving: Sequence[Leg]) -> None:
    """Raises: NoSuchAccount."""
    known = set(
        Account.objects.filter(code__in=[leg.code for leg in moving]).values_list("code", flat=True)
    )
    unknown = sorted({leg.code for leg in moving} - known)
    if unknown:
        raise NoSuchAccount(
            _("There is no account %(code)s.") % {"code": ", ".join(unknown)}, codes=unknown
        )


def ask_reversal(journal: Journal, *, reason: str, actor: str, now: datetime) -> ManualPosting:
    """Wish for a journal to be taken back.

    Raises: AlreadyReversed; NoReason; NotASecondPerson, if a machine asks.
    """
    if Journal.objects.filter(reverses=journal).exists():
        raise ledger.AlreadyReversed(_("This posting has been taken back already."))
    wish = ManualPosting(reverses=journal, occurred_at=now)
    return _asked(wish, reason=reason, actor=actor, now=now)


def post(posting: ManualPosting, *, note: str = "", actor: str, now: datetime) -> Journal:
    """Post what another person asked for.

    Locks: the wish.
    Raises: AlreadyDecided; NotASecondPerson; AlreadyReversed.
    """
    with transaction.atomic():
        posting = _open(posting, actor)
        given: dict[str, Any] = {"key": posting.key, "actor": actor}
        given |= {"source": f"manual: {posting.reason}"[:120], "occurred_at": posting.occurred_at}
        if posting.reverses is not None:
            journal = ledger.reverse(posting.reverses, **given)
        else:
            legs = legs_of(posting)
            journal = ledger.post(KIND, legs=legs, **given)
        _decide(posting, ManualPosting.Decision.POSTED, note=note, journal=journal)
        _sign(posting, actor, now)
    return journal


def refuse(posting: ManualPosting, *, note: str, actor: str, now: datetime) -> None:
    """Refuse what another person asked for, and say why.

    Locks: the wish.
    Raises: AlreadyDecided; NotASecondPerson; NoReason.
    """
    if not note.strip():
        raise NoReason(_("Say why."))
    with transaction.atomic():
        posting = _open(posting, actor)
        _decide(posting, ManualPosting.Decision.REFUSED, note=note.strip(), journal=None)
        _sign(posting, actor, now)


def legs_of(posting: ManualPosting) -> list[Leg]:
    """What would be posted."""
    if posting.reverses is not None:
        return [leg.mirrored() for leg in ledger.legs_of(posting.reverses)]
    return [Leg(**leg) for leg in posting.legs]


def _asked(posting: ManualPosting, *, reason: str, actor: str, now: datetime) -> ManualPosting:
    if not reason.strip():
        raise NoReason(_("Say why."))
    if not actor.startswith(IS_A_PERSON):
        raise NotASecondPerson(_("Only a person posts by hand."))
    posting.reason, posting.asked_by, posting.asked_at = reason.strip(), actor, now
    posting.save(force_insert=True)
    return posting


def _open(posting: ManualPosting, actor: str) -> ManualPosting:
    locked = ManualPosting.objects.select_for_update().get(pk=posting.pk)
    if not locked.is_open:
        raise AlreadyDecided(_("This has been decided already."))
    if not actor.startswith(IS_A_PERSON) or actor == locked.asked_by:
        raise NotASecondPerson(_("Another person than the one who asked must decide."))
    return locked


def _decide(
    posting: ManualPosting, decision: ManualPosting.Decision, *, note: str, journal: Journal | None
) -> None:
    posting.decision, posting.note, posting.journal = decision, note, journal


def _sign(posting: ManualPosting, actor: str, now: datetime) -> None:
    posting.decided_by, posting.decided_at = actor, now
    posting.save(update_fields=["decision", "decided_by", "decided_at", "note", "journal"])
