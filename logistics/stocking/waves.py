"""Waves: parcels that close first, picked together on the shortest walk through the bins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from logistics import runs, shipments
from logistics.models import (
    Bin,
    LaneLeg,
    Layout,
    Leg,
    PickStop,
    Place,
    Shipment,
    ShipmentItem,
    Stock,
    Wave,
)
from logistics.states import State
from orders.models import Hold
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from . import claims, walks
from .bins import OPEN_STOPS
from .states import WAVE_MOVES

MOST = 40  # parcels that fit on a trolley of the house
CANDIDATES = 400
WAITING = PickStop.State.WAITING


class NoWave(Refusal):
    """There is nothing to pick, or not on this wave."""

    code = "no_wave"


class WrongBin(Refusal):
    """The scanned bin is not the one to pick from."""

    code = "wrong_bin"


@dataclass(frozen=True)
class Picked:
    """What a scan of a bin came to: pieces laid in the trolley, parcels that are whole now."""

    pieces: int
    parcels: tuple[str, ...]
    dropped: tuple[str, ...]


def waiting(place: Place) -> QuerySet[Shipment]:
    """Parcels that lie in the bins of a place and are on no wave, those that leave first first."""
    main = LaneLeg.objects.filter(lane=OuterRef(OuterRef("lane")), is_main=True).values("service")
    leaves = Leg.objects.filter(shipment=OuterRef("pk"), service__in=main)
    held = Hold.objects.filter(order=OuterRef("order"), lifted_at=None)
    claimed = PickStop.objects.filter(shipment=OuterRef("pk"), state__in=OPEN_STOPS)
    rows = Shipment.objects.filter(state=State.STOCKED, place=place)
    return rows.filter(~Exists(held), ~Exists(claimed)).order_by(
        Subquery(leaves.values("planned_departs_at")[:1]).asc(nulls_last=True), "pk"
    )


@transaction.atomic
def make(
    place: Place, *, actor: str, until: datetime | None = None, most: int = MOST, now: datetime
) -> Wave:
    """Gather the parcels that close first, claim their pieces and lay the walk.

    Time: only parcels that close before `until`, if that is said.
    Locks: the stock of the parcels, by key.
    Raises: NoWave.
    """
    layout = Layout.objects.filter(place=place).first()
    if layout is None:
        raise NoWave(_("This place has no bins."))
    near = _near(place, until=until)[:most]
    keys = [parcel.pk for _closing, parcel in near]
    kept = Stock.objects.filter(reservations__line__items__shipment__in=keys, is_binned=True)
    stocks = locks.rows(Stock.objects.filter(pk__in=kept.values("pk")))
    still = set(waiting(place).filter(pk__in=keys).values_list("pk", flat=True))
    closing = {parcel.pk: at for at, parcel in near if parcel.pk in still}
    stops = _claim(list(closing), [stock.pk for stock in stocks])
    if not stops:
        raise NoWave(_("No parcel waits to be picked here."))
    return _keep(layout, stops, closing, actor=actor, now=now)


def _near(place: Place, *, until: datetime | None) -> list[tuple[datetime | None, Shipment]]:
    rows = waiting(place).select_related("departure").prefetch_related("legs__service")
    found = [(closes_at(row), row) for row in rows[:CANDIDATES]]
    if until is not None:
        found = [(at, row) for at, row in found if at is not None and at < until]
    return sorted(found, key=lambda pair: (pair[0] is None, pair[0], pair[1].pk))


def closes_at(parcel: Shipment) -> datetime | None:
    """The cut-off a parcel must make; None, if its way is not planned."""
    if parcel.departure is not None:
        return parcel.departure.closes_at
    main = runs.main_of(parcel.lane_id)
    leg = next((leg for leg in parcel.legs.all() if leg.service_id == main), None)
    if leg is None:
        return None
    return leg.planned_departs_at - timedelta(hours=float(leg.service.cutoff_hours))


def _claim(parcels: Sequence[int], stock_ids: Sequence[int]) -> list[PickStop]:
    """Claim the pieces of whole parcels; one that lacks a piece in the bins is left out."""
    free = claims.Free(stock_ids)
    items: dict[int, list[ShipmentItem]] = {pk: [] for pk in parcels}
    rows = ShipmentItem.objects.filter(shipment__in=parcels).select_related("line__reservation")
    for item in rows.order_by("pk"):
        items[item.shipment_id].append(item)
    stops: list[PickStop] = []
    for pk in parcels:
        stops += _claim_parcel(pk, items[pk], free)
    free.save()
    return stops


def _claim_parcel(pk: int, items: Sequence[ShipmentItem], free: claims.Free) -> list[PickStop]:
    stops: list[PickStop] = []
    for item in items:
        stock_id = item.line.reservation.stock_id
        layers = free.take(stock_id, item.quantity)
        if not layers:
            for stop in stops:
                free.give(stop)
            return []
        stops += [
            PickStop(
                shipment_id=pk,
                stock_id=stock_id,
                bin=layer.bin,
                came_on=layer.came_on,
                quantity=pieces,
            )
            for layer, pieces in layers
        ]
    return stops


def _keep(
    layout: Layout,
    stops: Sequence[PickStop],
    closing: dict[int, datetime | None],
    *,
    actor: str,
    now: datetime,
) -> Wave:
    ground = walks.Ground(layout.racks, layout.pitch_cm, layout.rack_cm)
    shelves = {(stop.bin.aisle, stop.bin.rack) for stop in stops if stop.bin.aisle}
    tour = walks.tour(shelves, ground)
    turn = {spot: number for number, spot in enumerate(tour.spots, 1)}
    first = [at for pk, at in closing.items() if at and pk in {s.shipment_id for s in stops}]
    wave = Wave.objects.create(
        place_id=layout.place_id,
        closes_at=min(first, default=None),
        walk_cm=tour.length_cm,
        actor=actor,
        made_at=now,
    )
    ordered = sorted(
        stops,
        key=lambda s: (turn.get((s.bin.aisle, s.bin.rack), 0), s.bin.walk, s.shipment_id),
    )
    for position, stop in enumerate(ordered, 1):
        stop.wave, stop.position = wave, position
    PickStop.objects.bulk_create(ordered)
    return wave


def next_stops(wave: Wave) -> list[PickStop]:
    """What is to be picked at the next bin of a wave, for each parcel."""
    rows = wave.stops.filter(state=WAITING).order_by("position")
    first = rows.first()
    if first is None:
        return []
    goods = rows.select_related("bin", "shipment", "stock__offer__variant__product")
    return list(goods.filter(bin=first.bin_id))


def left(wave: Wave) -> int:
    """How many bins are still to be visited."""
    return wave.stops.filter(state=WAITING).values("bin").distinct().count()


def confirm(wave: Wave, code: str, *, actor: str, now: datetime) -> Picked:
    """The worker stands at a bin and has laid its pieces in the trolley.

    A parcel that is whole in the trolley is picked, as by a scan of its number; one that was
    cancelled or held meanwhile is dropped. The same bin again changes nothing.
    Locks: the wave; for each parcel the order, the stock, the parcel.
    Raises: WrongBin.
    """
    wanted = "".join(code.split()).upper()
    with transaction.atomic():
        locks.row(Wave.objects.all(), wave.pk)
        stops = list(wave.stops.filter(state=WAITING, bin__code=wanted).order_by("pk"))
        if not stops:
            _refuse_bin(wave, wanted)
        done = PickStop.objects.filter(pk__in=[stop.pk for stop in stops], state=WAITING)
        done.update(state=PickStop.State.IN_TROLLEY, done_by=actor, done_at=now)
    parcels, dropped = [], []
    for parcel in _whole(wave, {stop.shipment_id for stop in stops}):
        if _pick(parcel, actor=actor, now=now):
            parcels.append(parcel.number)
        else:
            dropped.append(parcel.number)
    finish(wave, now=now)
    return Picked(sum(stop.quantity for stop in stops), tuple(parcels), tuple(dropped))


def _refuse_bin(wave: Wave, code: str) -> None:
    """Raises: WrongBin."""
    following = next_stops(wave)
    if following:
        text = _("Not bin %(bin)s: go to %(next)s.")
        raise WrongBin(text % {"bin": code[:20], "next": following[0].bin.code})
    raise WrongBin(_("This wave is picked."))


def _whole(wave: Wave, parcels: set[int]) -> list[Shipment]:
    missing = PickStop.objects.filter(wave=wave, shipment=OuterRef("pk"), state=WAITING)
    rows = Shipment.objects.filter(pk__in=parcels, state=State.STOCKED)
    return list(rows.filter(~Exists(missing)).order_by("pk"))


def _pick(parcel: Shipment, *, actor: str, now: datetime) -> bool:
    try:
        shipments.scan(parcel.number, "pick", actor=actor, now=now)
    except shipments.WrongScan:
        drop(parcel)
        return False
    return True


@transaction.atomic
def drop(parcel: Shipment) -> int:
    """Take a parcel off its wave: its pieces are free again, those in the trolley go back.

    Locks: the parcel's stock.
    """
    stops = PickStop.objects.filter(shipment=parcel, state__in=OPEN_STOPS)
    locks.rows(Stock.objects.filter(pk__in=stops.values("stock")))
    return claims.drop(parcel)


def short(wave: Wave, code: str, *, actor: str, now: datetime) -> Bin:
    """A bin holds less than the wave asks for: its parcels are dropped; the bin must be counted.

    Locks: the stock of the parcels, by key.
    Raises: WrongBin, if nothing is to be picked there.
    """
    wanted = "".join(code.split()).upper()
    stops = list(wave.stops.filter(state=WAITING, bin__code=wanted).select_related("bin"))
    if not stops:
        _refuse_bin(wave, wanted)
    for parcel in Shipment.objects.filter(pk__in={s.shipment_id for s in stops}).order_by("pk"):
        drop(parcel)
    finish(wave, now=now)
    return stops[0].bin


@transaction.atomic
def finish(wave: Wave, *, now: datetime) -> bool:
    """Close a wave that has nothing left to pick; whether it is closed.

    Locks: the wave.
    """
    row = locks.row(Wave.objects.all(), wave.pk)
    if row.state == Wave.State.DONE:
        return True
    if row.stops.filter(state__in=OPEN_STOPS).exists():
        return False
    assert Wave.State.DONE in WAVE_MOVES[Wave.State(row.state)], "a wave ends once"
    Wave.objects.filter(pk=row.pk).update(state=Wave.State.DONE, ended_at=now)
    return True
