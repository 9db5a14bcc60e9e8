"""The life of messages that are not about one parcel's way out: sent, answered, mended."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from logistics import moving
from logistics.models import Declaration, Departure, Filing, FilingMessage, Shipment
from logistics.states import State
from storefront.lib import due
from storefront.lib.refusal import Refusal

from . import filed, papers, windows
from .gateways import ceb, messages, receipts
from .gateways.messages import BEIJING, WrongPaper
from .gateways.receipts import Outcome, Receipt
from .windows import Message

S = Filing.State
K = Filing.Kind
MOVES: dict[S, frozenset[S]] = {
    S.READY: frozenset({S.SENT, S.ACCEPTED, S.REJECTED}),
    S.SENT: frozenset({S.ACCEPTED, S.REJECTED}),
    S.ACCEPTED: frozenset(),
    S.REJECTED: frozenset(),
}
assert set(MOVES) == set(S)
LETTERS = {K.ARRIVAL: "A", K.WAYBILLS: "W", K.DEPARTURE: "D", K.CANCELLATION: "X", K.RETURN: "R"}
AT_BOOKING, AT_LEAVING = (K.ARRIVAL, K.WAYBILLS), (K.DEPARTURE,)
LEAST, MOST = timedelta(hours=2), timedelta(hours=12)
SUMMARY_DAY = timedelta(days=2)  # the last lists of a month are released in its last hours
ACTOR = "task:customs"
STATES = {"accepted": S.ACCEPTED, "released": S.ACCEPTED, "rejected": S.REJECTED}


class NotCancellable(Refusal):
    """A list cannot be cancelled as things are."""

    code = "not_cancellable"


def open_for(departure: Departure, kinds: Sequence[Filing.Kind], *, now: datetime) -> None:
    """Make the filings of a departure, once; they are due at once."""
    office = departure.lane.export_customs.customs_code
    Filing.objects.bulk_create(
        [
            Filing(
                kind=kind,
                reference=f"{LETTERS[kind]}-{departure.pk}-1",
                customs_code=office,
                departure=departure,
                actor=ACTOR,
                made_at=now,
                due_at=now,
            )
            for kind in kinds
        ],
        ignore_conflicts=True,
    )


def summary_for(declaration: Declaration, *, now: datetime) -> Filing | None:
    """The summary a released list will stand in: of its office, its declarant and this month.

    None for simplified lists and for Russia. Time: the month is Beijing's; the summary is due on
    the third of the next.
    """
    if declaration.is_simplified or declaration.direction != Declaration.Direction.EXPORT:
        return None
    month = now.astimezone(BEIJING).date().replace(day=1)
    key: dict[str, Any] = {
        "month_on": month,
        "customs_code": declaration.customs_code,
        "declarant_code": declaration.declarant_code,
    }
    last = Filing.objects.filter(**key).order_by("attempt_number").last()
    if last is not None and last.state == S.READY:
        return last
    number = last.attempt_number + 1 if last else 1
    filing, _new = Filing.objects.get_or_create(
        **key,
        attempt_number=number,
        defaults={
            "kind": K.SUMMARY,
            "reference": f"M{month:%y%m}{declaration.customs_code}"
            f"{declaration.declarant_code}-{number}",
            "declarant_name": declaration.declarant_name,
            "actor": ACTOR,
            "made_at": now,
            "due_at": _after(month) + SUMMARY_DAY,
        },
    )
    return filing


def _after(month: date) -> datetime:
    """The first instant after a month, in Beijing."""
    following = (month + timedelta(days=32)).replace(day=1)
    return datetime(following.year, following.month, 1, tzinfo=BEIJING)


@transaction.atomic
def cancel(declaration: Declaration, *, reason: str, actor: str, now: datetime) -> Filing | None:
    """Take a list back: by a message, if customs have it; else it is only struck out.

    Locks: the order, the parcel.
    Raises: NotCancellable, if the parcel has gone on, or it was done already.
    """
    with moving.locked(declaration.shipment) as shipment:
        row = Declaration.objects.select_for_update().get(pk=declaration.pk)
        if row.state in {Declaration.State.CANCELLED, Declaration.State.REFUSED}:
            raise NotCancellable(_("This paper has ended."))
        if row.state != Declaration.State.REJECTED and not _may_stop(shipment):
            raise NotCancellable(_("The parcel has gone on; its list stands."))
        if row.inventory_number and row.state != Declaration.State.REJECTED:
            return _open(row, K.CANCELLATION, reason=reason, actor=actor, now=now)
        struck_out(row, shipment, now=now)
        return None


def _may_stop(shipment: Shipment) -> bool:
    return shipment.state == State.DECLARED or shipment.state in State.ends() - {State.DELIVERED}


def struck_out(declaration: Declaration, shipment: Shipment, *, now: datetime) -> None:
    """A list that stands no more; a parcel that waits for it is declared anew.

    Locks: the caller holds the order and the parcel.
    """
    ended = {"state": Declaration.State.CANCELLED, "ended_at": now, "due_at": None}
    Declaration.objects.filter(pk=declaration.pk).update(**ended)
    if shipment.state == State.DECLARED:
        moving.plan(shipment, now)


def _open(
    declaration: Declaration, kind: Filing.Kind, *, reason: str, actor: str, now: datetime
) -> Filing:
    """Raises: NotCancellable, if such a message is under way or was accepted."""
    earlier = Filing.objects.filter(declaration=declaration, kind=kind)
    if earlier.exclude(state=S.REJECTED).exists():
        raise NotCancellable(_("That was filed already."))
    number = earlier.count() + 1
    filing = Filing.objects.create(
        kind=kind,
        reference=f"{LETTERS[kind]}-{declaration.pk}-{number}",
        attempt_number=number,
        customs_code=declaration.customs_code,
        declaration=declaration,
        declarant_code=declaration.declarant_code,
        declarant_name=declaration.declarant_name,
        note=reason,
        actor=actor,
        made_at=now,
        due_at=now,
    )
    due.wake(Filing.DUE_TASK, id=filing.pk)
    return filing


def come_back(declaration: Declaration, *, reason: str, actor: str, now: datetime) -> Filing:
    """File that exported goods come back.

    Raises: NotCancellable, if it was filed already.
    """
    with moving.locked(declaration.shipment):
        return _open(declaration, K.RETURN, reason=reason, actor=actor, now=now)


def again(filing: Filing, *, actor: str, now: datetime) -> Filing:
    """File anew what was rejected: the next version, made from the facts as they are now.

    Raises: NotCancellable, unless the last version was rejected.
    """
    with transaction.atomic():
        row = Filing.objects.select_for_update().get(pk=filing.pk)
        number = row.attempt_number + 1
        stem = row.reference.rpartition("-")[0]
        reference = f"{stem}-{number}"
        if row.state != S.REJECTED or Filing.objects.filter(reference=reference).exists():
            raise NotCancellable(_("Only what was rejected is filed anew, once."))
        plain = ("kind", "customs_code", "departure", "declaration", "month_on", "note")
        made = Filing.objects.create(
            **{name: getattr(row, name) for name in plain},
            declarant_code=row.declarant_code,
            declarant_name=row.declarant_name,
            reference=reference,
            attempt_number=number,
            actor=actor,
            made_at=now,
            due_at=now,
        )
        row.summarised.update(summary=made)
    due.wake(Filing.DUE_TASK, id=made.pk)
    return made


def drive(filing: Filing, *, now: datetime) -> None:
    """Take a claimed filing one step on.

    Raises: the errors of lib.http; BadXml; Zombie.
    """
    if filing.state == S.READY:
        _send(filing, now=now)
    elif filing.state == S.SENT:
        _listen(filing, now=now)
    else:
        due.finish(filing, at=None)


def _send(filing: Filing, *, now: datetime) -> None:
    """Write the message down, then hand it in: the same one, however often it is tried."""
    ours = filing.messages.filter(is_ours=True).first()
    if ours is None:
        try:
            ours = _write(filing, now=now)
        except WrongPaper as wrong:
            _end(filing, Outcome("rejected", now, str(wrong)), now=now)
            return
    if ours is None:
        _end(filing, Outcome("accepted", now, _("There was nothing to file.")), now=now)
        return
    windows.hand_in(Message(ours.kind, ours.guid, ours.body))
    with transaction.atomic():
        Filing.objects.filter(pk=filing.pk, state=S.READY).update(state=S.SENT, sent_at=now)
        due.finish(filing, at=now + LEAST)


def _write(filing: Filing, *, now: datetime) -> FilingMessage | None:
    """Raises: WrongPaper."""
    nodes = filed.write(filing)
    if not nodes:
        return None
    guid = filed.guid(filing)
    body = ceb.finish(filing.kind, nodes, guid=guid, parties=papers.house())
    message, _new = FilingMessage.objects.get_or_create(
        filing=filing,
        kind=filing.kind,
        guid=guid,
        defaults={"is_ours": True, "body": body.decode(), "moved_at": now},
    )
    return message


def _listen(filing: Filing, *, now: datetime) -> None:
    ours = filing.messages.get(is_ours=True)
    answers = ceb.ask([ours.guid]).get(ours.guid)
    if answers is None:
        windows.hand_in(Message(ours.kind, ours.guid, ours.body))
    kept = filing.messages.filter(is_ours=False)
    found = [*(receipts.again(row.body) for row in kept), *(answers or [])]
    with transaction.atomic():
        _keep(filing, answers or [])
        said = outcome(found)
        if said.word in STATES:
            _end(filing, said, now=now)
            return
        waited = now - (filing.sent_at or filing.made_at)
        due.finish(filing, at=now + min(max(waited / 2, LEAST), MOST))


def _keep(filing: Filing, answers: Sequence[Receipt]) -> None:
    answer = messages.forms()[filing.kind].answer
    FilingMessage.objects.bulk_create(
        [
            FilingMessage(
                filing=filing,
                kind=answer,
                guid=one.key,
                is_ours=False,
                body=one.body,
                moved_at=one.at,
            )
            for one in answers
        ],
        ignore_conflicts=True,
    )


def outcome(found: Sequence[Receipt]) -> Outcome:
    """What receipts come to when a message has several parts: as bad as the worst of them."""
    said = [
        receipts.outcome([one for one in found if one.part == part])
        for part in sorted({one.part for one in found})
    ]
    worst = ("refused", "rejected", "held", "pending", "accepted", "released")
    return min(said, key=lambda one: worst.index(one.word), default=Outcome("pending"))


def _end(filing: Filing, said: Outcome, *, now: datetime) -> None:
    """Write down what the window said; a list whose cancellation is accepted stands no more."""
    state = STATES[said.word]
    with transaction.atomic():
        listed = filing.declaration
        if state == S.ACCEPTED and filing.kind == K.CANCELLATION and listed is not None:
            with moving.locked(listed.shipment) as shipment:
                struck_out(listed, shipment, now=now)
        Filing.objects.filter(pk=filing.pk).update(
            state=state,
            reason="" if state == S.ACCEPTED and said.status else windows.plain(said.info)[:500],
            answer_code=said.status or None,
            number=said.number,
            ended_at=said.at or now,
        )
        due.finish(filing, at=None)
