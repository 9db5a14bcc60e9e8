"""What the floor shows: the parcels that wait at a step, and what to do after one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.translation import gettext as _

from orders import days
from orders.models import Hold

from . import runs
from .models import FloorScan, Place, Shipment
from .states import State

SHOWN = 30
LAST = 6


@dataclass(frozen=True)
class Waiting:
    """A parcel that waits at a step; `closes_at` is the cut-off it must make."""

    number: str
    order: str
    lane: str
    mode: str
    closes_at: datetime | None
    is_held: bool


@dataclass(frozen=True)
class Progress:
    """What is done at a station today, by this worker and by all, and the worker's last scans."""

    mine: int
    all: int
    wrong: int
    last: list[FloorScan]


def waiting(state: State, *, is_packed: bool | None = None) -> tuple[list[Waiting], int]:
    """The parcels that wait in a state, those with the earliest cut-off first, and how many.

    Picked ones wait to be packed, or packed to be weighed: `is_packed` says which.
    A fixed number of queries.
    """
    held = Hold.objects.filter(order=OuterRef("order"), lifted_at=None)
    parcels = Shipment.objects.filter(state=state)
    if is_packed is not None:
        parcels = parcels.filter(packed_at__isnull=not is_packed)
    rows = (
        parcels.select_related("order", "lane", "departure")
        .prefetch_related("legs__service")
        .annotate(is_held=Exists(held))
        .order_by("delivery__promised_until_on", "pk")[:SHOWN]
    )
    shown = [_waiting(row) for row in rows]
    shown.sort(key=lambda one: (one.closes_at is None, one.closes_at))
    return shown, parcels.count()


def midnight(now: datetime) -> datetime:
    """When the day of the centre began. Time: China."""
    return now.astimezone(days.CHINA).replace(hour=0, minute=0, second=0, microsecond=0)


def progress(step: str, *, actor: str, now: datetime) -> Progress:
    """What was done at a station since midnight in Harbin; two queries."""
    today = FloorScan.objects.filter(step=step, happened_at__gte=midnight(now))
    sums = today.aggregate(
        mine=Sum("done", filter=Q(actor=actor)),
        all=Sum("done"),
        wrong=Count("pk", filter=Q(actor=actor, tone="bad")),
    )
    last = list(today.filter(actor=actor).order_by("-pk")[:LAST])
    return Progress(sums["mine"] or 0, sums["all"] or 0, sums["wrong"], last)


def _waiting(row: Shipment) -> Waiting:
    return Waiting(
        number=row.number,
        order=row.order.shown_number,
        lane=row.lane.title,
        mode=row.lane.mode,
        closes_at=_closes_at(row),
        is_held=bool(getattr(row, "is_held", False)),
    )


def _closes_at(row: Shipment) -> datetime | None:
    if row.departure is not None:
        return row.departure.closes_at
    main = runs.main_of(row.lane_id)
    leg = next((leg for leg in row.legs.all() if leg.service_id == main), None)
    if leg is None:
        return None
    return leg.planned_departs_at - timedelta(hours=float(leg.service.cutoff_hours))


def next_words(shipment: Shipment) -> str:
    """What happens to a parcel after the step that was just done."""
    if shipment.state == State.BAGGED and shipment.bag is not None:
        return _("Bag %(bag)s. Next: load.") % {"bag": shipment.bag.number}
    if shipment.state == State.LOADED and shipment.departure is not None:
        return _("Leaves with %(departure)s.") % {"departure": shipment.departure.number}
    return {
        State.PICKED: _("Next: pack."),
        State.PACKED: _("Next: customs. Put it on the shelf for declared parcels."),
    }.get(State(shipment.state), "")


def place() -> str:
    """The name of the centre in the reader's language."""
    return Place.objects.get(kind=Place.Kind.CENTRE).title
