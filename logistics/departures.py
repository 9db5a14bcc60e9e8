"""The life of a departure: loaded, handed to its carrier, followed to its terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from orders.models import Order
from storefront.lib import due, http, locks

from . import bills, consolidation, convoys, moving, runs, tracking, vocabulary
from .carriers import Event, linehaul
from .convoys import Going
from .customs import filings
from .models import Bag, Departure, Shipment
from .moving import Fact
from .states import Code, State

D = Departure.State
BATCH = 100
PATIENCE = timedelta(hours=6)
ACTOR = "task:departures"
RANK = {D.OPEN: 0, D.CLOSED: 1, D.BOOKED: 2, D.DEPARTED: 3, D.AT_BORDER: 4, D.ARRIVED: 5}
LEAST, WAY, MOST = timedelta(minutes=20), timedelta(hours=3), timedelta(hours=6)


def drive(departure: Departure, *, now: datetime) -> None:
    """Take a claimed departure one step on.

    Raises: the errors of lib.http; Zombie.
    """
    if departure.state == D.OPEN:
        _close(departure, now=now)
    elif departure.state == D.CLOSED:
        _load(departure, now=now)
    elif departure.state == D.CANCELLED:
        due.finish(departure, at=None)
    else:
        _follow(departure, now=now)


@transaction.atomic
def _close(departure: Departure, *, now: datetime) -> None:
    if now < departure.closes_at:
        due.finish(departure, at=departure.closes_at)
        return
    consolidation.close(departure, now=now)
    due.finish(departure, at=now)


def _load(departure: Departure, *, now: datetime) -> None:
    """Load what lies in sealed bags, by automatic hands; workers do it by scans."""
    if settings.AUTOMATIC_HANDS:
        for chunk in _chunks(departure, State.BAGGED):
            _load_chunk(departure, chunk, now=now)
    elif _has(departure, State.BAGGED):
        if now < departure.departs_at:
            due.finish(departure, at=departure.departs_at)
            return
        for chunk in _chunks(departure, State.BAGGED):
            _leave_behind(chunk, now=now)
    if _has(departure, State.LOADED):
        _book(departure, now=now)
    else:
        due.finish(departure, at=None)


def _has(departure: Departure, state: State) -> bool:
    return departure.shipments.filter(state=state).exists()


def _chunks(departure: Departure, *states: State) -> Iterator[list[int]]:
    """The parcels of a departure, so many at a time, asked once."""
    parcels = departure.shipments.filter(state__in=states) if states else departure.shipments
    keys = list(parcels.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _lock(keys: list[int], state: State) -> list[Shipment]:
    """Locks: the orders, then the parcels, each in key order."""
    together = Q(pk__in=keys) | Q(follows__in=keys)
    locks.rows(Order.objects.filter(pk__in=Shipment.objects.filter(together).values("order")))
    rows = locks.rows(Shipment.objects.filter(together))
    return [row for row in rows if row.state == state and row.pk in keys]


@transaction.atomic
def _load_chunk(departure: Departure, keys: list[int], *, now: datetime) -> None:
    fact = _aboard(departure, now=now)
    going = [Going(row, fact) for row in _lock(keys, State.BAGGED)]
    convoys.move_all(going, State.LOADED, actor="task:hands")


def loaded(row: Shipment, departure: Departure, *, actor: str, now: datetime) -> None:
    """Put a bagged parcel aboard.

    Locks: the caller holds the order and the parcel.
    """
    moving.move(row, State.LOADED, _aboard(departure, now=now), actor=actor)


def _aboard(departure: Departure, *, now: datetime) -> Fact:
    detail = {"departure": departure.number}
    return Fact(Code.HUB_OUTBOUND, now, "centre", f"loaded:{departure.number}", detail=detail)


@transaction.atomic
def _leave_behind(keys: list[int], *, now: datetime) -> None:
    for row in _lock(keys, State.BAGGED):
        leave_behind(row, now=now)


def leave_behind(row: Shipment, *, now: datetime) -> None:
    """Put a parcel that missed its departure onto the next with room; else look again later.

    Locks: departures; the caller holds the order and the parcel.
    """
    if row.follows_id is not None:
        moving.plan(row, None)
        return
    missed = row.departure
    bag = consolidation.take_out(row, now=now)
    if bag is None or missed is None:
        moving.plan(row, now + consolidation.LATER)
        return
    detail = {"bag": bag.number, "left_behind": missed.number}
    fact = Fact(Code.HUB_BAGGED, now, "centre", f"bagged:{bag.number}", detail=detail)
    for each in consolidation.inside(row):
        moving.note(each, fact, actor=ACTOR)
        Shipment.objects.filter(pk=each.pk).update(bag=bag, departure=bag.departure_id)
    moving.plan(row, None)


def manifest(departure: Departure) -> linehaul.Manifest:
    """What the carrier is told: the same each time it is asked, for it stands in the database."""
    way = runs.way(departure.lane, ready=departure.closes_at)
    parcels = departure.shipments.filter(state=State.LOADED)
    bags = departure.bags.filter(parcels__gt=0).order_by("number")
    return linehaul.Manifest(
        carrier=departure.service.carrier,
        reference=departure.number,
        pieces=parcels.filter(follows=None).count(),
        weight_g=sum(weight or planned for weight, planned in _weights(departure)),
        bags=tuple(bags.values_list("number", flat=True)),
        stretches=tuple(map(_stretch, way)),
    )


def _weights(departure: Departure) -> list[tuple[int | None, int]]:
    parcels = departure.shipments.filter(state=State.LOADED)
    return list(parcels.values_list("weight_g", "planned_weight_g"))


def _stretch(run: runs.Stretch) -> linehaul.Stretch:
    service = run.service
    return linehaul.Stretch(
        service=service.code,
        mode=service.mode,
        origin=service.origin.code,
        target=service.target.code,
        departs_at=run.departs_at,
        arrives_at=run.arrives_at,
    )


def _book(departure: Departure, *, now: datetime) -> None:
    bill = _bill(linehaul.book(manifest(departure)), departure)
    with transaction.atomic():
        Departure.objects.filter(pk=departure.pk, state=D.CLOSED).update(
            state=D.BOOKED, master_bill=bill
        )
        departure.bags.filter(parcels__gt=0).update(state=Bag.State.LOADED)
        filings.open_for(departure, filings.AT_BOOKING, now=now)
        due.finish(departure, at=departure.departs_at + LEAST)


def _bill(number: str, departure: Departure) -> str:
    """The number of the master bill, if it can be one.

    Raises: http.Unknown; the carrier is asked again, and the desk sees why.
    """
    try:
        return bills.check(number, mode=departure.service.mode)
    except bills.BadBill as wrong:
        raise http.Unknown(str(wrong)) from wrong


def _follow(departure: Departure, *, now: datetime) -> None:
    """Ask the carrier and pass on what happened, to the departure first, then to its parcels."""
    events = linehaul.track(departure.service.carrier, departure.number)
    had_left = departure.departed_at is not None
    with transaction.atomic():
        _note(departure, events)
        if departure.departed_at is not None and not had_left:
            filings.open_for(departure, filings.AT_LEAVING, now=now)
    facts = [vocabulary.fact_of(event, source=departure.service.carrier) for event in events]
    for chunk in _chunks(departure):
        with transaction.atomic():
            tracking.apply_all(chunk, facts, actor=ACTOR, now=now)
    if _is_overdue(departure, now=now):
        for chunk in _chunks(departure):
            tracking.expect_all(chunk, actor=ACTOR, now=now)
    times = Times(departure.departs_at, departure.departed_at, departure.arrives_at)
    done = departure.state == D.ARRIVED
    due.finish(departure, at=None if done else next_look(times, now=now))


def _is_overdue(departure: Departure, *, now: datetime) -> bool:
    """Whether it is so late that those who wait must hear of it before anything happens."""
    if departure.departed_at is None:
        return now > departure.departs_at + PATIENCE
    return departure.arrived_at is None and now > departure.arrives_at + PATIENCE


def _note(departure: Departure, events: list[Event]) -> None:
    """Move the departure as far as the events say, never back."""
    border = departure.lane.import_customs.code
    for event in events:
        if event.code == Code.LINEHAUL_DEPARTED:
            _reach(departure, D.DEPARTED)
            departure.departed_at = event.happened_at
        if event.code in tracking.REACHING and event.place == border:
            _reach(departure, D.AT_BORDER)
        if event.code == Code.LINEHAUL_ARRIVED:
            _reach(departure, D.ARRIVED)
            departure.arrived_at = event.happened_at
    Departure.objects.filter(pk=departure.pk, attempt=departure.attempt).update(
        state=departure.state,
        departed_at=departure.departed_at,
        arrived_at=departure.arrived_at,
    )


def _reach(departure: Departure, state: Departure.State) -> None:
    if RANK[state] > RANK[D(departure.state)]:
        departure.state = state


@dataclass(frozen=True)
class Times:
    """Of a vehicle: when it should leave, when it left, when it should be there."""

    departs_at: datetime
    departed_at: datetime | None
    arrives_at: datetime


def next_look(times: Times, *, now: datetime) -> datetime:
    """When to ask the carrier again: soon after what is planned, then in growing steps."""
    if times.departed_at is None:
        return times.departs_at + LEAST if now < times.departs_at else _later(times.departs_at, now)
    if now < times.arrives_at:
        on_the_way = now + min(max((now - times.departed_at) / 4, WAY), MOST)
        return min(times.arrives_at + LEAST, on_the_way)
    return _later(times.arrives_at, now)


def _later(planned: datetime, now: datetime) -> datetime:
    return now + min(max((now - planned) / 4, LEAST), MOST)
