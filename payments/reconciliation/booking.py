"""Lines that nothing explains, booked by hand: one asks, another posts, and the two agree."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from payments import manual
from payments.ledger import Leg
from payments.models import BankAccount, Booking, Journal, ManualPosting, StatementLine
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from . import matches


class AlreadyAsked(Refusal):
    """A posting for this line waits for its second person."""

    code = "already_asked"


def account_of(line: StatementLine) -> Leg:
    """The entry a line asks for: what is open of it, on the account of its bank in our ledger."""
    account = line.account
    return Leg(account.purpose, account.currency, _left(line), account.party)


def ask(
    line: StatementLine,
    legs: Sequence[Leg],
    *,
    reason: str,
    occurred_at: datetime,
    actor: str,
    now: datetime,
) -> ManualPosting:
    """Wish for a posting that explains all that is open of a line.

    Locks: the bank account's row.
    Raises: NotOpen, if nothing is open of the line; AlreadyAsked; NotEqual, if the posting does
    not move on the bank's account what the line says; all that `manual.ask` raises.
    """
    with transaction.atomic():
        locks.row(BankAccount.objects.all(), line.account_id)
        if Booking.objects.filter(line=line, posting__decision="").exists():
            raise AlreadyAsked(_("A posting for this line waits for a second person already."))
        _check(account_of(line), legs)
        wish = manual.ask(legs, reason=reason, occurred_at=occurred_at, actor=actor, now=now)
        Booking.objects.create(posting=wish, line=line)
    return wish


def post(posting: ManualPosting, *, note: str = "", actor: str, now: datetime) -> Journal:
    """Post what another person asked for; a line it was asked for is matched, its breaks close.

    Locks: the bank account's row of the line, the wish.
    Raises: NotOpen or NotEqual, if the line was matched since; all that `manual.post` raises.
    """
    booking = Booking.objects.select_related("line__account").filter(posting=posting).first()
    if booking is None:
        return manual.post(posting, note=note, actor=actor, now=now)
    line = booking.line
    with transaction.atomic():
        locks.row(BankAccount.objects.all(), line.account_id)
        wanted = account_of(line)
        _check(wanted, manual.legs_of(posting))
        journal = manual.post(posting, note=note, actor=actor, now=now)
        entry = journal.entries.get(account__code=wanted.code)
        matches.by_hand([line], [entry], reason=posting.reason, actor=actor, now=now)
    return journal


def _left(line: StatementLine) -> int:
    left = matches.open_lines().filter(pk=line.pk).values_list("left", flat=True).first()
    return left or 0


def _check(wanted: Leg, legs: Sequence[Leg]) -> None:
    if not wanted.units:
        raise matches.NotOpen(_("Nothing of this line is open any more."))
    mine = [leg.units for leg in legs if leg.code == wanted.code]
    if mine != [wanted.units]:
        words = _("On %(code)s the posting must move what the bank moved, in one entry.")
        raise matches.NotEqual(words % {"code": wanted.code}, off=sum(mine) - wanted.units)
