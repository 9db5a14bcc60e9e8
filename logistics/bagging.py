"""A round of bagging: everything that waits for one service, into bags in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from orders.models import Hold, Order
from storefront.lib import locks

from . import consolidation, convoys, packing, runs, slack
from .models import Bag, Departure, Lane, Leg, Service, Shipment, Vehicle
from .packing import Bagged, Bags, Offer, Piece
from .states import State

Ways = Mapping[int, Sequence[Sequence[runs.Stretch]]]
Departures = dict[packing.Key, Departure]  # by the lane and when its vehicle leaves


@dataclass(frozen=True)
class Round:
    """What a round of bagging did: where each parcel went, and who found no room."""

    bagged: Mapping[int, Bag] = field(default_factory=dict)
    waiting: Collection[int] = ()


@dataclass(frozen=True)
class _Turn:
    """Who bags, when, what is due, and which bagged parcels he may take out of open bags."""

    now: datetime
    actor: str
    due_by: datetime | None
    loose: Collection[int] | None = None


class _Tight(Exception):
    """Somebody would leave too late unless others are pushed out of open bags."""


def fill(main_id: int, *, now: datetime, actor: str, due_by: datetime | None = None) -> Round:
    """Bag what waits for a service, least slack first; statements per departure, not per parcel.

    All that is cleared takes its turn; with `due_by`, just what hands are due for by then is
    bagged, and the others' room is kept. A box goes as one piece, and what rides in it with it.
    Who would leave too late pushes those with more slack out of bags that nobody has sealed; these
    are in the answer with their new bags.

    Locks: the orders, the parcels, each in key order, of what may be pushed out too, if somebody
    needs it; the service; its vehicles; their departures; the bags.
    """
    turn = _Turn(now, actor, due_by)
    try:
        return _fill(main_id, turn)
    except _Tight:
        return _fill(main_id, replace(turn, loose=_loose(main_id, now=now)))


@transaction.atomic
def _fill(main_id: int, turn: _Turn) -> Round:
    """Raises: _Tight, before anything is written."""
    ready = _lock(main_id, turn.due_by, turn.loose or ())
    if not ready:
        return Round()
    main, now = locks.row(Service.objects.all(), main_id), turn.now
    pieces = _pieces(waiting(main.pk).values_list("pk", flat=True))
    inside = _inside(main_id, turn)
    lanes = Lane.objects.in_bulk({piece.lane for piece in [*pieces, *inside]})
    known: Ways = {pk: list(consolidation.ways(lane, now=now)) for pk, lane in lanes.items()}
    vehicles = _vehicles(main, known)
    rooms: dict[packing.Key, packing.Room] = {
        at: consolidation.free_of(vehicle) for at, vehicle in vehicles.items()
    }
    offers = _offers(known, lanes, now=now)
    aboard = packing.Aboard(_by_vehicle(inside, offers), ready)
    loaded, left = _loaded(pieces, offers, rooms, aboard)
    if turn.loose is None and _is_tight(ready, loaded, left, offers):
        raise _Tight
    pushed = {piece.key for piece, _offer in loaded} & {piece.key for piece in inside}
    mine = [(piece, offer) for piece, offer in loaded if piece.key in ready | pushed]
    _take_out([piece for piece in inside if piece.key in pushed])
    departures = _departures({offer.key for _piece, offer in mine}, known, lanes, vehicles)
    bagged = packing.bag(mine, _bags(departures, now=now))
    bags = _write(bagged, departures)
    found = {one.piece.key: bags[one.offer.key, one.bag] for one in bagged}
    for here, keys in ((State.CLEARED, found.keys() - pushed), (State.BAGGED, pushed)):
        convoys.bag_all({pk: found[pk] for pk in keys}, here=here, now=now, actor=turn.actor)
    return Round(found, [piece.key for piece in left if piece.key in ready])


def _loaded(
    pieces: Sequence[Piece],
    offers: Mapping[int, Sequence[Offer]],
    rooms: Mapping[packing.Key, packing.Room],
    aboard: packing.Aboard,
) -> tuple[list[tuple[Piece, Offer]], list[Piece]]:
    """Nobody is pushed out, if one of those who would be finds no other departure."""
    loaded, left = packing.load(pieces, offers, rooms, aboard)
    if {piece.key for piece in left} <= {piece.key for piece in pieces}:
        return loaded, left
    return packing.load(pieces, offers, rooms)


def _is_tight(
    ready: Collection[int],
    loaded: Sequence[tuple[Piece, Offer]],
    left: Sequence[Piece],
    offers: Mapping[int, Sequence[Offer]],
) -> bool:
    """Whether somebody leaves too late, or not at all, who could leave in time."""
    late = [piece for piece, offer in loaded if packing.is_late(piece, offer)]
    return any(
        piece.key in ready and offers[piece.lane] and not packing.is_late(piece, first)
        for piece in [*late, *left]
        for first in offers[piece.lane][:1]
    )


def _loose_rows(main_id: int, *, now: datetime) -> QuerySet[Shipment]:
    """What lies in bags without a seal that are not closed yet; what rides in a box left out."""
    return Shipment.objects.filter(
        state=State.BAGGED,
        follows=None,
        bag__state=Bag.State.OPEN,
        bag__seal="",
        departure__service=main_id,
        departure__state=Departure.State.OPEN,
        departure__closes_at__gt=now,
    )


def _loose(main_id: int, *, now: datetime) -> list[int]:
    return list(_loose_rows(main_id, now=now).order_by("pk").values_list("pk", flat=True))


def _inside(main_id: int, turn: _Turn) -> list[Piece]:
    """What may be pushed out, of what was locked for it.

    Locks: the bags, so that nobody seals one meanwhile.
    """
    if not turn.loose:
        return []
    rows = _loose_rows(main_id, now=turn.now).filter(pk__in=turn.loose)
    locks.rows(Bag.objects.filter(pk__in=rows.values("bag")))
    return _pieces(rows.values_list("pk", flat=True))


def _by_vehicle(
    inside: Sequence[Piece], offers: Mapping[int, Sequence[Offer]]
) -> dict[packing.Key, list[Piece]]:
    """Who lies in which vehicle, of those that still load."""
    found: dict[packing.Key, list[Piece]] = defaultdict(list)
    rows = Shipment.objects.filter(pk__in=[piece.key for piece in inside])
    at = dict(rows.values_list("pk", "departure__departs_at"))
    for piece in inside:
        if at[piece.key] in {offer.vehicle for offer in offers[piece.lane]}:
            found[at[piece.key]].append(piece)
    return found


def _take_out(pieces: Sequence[Piece]) -> None:
    """Count so much less in the bags, the departures and their vehicles; a few for each."""
    at = Shipment.objects.select_related("departure").in_bulk([piece.key for piece in pieces])
    for piece in pieces:
        row = at[piece.key]
        assert row.departure is not None
        consolidation.book(
            row.departure, consolidation.Load(-piece.weight_g, -1, -piece.volume_cm3)
        )
        Bag.objects.filter(shipments=row.pk).update(
            weight_g=F("weight_g") - piece.weight_g, parcels=F("parcels") - 1
        )


def waiting(main_id: int) -> QuerySet[Shipment]:
    """The cleared parcels of a service; what is held or rides along does not wait."""
    held = Hold.objects.filter(order=OuterRef("order"), lifted_at=None)
    return Shipment.objects.filter(
        ~Exists(held),
        state=State.CLEARED,
        follows=None,
        lane__legs__service=main_id,
        lane__legs__is_main=True,
    )


def _lock(main_id: int, due_by: datetime | None, loose: Collection[int]) -> set[int]:
    """The parcels that are bagged in this round.

    Locks: the orders, then the parcels, those in their boxes and what may be pushed out too.
    """
    rows = waiting(main_id) if due_by is None else waiting(main_id).filter(due_at__lte=due_by)
    keys = dict(rows.order_by("pk").values_list("pk", "order_id"))
    both = [*keys, *loose]
    together = Q(pk__in=both) | Q(follows__in=both)
    others = Q(pk__in=loose) | Q(follows__in=both)
    orders = Shipment.objects.filter(others).values_list("order", flat=True)
    locks.rows(Order.objects.filter(pk__in={*keys.values(), *orders}).only("pk"))
    found = locks.rows(Shipment.objects.filter(together).only("pk", "state", "follows_id"))
    late = {row.follows_id for row in found if row.state != State.CLEARED}
    return {row.pk for row in found if row.state == State.CLEARED and row.pk in keys} - late


def _pieces(leads: Iterable[int]) -> list[Piece]:
    """Parcels with what rides in their boxes, each box as one, as urgent as its most urgent."""
    keys = list(leads)
    rows = Shipment.objects.filter(Q(pk__in=keys) | Q(follows__in=keys)).values_list(
        "pk",
        "follows_id",
        "lane_id",
        "leave_by",
        "weight_g",
        "planned_weight_g",
        "volume_cm3",
    )
    found: dict[int, Piece] = {}
    for pk, follows, lane, leave_by, weight, planned, volume in rows.order_by("pk"):
        own = Piece(pk, lane, leave_by or slack.NEVER, weight or planned, volume)
        key = follows or pk
        found[key] = own if key not in found else _joined(key, found[key], own)
    return list(found.values())


def _joined(key: int, one: Piece, other: Piece) -> Piece:
    lead = one if one.key == key else other
    return Piece(
        key,
        lead.lane,
        min(one.leave_by, other.leave_by),
        one.weight_g + other.weight_g,
        one.volume_cm3 + other.volume_cm3,
    )


def _vehicles(main: Service, known: Ways) -> dict[datetime, Vehicle]:
    """The vehicles of the next departures, made where there are none; two statements."""
    firsts = {way[0].departs_at: way[0] for ways in known.values() for way in ways}
    Vehicle.objects.bulk_create(
        [
            Vehicle(
                service=main,
                departs_at=at,
                capacity_g=first.capacity_g,
                capacity_parcels=main.capacity_parcels,
                capacity_cm3=main.capacity_cm3,
            )
            for at, first in sorted(firsts.items())
        ],
        ignore_conflicts=True,
    )
    rows = locks.rows(Vehicle.objects.filter(service=main, departs_at__in=firsts))
    return {row.departs_at: row for row in rows}


def _offers(known: Ways, lanes: Mapping[int, Lane], *, now: datetime) -> dict[int, list[Offer]]:
    """The departures of each lane that still load, by the lane and the instant they leave.

    Locks: those that are there, so that none is closed meanwhile.
    """
    times = {way[0].departs_at for ways in known.values() for way in ways}
    rows = locks.rows(Departure.objects.filter(lane__in=lanes, departs_at__in=times))
    shut = {(row.lane_id, row.departs_at) for row in rows if row.state != Departure.State.OPEN}
    return {
        lane: [
            Offer((lane, way[0].departs_at), way[0].departs_at, way[0].departs_at)
            for way in ways
            if way[0].closes_at >= now and (lane, way[0].departs_at) not in shut
        ]
        for lane, ways in known.items()
    }


def _departures(
    slots: Collection[packing.Key],
    known: Ways,
    lanes: Mapping[int, Lane],
    vehicles: Mapping[datetime, Vehicle],
) -> Departures:
    """The departures that are loaded in this round; two statements for each."""
    found: Departures = {}
    for lane_id, ways in known.items():
        for way in ways:
            slot = (lane_id, way[0].departs_at)
            if slot not in slots:
                continue
            departure = consolidation.depart(lanes[lane_id], way)
            if departure.vehicle_id is None:
                departure.vehicle = vehicles[way[0].departs_at]
                Departure.objects.filter(pk=departure.pk).update(vehicle=departure.vehicle)
            found[slot] = departure
    return found


def _bags(departures: Departures, *, now: datetime) -> dict[packing.Key, Bags]:
    """The bags each departure has; only open ones take more."""
    by_departure = {row.pk: slot for slot, row in departures.items()}
    found: dict[packing.Key, Bags] = {
        slot: Bags(consolidation.bag_limit(row.service.mode, on=now.date()))
        for slot, row in departures.items()
    }
    rows = Bag.objects.filter(departure__in=by_departure).order_by("pk")
    for bag in rows:
        bags = found[by_departure[bag.departure_id]]
        bags.keep(bag.weight_g if bag.state == Bag.State.OPEN else bags.limit_g)
    return found


def _write(bagged: Sequence[Bagged], departures: Departures) -> dict[tuple[packing.Key, int], Bag]:
    """Book what was loaded, fill the bags, make new ones; each bag with what it got."""
    _book(bagged, departures)
    bags: dict[tuple[packing.Key, int], Bag] = {}
    fresh: list[Bag] = []
    grown: list[Bag] = []
    rows = Bag.objects.filter(departure__in=[one.pk for one in departures.values()])
    old: dict[int, list[Bag]] = defaultdict(list)
    for bag in rows.order_by("pk"):
        old[bag.departure_id].append(bag)
    for (slot, number), pieces in packing.by_bag(bagged).items():
        departure = departures[slot]
        known = old[departure.pk]
        is_new = number >= len(known)
        bag = Bag(**consolidation.named(departure, number)) if is_new else known[number]
        bag.weight_g += sum(piece.weight_g for piece in pieces)
        bag.parcels += len(pieces)
        bag.departure = departure
        bags[slot, number] = bag
        (fresh if is_new else grown).append(bag)
    Bag.objects.bulk_create(fresh)
    _grow(grown)
    return bags


def _grow(bags: Sequence[Bag]) -> None:
    """Write the new load of bags that were open; one statement."""
    if not bags:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE logistics_bag b SET weight_g = v.weight_g, parcels = v.parcels"
            " FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS v(id, weight_g, parcels)"
            " WHERE b.id = v.id",
            [
                [bag.pk for bag in bags],
                [bag.weight_g for bag in bags],
                [bag.parcels for bag in bags],
            ],
        )


def _book(bagged: Sequence[Bagged], departures: Departures) -> None:
    """Count the load of each departure and its vehicle; two statements for each."""
    loads: dict[packing.Key, list[Piece]] = defaultdict(list)
    for one in bagged:
        loads[one.offer.key].append(one.piece)
    for slot, pieces in loads.items():
        consolidation.book(
            departures[slot],
            consolidation.Load(
                sum(piece.weight_g for piece in pieces),
                len(pieces),
                sum(piece.volume_cm3 for piece in pieces),
            ),
        )


def off_plan(found: Mapping[int, Bag]) -> list[Shipment]:
    """Which of these parcels leave by another departure than they were planned for."""
    as_planned = Leg.objects.filter(
        shipment=OuterRef("pk"),
        service=OuterRef("departure__service"),
        planned_departs_at=F("shipment__departure__departs_at"),
    )
    rows = Shipment.objects.filter(Q(pk__in=found) | Q(follows__in=found))
    return list(rows.filter(~Exists(as_planned)).order_by("pk"))
