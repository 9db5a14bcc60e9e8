"""Parcels into bags, bags onto departures: least slack first, never more than it carries."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum

from orders.models import Hold
from storefront.lib import locks

from . import runs
from .models import Bag, Departure, Lane, LaneLeg, Service, Shipment
from .states import State

BAG_LIMIT_G = 30_000  # Source: UPU, a receptacle weighs at most 30 kg
LOOK_AHEAD = 6
LATER = timedelta(hours=6)
MOMENT = timedelta(seconds=1)


def room(free: int | None, ahead: int, wanted: int) -> tuple[bool, int]:
    """Whether something fits when what is more urgent goes first, and how much that leaves over.

    Units: any one; None is no limit.
    """
    if free is None:
        return True, 0
    return free - ahead >= wanted, max(0, ahead - free)


@transaction.atomic
def put_in_bag(shipment: Shipment, *, now: datetime) -> Bag | None:
    """Find the next departure with room for a weighed parcel and put it into a bag of it.

    More urgent parcels that wait for the same lane have their room first. None, if there is no
    room on the next departures.
    Locks: the main service, whose capacity all its lanes share, then departures by their time;
    the caller holds the order and the parcel.
    """
    weight = _weight(shipment)
    main = locks.row(Service.objects.all(), runs.main_of(shipment.lane_id))
    urgent = _more_urgent(shipment, main)
    grams, pieces = urgent["grams"] or 0, urgent["pieces"]
    for departure in _upcoming(shipment.lane, now=now):
        fits, grams = room(_free_g(departure), grams, weight)
        has_place, pieces = room(_free_parcels(departure), pieces, 1)
        if fits and has_place:
            return _book(departure, weight)
    return None


def _weight(shipment: Shipment) -> int:
    return shipment.weight_g or shipment.planned_weight_g


def _more_urgent(shipment: Shipment, main: Service) -> dict[str, int]:
    """What waits for the same departures and was promised earlier."""
    promised = shipment.delivery.promised_until_on
    earlier = Q(delivery__promised_until_on__lt=promised) | Q(
        delivery__promised_until_on=promised, pk__lt=shipment.pk
    )
    lanes = LaneLeg.objects.filter(service=main, is_main=True).values("lane")
    waiting = Shipment.objects.filter(earlier, lane__in=lanes, state=State.CLEARED)
    free = waiting.exclude(order__in=Hold.objects.filter(lifted_at=None).values("order"))
    return free.aggregate(grams=Sum("weight_g"), pieces=Count("pk"))


def _upcoming(lane: Lane, *, now: datetime) -> Iterator[Departure]:
    """The next open departures of a lane, made from the timetable and locked one by one."""
    ready = now
    for _ahead in range(LOOK_AHEAD):
        way = runs.way(lane, ready=ready)
        if not way:
            return
        ready = way[0].closes_at + MOMENT
        departure = _departure(lane, way)
        if departure.state == Departure.State.OPEN and departure.closes_at >= now:
            yield departure


def _departure(lane: Lane, way: Sequence[runs.Stretch]) -> Departure:
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
    return locks.row(Departure.objects.all(), departure.pk)


def _same_run(departure: Departure) -> QuerySet[Departure]:
    """The departures of all lanes that are one and the same vehicle."""
    return Departure.objects.filter(service=departure.service_id, departs_at=departure.departs_at)


def _free_g(departure: Departure) -> int | None:
    if departure.capacity_g is None:
        return None
    booked = _same_run(departure).aggregate(grams=Sum("booked_g"))["grams"] or 0
    return departure.capacity_g - int(booked)


def _free_parcels(departure: Departure) -> int | None:
    most = departure.service.capacity_parcels
    if most is None:
        return None
    return most - Shipment.objects.filter(departure__in=_same_run(departure)).count()


def _book(departure: Departure, weight: int) -> Bag:
    Departure.objects.filter(pk=departure.pk).update(booked_g=F("booked_g") + weight)
    bag = departure.bags.filter(
        state=Bag.State.OPEN, weight_g__lte=max(0, BAG_LIMIT_G - weight)
    ).first()
    if bag is None:
        number = departure.bags.count() + 1
        bag = Bag.objects.create(departure=departure, number=f"{departure.number}-{number:03d}")
    Bag.objects.filter(pk=bag.pk).update(weight_g=F("weight_g") + weight, parcels=F("parcels") + 1)
    return bag


@transaction.atomic
def take_out(shipment: Shipment, *, now: datetime) -> Bag | None:
    """Move a parcel that missed its departure to the next one with room.

    Locks: departures; the caller holds the order and the parcel.
    """
    assert shipment.departure_id is not None, "only a bagged parcel can be taken out"
    bag = put_in_bag(shipment, now=now)
    if bag is not None:
        weight = _weight(shipment)
        Departure.objects.filter(pk=shipment.departure_id).update(booked_g=F("booked_g") - weight)
        Bag.objects.filter(shipments=shipment).update(
            weight_g=F("weight_g") - weight, parcels=F("parcels") - 1
        )
    return bag


@transaction.atomic
def close(departure: Departure) -> None:
    """End the loading of a departure: its bags are sealed, nothing more goes in.

    Locks: the departure.
    """
    row = locks.row(Departure.objects.all(), departure.pk)
    if row.state == Departure.State.OPEN:
        Departure.objects.filter(pk=row.pk).update(state=Departure.State.CLOSED)
        for bag in row.bags.filter(state=Bag.State.OPEN):
            Bag.objects.filter(pk=bag.pk).update(state=Bag.State.SEALED, seal=f"SG{bag.pk:08d}")
