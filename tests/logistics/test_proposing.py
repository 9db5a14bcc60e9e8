"""Ways the scan finds and no lane sells become lanes that buyers can choose."""

from collections.abc import Iterator
from datetime import date, time

import pytest

from logistics import network, proposing, routing
from logistics.models import Service, ServicePrice
from storefront.lib import kept
from tests.factories import logistics, orders

pytestmark = pytest.mark.django_db
NOW = orders.NOW


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    kept.forget()
    yield
    kept.forget()


def new_flight() -> Service:
    """A flight somebody added to the network: daily to Yekaterinburg, at half the price."""
    known = logistics.service("flight-hrb-svx")
    price = known.prices.order_by("up_to_g").last()
    names = ("mode", "carrier", "origin_id", "target_id", "calendar")
    made = Service.objects.create(
        **{name: getattr(known, name) for name in names},
        code="flight-new",
        weekdays=[1, 2, 3, 4, 5, 6, 7],
        departs=time(7),
        cutoff_hours=5,
        hours_p50=6,
        hours_p90=8,
        valid_from=date(2026, 11, 1),
        source="test",
    )
    half = {"base": price.base / 2, "per_100g": price.per_100g / 2, "source": "test"}
    ServicePrice.objects.create(service=made, **half)
    kept.forget()
    return made


def ways() -> list[str]:
    goal = routing.Goal(orders.city())
    found = routing.ways(
        proposing.TYPICAL, origin="harbin", goal=goal, modes_forbidden=frozenset(), now=NOW
    )
    return [way.lane for way in found]


def test_a_service_that_was_added_is_proposed_sold_and_offered_to_buyers() -> None:
    flight = new_flight()
    proposed = [one for one in proposing.proposals(now=NOW) if flight in one.services]
    mine = next(one for one in proposed if one.origin == "harbin")

    lane = proposing.sell(mine.key, actor="user:vera", now=NOW)
    kept.forget()

    assert (lane.mode, lane.terminal.code) == ("air", "ekaterinburg")
    assert lane.legs.get(is_main=True).service == flight
    assert "user:vera" in lane.source
    assert lane.code in ways()
    left = {one.key for one in proposing.proposals(now=NOW)}
    assert mine.key not in left
    with pytest.raises(proposing.NotProposed):
        proposing.sell(mine.key, actor="user:vera", now=NOW)


def test_the_network_of_the_reference_rows_has_more_ways_than_lanes() -> None:
    one = proposing.proposals(now=NOW)[0]

    lane = proposing.sell(one.key, actor="user:vera", now=NOW)
    kept.forget()

    known = network.current()
    assert [leg.service for leg in lane.legs.order_by("position")] == list(one.services)
    route = next(route for route in known.routes if route.id == lane.pk)
    goal = routing.Goal(orders.city(one.cities[0]))
    assert routing._way(known, route, goal, proposing.TYPICAL, NOW) is not None
    assert all((lane.title_ru, lane.title_zh, lane.title_en))
