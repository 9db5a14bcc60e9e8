"""The life of a paper at a customs window: made, sent, answered, mended, ended."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.db import transaction

from logistics import centre, circuits, company, expecting, moving, slack
from logistics.models import Declaration, Shipment
from logistics.moving import Fact
from logistics.states import Code, State
from orders import holds
from storefront.lib import due

from . import answers, filings, opening, releasing, said, sending, windows
from .said import Told
from .windows import Heard, Message

D = Declaration.State
EXPORT, IMPORT = Declaration.Direction.EXPORT, Declaration.Direction.IMPORT
ANSWERED = frozenset({D.RELEASED, D.REJECTED, D.REFUSED, D.CANCELLED})
# A late receipt may outrank the one that seemed to end a paper (receipts.RANK), never the reverse.
MOVES: dict[D, frozenset[D]] = {
    D.READY: frozenset({D.SENT, D.REJECTED, D.CANCELLED}),
    D.SENT: frozenset({D.HELD, D.REJECTED, D.REFUSED, D.RELEASED, D.CANCELLED}),
    D.HELD: frozenset({D.REJECTED, D.REFUSED, D.RELEASED, D.CANCELLED}),
    D.REJECTED: frozenset({D.REFUSED, D.RELEASED, D.CANCELLED}),
    D.REFUSED: frozenset({D.RELEASED}),
    D.RELEASED: frozenset({D.CANCELLED}),
    D.CANCELLED: frozenset(),
}
assert set(MOVES) == set(D)
assert set(D) - {D.READY} == frozenset().union(*MOVES.values())
TRIES = 2  # the second rejection is for a person
LATER = timedelta(hours=6)
ACTOR = "task:customs"
ASKED = "CUSTOMS_ASKS"
CODES = {
    (EXPORT, "released"): Code.EXPORT_CUSTOMS_CLEARED,
    (EXPORT, "held"): Code.EXPORT_CUSTOMS_HOLD,
    (EXPORT, "rejected"): Code.EXPORT_CUSTOMS_FAILED,
    (EXPORT, "refused"): Code.EXPORT_CUSTOMS_FAILED,
    (IMPORT, "released"): Code.IMPORT_CUSTOMS_CLEARED,
    (IMPORT, "held"): Code.IMPORT_CUSTOMS_HOLD,
    (IMPORT, "rejected"): Code.IMPORT_CUSTOMS_HOLD,
    (IMPORT, "refused"): Code.IMPORT_CUSTOMS_REFUSED,
}
STATES = {"held": D.HELD, "released": D.RELEASED, "rejected": D.REJECTED, "refused": D.REFUSED}


def ensure(shipment: Shipment, direction: Declaration.Direction, *, now: datetime) -> bool:
    """See that a paper is under way; False, while the last was rejected and waits for a person.

    Locks: the caller holds the order and the parcel.
    """
    last = shipment.declarations.filter(direction=direction).order_by("attempt_number").last()
    if last is not None and last.state == D.REJECTED and holds.is_on(shipment.order_id):
        return False
    if last is None or last.state in {D.REJECTED, D.CANCELLED}:
        opening.open_for(shipment, direction, now=now)
    return True


def drive(declaration: Declaration, *, now: datetime) -> None:
    """Take a claimed paper one step on.

    Raises: the errors of lib.http; BadXml; Zombie.
    """
    if declaration.state in ANSWERED:
        due.finish(declaration, at=None)
    elif declaration.state == D.READY:
        _send(declaration, now=now)
    else:
        _listen(declaration, now=now)


def _send(declaration: Declaration, *, now: datetime) -> None:
    """Hand a paper in, and others that wait for the same window.

    Raises: the errors of lib.http; those that were left come again by themselves.
    """
    window = windows.WINDOWS[declaration.direction]
    alike = {"direction": [declaration.direction], "state": [D.READY]}
    done = sending.hand_in(company.join(declaration, most=window.together, **alike), now=now)
    for row, why in done.wrong:
        with due.fenced():
            _settle(row, Heard("rejected", now, str(why), "", ()), now=now)
    if done.failure is not None:
        for row in done.left:
            if row.pk != declaration.pk:
                due.retry(row, done.failure)
        if declaration in done.left:
            raise done.failure


def _listen(declaration: Declaration, *, now: datetime) -> None:
    """Ask the window about a paper, and about others that wait for it, all in one breath.

    Raises: the errors of lib.http; BadXml; those whose paper failed ask alone from then on.
    """
    window = windows.WINDOWS[declaration.direction]
    alike = {"direction": [declaration.direction], "state": [D.SENT, D.HELD]}
    rows = company.join(declaration, most=window.together, **alike)
    told = said.of(rows)
    try:
        heard = window.listen([(told[row.pk].ours, told[row.pk].theirs) for row in rows])
    except circuits.OUTSIDE as error:
        for other in rows[1:]:
            due.retry(other, error)
        raise
    _take_in([(row, one, told[row.pk]) for row, one in zip(rows, heard, strict=True)], now=now)


def _take_in(told: Sequence[tuple[Declaration, Heard, Told]], *, now: datetime) -> None:
    """Keep what was heard; only what decides something of a parcel, or holds it, takes its lock."""
    quiet = [one for one in told if one[1].word not in STATES and one[0].state == D.SENT]
    news = [(row, heard.messages) for row, heard, before in quiet if not before.knows(heard)]
    with transaction.atomic() if quiet else nullcontext():
        rows = company.finish([(row, _next_look(row, now=now)) for row, _heard, _told in quiet])
        said.keep((row, messages) for row, messages in news if row in rows)
    known = {row.pk for row, _heard, _told in quiet}
    known |= releasing.release([(row, heard) for row, heard, _told in told], now=now)
    for row, heard, before in told:
        if row.pk not in known:
            with due.fenced():
                _wait(row, now=now) if before.knows(heard) else _settle(row, heard, now=now)


def heard_so_far(declaration: Declaration) -> list[Message]:
    """Every answer that was kept."""
    return said.of([declaration])[declaration.pk].theirs


def take_in(declaration: Declaration, heard: Heard, *, now: datetime) -> None:
    """Take in receipts whenever and in whatever order they come, also after the end.

    The state follows from all that were ever kept.
    Locks: the order, the parcel.
    """
    declaration.refresh_from_db()
    fresh = [message for message, _at in heard.messages]
    found = windows.sorted_by_message([*heard_so_far(declaration), *fresh])
    _settle(declaration, windows.sum_up(found, heard.messages), now=now)


def _wait(declaration: Declaration, *, now: datetime) -> None:
    """Nothing new: a parcel that is held falls behind, the others are as they were."""
    if declaration.state != D.HELD:
        due.finish(declaration, at=_next_look(declaration, now=now))
        return
    with moving.locked(declaration.shipment) as shipment:
        expecting.update(shipment, now=now, actor=ACTOR)
        due.finish(declaration, at=_next_look(declaration, now=now))


def _settle(declaration: Declaration, heard: Heard, *, now: datetime) -> None:
    """Write down what the window said and what follows from it for the parcel.

    Locks: the order, the parcel.
    """
    with moving.locked(declaration.shipment) as shipment:
        said.keep([(declaration, heard.messages)])
        state = STATES.get(heard.word, D(declaration.state))
        if state in MOVES[D(declaration.state)]:
            _change(declaration, state, heard, now=now)
            _tell(declaration, shipment, heard, now=now)
        elif heard.code and heard.word == "held":
            _change(declaration, state, heard, now=now)
            _note(declaration, shipment, heard, now=now)
        elif state == declaration.state and state != D.SENT:
            _change(declaration, state, heard, now=now)
        expecting.update(shipment, now=now, actor=ACTOR)
        due.finish(declaration, at=None if state in ANSWERED else _next_look(declaration, now=now))


def _change(declaration: Declaration, state: D, heard: Heard, *, now: datetime) -> None:
    changes: dict[str, object] = {"reason": heard.reason[:500], "answer_code": heard.status or None}
    if heard.code:
        changes["decision"] = heard.code
    if heard.number:
        changes["inventory_number"] = heard.number
    if heard.port_number:
        changes["port_number"] = heard.port_number
    if state in ANSWERED:
        changes["ended_at"] = heard.at or now
    if state == D.RELEASED and declaration.state != state:
        changes["summary"] = filings.summary_for(declaration, now=now)
    Declaration.objects.filter(pk=declaration.pk).update(state=state, **changes)


def _tell(declaration: Declaration, shipment: Shipment, heard: Heard, *, now: datetime) -> None:
    """Let the parcel go on, wait, or end."""
    direction = Declaration.Direction(declaration.direction)
    fact = _note(declaration, shipment, heard, now=now)
    if heard.word == "released":
        if declaration.state == D.REJECTED:
            _supersede(declaration)
        _release(shipment, direction, fact, now=now)
    elif heard.word == "refused":
        _refuse(shipment, fact, now=now)
    elif heard.word == "rejected":
        _mend(declaration, shipment, heard, now=now)


def _supersede(declaration: Declaration) -> None:
    """What was let go after all needs no other paper."""
    others = Declaration.objects.filter(
        shipment=declaration.shipment_id, direction=declaration.direction
    ).exclude(pk=declaration.pk)
    others.filter(state__in=[D.READY, D.SENT, D.HELD, D.REJECTED]).update(
        state=D.CANCELLED, due_at=None
    )


def _note(declaration: Declaration, shipment: Shipment, heard: Heard, *, now: datetime) -> Fact:
    """Keep what was decided; what the window asks of us waits on the customs desk until it ends."""
    direction = Declaration.Direction(declaration.direction)
    told = {"reason": heard.reason, "decision": heard.code}
    fact = Fact(
        CODES[direction, heard.word],
        heard.at or now,
        windows.WINDOWS[direction].source,
        ":".join(filter(None, (declaration.reference, heard.word, heard.code))),
        detail={name: word for name, word in told.items() if word},
    )
    moving.note(shipment, fact, actor=ACTOR)
    if answers.asks_us(heard.code):
        note = f"{shipment.number}: {answers.for_desk(heard.code)} {heard.reason}"
        holds.put(shipment.order, reason=ASKED, owner="customs", actor=ACTOR, now=now, note=note)
    elif heard.code and declaration.decision and heard.word in {"released", "refused"}:
        for hold in shipment.order.holds.filter(reason=ASKED, lifted_at=None):
            holds.lift(hold, answer=heard.word, actor=ACTOR, now=now)
    return fact


def _release(
    shipment: Shipment, direction: Declaration.Direction, fact: Fact, *, now: datetime
) -> None:
    if direction == EXPORT and shipment.state == State.DECLARED:
        leave_by = slack.leave_by(shipment, now=now)
        moving.move(shipment, State.CLEARED, fact, actor=ACTOR, leave_by=leave_by)
        moving.plan(shipment, centre.hands_at(State.CLEARED, now=now))
    elif direction == IMPORT and shipment.state == State.AT_BORDER:
        moving.move(shipment, State.IMPORT_CLEARED, fact, actor=ACTOR)
        moving.plan(shipment, now)


def _refuse(shipment: Shipment, fact: Fact, *, now: datetime) -> None:
    """What customs will not let through goes back; the money follows in the next step."""
    if shipment.state in {State.DECLARED, State.AT_BORDER}:
        moving.move(shipment, State.RETURNED, fact, actor=ACTOR)
        moving.plan(shipment, now)


def _mend(declaration: Declaration, shipment: Shipment, heard: Heard, *, now: datetime) -> None:
    """Make the paper anew once; the second time a person must look."""
    direction = Declaration.Direction(declaration.direction)
    if declaration.attempt_number < TRIES:
        opening.open_for(shipment, direction, now=now)
        return
    holds.put(
        shipment.order,
        reason="CUSTOMS_REJECTED",
        owner="customs",
        actor=ACTOR,
        now=now,
        note=f"{shipment.number}: {heard.reason}",
    )
    moving.plan(shipment, now + LATER)


def _next_look(declaration: Declaration, *, now: datetime) -> datetime:
    window = windows.WINDOWS[declaration.direction]
    waited = now - (declaration.sent_at or declaration.made_at)
    return now + min(max(waited / 2, window.least), window.most)
