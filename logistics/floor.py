"""What the floor shows: the parcels that wait at a step, and what to do after one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from orders.models import Hold

from . import runs
from .centre import Step
from .models import Place, Shipment
from .states import State

SHOWN = 30


@dataclass(frozen=True)
class Waiting:
    """A parcel that waits at a step; `closes_at` is the cut-off it must make."""

    number: str
    order: str
    lane: str
    mode: str
    closes_at: datetime | None
    is_held: bool


def waiting(step: Step, *, limit: int = SHOWN) -> tuple[list[Waiting], int]:
    """The parcels that wait at a step, those with the earliest cut-off first, and how many.

    A fixed number of queries.
    """
    held = Hold.objects.filter(order=OuterRef("order"), lifted_at=None)
    parcels = Shipment.objects.filter(state=step.begins)
    rows = (
        parcels.select_related("order", "lane", "departure")
        .prefetch_related("legs__service")
        .annotate(is_held=Exists(held))
        .order_by("delivery__promised_until_on", "pk")[:limit]
    )
    shown = [_waiting(row) for row in rows]
    shown.sort(key=lambda one: (one.closes_at is None, one.closes_at))
    return shown, parcels.count()


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
        State.PICKED: _("Next: pack and weigh."),
        State.PACKED: _("Next: customs. Put it on the shelf for declared parcels."),
    }.get(State(shipment.state), "")


def place() -> str:
    """The name of the centre in the reader's language."""
    return Place.objects.get(kind=Place.Kind.CENTRE).title
