"""The broker forgets everything five times and the database is started anew: each parcel once."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.models import Count, Sum

from logistics.models import FilingMessage, Shipment, ShipmentEvent, Stock, StockMove
from logistics.moving import RANK
from logistics.states import State
from orders.models import Delivery
from payments.models import Job
from storefront import embedded
from storefront.lib import clock, sweeping
from tests import clusters, soak
from tests.conftest import _make_template
from tests.factories import catalog
from tests.logistics import story
from tests.shop import NOW, Shop

PARCELS, SOAK_PARCELS = 8, 1000
GOODS = 4
PARTS = ("own", "outside", "beat")
GRID = timedelta(minutes=10)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
ONCE = ("HUB_PICKED", "HUB_PACKED", "HUB_BAGGED", "HUB_OUTBOUND", "DELIVERED")
LIST = ("CEB303", "CEB403", "CEB505", "CEB603")  # what is told of each parcel in China
S = State


class Server:
    """A database server of this test alone, which may be started anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not clusters.fetch(folder):
            with embedded.start_postgres(folder, durable=False) as first:
                self._tell(first)
                _make_template()
        self.restarts = -1
        self.start()

    def start(self) -> None:
        self.postgres = embedded.start_postgres(self.folder)
        self._tell(self.postgres)
        self.restarts += 1

    def restart(self) -> None:
        """Whoever is speaking to it is cut off."""
        connections.close_all()
        self.postgres.stop()
        self.start()

    def _tell(self, postgres: embedded.Postgres) -> None:
        os.environ["TEST_OWNER_URL"], os.environ["TEST_APP_URL"] = (
            postgres.owner_url,
            postgres.app_url,
        )


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Server]:
    before = {name: os.environ[name] for name in ("TEST_OWNER_URL", "TEST_APP_URL")}
    folder = tmp_path_factory.mktemp("server")
    for each in (folder, folder.parent, folder.parent.parent):
        each.chmod(0o755)
    made = Server(folder / "pg")
    try:
        yield made
    finally:
        made.postgres.stop()
        os.environ.update(before)


@pytest.mark.soak
@pytest.mark.parametrize("count", [PARCELS, SOAK_PARCELS])
def test_parcels_go_on_though_broker_and_database_begin_anew(
    count: int, server: Server, own_shop: Callable[..., Shop]
) -> None:
    shop = own_shop(*PARTS, speed=0.0)
    with shop.rows():
        figures = live_through(shop, server, count)
        shop.close()
        connections.close_all()
    if count == SOAK_PARCELS:
        soak.keep("restart", figures)


def live_through(shop: Shop, server: Server, count: int) -> dict[str, Any]:
    """So many parcels from the shelf to the door while everything is forgotten or cut off."""
    begun = time.monotonic()
    with clock.simulated(NOW):
        goods = [catalog.offer() for _ in range(GOODS)]
        for n in range(count):
            story.paid_order(goods[n % GOODS], phone=f"+7912{n:07}")
    Job.objects.update(due_at=None)
    numbers = set(Shipment.objects.values_list("number", flat=True))
    stock = Stock.objects.aggregate(left=Sum("on_hand"))["left"]
    flushes = [S.PICKED, S.DECLARED, S.LOADED, S.IMPORT_CLEARED, S.LAST_MILE]
    deeds = dict.fromkeys(flushes, shop.flush) | {S.CLEARED: server.restart}
    started = time.monotonic()
    push(shop, deeds, until=started + 120 + 3 * count)
    seconds = time.monotonic() - started
    assert server.restarts == 1
    each_once(shop, numbers)
    assert Stock.objects.aggregate(left=Sum("on_hand"))["left"] == stock - count
    return {
        "parcels": count,
        "flushes": len(flushes),
        "restarts": server.restarts,
        "delivered": Delivery.objects.exclude(delivered_at=None).count(),
        "parcels_at_carriers": shop.books("parcels")["count"],
        "seconds": round(seconds, 1),
        "seconds_with_orders": round(time.monotonic() - begun, 1),
    }


def push(shop: Shop, deeds: dict[State, Callable[[], None]], *, until: float) -> None:
    """Time stands while anything is due, and jumps on; a deed is done when half are so far."""
    left = sorted(deeds, key=lambda state: RANK[state])
    while Shipment.objects.exclude(state=S.DELIVERED).exists():
        assert time.monotonic() < until, "they do not arrive"
        while left and share(left[0]) >= 0.5:
            deeds[left.pop(0)]()
        waiting = [at for at, kind in sweeping.next_due() if kind.DUE_CLOCK == "business"]
        if not waiting or waiting[0] <= shop.now():
            time.sleep(0.05)
        else:
            shop.stand_at(waiting[0] + (EPOCH - waiting[0]) % GRID)
    assert not left


def share(state: State) -> float:
    """Of all parcels, those that have come so far."""
    found = dict(Shipment.objects.values_list("state").annotate(n=Count("pk")).order_by())
    there = sum(n for name, n in found.items() if RANK.get(S(name), 99) >= RANK[state])
    return there / sum(found.values())


def each_once(shop: Shop, numbers: set[str]) -> None:
    """In our books and in those of the world outside."""
    count = len(numbers)
    assert set(Shipment.objects.values_list("number", flat=True)) == numbers
    assert Delivery.objects.exclude(delivered_at=None).count() == count
    for code in ONCE:
        told = ShipmentEvent.objects.filter(code=code).values_list("shipment", flat=True)
        assert (code, len(told), len(set(told))) == (code, count, count)
    picked = StockMove.objects.filter(kind=StockMove.Kind.PICKED)
    assert picked.count() == count
    parcels = shop.books("parcels")
    assert (parcels["count"], {one["reference"] for one in parcels["parcels"]}) == (count, numbers)
    filed = FilingMessage.objects.filter(is_ours=True).count()
    told = {"message": len(LIST) * count + filed, "declaration": count}
    assert shop.books("customs")["counts"] == told
