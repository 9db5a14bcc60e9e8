"""The steps of the floor for many parcels at once: what one go of the machine does.

Parcels that are due and stand alike are claimed, locked and moved together, by a few statements
however many they are. What is not plain is left for the step of its own: a parcel in a box or
with company for one, with papers to wait for, on hold, or with a part of a line only.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings

from orders import holds
from orders.models import Delivery
from storefront.lib.refusal import Refusal

from . import boxes, centre, company, convoys, warehouse
from .convoys import Going
from .customs import opening
from .models import Place, Shipment
from .moving import Fact
from .states import Code, State
from .stocking import serials

log = logging.getLogger(__name__)
S = State
ACTOR = "task:shipments"
MOST = max(Shipment.DUE_TOGETHER.values())
BY_HANDS = frozenset({S.STOCKED, S.PICKED})
Rows = Sequence[Shipment]


def take(shipment: Shipment, *, now: datetime) -> list[Shipment]:
    """Move a claimed parcel, and others that are due where it stands, as far as they go together.

    Those that are left are claimed and wait for their own step; the given one may be among them.
    """
    state = State(shipment.state)
    if state not in STEPS or (state in BY_HANDS and not settings.AUTOMATIC_HANDS):
        return [shipment]
    rows = company.join(shipment, most=MOST, state=[state])
    plain = [row for row in rows if row.box_id is None and not row.wants_papers]
    if len(plain) < 2:
        return rows
    try:
        with convoys.claimed_all(plain) as held:
            gone = {one.shipment.pk: one for one in STEPS[state](held, now)}
    except Refusal as refusal:
        log.info("%s parcels go on one by one: %s", len(plain), refusal)
        return rows
    if shipment.pk in gone:
        shipment.due_at = gone[shipment.pk].due_at
    return [row for row in rows if row.pk not in gone]


def _start(rows: Rows, now: datetime) -> list[Going]:
    apart = boxes.with_company(rows)
    fact = Fact(Code.PRE_ADVICE, now, "centre", "planned")
    here, there = [], []
    for row in rows:
        if row.pk in apart:
            continue
        if row.delivery.origin == Delivery.Origin.HARBIN:
            here.append(Going(row, fact, centre.hands_at(S.STOCKED, now=now, number=row.number)))
        else:
            there.append(Going(row, fact, now))
    convoys.move_all(here, S.STOCKED, actor=ACTOR)
    convoys.move_all(there, S.AWAITED, actor=ACTOR)
    return here + there


def _pick(rows: Rows, now: datetime) -> list[Going]:
    picked = warehouse.pick_all(rows, actor=centre.HANDS, now=now)
    place = Place.objects.get(kind=Place.Kind.CENTRE)
    fact = Fact(Code.HUB_PICKED, now, centre.SOURCE, "picked", place=place.code)
    at = centre.hands_at(S.PICKED, now=now)
    going = [Going(row, fact, at, {"place_id": place.pk}) for row in picked]
    convoys.move_all(going, S.PICKED, actor=centre.HANDS)
    return going


def _pack(rows: Rows, now: datetime) -> list[Going]:
    going = []
    for row in rows:
        if row.packed_at is None:
            serials.pack(row, None, now=now)
        weight = centre.weighed(row)
        fact = Fact(Code.HUB_PACKED, now, centre.SOURCE, "packed", detail={"weight_g": weight})
        changes = {"weight_g": weight, "packed_at": row.packed_at or now}
        going.append(Going(row, fact, now, changes))
    convoys.move_all(going, S.PACKED, actor=centre.HANDS)
    return going


def _declare(rows: Rows, now: datetime) -> list[Going]:
    held = holds.among(row.order_id for row in rows)
    free = [row for row in rows if row.order_id not in held]
    made = opening.open_all(free, now=now)
    going = [
        Going(row, Fact(Code.EXPORT_CUSTOMS_START, now, "customs.cn", f"{one.reference}:opened"))
        for row in free
        if (one := made.get(row.pk))
    ]
    convoys.move_all(going, S.DECLARED, actor=ACTOR)
    return going


STEPS: dict[State, Callable[[Rows, datetime], list[Going]]] = {
    S.PLANNED: _start,
    S.STOCKED: _pick,
    S.PICKED: _pack,
    S.PACKED: _declare,
}
