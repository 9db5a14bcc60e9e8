"""How long a parcel can wait: when it must leave so that its promise holds in nine of ten cases."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from orders.models import City

from . import network, routing, runs, timetable
from .models import Shipment

NEVER = datetime.max.replace(tzinfo=UTC)  # of a parcel of which nobody knows when it must leave


def leave_by(shipment: Shipment, *, now: datetime) -> datetime:
    """The last instant at which its vehicle may leave: the end of the promise less the way left.

    Time: the promised day ends in the buyer's city; the way is that of the next departure, with
    its waits, in nine of ten cases.
    """
    goal = routing.goal_of(shipment.order)
    return ends(shipment.delivery.promised_until_on, goal.city) - way_left(
        shipment.lane_id, goal, now=now
    )


def ends(promised_until_on: date, city: City) -> datetime:
    """The end of a promised day in the buyer's city."""
    following = promised_until_on + timedelta(days=1)
    return datetime.combine(following, time(), ZoneInfo(city.timezone))


def way_left(lane_id: int, goal: routing.Goal, *, now: datetime) -> timedelta:
    """From the next departure of a lane to its end; without the waits, if none runs soon."""
    known = network.current()
    links = runs.route_of(lane_id).links
    terminal, city = runs.route_of(lane_id).terminal_id, goal.city
    stretch = known.stretch(terminal, city.pk, on=now.date(), to_point=goal.to_point)
    main = next(place for place, link in enumerate(links) if link.is_main)
    ahead = [*links[main:], *([routing.door(stretch, city)] if stretch else [])]
    found = timetable.travel(ahead, now, known.calendars, late=True)
    if found:
        return found[-1].arrives_at - found[0].departs_at
    return sum((link.p90 for link in ahead), timedelta(0))
