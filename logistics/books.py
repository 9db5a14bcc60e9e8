"""What must always hold between stock, orders and parcels, checked over the whole database."""

from collections.abc import Iterator

from django.db import connection

FAILURES_SHOWN = 10

Check = tuple[str, int, list[str]]

KEPT = """
    SELECT s.id, s.{column}, COALESCE(SUM(r.quantity), 0)
    FROM logistics_stock s
    LEFT JOIN logistics_reservation r ON r.stock_id = s.id AND r.state = '{state}'
    GROUP BY s.id
    HAVING s.{column} <> COALESCE(SUM(r.quantity), 0)
"""
MOVED = """
    SELECT s.id, s.{column}, COALESCE(SUM(m.{column}), 0)
    FROM logistics_stock s LEFT JOIN logistics_stockmove m ON m.stock_id = s.id
    GROUP BY s.id
    HAVING s.{column} <> COALESCE(SUM(m.{column}), 0)
"""
NEGATIVE = """
    SELECT id, on_hand, reserved + allocated FROM logistics_stock
    WHERE reserved < 0 OR allocated < 0 OR on_hand < reserved + allocated
"""
PACKED = """
    SELECT l.id, l.quantity, COALESCE(SUM(i.quantity), 0)
    FROM orders_orderline l
    JOIN orders_order o ON o.id = l.order_id
    JOIN orders_delivery d ON d.id = l.delivery_id
    LEFT JOIN logistics_shipmentitem i ON i.line_id = l.id
    WHERE o.state IN ('PAID', 'COMPLETED') AND d.cancelled_at IS NULL
      AND NOT EXISTS (
        SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.lifted_at IS NULL
      )
    GROUP BY l.id
    HAVING l.quantity <> COALESCE(SUM(i.quantity), 0)
"""
UNPAID = """
    SELECT i.id, i.quantity, 0
    FROM logistics_shipmentitem i
    JOIN logistics_shipment s ON s.id = i.shipment_id
    JOIN orders_order o ON o.id = s.order_id
    WHERE o.paid_at IS NULL
"""
LATE = """
    SELECT r.id, r.quantity, 0
    FROM logistics_reservation r
    JOIN orders_orderline l ON l.id = r.line_id
    JOIN orders_order o ON o.id = l.order_id
    WHERE (o.state = 'CANCELLED' AND r.state IN ('RESERVED', 'ALLOCATED'))
       OR (o.state = 'PLACED' AND r.state <> 'RESERVED')
       OR (o.state IN ('PAID', 'COMPLETED') AND r.state = 'RESERVED')
"""
BINNED = """
    SELECT s.id, s.on_hand, COALESCE(SUM(b.quantity), 0)
    FROM logistics_stock s LEFT JOIN logistics_binstock b ON b.stock_id = s.id
    WHERE s.is_binned OR b.id IS NOT NULL
    GROUP BY s.id
    HAVING s.on_hand <> COALESCE(SUM(b.quantity), 0)
"""
CARRIED = """
    SELECT COALESCE(b.stock_id, m.stock_id), COALESCE(b.pieces, 0), COALESCE(m.pieces, 0)
    FROM (
        SELECT bin_id, stock_id, came_on, SUM(quantity) AS pieces
        FROM logistics_binstock GROUP BY bin_id, stock_id, came_on
    ) b
    FULL JOIN (
        SELECT bin_id, stock_id, came_on, SUM(quantity) AS pieces
        FROM logistics_binmove GROUP BY bin_id, stock_id, came_on
    ) m USING (bin_id, stock_id, came_on)
    WHERE COALESCE(b.pieces, 0) <> COALESCE(m.pieces, 0)
"""
CLAIMED = """
    SELECT b.id, b.claimed, COALESCE(SUM(p.quantity), 0)
    FROM logistics_binstock b
    LEFT JOIN logistics_pickstop p
        ON p.bin_id = b.bin_id AND p.stock_id = b.stock_id AND p.came_on = b.came_on
        AND p.state IN ('WAITING', 'IN_TROLLEY')
    GROUP BY b.id
    HAVING b.claimed <> COALESCE(SUM(p.quantity), 0)
"""
TAKEN_IN = """
    SELECT l.id, l.received + l.damaged, COALESCE(SUM(c.whole + c.damaged), 0)
    FROM logistics_adviceline l LEFT JOIN logistics_advicecount c ON c.line_id = l.id
    GROUP BY l.id
    HAVING l.received <> COALESCE(SUM(c.whole), 0) OR l.damaged <> COALESCE(SUM(c.damaged), 0)
"""
NUMBERED = """
    SELECT s.id, s.on_hand, COUNT(n.id)
    FROM logistics_stock s
    JOIN logistics_serial n ON n.stock_id = s.id AND n.state = 'IN_STOCK'
    GROUP BY s.id
    HAVING COUNT(n.id) > s.on_hand + (
        SELECT COALESCE(SUM(i.quantity), 0)
        FROM logistics_shipmentitem i
        JOIN logistics_shipment p ON p.id = i.shipment_id AND p.state = 'PICKED'
        JOIN logistics_reservation r ON r.line_id = i.line_id AND r.stock_id = s.id
    )
"""
CARRIED_BY = """
    SELECT v.id, v.booked_g, COALESCE(SUM(b.weight_g), 0)
    FROM logistics_vehicle v
    LEFT JOIN logistics_departure d ON d.vehicle_id = v.id
    LEFT JOIN logistics_bag b ON b.departure_id = d.id
    GROUP BY v.id
    HAVING v.booked_g <> COALESCE(SUM(b.weight_g), 0)
"""
TOGETHER = """
    SELECT f.id, f.bag_id, l.bag_id
    FROM logistics_shipment f JOIN logistics_shipment l ON l.id = f.follows_id
    WHERE f.bag_id IS DISTINCT FROM l.bag_id OR f.departure_id IS DISTINCT FROM l.departure_id
"""
LOADING_CHECKS = (
    ("vehicles: booked = weight of bags", "logistics_vehicle", CARRIED_BY),
    ("boxes: all parcels in one bag", "logistics_box", TOGETHER),
)
FLOOR_CHECKS = (
    ("bins: pieces = stock on hand", "logistics_stock", BINNED),
    ("bins: pieces = sum of movements", "logistics_binmove", CARRIED),
    ("bins: claimed = stops of waves", "logistics_binstock", CLAIMED),
    ("notices: received = sum of counts", "logistics_adviceline", TAKEN_IN),
    ("serial numbers: no more than pieces", "logistics_serial", NUMBERED),
)
CHECKS = (
    *(
        (f"stock: {column} = sum of reservations", KEPT.format(column=column, state=state))
        for column, state in (("reserved", "RESERVED"), ("allocated", "ALLOCATED"))
    ),
    *(
        (f"stock: {column} = sum of movements", MOVED.format(column=column))
        for column in ("on_hand", "reserved", "allocated")
    ),
    ("stock: never less than nothing", NEGATIVE),
)
ORDER_CHECKS = (
    ("shipments = lines of paid orders", "orders_orderline", PACKED),
    ("shipments: none without money", "logistics_shipmentitem", UNPAID),
    ("reservations follow their orders", "logistics_reservation", LATE),
)


def checks() -> Iterator[Check]:
    """Each invariant: its name, how many rows were looked at, up to ten failures in words."""
    for name, query in CHECKS:
        yield name, _count("logistics_stock"), _failures(query)
    for name, table, query in ORDER_CHECKS + FLOOR_CHECKS + LOADING_CHECKS:
        yield name, _count(table), _failures(query)


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  a name of ours
        row: tuple[int] = cursor.fetchone()
    return row[0]


def _failures(query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"{query} ORDER BY 1 LIMIT {FAILURES_SHOWN}")
        return [f"{key}: {kept} is not {reckoned}" for key, kept, reckoned in cursor.fetchall()]
