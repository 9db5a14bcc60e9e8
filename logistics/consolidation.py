"""Parcels into bags, bags onto departures: least slack first, never more than a vehicle carries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Count, F, Q, Sum, Value
from django.db.models.functions import Cast, Concat, LPad
from django.utils.translation import gettext as _

from catalog.dated import holding
from orders.models import Hold
from storefront.lib import kept, locks
from storefront.lib.refusal import Refusal

from . import runs, slack
from .models import Bag, BagLimit, Departure, Lane, LaneLeg, Seal, Service, Shipment, Vehicle
from .packing import Piece, Room
from .states import State

LOOK_AHEAD = 6
LATER = timedelta(hours=6)
MOMENT = timedelta(seconds=1)
MEASURES = ("g", "parcels", "cm3")
SERIES = "SG"  # seals of automatic hands; a worker's come from the roll he holds
ACTOR = "task:departures"


class BadSeal(Refusal):
    """A seal that cannot be put on this bag."""

    code = "bad_seal"


@dataclass(frozen=True)
class Load:
    """What is carried, by each measure."""

    g: int = 0
    parcels: int = 0
    cm3: int = 0


def room(free: int | None, ahead: int, wanted: int) -> tuple[bool, int]:
    """Whether something fits when what is more urgent goes first, and how much that leaves over.

    Units: any one; None is no limit.
    """
    if free is None:
        return True, 0
    return free - ahead >= wanted, max(0, ahead - free)


@kept.for_a_minute
def _limits(on: date) -> dict[str, int]:
    rows = BagLimit.objects.filter(holding(on)).order_by("valid_from")
    return {row.mode: row.limit_g for row in rows}


def bag_limit(mode: str, *, on: date) -> int:
    """What a bag of a mode may weigh on a day, from dated rows."""
    known = _limits(on)
    return known.get(mode) or known[""]


def inside(shipment: Shipment) -> list[Shipment]:
    """The parcel, and those that travel in its box, in key order."""
    if shipment.box_id is None:
        return [shipment]
    followers = Shipment.objects.filter(follows=shipment.pk).order_by("pk")
    return sorted([shipment, *followers], key=lambda row: row.pk)


def piece_of(shipment: Shipment, *, now: datetime) -> Piece:
    """A parcel as it is packed; a box is one piece, as urgent as its most urgent parcel."""
    rows = inside(shipment)
    known = [row.leave_by for row in rows if row.leave_by is not None]
    return Piece(
        key=shipment.pk,
        lane=shipment.lane_id,
        leave_by=min(known, default=None) or slack.leave_by(shipment, now=now),
        weight_g=sum(row.weight_g or row.planned_weight_g for row in rows),
        volume_cm3=sum(row.volume_cm3 for row in rows),
    )


@transaction.atomic
def put_in_bag(shipment: Shipment, *, now: datetime) -> Bag | None:
    """Find the next departure with room for a weighed parcel and put it into a bag of it.

    More urgent parcels that wait for the same vehicles have their room first. None, if there is
    no room on the next departures.
    Locks: the main service, whose vehicles all its lanes share, then departures by their time;
    the caller holds the order and the parcel.
    """
    piece = piece_of(shipment, now=now)
    main = locks.row(Service.objects.all(), runs.main_of(shipment.lane_id))
    ahead = _more_urgent(piece, main)
    for departure in _upcoming(shipment.lane, now=now):
        free, fits = free_of(vehicle_of(departure)), []
        for left, before, wanted in _measured(free, ahead, piece):
            fitting, over = room(left, before, wanted)
            fits.append((fitting, over))
        ahead = Load(*(over for _fitting, over in fits))
        if all(fitting for fitting, _over in fits):
            return _book(departure, piece, now=now)
    return None


def _measured(free: Room, ahead: Load, piece: Piece) -> Iterator[tuple[int | None, int, int]]:
    yield free.grams, ahead.g, piece.weight_g
    yield free.parcels, ahead.parcels, 1
    yield free.cm3, ahead.cm3, piece.volume_cm3


def _more_urgent(piece: Piece, main: Service) -> Load:
    """What waits for the same vehicles and must leave earlier; a box waits as one."""
    earlier = Q(leave_by__lt=piece.leave_by) | Q(leave_by=piece.leave_by, pk__lt=piece.key)
    lanes = LaneLeg.objects.filter(service=main, is_main=True).values("lane")
    waiting = Shipment.objects.filter(earlier, lane__in=lanes, state=State.CLEARED)
    free = waiting.exclude(order__in=Hold.objects.filter(lifted_at=None).values("order"))
    found = free.exclude(follows=piece.key).aggregate(
        g=Sum("weight_g"), parcels=Count("pk", filter=Q(follows=None)), cm3=Sum("volume_cm3")
    )
    return Load(**{name: value or 0 for name, value in found.items()})


def ways(lane: Lane, *, now: datetime) -> Iterator[Sequence[runs.Stretch]]:
    """The next departures of a lane that can still be caught, by the timetable alone."""
    ready = now
    for _ahead in range(LOOK_AHEAD):
        way = runs.way(lane, ready=ready)
        if not way:
            return
        ready = way[0].closes_at + MOMENT
        yield way


def _upcoming(lane: Lane, *, now: datetime) -> Iterator[Departure]:
    """The next open departures of a lane, made from the timetable and locked one by one."""
    for way in ways(lane, now=now):
        departure = depart(lane, way)
        if departure.state == Departure.State.OPEN and departure.closes_at >= now:
            yield departure


def depart(lane: Lane, way: Sequence[runs.Stretch]) -> Departure:
    """The departure of a lane that goes a way, made when it is first asked for.

    Locks: the departure.
    """
    main = way[0]
    departure, _is_new = Departure.objects.get_or_create(
        lane=lane,
        departs_at=main.departs_at,
        defaults={
            "service": main.service,
            "number": f"{lane.code[:20]}-{main.departs_at:%y%m%d%H%M}".upper(),
            "closes_at": main.closes_at,
            "arrives_at": way[-1].arrives_at,
            "capacity_g": main.capacity_g,
            "due_at": main.closes_at,
        },
    )
    row = locks.row(Departure.objects.all(), departure.pk)
    row.lane, row.service = lane, main.service
    return row


def vehicle_of(departure: Departure) -> Vehicle:
    """What the departures of all lanes at that instant ride on, made when it is first asked for.

    Locks: the caller holds the service.
    """
    if departure.vehicle is not None:
        return departure.vehicle
    service = departure.service
    vehicle, _is_new = Vehicle.objects.get_or_create(
        service=service,
        departs_at=departure.departs_at,
        defaults={
            "capacity_g": departure.capacity_g,
            "capacity_parcels": service.capacity_parcels,
            "capacity_cm3": service.capacity_cm3,
        },
    )
    Departure.objects.filter(pk=departure.pk).update(vehicle=vehicle)
    departure.vehicle = vehicle
    return vehicle


def free_of(vehicle: Vehicle) -> Room:
    """What a vehicle still takes."""
    return Room(
        *(
            None
            if getattr(vehicle, f"capacity_{what}") is None
            else getattr(vehicle, f"capacity_{what}") - getattr(vehicle, f"booked_{what}")
            for what in MEASURES
        )
    )


def book(departure: Departure, load: Load) -> None:
    """Count so much more on a departure and its vehicle, or less; the database refuses too much.

    Locks: the rows, until the transaction ends.
    """
    more = {f"booked_{what}": F(f"booked_{what}") + getattr(load, what) for what in MEASURES}
    Vehicle.objects.filter(departures=departure).update(**more)
    Departure.objects.filter(pk=departure.pk).update(booked_g=more["booked_g"])


def _book(departure: Departure, piece: Piece, *, now: datetime) -> Bag:
    book(departure, Load(piece.weight_g, 1, piece.volume_cm3))
    mode = departure.service.mode
    limit = bag_limit(mode, on=now.date())
    bag = departure.bags.filter(
        state=Bag.State.OPEN, weight_g__lte=max(0, limit - piece.weight_g)
    ).first()
    if bag is None:
        bag = Bag.objects.create(**named(departure, departure.bags.count()))
    more = {"weight_g": F("weight_g") + piece.weight_g, "parcels": F("parcels") + 1}
    Bag.objects.filter(pk=bag.pk).update(**more)
    return bag


def named(departure: Departure, before: int) -> dict[str, object]:
    """The next bag of a departure: for its sorting centre, by its mode."""
    return {
        "departure": departure,
        "number": f"{departure.number}-{before + 1:03d}",
        "destination_id": departure.lane.terminal_id,
        "mode": departure.service.mode,
    }


@transaction.atomic
def take_out(shipment: Shipment, *, now: datetime) -> Bag | None:
    """Move a parcel that missed its departure to the next one with room.

    Locks: departures; the caller holds the order and the parcel.
    """
    assert shipment.departure is not None, "only a bagged parcel can be taken out"
    bag = put_in_bag(shipment, now=now)
    if bag is not None:
        piece = piece_of(shipment, now=now)
        book(shipment.departure, Load(-piece.weight_g, -1, -piece.volume_cm3))
        less = {"weight_g": F("weight_g") - piece.weight_g, "parcels": F("parcels") - 1}
        Bag.objects.filter(shipments=shipment).update(**less)
    return bag


@transaction.atomic
def close(departure: Departure, *, now: datetime) -> None:
    """End the loading of a departure: its bags are sealed, nothing more goes in.

    Locks: the departure.
    """
    row = locks.row(Departure.objects.all(), departure.pk)
    if row.state == Departure.State.OPEN:
        Departure.objects.filter(pk=row.pk).update(state=Departure.State.CLOSED)
        _seal_all(row, now=now)
        row.bags.filter(state=Bag.State.OPEN).update(state=Bag.State.SEALED)


def _seal_all(departure: Departure, *, now: datetime) -> None:
    """Seals of the house's own series for bags that nobody sealed; two statements."""
    bags = departure.bags.filter(state=Bag.State.OPEN, seal="")
    Seal.objects.bulk_create(
        Seal(bag=bag, position=1, number=f"{SERIES}{bag.pk:08d}", actor=ACTOR, put_at=now)
        for bag in bags.order_by("pk")
    )
    digits = LPad(Cast("pk", CharField()), 8, Value("0"))
    bags.update(seal=Concat(Value(SERIES), digits))


@transaction.atomic
def seal(bag: Bag, number: str, *, actor: str, now: datetime, reason: str = "") -> Seal:
    """Put a seal on a bag; another one in its place only with a reason, the old one stays known.

    Locks: the bag.
    Raises: BadSeal, if the number was used, the bag flies already, or no reason is given.
    """
    row = locks.row(Bag.objects.all(), bag.pk)
    wanted = "".join(number.split()).upper()
    last = row.seals.order_by("position").last()
    if last is not None and last.number == wanted:
        return last
    if row.state == Bag.State.LOADED:
        raise BadSeal(_("The bag is handed over; its seal stays."))
    if not 4 <= len(wanted) <= 20 or not wanted.isalnum() or wanted.startswith(SERIES):
        raise BadSeal(_("A seal has 4 to 20 letters and digits, and is not of our own series."))
    if last is not None and not reason.strip():
        raise BadSeal(_("Say why the seal is changed."))
    if Seal.objects.filter(number=wanted).exists():
        raise BadSeal(_("This seal was used already."))
    made = Seal.objects.create(
        bag=row,
        position=last.position + 1 if last else 1,
        number=wanted,
        reason=reason.strip()[:300],
        actor=actor,
        put_at=now,
    )
    Bag.objects.filter(pk=row.pk).update(seal=wanted)
    return made
