"""How long goods have been lying in the border warehouse: the oldest leave first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from catalog.models import Seller
from logistics.models import Place
from orders.days import CHINA

# What is on hand at the end of a day is what came last: pieces are counted back from the newest
# arrival until they are all found. Days are China's, where the goods lie.
LAYERS = """
    WITH moved AS (
        SELECT m.id, m.stock_id, m.on_hand,
               (m.happened_at AT TIME ZONE %(zone)s)::date AS came_on
        FROM logistics_stockmove m
        JOIN logistics_stock s ON s.id = m.stock_id
        JOIN logistics_place p ON p.id = s.place_id AND p.kind = %(kind)s
        JOIN catalog_offer o ON o.id = s.offer_id
        WHERE m.on_hand <> 0
          AND (%(seller)s::bigint IS NULL OR o.seller_id = %(seller)s)
          AND (m.happened_at AT TIME ZONE %(zone)s)::date <= %(on)s
    ), held AS (
        SELECT stock_id, sum(on_hand) AS pieces FROM moved GROUP BY stock_id HAVING sum(on_hand) > 0
    ), arrived AS (
        SELECT m.stock_id, m.came_on, m.on_hand,
               sum(m.on_hand) OVER (PARTITION BY m.stock_id ORDER BY m.came_on DESC, m.id DESC)
               - m.on_hand AS newer
        FROM moved m WHERE m.on_hand > 0
    )
    SELECT o.seller_id, a.stock_id, a.came_on, sum(least(a.on_hand, h.pieces - a.newer))
    FROM arrived a
    JOIN held h ON h.stock_id = a.stock_id AND h.pieces > a.newer
    JOIN logistics_stock s ON s.id = a.stock_id
    JOIN catalog_offer o ON o.id = s.offer_id
    GROUP BY o.seller_id, a.stock_id, a.came_on
    ORDER BY o.seller_id, a.stock_id, a.came_on
"""
BANDS = (30, 60, 90, 180)


@dataclass(frozen=True)
class Layer:
    """Pieces of a row of stock that came on one day."""

    seller_id: int
    stock_id: int
    came_on: date
    pieces: int

    def days(self, on: date) -> int:
        """Days in the warehouse, the day of arrival among them."""
        return (on - self.came_on).days + 1


def layers(on: date, *, seller: Seller | None = None) -> list[Layer]:
    """What lay in the border warehouse at the end of a day, by arrival; one query."""
    asked: dict[str, str | date | int | None] = {
        "kind": Place.Kind.WAREHOUSE.value,
        "zone": CHINA.key,
        "on": on,
        "seller": seller.pk if seller else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(LAYERS, asked)
        return [
            Layer(owner, stock, came_on, int(pieces))
            for owner, stock, came_on, pieces in cursor.fetchall()
        ]


def bands(on: date, *, seller: Seller) -> list[tuple[int, int | None, int]]:
    """Pieces by age: from so many days, to so many (None: older), how many."""
    found = layers(on, seller=seller)
    edges = (0, *BANDS)
    ends = (*BANDS, None)
    return [
        (low + 1, high, _between(found, on, low, high))
        for low, high in zip(edges, ends, strict=True)
    ]


def _between(found: list[Layer], on: date, low: int, high: int | None) -> int:
    return sum(
        layer.pieces
        for layer in found
        if low < layer.days(on) and (high is None or layer.days(on) <= high)
    )


def days_of(week_until: date) -> Iterator[date]:
    """The seven days before a day."""
    return (week_until - timedelta(days=left) for left in range(7, 0, -1))
