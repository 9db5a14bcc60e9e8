"""The end of a month: what still keeps its books open, the yuan at the last rate, two persons.

A closed month takes nothing more: the database moves a late fact to the first instant of the next
one and keeps beside it when it happened (`Journal.happened_at`).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders import days
from storefront.lib import money
from storefront.lib.refusal import Refusal

from . import figures, fx, gaps, ledger, postings
from .ledger import Leg
from .models import (
    Break,
    Journal,
    ManualPosting,
    Month,
    Payout,
    Rate,
    Receipt,
)
from .models.manual import IS_A_PERSON
from .reconciliation import matches

KIND = "revalued"
REVALUATION = "fx_revaluation"
MONETARY = ("seller_payable", "bank", "payouts_in_transit")
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
NOTHING = Decimal(0)


class NotReady(Refusal):
    """Something still keeps the month open."""

    code = "month_not_ready"


class Busy(Refusal):
    """Others are posting and do not come to an end."""

    code = "books_are_busy"


class NotASecondPerson(Refusal):
    """Whoever proposed cannot decide, and machines neither propose nor decide."""

    code = "not_a_second_person"


class AlreadyDecided(Refusal):
    """A proposal is decided once, and a month is proposed once at a time."""

    code = "already_decided"


class NoReason(Refusal):
    """A month is not refused without a reason."""

    code = "no_reason"


# What rows keep a month open by waiting in it, in the order in which they are mended.
ROWS = {
    "lines": gettext_lazy("Lines of bank statements that are not booked"),
    "breaks": gettext_lazy("Open breaks"),
    "postings": gettext_lazy("Postings by hand that wait for a second person"),
    "payouts": gettext_lazy("Statements of sellers that are not paid"),
    "receipts": gettext_lazy("Fiscal receipts that are not registered"),
    "held": gettext_lazy("Held rates of the yuan with no newer one in force"),
}


@dataclass(frozen=True)
class Obstacle:
    """What keeps a month open: its name for machines, the reader's words, how many, which."""

    what: str
    words: str
    rows: int = 0
    named: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        counted = f"{self.words}: {self.rows}" if self.rows else self.words
        return f"{counted} ({', '.join(self.named)})" if self.named else counted


@dataclass(frozen=True)
class Revaluation:
    """The yuan we owe, less those we hold, at two rates; rubles, a loss above zero.

    `units` are fen, no more of them than stand open in the position: what we hold beyond what we
    owe, or owe beyond the position, stands at no rubles. `booked` is what they stand at.
    """

    units: int
    booked: Decimal
    worth: Decimal

    @property
    def loss(self) -> Decimal:
        return self.worth - self.booked


def next_month() -> date | None:
    """The first day of the month to be closed next; None while the books are empty."""
    last = Month.objects.closed().aggregate(last=Max("first_on"))["last"]
    if last is not None:
        return _following(last)
    first = Journal.objects.aggregate(first=Min("occurred_at"))["first"]
    return None if first is None else days.of_books(first).replace(day=1)


def end_of(first_on: date) -> datetime:
    """The first instant after a month, in Moscow."""
    return days.begins(_following(first_on))


def _following(first_on: date) -> date:
    return (first_on + timedelta(days=31)).replace(day=1)


def last_of(first_on: date) -> date:
    return _following(first_on) - DAY


def obstacles(first_on: date, *, now: datetime) -> list[Obstacle]:
    """All that still keeps a month from being closed, in the order in which it is mended."""
    if now < end_of(first_on):
        return [Obstacle("running", _("The month is not over yet"))]
    last = last_of(first_on)
    found = [*_unwritten(first_on, last)]
    for what, words in ROWS.items():
        if rows := waiting(what, first_on).count():
            found.append(Obstacle(what, str(words), rows))
    if _rate(last) is None:
        found.append(Obstacle("rate", _("There is no official rate of the last day")))
    return found


def _unwritten(first_on: date, last: date) -> Iterator[Obstacle]:
    """Papers that are not here, by the days they should tell of."""
    statements = gaps.statements(first_on, last)
    lacking = [
        ("papers", _("Days without a bank statement"), statements.missing),
        ("chains", _("Bank statements that open with another balance"), statements.broken),
        ("registers", _("Days without an acquirer's register"), gaps.registers(first_on, last)),
    ]
    for what, words, found in lacking:
        if found:
            rows = sum(len(one.days) for one in found)
            yield Obstacle(what, words, rows, tuple(str(one) for one in found))


def waiting(what: str, first_on: date) -> QuerySet[Any, Any]:
    """The rows of one kind of `ROWS` that keep a month open."""
    until, last = end_of(first_on), last_of(first_on)
    if what == "lines":
        return matches.open_lines().filter(booked_on__lte=last)
    if what == "breaks":
        return Break.objects.open().filter(_found_in(until, last))
    if what == "postings":
        return ManualPosting.objects.filter(decision="", occurred_at__lt=until)
    if what == "payouts":
        return _unpaid(last)
    if what == "receipts":
        return Receipt.objects.exclude(state="REGISTERED").filter(again=None, made_at__lt=until)
    return _held(last)


def _found_in(until: datetime, last: date) -> Q:
    """Found in the month, or later about something of it; rules of the books must hold now."""
    of_it = (
        Q(line__booked_on__lte=last)
        | Q(registry_line__registry__registry_on__lte=last)
        | Q(entry__journal__occurred_at__lt=until)
    )
    return Q(found_at__lt=until) | of_it | Q(source=Break.Source.BOOKS)


def _held(last: date) -> QuerySet[Rate]:
    """A month is not revalued at an older rate while a person has not looked at the newest."""
    rates = Rate.objects.filter(currency=fx.OURS, rate_on__lte=last)
    used = rates.filter(is_held=False).aggregate(on=Max("rate_on"))["on"]
    return rates.filter(is_held=True, rate_on__gt=used or date.min)


def _unpaid(last: date) -> QuerySet[Payout]:
    """Payouts of ended periods that no bank has: for a person, to be sent, or come back.

    A period ends before its `period_until`, so one until the first of the next month is ours.
    """
    waits = Q(state__in=["WAITING", "READY"]) | figures.payout_turn("back")
    return Payout.objects.filter(waits, period_until__lte=last + DAY)


def _rate(last: date) -> Rate | None:
    try:
        return fx.rate_for(fx.OURS, on=last)
    except fx.RateExpired:
        return None


def propose(first_on: date, *, actor: str, now: datetime) -> Month:
    """Ask a second person to close a month.

    Raises: NotReady; Busy; NotASecondPerson, if a machine asks; AlreadyDecided, if it was asked
    already or is not the next one.
    """
    _person(actor)
    _ready(first_on, now)  # before anybody has to wait, and once more when nobody posts
    with transaction.atomic():
        _alone()
        if first_on != next_month() or Month.objects.open().exists():
            raise AlreadyDecided(_("This month is closed, or waits for a second person."))
        _ready(first_on, now)
        month = Month(first_on=first_on, until_at=end_of(first_on), asked_by=actor, asked_at=now)
        month.save(force_insert=True)
    return month


def close(month: Month, *, note: str = "", actor: str, now: datetime) -> Month:
    """Close what another person proposed, and revalue the yuan that are owed.

    The revaluation stands on the last instant of the month and is taken back on the first one of
    the next, so that deals go on closing the position at the rates of its sales.
    Locks: all who post, until they have ended; the proposal.
    Raises: AlreadyDecided; NotASecondPerson; NotReady; Busy.
    """
    _ready(month.first_on, now)
    with transaction.atomic():
        _alone()
        month = _open(month, actor)
        _ready(month.first_on, now)
        month.rate = fx.rate_for(fx.OURS, on=last_of(month.first_on))
        month.revaluation = _revalue(month, month.rate, actor)
        _decide(month, Month.Decision.CLOSED, note=note, actor=actor, now=now)
    return month


def refuse(month: Month, *, note: str, actor: str, now: datetime) -> None:
    """Leave a month open, and say why.

    Locks: the proposal.
    Raises: AlreadyDecided; NotASecondPerson; NoReason.
    """
    if not note.strip():
        raise NoReason(_("Say why."))
    with transaction.atomic():
        _decide(_open(month, actor), Month.Decision.REFUSED, note=note, actor=actor, now=now)


def revaluation(until: datetime, rate: Decimal) -> Revaluation:
    """What the yuan owed stood at before an instant, and what they are at a rate.

    Rounding: both half up to the kopeck once.
    """
    standing: Counter[tuple[str, str]] = Counter()
    for row in ledger.trial_balance(before=until):
        standing[row.purpose, row.currency] += row.units
    owed = -sum(standing[purpose, "CNY"] for purpose in MONETARY)
    yuan, rubles = standing["fx_position", "CNY"], -standing["fx_position", "RUB"]
    units = min(max(owed, 0), max(yuan, 0))
    if not units:
        return Revaluation(0, NOTHING, NOTHING)
    booked = postings.Position(yuan, rubles, own=0).booked(units)
    worth = fx.convert(money.from_minor(units, "CNY"), rate)
    return Revaluation(units, money.from_minor(booked, "RUB"), worth)


def _revalue(month: Month, rate: Rate, actor: str) -> Journal | None:
    loss = money.to_minor(revaluation(month.until_at, rate.rate).loss, "RUB")
    if not loss:
        return None
    key, said = f"{KIND}:{month}", {"actor": actor, "source": f"{month} at {rate.rate:.4f}"}
    legs = [Leg("fx_gain_loss", "RUB", loss), Leg(REVALUATION, "RUB", -loss)]
    made = ledger.post(
        KIND, key=key, legs=legs, occurred_at=month.until_at - TICK, rate=rate, **said
    )
    ledger.reverse(made, key=f"un{key}", occurred_at=month.until_at, **said)
    return made


def _alone() -> None:
    """Wait for everybody who posts, and let nobody begin until this transaction has ended.

    Whoever posts meanwhile waits behind us, so we wait no longer than for any lock.
    Raises: Busy.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payments_month'))")
    except OperationalError as error:
        raise Busy(_("Something is being booked just now: try again in a moment.")) from error


def _ready(first_on: date, now: datetime) -> None:
    found = obstacles(first_on, now=now)
    if found:
        raise NotReady("; ".join(one.sentence for one in found))


def _person(actor: str) -> None:
    if not actor.startswith(IS_A_PERSON):
        raise NotASecondPerson(_("Only a person closes a month."))


def _open(month: Month, actor: str) -> Month:
    locked = Month.objects.select_for_update().get(pk=month.pk)
    if not locked.is_open:
        raise AlreadyDecided(_("This has been decided already."))
    if not actor.startswith(IS_A_PERSON) or actor == locked.asked_by:
        raise NotASecondPerson(_("Another person than the one who asked must decide."))
    return locked


def _decide(
    month: Month, decision: Month.Decision, *, note: str, actor: str, now: datetime
) -> None:
    month.decision, month.note = decision, note.strip()
    month.decided_by, month.decided_at = actor, now
    month.save(
        update_fields=["decision", "note", "decided_by", "decided_at", "rate", "revaluation"]
    )
