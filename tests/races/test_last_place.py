"""The last places of an aeroplane are filled exactly once, however many hands bag at one time."""

from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import F

from logistics import centre, moving
from logistics.models import Bag, Departure, Service, Shipment, Vehicle
from logistics.states import State
from storefront.lib import kept
from tests.conftest import clone
from tests.factories import catalog, logistics, orders
from tests.logistics.story import NOW
from tests.races.crowd import together
from tests.shop import rows_of

PLACES, HANDS = 2, 6


def bag(pk: int) -> None:
    """As a worker's scan does it, in a connection of its own."""
    try:
        with moving.locked(Shipment.objects.get(pk=pk)) as row:
            centre.perform(centre.STEPS["bag"], row, centre.Act("user:7", NOW))
    finally:
        connections.close_all()


def count_carelessly(pk: int) -> bool:
    """What nobody should write: it looks at nothing and only the database says no."""
    try:
        with transaction.atomic():
            Vehicle.objects.filter(pk=pk).update(booked_parcels=F("booked_parcels") + 1)
        return True
    except IntegrityError:
        return False
    finally:
        connections.close_all()


def parcel() -> Shipment:
    order = orders.order(catalog.offer())
    return logistics.shipment(order, state=State.CLEARED, weight_g=400, leave_by=NOW)


def test_the_last_places_are_filled_exactly_once(
    django_db_setup: None, django_db_blocker: Any, worker_id: str
) -> None:
    name = f"places_{worker_id}"
    clone(name)
    with django_db_blocker.unblock(), rows_of(name):
        Service.objects.filter(code="flight-hrb-svx").update(capacity_parcels=PLACES)
        kept.forget()
        keys = [parcel().pk for _hand in range(HANDS)]

        together([partial(bag, pk) for pk in keys])

        flights = Departure.objects.filter(shipments__isnull=False).distinct()
        assert sorted(flight.shipments.count() for flight in flights) == [PLACES] * 3
        assert sorted(Bag.objects.values_list("parcels", flat=True)) == [PLACES] * 3
        assert all(one.booked_parcels <= PLACES for one in Vehicle.objects.all())

        full = Vehicle.objects.filter(booked_parcels=PLACES).earliest("departs_at")
        Vehicle.objects.filter(pk=full.pk).update(capacity_parcels=PLACES + 1)
        taken = together([partial(count_carelessly, full.pk) for _hand in range(HANDS)])
        assert taken.count(True) == 1


@pytest.fixture(autouse=True)
def _forget() -> Any:
    yield
    kept.forget()
