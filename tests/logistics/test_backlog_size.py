"""A hundred thousand parcels in flight: finding, taking and showing what waits stays quick."""

import resource
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from logistics import backlog
from logistics.models import Shipment
from logistics.states import State
from storefront.lib import clock, due, sweeping
from tests import soak
from tests.factories import catalog, logistics, orders

PARCELS = 100_000
TIMES = 50
BOARD_MS = 200
OWN = {
    "id": "s.id + n",
    "number": "'ZZ' || lpad(n::text, 9, '0') || 'CN'",
    "state": "(ARRAY['STOCKED', 'CLEARED', 'IMPORT_CLEARED', 'LAST_MILE'])[1 + n %% 4]",
    "carrier": "(ARRAY['', 'cdek', 'ruspost'])[1 + n %% 3]",
    "failures": "n %% 5",
    "last_error": "CASE WHEN n %% 5 = 0 THEN '' ELSE 'the carrier does not answer' END",
    "due_at": "s.due_at - n * interval '1 second'",
}
NAMES = [field.column for field in Shipment._meta.concrete_fields]
COPIES = f"""
    INSERT INTO logistics_shipment ({", ".join(NAMES)})
    SELECT {", ".join(OWN.get(name, f"s.{name}") for name in NAMES)}
    FROM logistics_shipment s, generate_series(1, %s) n WHERE s.id = %s
"""


@pytest.mark.soak
@pytest.mark.django_db
def test_hundred_thousand_parcels_in_flight() -> None:
    order = orders.order(catalog.offer())
    parcel = logistics.shipment(order, state=State.STOCKED)
    due.plan(parcel, clock.now() - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(COPIES, [PARCELS - 1, parcel.pk])
    oldest = list(due.waiting(Shipment, limit=TIMES).values_list("pk", flat=True))
    before = memory_mb()

    board = timed(lambda _n: backlog.heaps(now=clock.now()))
    claims = timed(lambda n: due.claim(Shipment, oldest[n]))
    sweeps = timed(lambda _n: sweeping.sweep(), times=5)

    assert sum(heap.waiting for heap in backlog.heaps(now=clock.now())) == PARCELS
    assert board["p50_ms"] < BOARD_MS
    soak.keep(
        "backlog",
        {
            "parcels_due": PARCELS,
            "board": board,
            "claim_of_a_row": claims,
            "sweep_with_200_hints": sweeps,
            "memory_grew_mb": round(memory_mb() - before, 1),
        },
    )


def timed(deed: Callable[[int], Any], times: int = TIMES) -> dict[str, float]:
    spans = []
    for number in range(times):
        begun = time.perf_counter()
        deed(number)
        spans.append((time.perf_counter() - begun) * 1000)
    return {"p50_ms": round(statistics.median(spans), 1), "most_ms": round(max(spans), 1)}


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
