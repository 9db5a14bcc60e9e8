"""Parcels let out of China whose lane ends before a vehicle took them."""

import pytest

from logistics.models import Service
from logistics.states import State
from orders.models import Hold, OrderEvent
from storefront.lib import clock, kept
from tests.logistics import story
from tests.logistics.story import Outside

pytestmark = pytest.mark.django_db


def ends(service: str) -> None:
    """From today on a service runs no more."""
    Service.objects.filter(code=service).update(valid_until=clock.now().date())
    kept.forget()


def test_another_lane_of_the_same_office_takes_it(outside: Outside) -> None:
    order = story.paid_order(lane="air-svx", city="kazan")
    story.run(story.is_in(order, State.CLEARED))
    ends("flight-hrb-svx")

    story.run(story.is_in(order, State.DELIVERED))

    parcel = story.parcel(order)
    assert (parcel.state, parcel.lane.code) == (State.DELIVERED, "air-mow")
    assert OrderEvent.objects.get(order=order, kind="REROUTED").detail["lane"] == "air-mow"
    assert not Hold.objects.filter(order=order).exists()
    assert "flight-hrb-svx" not in parcel.legs.values_list("service__code", flat=True)


def test_a_person_is_asked_where_no_other_lane_leads(outside: Outside) -> None:
    order = story.paid_order(lane="rail-mzl")
    story.run(story.is_in(order, State.CLEARED))
    ends("train-hrb-mzl")

    story.run(Hold.objects.filter(order=order).exists)

    hold = Hold.objects.get(order=order)
    assert (hold.reason, hold.owner, hold.note) == (
        "LANE_CLOSED",
        "operator",
        f"{story.parcel(order).number}: rail-mzl",
    )
