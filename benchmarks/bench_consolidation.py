"""What one round of bagging costs: so many cleared parcels into bags and onto departures.

Starts a database of its own, fills it by SQL with one real order and parcel copied (weights,
volumes, slack and lanes drawn by a seed), bags them all by the function the centre uses, and
checks with SQL that nothing is carried above capacity, nobody with less slack was left behind
where he fitted, every parcel lies in one bag and the sums are sums:
    python benchmarks/bench_consolidation.py [--parcels 20000] [--seed 11] [--json FILE]
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LANES = ("air-svx", "szx-air-svx")
CAPACITY = {"capacity_g": 40_000_000, "capacity_parcels": 9_000, "capacity_cm3": 250_000_000}
DATABASES: list[Any] = []

# One real parcel is copied with its order: all columns by their names, a few with their own values.
COPY = """
INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(t) || ({own})::jsonb)).*
FROM {table} t CROSS JOIN generate_series(1, %s) n WHERE t.id = %s
"""
OWN = {
    "orders_quote": "jsonb_build_object('id', md5('bench' || n)::uuid)",
    "orders_order": """jsonb_build_object('id', 1000000 + n, 'quote_id', md5('bench' || n)::uuid,
        'number', lpad((100000000 + n)::text, 9, '0'), 'form_key', 'bench-' || n,
        'token_hash', 'bench-' || n)""",
    "orders_delivery": "jsonb_build_object('id', 1000000 + n, 'order_id', 1000000 + n)",
    "logistics_shipment": """jsonb_build_object('id', 1000000 + n, 'order_id', 1000000 + n,
        'delivery_id', 1000000 + n, 'number', 'LX' || lpad(n::text, 9, '0') || 'CN',
        'lane_id', (ARRAY[{lanes}])[1 + floor(random() * 2)::int],
        'weight_g', 200 + floor(random() * 7800)::int,
        'volume_cm3', 500 + floor(random() * 30000)::int,
        'leave_by', timestamptz '2026-12-01' + floor(random() * 480) * interval '1 hour')""",
}
LEFT_BEHIND = """
WITH loaded AS (
    SELECT s.id, s.leave_by, s.weight_g, s.volume_cm3, d.vehicle_id, d.departs_at
    FROM logistics_shipment s JOIN logistics_departure d ON d.id = s.departure_id
), met AS (
    SELECT l.weight_g, l.volume_cm3, v.capacity_g, v.capacity_parcels, v.capacity_cm3,
        l.departs_at > v.departs_at AS is_behind,
        sum(l.weight_g) FILTER (WHERE l.vehicle_id = v.id) OVER w AS g,
        count(*) FILTER (WHERE l.vehicle_id = v.id) OVER w AS parcels,
        sum(l.volume_cm3) FILTER (WHERE l.vehicle_id = v.id) OVER w AS cm3
    FROM loaded l CROSS JOIN logistics_vehicle v
    WINDOW w AS (PARTITION BY v.id ORDER BY l.leave_by, l.id)
)
SELECT count(*) FROM met
WHERE is_behind AND coalesce(g, 0) + weight_g <= capacity_g AND parcels < capacity_parcels
    AND coalesce(cm3, 0) + volume_cm3 <= capacity_cm3
"""
CHECKS = {
    "vehicles_above_capacity": """
        SELECT count(*) FROM (
            SELECT v.id FROM logistics_vehicle v
            JOIN logistics_departure d ON d.vehicle_id = v.id
            JOIN logistics_shipment s ON s.departure_id = d.id
            GROUP BY v.id HAVING sum(s.weight_g) > v.capacity_g
                OR count(*) > v.capacity_parcels OR sum(s.volume_cm3) > v.capacity_cm3
                OR sum(s.weight_g) <> v.booked_g OR count(*) <> v.booked_parcels
                OR sum(s.volume_cm3) <> v.booked_cm3) wrong""",
    "bags_too_heavy_or_wrong": """
        SELECT count(*) FROM (
            SELECT b.id FROM logistics_bag b JOIN logistics_shipment s ON s.bag_id = b.id
            GROUP BY b.id HAVING sum(s.weight_g) <> b.weight_g OR count(*) <> b.parcels
                OR b.weight_g > (SELECT limit_g FROM logistics_baglimit WHERE mode = '')) wrong""",
    "in_another_departures_bag": """
        SELECT count(*) FROM logistics_shipment s JOIN logistics_bag b ON b.id = s.bag_id
        WHERE s.departure_id <> b.departure_id""",
    "not_in_exactly_one_bag": """
        SELECT count(*) FROM logistics_shipment s WHERE s.state <> 'BAGGED' OR s.bag_id IS NULL
            OR (SELECT count(*) FROM logistics_shipmentevent e
                WHERE e.shipment_id = s.id AND e.code = 'HUB_BAGGED') <> 1""",
    "less_slack_left_behind": LEFT_BEHIND,
}


def main() -> int:
    options, load = _options(), os.getloadavg()[0]
    import django

    django.setup()
    from storefront.lib import clock
    from storefront.management import stage

    _remember_databases()
    with tempfile.TemporaryDirectory(prefix="sungari-consolidation-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with stage.alone(folder, seed=7), clock.simulated(NOW):
            main_id = fill(options.parcels, options.seed)
            rows = measure(main_id)
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load_before": round(load, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "seed": options.seed,
        **rows,
    }
    options.json.write_text(json.dumps(told, indent=2) + "\n")
    for key, value in told.items():
        print(f"{key:<28} {value}")
    return 1 if any(told[name] for name in CHECKS) else 0


def _remember_databases() -> None:
    """Keep what is started: the filling speaks to the database as its superuser."""
    from storefront import embedded

    start = embedded.start_postgres

    def started(*args: Any, **options: Any) -> Any:
        DATABASES.append(start(*args, **options))
        return DATABASES[-1]

    embedded.start_postgres = started


def fill(parcels: int, seed: int) -> int:
    """A real parcel, copied so many times; the key of the service they wait for."""
    import psycopg2
    from django.db import connection

    from logistics import runs
    from logistics.models import Lane, Service
    from logistics.states import State
    from storefront.lib import kept
    from tests.factories import catalog, logistics, orders

    order = orders.order(catalog.offer())
    pattern = logistics.shipment(order, state=State.CLEARED, leave_by=NOW + timedelta(days=9))
    Service.objects.filter(code="flight-hrb-svx").update(**CAPACITY)
    kept.forget()
    lanes = Lane.objects.filter(code__in=LANES).order_by("pk").values_list("pk", flat=True)
    keys = {
        "orders_quote": order.quote_id,
        "orders_order": order.pk,
        "orders_delivery": pattern.delivery_id,
        "logistics_shipment": pattern.pk,
    }
    (database,), name = DATABASES, connection.settings_dict["NAME"]
    with (
        closing(psycopg2.connect(database.superuser_url, dbname=name)) as link,
        link.cursor() as cursor,
    ):
        cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
        cursor.execute("SELECT setseed(%s)", [seed % 1000 / 1000])
        for table, own in OWN.items():
            own = own.replace("{lanes}", ", ".join(map(str, lanes)))
            cursor.execute(COPY.format(table=table, own=own), [parcels, keys[table]])
        cursor.execute(
            "DELETE FROM logistics_shipmentitem; DELETE FROM logistics_shipment WHERE id < 1000000"
        )
        link.commit()
        cursor.execute("ANALYZE")
        link.commit()
    return runs.main_of(lanes[0])


def measure(main_id: int) -> dict[str, Any]:
    """One round, and what must hold after it; the packing alone is timed apart."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from logistics import bagging, packing
    from logistics.models import Bag, Departure, Shipment, Vehicle

    packed: list[float] = []
    pure = packing.load

    def timed(*given: Any) -> Any:
        began = time.perf_counter()
        found = pure(*given)
        packed.append(time.perf_counter() - began)
        return found

    packing.load = timed
    began, cpu = time.perf_counter(), time.process_time()
    with CaptureQueriesContext(connection) as asked:
        done = bagging.fill(main_id, now=NOW, actor="bench")
    seconds, worked = time.perf_counter() - began, time.process_time() - cpu
    packing.load = pure
    answers = {}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for name, statement in CHECKS.items():
            cursor.execute(statement)
            answers[name] = cursor.fetchone()[0]
    return {
        "parcels": Shipment.objects.count(),
        "bagged": len(done.bagged),
        "left_waiting": len(done.waiting),
        "seconds": round(seconds, 2),
        "cpu_s": round(worked, 2),
        "packing_alone_s": round(sum(packed), 3),
        "parcels_per_s": round(len(done.bagged) / seconds),
        "statements": len(asked),
        "departures": Departure.objects.count(),
        "bags": Bag.objects.count(),
        "fullest_vehicle_bps": max(
            (v.booked_g * 10_000 // (v.capacity_g or 1) for v in Vehicle.objects.all()), default=0
        ),
        **answers,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--json", type=Path, default=Path(__file__).with_suffix(".json"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
