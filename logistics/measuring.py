"""What finished on a day and how long it took, from events and legs alone; two queries."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection
from django.db.models import Max

from . import forecasting, network, paces
from .hops import Hop
from .models import StepTime
from .states import Code

STEPS = """
SELECT CASE e.code
         WHEN %(export)s THEN 'service/' || s.code
         WHEN %(packed)s THEN 'centre/' || d.origin
         WHEN %(handed)s THEN 'seller/' || d.origin
         WHEN %(import)s THEN 'service/' || s.code
         ELSE CASE o.point WHEN '' THEN 'door/' ELSE 'point/' END
              || terminal.code || '/' || city.slug
       END AS step,
       CASE e.code
         WHEN %(export)s THEN (
           SELECT min(b.happened_at) FROM logistics_shipmentevent b
            WHERE b.shipment_id = p.id AND b.code = %(export_start)s)
         WHEN %(import)s THEN (
           SELECT min(b.happened_at) FROM logistics_shipmentevent b
            WHERE b.shipment_id = p.id AND b.place = office.code
              AND b.code IN (%(reached)s, %(arrived)s))
         WHEN %(packed)s THEN coalesce((
           SELECT min(b.happened_at) FROM logistics_shipmentevent b
            WHERE b.shipment_id = p.id AND b.code = %(inbound)s), p.planned_at)
         WHEN %(handed)s THEN p.planned_at
         ELSE greatest((
           SELECT max(b.happened_at) FROM logistics_shipmentevent b
            WHERE b.shipment_id = p.id AND b.code = %(import)s), t.arrived_at)
       END AS started_at,
       CASE WHEN e.code = %(delivered)s AND o.point <> ''
            THEN coalesce(p.ready_at, e.happened_at) ELSE e.happened_at END AS ended_at
  FROM logistics_shipmentevent e
  JOIN logistics_shipment p ON p.id = e.shipment_id
  JOIN orders_delivery d ON d.id = p.delivery_id
  JOIN orders_order o ON o.id = p.order_id
  JOIN orders_city city ON city.id = o.city_id
  JOIN logistics_lane lane ON lane.id = p.lane_id
  JOIN logistics_place terminal ON terminal.id = lane.terminal_id
  JOIN logistics_place office ON office.id = lane.import_customs_id
  LEFT JOIN logistics_departure t ON t.id = p.departure_id
  LEFT JOIN LATERAL (
    SELECT v.code FROM logistics_laneleg ll JOIN logistics_service v ON v.id = ll.service_id
     WHERE ll.lane_id = lane.id AND v.carrier = 'customs'
       AND v.calendar = CASE e.code WHEN %(export)s THEN 'CN' ELSE 'RU' END
     ORDER BY ll.position LIMIT 1) s ON e.code IN (%(export)s, %(import)s)
 WHERE e.code IN (%(export)s, %(import)s, %(packed)s, %(handed)s, %(delivered)s)
   AND e.happened_at >= %(first)s AND e.happened_at < %(until)s
   AND NOT EXISTS (SELECT 1 FROM logistics_replanned r WHERE r.shipment_id = p.id)
"""
RUNS = """
SELECT 'service/' || v.code AS step,
       CASE WHEN v.is_step THEN (
              SELECT max(b.arrived_at) FROM logistics_leg b JOIN logistics_service w
                  ON w.id = b.service_id
               WHERE b.shipment_id = l.shipment_id AND w.target_id = v.origin_id
                 AND w.id <> v.id AND b.arrived_at <= l.arrived_at)
            WHEN t.service_id = l.service_id THEN t.departs_at
            ELSE l.departed_at END AS started_at,
       l.arrived_at AS ended_at
  FROM logistics_leg l
  JOIN logistics_service v ON v.id = l.service_id
  JOIN logistics_shipment p ON p.id = l.shipment_id
  LEFT JOIN logistics_departure t ON t.id = p.departure_id
 WHERE l.arrived_at >= %(first)s AND l.arrived_at < %(until)s AND v.carrier <> 'customs'
   AND NOT EXISTS (SELECT 1 FROM logistics_replanned r WHERE r.shipment_id = p.id)
"""
LEAST = timedelta(minutes=1)
DAY, MOST = timedelta(days=1), timedelta(days=30)
Row = tuple[str, datetime | None, datetime]


def steps(*, now: datetime) -> dict[str, Hop]:
    """Every step whose time is measured, by its name."""
    return {hop.step: hop for hop in forecasting.every(network.current(), now=now)}


def days(until: date) -> list[date]:
    """The days up to one that were not measured yet: after a stop several, a month at most."""
    last = StepTime.objects.aggregate(last=Max("measured_on"))["last"]
    first = until - MOST if last is None else max(last + DAY, until - MOST)
    return [first + number * DAY for number in range((until - first).days + 1)]


def measure(day: date, known: Mapping[str, Hop]) -> int:
    """Keep how long the steps took that finished on a day, once; how many there were.

    Parcels that a closure stopped are left out: what they waited for is known by another name.
    Time: the day of UTC. Time in which a step rests by its calendar does not count.
    """
    if StepTime.objects.filter(measured_on=day).exists():
        return 0
    counts = Counter(_buckets(day, known))
    StepTime.objects.bulk_create(
        StepTime(step=step, group=group, measured_on=day, bucket=number, quantity=quantity)
        for (step, group, number), quantity in sorted(counts.items())
    )
    return counts.total()


def _buckets(day: date, known: Mapping[str, Hop]) -> Iterator[tuple[str, str, int]]:
    for step, started, ended in _finished(day):
        hop = known.get(step)
        if hop is None or started is None or ended - started < LEAST:
            continue
        begun, over = started.timestamp(), ended.timestamp()
        seconds = over - begun if hop.is_timed else hop.worked(begun, over)
        if seconds > 0:
            yield step, hop.group, paces.bucket(seconds)


def _finished(day: date) -> Iterator[Row]:
    first = datetime.combine(day, time(), UTC)
    given = {
        "first": first,
        "until": first + timedelta(days=1),
        "export_start": Code.EXPORT_CUSTOMS_START,
        "export": Code.EXPORT_CUSTOMS_CLEARED,
        "import": Code.IMPORT_CUSTOMS_CLEARED,
        "packed": Code.HUB_PACKED,
        "inbound": Code.HUB_INBOUND,
        "handed": Code.SELLER_HANDED_OVER,
        "reached": Code.TRANSIT_ARRIVED,
        "arrived": Code.LINEHAUL_ARRIVED,
        "delivered": Code.DELIVERED,
    }
    with connection.cursor() as cursor:
        for asked in (STEPS, RUNS):
            cursor.execute(asked, {name: str(value) for name, value in given.items()})
            yield from cursor.fetchall()
