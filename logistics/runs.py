"""The stretches of a lane from its main departure on, as carriers run them."""

from dataclasses import dataclass
from datetime import datetime

from storefront.lib import kept

from . import network, timetable
from .models import Lane, Service
from .network import CUSTOMS, Route
from .timetable import Run


@dataclass(frozen=True)
class Stretch:
    """One run of a service, as planned: half of them take no longer."""

    service: Service
    closes_at: datetime
    departs_at: datetime
    arrives_at: datetime
    capacity_g: int | None


def route_of(lane_id: int) -> Route:
    """A lane as routing knows it."""
    return next(route for route in network.current().routes if route.id == lane_id)


def main_of(lane_id: int) -> int:
    """The service that the parcels of a lane are loaded on."""
    link = next(link for link in route_of(lane_id).links if link.is_main)
    assert link.service_id is not None
    return link.service_id


def way(lane: Lane, *, ready: datetime) -> list[Stretch]:
    """The next departure that takes goods ready at an instant, and what carries them after it.

    Nothing, if none runs soon. Customs on the way takes its time and is left out.
    """
    known = network.current()
    links = route_of(lane.pk).links
    first = next(place for place, link in enumerate(links) if link.is_main)
    found = timetable.travel(links[first:], ready, known.calendars, late=False) or []
    services = _services()
    return [
        _stretch(services[run.service_id], run)
        for run in found
        if run.service_id in services and services[run.service_id].carrier != CUSTOMS
    ]


@kept.for_a_minute
def _services() -> dict[int, Service]:
    return Service.objects.select_related("origin", "target").in_bulk()


def next_of(service: Service, lane_id: int, *, ready: datetime) -> Stretch | None:
    """The next run of one service of a lane for goods that are ready."""
    known = network.current()
    link = next(link for link in route_of(lane_id).links if link.service_id == service.pk)
    found = timetable.travel([link], ready, known.calendars, late=False)
    if not found:
        return None
    return _stretch(service, found[0])


def _stretch(service: Service, run: Run) -> Stretch:
    """A run with the room of the dated row that it runs by."""
    link = network.current().services.get(service.pk)
    day = run.departs_at.astimezone(link.zone).date() if link else None
    room = link.on(day).capacity_g if link and day else service.capacity_g
    return Stretch(service, run.closes_at, run.departs_at, run.arrives_at, room)
