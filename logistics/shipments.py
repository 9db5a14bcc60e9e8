"""Parcels: planned when an order is paid, scanned on the floor, cancelled while they can be."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from orders import holds, lifecycle, terms
from orders.models import Delivery, Handover, Order, OrderLine
from storefront.lib import due, identifiers, locks
from storefront.lib.refusal import Refusal

from . import centre, collecting, moving, routing, splitting, warehouse, weighing
from .centre import Act, Step
from .customs import identities, limits
from .models import Lane, Leg, NumberRange, Shipment, ShipmentItem
from .moving import Fact
from .states import Code, State
from .stocking import claims, serials

S = State
CANCELLABLE = frozenset({S.PLANNED, S.AWAITED, S.STOCKED, S.PICKED})
FORM = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
Box = list[tuple[OrderLine, int]]
REFUSALS = (
    weighing.WrongWeight,
    centre.NoRoom,
    centre.BoxWaits,
    warehouse.NotKept,
    serials.BadSerial,
)


class TooLate(Refusal):
    """A parcel is packed already."""

    code = "too_late"


class NumbersOver(Refusal):
    """The range of parcel numbers is used up."""

    code = "numbers_over"


class WrongScan(Refusal):
    """The scanned thing does not belong here now; `facts["why"]` is the reason in one word."""

    code = "wrong_scan"


@dataclass(frozen=True)
class Scanned:
    """What a good scan did."""

    shipment: Shipment
    step: Step


@transaction.atomic
def plan(order: Order, *, now: datetime, actor: str) -> list[Shipment]:
    """Make the parcels of a paid order, one per delivery unless weight or regime part them.

    Again gives the same ones.
    Locks: the order; the range of numbers.
    Raises: NumbersOver.
    """
    lifecycle.lock(order.pk)
    made = list(order.shipments.order_by("pk"))
    if made:
        return made
    deliveries = list(
        order.deliveries.filter(cancelled_at=None)
        .select_related("order__city")
        .order_by("position")
    )
    awaited = [one for one in deliveries if one.origin == Delivery.Origin.SHENZHEN]
    if awaited:
        lifecycle.ask_handovers(awaited, due_at=now + terms.handover(on=now.date()))
    for delivery in deliveries:
        made += _plan_delivery(delivery, now=now)
    limits.watch(order, now=now)
    splitting.watch(order, parcels=len(made), now=now)
    if identities.begin(order, now=now):
        Shipment.objects.filter(order=order).update(wants_papers=True)
    for shipment in made:
        due.wake(Shipment.DUE_TASK, id=shipment.pk)
    return made


def _plan_delivery(delivery: Delivery, *, now: datetime) -> list[Shipment]:
    lines = delivery.lines.select_related("offer__variant", "reservation__stock")
    heaviest = terms.value("parcel_heaviest_g", on=now.date())
    boxes = pack(lines.order_by("position"), heaviest_g=heaviest)
    try:
        way: routing.Way | None = routing.plan(delivery, now=now)
    except routing.LaneClosed:
        way = None  # the order is held for the desk (promises.fix); the parcel waits
    return [
        _make(delivery, box, number, way, now=now)
        for box, number in zip(boxes, _numbers(len(boxes)), strict=True)
    ]


def pack(lines: Iterable[OrderLine], *, heaviest_g: int) -> list[Box]:
    """Put the pieces of lines into as few boxes as their order allows.

    Units: no box is heavier with its packing, but for a single piece that is by itself.
    Bonded and domestic goods are declared apart, so they are packed apart.
    """
    boxes: list[Box] = []
    regimes: list[str] = []
    for line in lines:
        regime = line.reservation.stock.regime
        for _piece in range(line.quantity):
            fitting = (
                box
                for box, kind in zip(boxes, regimes, strict=True)
                if kind == regime and _weight([*box, (line, 1)]) <= heaviest_g
            )
            box = next(fitting, None)
            if box is None:
                box = []
                boxes.append(box)
                regimes.append(regime)
            _put(box, line)
    return boxes


def _put(box: Box, line: OrderLine) -> None:
    if box and box[-1][0] == line:
        box[-1] = (line, box[-1][1] + 1)
    else:
        box.append((line, 1))


def _weight(box: Box) -> int:
    return _parcel(box).weight_g


def _parcel(box: Box) -> routing.Parcel:
    return routing.parcel_of((line.offer.variant, quantity) for line, quantity in box)


def _numbers(count: int) -> list[str]:
    """So many numbers of the Universal Postal Union, never given twice.

    Locks: the range.
    """
    row = locks.rows(NumberRange.objects.filter(service="LX", country="CN"))[0]
    if row.next_serial + count - 1 > row.last_serial:
        raise NumbersOver(_("There are no parcel numbers left."))
    NumberRange.objects.filter(pk=row.pk).update(next_serial=row.next_serial + count)
    serials = range(row.next_serial, row.next_serial + count)
    return [identifiers.s10(row.service, serial, row.country) for serial in serials]


def _make(
    delivery: Delivery, box: Box, number: str, way: routing.Way | None, *, now: datetime
) -> Shipment:
    lane_id = way.lane_id if way else Lane.objects.filter(code=delivery.lane).latest("pk").pk
    parcel = _parcel(box)
    shipment = Shipment.objects.create(
        number=number,
        order=delivery.order,
        delivery=delivery,
        lane_id=lane_id,
        place_id=box[0][0].reservation.stock.place_id,
        planned_weight_g=parcel.weight_g,
        volume_cm3=parcel.volume_cm3,
        expected_on=way.from_on if way else None,
        state_at=now,
        planned_at=now,
        due_at=now,
    )
    ShipmentItem.objects.bulk_create(
        ShipmentItem(shipment=shipment, line=line, quantity=quantity) for line, quantity in box
    )
    Leg.objects.bulk_create(
        Leg(
            shipment=shipment,
            position=position,
            service_id=leg.service_id,
            planned_departs_at=leg.departs_at,
            planned_arrives_at=leg.arrives_at,
        )
        for position, leg in enumerate(way.legs if way else ())
    )
    return shipment


def may_cancel(order: Order) -> bool:
    """Whether none of an order's parcels is packed yet."""
    free = Q(state__in=CANCELLABLE, packed_at=None) | Q(state=S.CANCELLED)
    return not order.shipments.exclude(free).exists()


@transaction.atomic
def hand_over(handover: Handover, *, actor: str, now: datetime) -> bool:
    """Record that a seller brought his goods, once, and let the parcels that waited go on.

    Locks: the order, the parcels.
    """
    if not lifecycle.hand_over(handover, actor=actor, now=now):
        return False
    awaited = Shipment.objects.filter(delivery=handover.delivery_id, state=S.AWAITED)
    for parcel in locks.rows(awaited):
        moving.plan(parcel, now)
    return True


@transaction.atomic
def cancel(order: Order, *, actor: str, now: datetime) -> None:
    """Stop the parcels of an order; picked goods go back to their shelf.

    What is not picked is given back by `warehouse.release`.
    Locks: the order, stock, the parcels.
    Raises: TooLate, if one of them is packed; then nothing is changed.
    """
    lifecycle.lock(order.pk)
    parcels = list(Shipment.objects.filter(order=order).order_by("pk"))
    if not may_cancel(order):
        raise TooLate(_("The parcel is packed already; it can only be returned."))
    for parcel in parcels:
        with moving.locked(parcel) as row:
            if row.state != S.CANCELLED:
                _cancel(row, actor=actor, now=now)


def _cancel(row: Shipment, *, actor: str, now: datetime) -> None:
    if row.state == S.PICKED:
        warehouse.put_back(row, actor=actor, now=now)
    elif any(stock.is_binned for stock in row.held_stocks):
        claims.drop(row)
    moving.move(row, S.CANCELLED, Fact(Code.CANCELLED, now, "order", "cancelled"), actor=actor)
    moving.plan(row, None)


def scan(
    number: str,
    step: str,
    *,
    actor: str,
    now: datetime,
    weight_g: int | None = None,
    numbers: Sequence[str] = (),
) -> Scanned:
    """Do one step of the floor with the parcel a worker has scanned.

    `numbers` are those of its pieces, where they are kept by number and the step is packing.

    Locks: the order, stock, the parcel.
    Raises: WrongScan, with the reason; nothing is written then.
    """
    asked = centre.STEPS[step]
    shipment = find(number)
    with moving.locked(shipment) as row:
        refuse(row, asked)
        try:
            next_at = centre.perform(asked, row, Act(actor, now, weight_g, tuple(numbers)))
        except REFUSALS as refusal:
            raise WrongScan(str(refusal), why=refusal.code, number=row.number) from refusal
        moving.plan(row, next_at)
    return Scanned(row, asked)


def find(number: str) -> Shipment:
    """A parcel by its scanned number.

    Raises: WrongScan, if it is none or was read wrong.
    """
    wanted = "".join(number.split()).upper()
    if not identifiers.is_s10(wanted):
        has_form = bool(FORM.fullmatch(wanted))
        text = _("The check digit is wrong: scan again.") if has_form else _("Not a parcel number.")
        raise WrongScan(text, why="check_digit" if has_form else "form", number=wanted)
    shipment = Shipment.objects.filter(number=wanted).first()
    if shipment is None:
        raise WrongScan(_("There is no such parcel."), why="unknown", number=wanted)
    return shipment


def refuse(row: Shipment, asked: Step) -> None:
    """Raises: WrongScan, unless this step is the parcel's next."""
    here = State(row.state)
    if here == S.CANCELLED:
        raise _wrong(row, "cancelled", _("The order is cancelled: put the goods back."))
    if here in State.ends():
        raise _wrong(row, "ended", _("This parcel is %(state)s.") % {"state": here.label})
    if holds.is_on(row.order_id):
        raise _wrong(row, "held", _("The order is on hold: put the parcel aside."))
    if here == asked.begins:
        _refuse_here(row, asked)
        return
    if moving.RANK[here] >= moving.RANK[asked.ends]:
        raise _wrong(row, "done", _("Done already: it is %(state)s.") % {"state": here.label})
    raise _wrong(row, "early", _("Not yet: %(missing)s.") % {"missing": missing(here)})


def _refuse_here(row: Shipment, asked: Step) -> None:
    """Of a parcel that stands where a step begins: a box is closed once, and weighed closed."""
    if asked.key in {"bag", "load"} and row.follows is not None:
        box = {"number": row.follows.number}
        raise _wrong(row, "in_box", _("It goes in the box %(number)s: scan that.") % box)
    if asked.key == "receive" and not collecting.is_handed(row):
        raise _wrong(row, "early", _("Not yet: the seller has not handed it over."))
    if asked.key == "pack" and row.packed_at is not None:
        raise _wrong(row, "done", _("Done already: it is packed."))
    if asked.key == "weigh" and row.packed_at is None:
        raise _wrong(row, "early", _("Not yet: %(missing)s.") % {"missing": missing(S.PICKED)})


def _wrong(row: Shipment, why: str, text: str) -> WrongScan:
    return WrongScan(text, why=why, number=row.number)


def missing(here: State) -> str:
    """What must happen to a parcel next, in a few words."""
    return {
        S.PLANNED: _("it is only planned"),
        S.AWAITED: _("it must be received from Shenzhen first"),
        S.STOCKED: _("it must be picked first"),
        S.PICKED: _("it must be packed first"),
        S.PACKED: _("it is not declared to customs"),
        S.DECLARED: _("customs have not released it"),
        S.CLEARED: _("it must go into a bag first"),
        S.BAGGED: _("it must be loaded first"),
    }.get(here, str(here.label))
