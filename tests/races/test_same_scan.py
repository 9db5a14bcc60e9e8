"""The same scan sent many times at once is done once, and every sender hears the same answer."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from logistics import tasks
from logistics.models import FloorScan, ShipmentEvent, StockMove
from logistics.stations import scans
from storefront.lib import clock
from tests import conftest
from tests.logistics import story
from tests.races.crowd import together
from tests.shop import NOW, rows_of


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """A database of its own, in which work is committed for real."""
    name = f"scans_{worker_id}"
    conftest.clone(name)
    with django_db_blocker.unblock(), rows_of(name), clock.simulated(NOW):
        yield
        connections.close_all()
    conftest.owner_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def in_own_connection(scan: scans.Scan, answers: list[Any]) -> None:
    try:
        row = scans.take(scan, actor="user:mei", now=NOW)
        answers.append((row.pk, row.tone, row.answer))
    finally:
        connections.close_all()


def test_one_scan_from_eight_senders_is_done_once(committed: None, settings: Any) -> None:
    settings.AUTOMATIC_HANDS = False
    order = story.paid_order()
    tasks.drive_shipment(id=story.parcel(order).pk)
    moves = StockMove.objects.count()
    scan = scans.Scan(uuid4(), "pick", story.parcel(order).number)
    answers: list[Any] = []

    together([partial(in_own_connection, scan, answers) for _sender in range(8)])

    assert len(answers) == 8
    assert len({pk for pk, _tone, _answer in answers}) == 1
    assert {tone for _pk, tone, _answer in answers} == {"good"}
    assert FloorScan.objects.count() == 1
    assert ShipmentEvent.objects.filter(code="HUB_PICKED").count() == 1
    assert StockMove.objects.count() == moves + 1
