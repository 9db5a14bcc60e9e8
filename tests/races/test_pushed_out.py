"""Rounds of bagging that push parcels out of a bag while somebody seals it: nothing is lost."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.db.models import Sum

from logistics import bagging, consolidation, runs
from logistics.models import Bag, Departure, Service, Shipment, Vehicle
from logistics.states import State
from storefront.lib import clock, kept
from storefront.lib.refusal import Refusal
from tests import conftest
from tests.factories import catalog, logistics
from tests.factories import orders as order_rows
from tests.races.crowd import together
from tests.shop import NOW, rows_of


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """A database of its own, in which work is committed for real."""
    name = f"pushed_{worker_id}"
    conftest.clone(name)
    with django_db_blocker.unblock(), rows_of(name), clock.simulated(NOW):
        kept.forget()
        yield
        connections.close_all()
    conftest.owner_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    kept.forget()


def cleared(leave_by: Any) -> Shipment:
    return logistics.shipment(
        order_rows.order(catalog.offer()),
        state=State.CLEARED,
        weight_g=500,
        leave_by=leave_by,
        due_at=NOW,
    )


def in_own_connection(deed: Any) -> None:
    try:
        with suppress(Refusal):
            deed()
    finally:
        connections.close_all()


def test_rounds_and_a_seal_at_once_keep_every_parcel_in_one_bag(committed: None) -> None:
    Service.objects.filter(code="flight-hrb-svx").update(capacity_g=2_000)
    kept.forget()
    main = runs.main_of(logistics.lane().pk)
    fill = partial(bagging.fill, main, now=NOW, actor="task:hands")
    calm = [cleared(NOW + timedelta(days=9, hours=hours)) for hours in range(4)]
    fill()
    bag = Bag.objects.get()
    hurried = [cleared(bag.departure.departs_at) for _one in range(2)]

    seal = partial(consolidation.seal, bag, "AB12345", actor="user:1", now=NOW)
    together([partial(in_own_connection, deed) for deed in (fill, seal, fill, fill)])

    rows = list(Shipment.objects.select_related("departure__vehicle", "bag"))
    assert len(rows) == len(calm) + len(hurried)
    assert {row.state for row in rows} == {State.BAGGED}
    assert all(row.bag.departure_id == row.departure_id for row in rows)
    for each in Bag.objects.all():
        held = [row for row in rows if row.bag_id == each.pk]
        assert (each.parcels, each.weight_g) == (len(held), 500 * len(held))
    for vehicle in Vehicle.objects.all():
        held = [row for row in rows if row.departure.vehicle_id == vehicle.pk]
        assert vehicle.booked_g == 500 * len(held) <= 2_000
    for departure in Departure.objects.all():
        weight = departure.bags.aggregate(g=Sum("weight_g"))["g"] or 0
        assert departure.booked_g == weight
