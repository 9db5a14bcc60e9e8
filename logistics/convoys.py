"""Many parcels that stand alike: locked together, moved together by one statement.

As `moving`, whose rules hold for each of them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from orders.models import Order
from storefront.lib import locks

from . import milestones, moving
from .models import Bag, Reservation, Shipment, ShipmentItem, Stock
from .moving import Fact, WrongMove
from .states import MOVES, Code, State

MOVE = """
WITH told AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(dues)s::timestamptz[], %(times)s::timestamptz[],
        %(keys)s::text[], %(places)s::text[], %(details)s::text[]{types})
        AS told(id, due, at, key, place, detail{names})
), moved AS (
    UPDATE logistics_shipment s SET state = %(to)s, state_at = told.at, due_at = told.due,
        hinted_at = NULL, lease_until = NULL, attempt = attempt + 1, failures = 0,
        last_error = ''{changes}
    FROM told WHERE s.id = told.id AND s.state = %(here)s
    RETURNING s.id
), noted AS (
    INSERT INTO logistics_shipmentevent (shipment_id, code, source, source_key, place, actor,
        happened_at, recorded_at, detail)
    SELECT id, %(code)s, %(source)s, key, told.place, %(actor)s, at, clock_timestamp(),
        detail::jsonb
    FROM told JOIN moved USING (id)
    ON CONFLICT (shipment_id, source, source_key) DO NOTHING
)
SELECT count(*) FROM moved
"""
COLUMNS = {  # what may change with a move of many, beside the state
    "place_id": "bigint",
    "weight_g": "int",
    "packed_at": "timestamptz",
    "leave_by": "timestamptz",
    "expected_on": "date",
}
BAG = """
WITH told AS (
    SELECT * FROM unnest(%(keys)s::bigint[], %(bags)s::bigint[], %(departures)s::bigint[])
        AS told(id, bag, departure)
), found AS (
    SELECT id, bag, departure FROM told
    UNION ALL
    SELECT f.id, told.bag, told.departure
    FROM logistics_shipment f JOIN told ON f.follows_id = told.id
), moved AS (
    UPDATE logistics_shipment s
    SET state = %(to)s, state_at = %(now)s, bag_id = found.bag, departure_id = found.departure,
        due_at = NULL, hinted_at = NULL, lease_until = NULL, attempt = attempt + 1, failures = 0
    FROM found WHERE s.id = found.id AND s.state = %(here)s
    RETURNING s.id, s.bag_id
)
INSERT INTO logistics_shipmentevent (shipment_id, code, source, source_key, place, actor,
    happened_at, recorded_at, detail)
SELECT moved.id, %(code)s, 'centre', left('bagged:' || b.number, 120), '', %(actor)s,
    %(now)s, clock_timestamp(), jsonb_build_object('bag', b.number)
FROM moved JOIN logistics_bag b ON b.id = moved.bag_id
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Going:
    """One of many parcels that move alike: why, when the machine looks next, what else changes."""

    shipment: Shipment
    fact: Fact
    due_at: datetime | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def locked_all(shipments: Sequence[Shipment]) -> Iterator[list[Shipment]]:
    """Many parcels as they are now, in key order, inside a transaction; none that is in a box.

    Statements: seven, and three for what is still on the shelf, however many they are.
    Locks: as `locked`, the orders, then the stock, then the parcels, each in key order.
    """
    keys = [one.pk for one in shipments]
    with transaction.atomic():
        orders = locks.rows(Order.objects.filter(pk__in={one.order_id for one in shipments}))
        on_shelf = [one.pk for one in shipments if one.state in moving.ON_THE_SHELF]
        kept = _lock_stock(on_shelf) if on_shelf else {}
        rows = [row for row in locks.rows(Shipment.objects.filter(pk__in=keys)) if not row.box_id]
        by_key = {order.pk: order for order in orders}
        for row in rows:
            row.order = by_key[row.order_id]
            row.held_stocks = kept.get(row.pk, [])
        prefetch_related_objects(rows, "delivery", "order__city", "lane__export_customs")
        yield rows


def _lock_stock(keys: Sequence[int]) -> dict[int, list[Stock]]:
    """The rows of stock that the goods of parcels come from, by parcel."""
    used = ShipmentItem.objects.filter(shipment__in=keys)
    pairs = sorted(set(used.values_list("shipment_id", "line__reservation__stock_id")))
    kept = Reservation.objects.filter(line__items__shipment__in=keys).values("stock")
    rows = {row.pk: row for row in locks.rows(Stock.objects.filter(pk__in=kept))}
    found: dict[int, list[Stock]] = {}
    for shipment_id, stock_id in pairs:
        found.setdefault(shipment_id, []).append(rows[stock_id])
    return found


@contextmanager
def claimed_all(shipments: Sequence[Shipment]) -> Iterator[list[Shipment]]:
    """As `locked_all`, those that nobody has taken over since they were claimed."""
    attempts = {one.pk: (one.attempt, one.state) for one in shipments}
    with locked_all(shipments) as rows:
        yield [row for row in rows if attempts[row.pk] == (row.attempt, row.state)]


def move_all(goings: Sequence[Going], to: State, *, actor: str) -> None:
    """Move parcels that stand alike one step, keep why, and give them back; one statement.

    The facts are of one code and source. Further statements only for a parcel that has an
    exception or is in a box, or whose order must hear of it.
    Locks: the caller holds the orders and the parcels.
    Raises: WrongMove.
    """
    if not goings:
        return
    here, fact = State(goings[0].shipment.state), goings[0].fact
    if to not in MOVES[here]:
        raise WrongMove(_("Parcels are %(state)s.") % {"state": here.label}, to=str(to))
    given = _rows(goings, to, here) | {"code": fact.code, "source": fact.source, "actor": actor}
    with connection.cursor() as cursor:
        cursor.execute(_statement(goings[0].changes), given)
        assert cursor.fetchone()[0] == len(goings), "the caller does not hold the parcels"
    for one in goings:
        changes = {"state": to, "state_at": one.fact.at, "due_at": one.due_at, **one.changes}
        for name, value in changes.items():
            setattr(one.shipment, name, value)
        moving.tell_box(one.shipment, one.fact.at)
        moving.mind(one.shipment, one.fact, actor=actor)
        milestones.entered(one.shipment, to, at=one.fact.at, actor=actor)


def _statement(changes: Iterable[str]) -> str:
    names = list(changes)
    return MOVE.format(
        types="".join(f", %({name})s::{COLUMNS[name]}[]" for name in names),
        names="".join(f", {name}" for name in names),
        changes="".join(f", {name} = told.{name}" for name in names),
    )


def _rows(goings: Sequence[Going], to: State, here: State) -> dict[str, Any]:
    assert to not in State.ends(), "an end is written one by one"
    return {
        "to": to,
        "here": here,
        "ids": [one.shipment.pk for one in goings],
        "dues": [one.due_at for one in goings],
        "times": [one.fact.at for one in goings],
        "keys": [one.fact.key[:120] for one in goings],
        "places": [one.fact.place[:80] for one in goings],
        "details": [json.dumps(one.fact.detail) for one in goings],
        **{name: [one.changes[name] for one in goings] for name in goings[0].changes},
    }


def bag_all(
    found: Mapping[int, Bag], *, now: datetime, actor: str, here: State = State.CLEARED
) -> None:
    """Move cleared parcels into their bags, with what rides in their boxes, and keep why.

    With `here`, parcels of that state: those in a bag get another one.

    Three statements, however many they are, and a few for each that has an exception.
    Locks: the caller holds the orders and the parcels.
    """
    if not found:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            BAG,
            {
                "keys": list(found),
                "bags": [bag.pk for bag in found.values()],
                "departures": [bag.departure_id for bag in found.values()],
                "here": here,
                "to": State.BAGGED,
                "code": Code.HUB_BAGGED,
                "now": now,
                "actor": actor,
            },
        )
    moving.close_boxes(found, now=now)
    for row in Shipment.objects.filter(pk__in=found, has_incident=True).order_by("pk"):
        key = f"bagged:{found[row.pk].number}"
        moving.mind(row, Fact(Code.HUB_BAGGED, now, "centre", key), actor=actor)
