"""Parcels that ride in another's box: what happens to the box happens to each of them."""

from datetime import datetime

from storefront.lib import due

from . import expecting, moving, tracking
from .models import Box, Shipment, ShipmentEvent
from .moving import Fact
from .states import MISHAPS, Code, State

ACTOR = "task:boxes"
S = State
RIDING = frozenset({S.BAGGED, S.LOADED, S.DEPARTED, S.AT_BORDER, S.IMPORT_CLEARED, S.LAST_MILE})
LANDED: dict[str, State] = {Code.IMPORT_CUSTOMS_CLEARED: S.IMPORT_CLEARED}


def follow(shipment: Shipment, *, now: datetime) -> None:
    """Let a claimed parcel that rides along have what its box went through since it was bagged.

    Its own money, promise and letters follow from its own states, as if it had come alone.
    Raises: Zombie.
    """
    with moving.claimed(shipment) as row:
        lead = row.follows
        if lead is None:
            due.finish(shipment, at=now)
            return
        for fact in _facts(lead, row):
            tracking.apply(row, [fact], actor=ACTOR)
            if fact.code in LANDED:
                moving.reach(row, LANDED[fact.code], fact, actor=ACTOR)
        _catch_up(row, lead)
        expecting.update(row, now=now, actor=ACTOR)
        due.finish(shipment, at=now if row.state in MISHAPS else None)


def _facts(lead: Shipment, row: Shipment) -> list[Fact]:
    """What is known of the box and not of the parcel, in the order it happened."""
    known = set(row.events.values_list("source", "source_key"))
    since = Box.objects.filter(shipments=row).values_list("closed_at", flat=True).first()
    events = ShipmentEvent.objects.filter(shipment=lead, happened_at__gte=since or row.state_at)
    return [
        Fact(one.code, one.happened_at, one.source, one.source_key, one.place, one.detail)
        for one in events.order_by("happened_at", "pk")
        if (one.source, one.source_key) not in known
    ]


def _catch_up(row: Shipment, lead: Shipment) -> None:
    """Stand where the box stands, also where no event of a carrier moved it."""
    if lead.track and row.track != lead.track:
        Shipment.objects.filter(pk=row.pk).update(
            track=lead.track, carrier=lead.carrier, place=lead.place_id
        )
    if lead.state != row.state:
        fact = Fact(str(lead.state), lead.state_at, "box", f"with:{lead.number}")
        moving.reach(row, State(lead.state), fact, actor=ACTOR)
