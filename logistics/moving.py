"""The one way a parcel changes its state, each time with the fact that moved it.

Many that move alike do so by `convoys`, with the same rules.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orders import lifecycle
from orders.models import Order
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal

from . import incidents, milestones
from .models import Box, Shipment, Stock
from .states import MOVES, State

S = State
WAY = (
    S.PICKED,
    S.PACKED,
    S.DECLARED,
    S.CLEARED,
    S.BAGGED,
    S.LOADED,
    S.DEPARTED,
    S.AT_BORDER,
    S.IMPORT_CLEARED,
    S.LAST_MILE,
    S.DELIVERED,
)
UNDER_WAY = WAY[WAY.index(S.BAGGED) : -1]
ON_THE_SHELF = frozenset({S.AWAITED, S.STOCKED, S.PICKED})
RANK = {state: rank for rank, state in enumerate((S.PLANNED, S.AWAITED, S.STOCKED, *WAY))}
NOTE = """
INSERT INTO logistics_shipmentevent (shipment_id, code, source, source_key, place, actor,
    happened_at, recorded_at, detail)
SELECT %(shipment)s, code, source, key, place, %(actor)s, at, clock_timestamp(), detail::jsonb
FROM unnest(%(codes)s::text[], %(sources)s::text[], %(keys)s::text[], %(places)s::text[],
    %(times)s::timestamptz[], %(details)s::text[])
    WITH ORDINALITY AS told(code, source, key, place, at, detail, n)
ORDER BY n
ON CONFLICT (shipment_id, source, source_key) DO NOTHING
RETURNING source, source_key
"""


class WrongMove(Refusal):
    """The parcel is not where this step begins."""

    code = "wrong_move"


@dataclass(frozen=True)
class Fact:
    """Something that happened to a parcel; `source` and `key` make it one fact for ever.

    Time: `at` is business time, when it happened, not when it was heard of.
    """

    code: str
    at: datetime
    source: str
    key: str
    place: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@contextmanager
def locked(shipment: Shipment) -> Iterator[Shipment]:
    """The parcel as it is now, inside a transaction.

    Locks: the order row, with those of all parcels in its box; the stock of what is not packed
    yet; then the shipment.
    """
    with transaction.atomic():
        if shipment.box_id is not None:
            together = Shipment.objects.filter(box=shipment.box_id)
            locks.rows(Order.objects.filter(pk__in=together.values("order")))
        order = lifecycle.lock(shipment.order_id)
        stocks = []
        if shipment.state in ON_THE_SHELF:
            kept = Stock.objects.filter(reservations__line__items__shipment=shipment.pk)
            stocks = locks.rows(kept)
        row = locks.row(Shipment.objects.all(), shipment.pk)
        row.held_stocks = stocks
        _hand_on(shipment, row, order)
        yield row


def _hand_on(known: Shipment, row: Shipment, order: Order) -> None:
    """Let a locked parcel have its locked order, and what never changes of what was read before."""
    row.order = order
    if Shipment.lane.is_cached(known) and known.lane_id == row.lane_id:
        row.lane = known.lane
    if Shipment.order.is_cached(known) and Order.city.is_cached(known.order):
        order.city = known.order.city


@contextmanager
def claimed(shipment: Shipment) -> Iterator[Shipment]:
    """As `locked`, for a row held by a lease.

    Raises: Zombie, if somebody has moved it on since.
    """
    with locked(shipment) as row:
        if row.attempt != shipment.attempt:
            raise due.Zombie(f"parcel {shipment.pk} was taken over")
        yield row


def note(shipment: Shipment, fact: Fact, *, actor: str) -> bool:
    """Keep a fact; False, if it was known.

    Locks: the caller holds the shipment.
    """
    fresh = note_all(shipment, [fact], actor=actor)
    for one in fresh:
        mind(shipment, one, actor=actor)
    return bool(fresh)


def note_all(shipment: Shipment, facts: Iterable[Fact], *, actor: str) -> list[Fact]:
    """Keep facts, and say which of them were new; one statement, however many they are.

    Locks: the caller holds the shipment, so nobody else writes its events.
    """
    told = {(fact.source[:40], fact.key[:120]): fact for fact in facts}
    if not told:
        return []
    with connection.cursor() as cursor:
        cursor.execute(NOTE, _columns(shipment, told, actor=actor))
        fresh = [told[name] for name in cursor.fetchall()]
    if fresh:
        tell_box(shipment, max(fact.at for fact in fresh))
    return fresh


def _columns(
    shipment: Shipment, told: Mapping[tuple[str, str], Fact], *, actor: str
) -> dict[str, Any]:
    return {
        "shipment": shipment.pk,
        "actor": actor,
        "sources": [source for source, _key in told],
        "keys": [key for _source, key in told],
        "codes": [fact.code[:30] for fact in told.values()],
        "places": [fact.place[:80] for fact in told.values()],
        "times": [fact.at for fact in told.values()],
        "details": [json.dumps(fact.detail) for fact in told.values()],
    }


def tell_box(shipment: Shipment, at: datetime) -> None:
    """Wake what rides in the box of a parcel that was bagged, or the box that is being made."""
    if shipment.box_id is None:
        return
    anew = {"due_at": at, "hinted_at": None, "lease_until": None, "attempt": F("attempt") + 1}
    Shipment.objects.filter(follows=shipment.pk, state__in=UNDER_WAY).update(**anew)
    if shipment.state not in UNDER_WAY:
        Box.objects.filter(pk=shipment.box_id, state=Box.State.OPEN).update(**anew)


def mind(shipment: Shipment, fact: Fact, *, actor: str) -> None:
    """Let exceptions be opened and closed by a fact that is new.

    Locks: the caller holds the order and the shipment.
    """
    cause = str(fact.detail.get("reason") or fact.detail.get("text") or "")
    incidents.heard(shipment, fact.code, at=fact.at, cause=cause, actor=actor)


def move(shipment: Shipment, to: State, fact: Fact, *, actor: str, **changes: Any) -> None:
    """Move a parcel one step and keep why.

    Locks: the caller holds the order and the shipment.
    Raises: WrongMove, if the machine does not allow it.
    """
    note(shipment, fact, actor=actor)
    _step(shipment, to, fact, actor=actor, **changes)


def _step(shipment: Shipment, to: State, fact: Fact, *, actor: str, **changes: Any) -> None:
    here = State(shipment.state)
    if to not in MOVES[here]:
        raise WrongMove(
            _("Parcel %(number)s is %(state)s.") % {"number": shipment.number, "state": here.label},
            to=str(to),
        )
    changes |= {"state": to, "state_at": fact.at}
    if to in State.ends():
        changes["ended_at"] = fact.at
    for name, value in changes.items():
        setattr(shipment, name, value)
    done = Shipment.objects.filter(pk=shipment.pk, state=here).update(**changes)
    assert done, "the caller does not hold the shipment"
    milestones.entered(shipment, to, at=fact.at, actor=actor)


def close_boxes(leads: Iterable[int], *, now: datetime) -> None:
    """Boxes that are in their bags go as one from now on; one statement."""
    boxes = Box.objects.filter(lead__in=list(leads), state=Box.State.OPEN)
    boxes.update(state=Box.State.CLOSED, closed_at=now, due_at=None)


def reach(shipment: Shipment, target: State, fact: Fact, *, actor: str) -> bool:
    """Walk a parcel to where a fact says it is, through every state between; never back.

    False, if the parcel is there already, further on, or has not left the centre.
    Locks: the caller holds the order and the shipment.
    """
    path = _path(State(shipment.state), target)
    for state in path:
        _step(shipment, state, fact, actor=actor)
    return bool(path)


def _path(here: State, target: State) -> list[State]:
    if RANK.get(here, -1) < RANK[S.CLEARED] or RANK.get(target, 99) <= RANK[here]:
        return []
    path: list[State] = []
    while target not in MOVES[here]:
        if here == S.DELIVERED:
            return []
        here = WAY[WAY.index(here) + 1]
        path.append(here)
    return [*path, target]


def plan(shipment: Shipment, at: datetime | None) -> None:
    """Set when the machine looks at a parcel next, whoever holds it now.

    Locks: the caller holds the shipment.
    """
    due.plan(shipment, at)
    if at is not None:
        due.wake(Shipment.DUE_TASK, id=shipment.pk)
