"""Parcels are planned, driven to the door, scanned and cancelled."""

import pytest

from logistics.states import State
from orders.models import Delivery
from tests.logistics import story
from tests.logistics.story import Outside

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("lane", ["air-svx", "rail-mzl", "road-tsr"])
def test_a_parcel_goes_from_plan_to_door(outside: Outside, lane: str) -> None:
    order = story.paid_order(lane=lane)

    story.run()

    parcel = story.parcel(order)
    delivery = Delivery.objects.get(order=order)
    print(parcel.state, parcel.last_error, story.codes(parcel), delivery.delivered_at)
    assert parcel.state == State.DELIVERED
