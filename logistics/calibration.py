"""Whether promises hold: by lane and week, at both dates, and what a lane learns from it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q

from orders.models import Delivery

from . import forecasting
from .models import LaneLevel, Replanned

AIM = 0.95  # of all later dates should hold: what is learnt is weeks old when it counts
GAIN = 0.01  # how far one delivery moves a lane that is off its aim
LEAST, MOST = 0.9, 0.99
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
JUDGED = """
SELECT d.lane, d.mode, d.promised_from_on AS from_on, d.promised_until_on AS until_on, d.is_kept,
       (d.delivered_at AT TIME ZONE c.timezone)::date AS came_on,
       (date_trunc('week', d.delivered_at AT TIME ZONE c.timezone))::date AS week,
       EXISTS (SELECT 1 FROM logistics_replanned r JOIN logistics_shipment p
                   ON p.id = r.shipment_id WHERE p.delivery_id = d.id) AS was_stopped,
       (SELECT max((e.detail ->> 'until_on')::date) FROM orders_orderevent e
          JOIN logistics_shipment p ON p.delivery_id = d.id AND e.detail ->> 'parcel' = p.number
         WHERE e.order_id = d.order_id AND e.kind IN ('DELAYED', 'REROUTED')
           AND e.detail ->> 'until_on' > ''
           AND (e.happened_at AT TIME ZONE c.timezone)::date <= d.promised_until_on) AS told_on
  FROM orders_delivery d
  JOIN orders_order o ON o.id = d.order_id
  JOIN orders_city c ON c.id = o.city_id
 WHERE d.is_kept IS NOT NULL AND d.delivered_at >= %s
"""
BY_WEEK = f"""
SELECT lane, mode, week, count(*), count(*) FILTER (WHERE came_on <= from_on),
       count(*) FILTER (WHERE is_kept)
  FROM ({JUDGED}) j WHERE NOT was_stopped GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608  our own words
BY_LANE = f"""
SELECT lane, mode,
       count(*) FILTER (WHERE NOT was_stopped),
       count(*) FILTER (WHERE NOT was_stopped AND came_on <= from_on),
       count(*) FILTER (WHERE NOT was_stopped AND is_kept),
       coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY until_on - from_on), 0),
       count(*) FILTER (WHERE was_stopped),
       count(*) FILTER (WHERE was_stopped AND is_kept),
       count(*) FILTER (WHERE was_stopped AND NOT is_kept AND told_on IS NOT NULL),
       count(*) FILTER (WHERE was_stopped AND NOT is_kept AND came_on <= told_on)
  FROM ({JUDGED}) j GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608  our own words

WIDTHS = f"""
SELECT mode, percentile_disc(0.5) WITHIN GROUP (ORDER BY until_on - from_on)
  FROM ({JUDGED}) j GROUP BY 1 ORDER BY 1
"""  # noqa: S608  our own words


@dataclass(frozen=True)
class Week:
    """Promises of one lane whose parcels came in one week; none that a closure stopped.

    Time: `week` is a Monday. `by_first` came by the first day of the window, `by_last` by the
    last one; half and nine of ten should.
    """

    lane: str
    mode: str
    week: date
    delivered: int
    by_first: int
    by_last: int


@dataclass(frozen=True)
class Calibration:
    """How true the windows of a lane are.

    Units: `width_days` is the median of the last day less the first.
    `stopped` are deliveries that a closure met: so many of them were kept all the same, of so
    many of the others a new date was told before the old one was over, and so many came by it.
    """

    lane: str
    mode: str
    delivered: int
    by_first: int
    by_last: int
    width_days: int
    stopped: int
    stopped_kept: int
    told: int
    told_kept: int


def by_week(*, since: datetime) -> list[Week]:
    """How each lane kept its promises, week by week; one query."""
    return [Week(*row) for row in _ask(BY_WEEK, since)]


def by_lane(*, since: datetime = BEGINNING) -> list[Calibration]:
    """How true the windows of each lane were; one query."""
    return [Calibration(*row) for row in _ask(BY_LANE, since)]


def widths(*, since: datetime = BEGINNING) -> dict[str, int]:
    """The median width of the windows of each mode in days, the last less the first; one query."""
    return dict(_ask(WIDTHS, since))


def _ask(query: str, since: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [since])
        return list(cursor.fetchall())


def learn(day: date) -> int:
    """Move each lane's level by what was delivered on a day; how many moved. Three queries.

    A lane that keeps fewer than it should reads its later date farther out in what is drawn,
    and one that keeps more, nearer: no window is wider than its truth needs. Deliveries that a
    closure stopped teach nothing about a lane.

    Time: the day of UTC.
    """
    stopped = Replanned.objects.filter(shipment__delivery=OuterRef("pk"))
    begun = datetime(day.year, day.month, day.day, tzinfo=UTC)
    rows = Delivery.objects.filter(
        ~Exists(stopped),
        is_kept__isnull=False,
        delivered_at__gte=begun,
        delivered_at__lt=begun + timedelta(days=1),
    ).values("lane")
    counts = rows.annotate(n=Count("pk"), kept=Count("pk", filter=Q(is_kept=True)))
    levels = forecasting.levels()
    made = [
        LaneLevel(
            lane=lane,
            set_on=day + timedelta(days=1),
            level_bps=round(10_000 * moved(levels.get(lane, forecasting.LEVEL), number, kept)),
            delivered=number,
            kept=kept,
        )
        for lane, number, kept in counts.values_list("lane", "n", "kept")
    ]
    LaneLevel.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def moved(level: float, delivered: int, kept: int) -> float:
    """Where a level goes after so many deliveries of which so many were kept.

    Source: adaptive conformal inference, Gibbs and Candès, 2021.
    """
    return min(MOST, max(LEAST, level + GAIN * (AIM * delivered - kept)))
