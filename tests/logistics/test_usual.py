"""The next step and the new date of a parcel are told by what was measured, not by assumption."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics import expecting, forecasting, network, outlook, paces, routing, usual
from logistics.models import Leg, Pace, Shipment, StepTime
from logistics.states import State
from storefront.lib import clock, kept
from tests.factories import catalog, logistics
from tests.factories import orders as order_rows
from tests.logistics.story import NOW

pytestmark = pytest.mark.django_db
HOUR = 3600.0


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    kept.forget()
    with clock.simulated(NOW):
        yield
    kept.forget()


def measured(step: str, group: str, hours: float) -> None:
    """Two hundred parcels needed so long for a step, as last night's study knows."""
    StepTime.objects.create(
        step=step,
        group=group,
        measured_on=date(2026, 11, 20),
        bucket=paces.bucket(hours * HOUR),
        quantity=200,
    )
    forecasting.draw(now=NOW)
    kept.forget()


def parcel(**fields: object) -> Shipment:
    return logistics.shipment(order_rows.order(catalog.offer()), **fields)


def test_the_day_at_the_door_follows_what_the_last_mile_really_takes() -> None:
    row = parcel(state=State.LAST_MILE, state_at=NOW, planned_at=NOW)
    assumed = expecting.day(row, now=NOW)

    measured("door/ekaterinburg/ekaterinburg", "door", 9 * 24)

    assert assumed == (NOW + timedelta(days=2)).date()
    assert expecting.day(row, now=NOW) == (NOW + timedelta(days=9)).date()
    with CaptureQueriesContext(connection) as queries:
        expecting.day(row, now=NOW)
    assert len(queries) == 0


def test_a_way_goes_on_as_services_really_run() -> None:
    lane, goal = logistics.lane(), routing.Goal(order_rows.city())
    before = routing.onward(lane.pk, goal, arrived=NOW)

    measured("service/import-koltsovo", "import", 80)

    after = routing.onward(lane.pk, goal, arrived=NOW)
    links = network.current().services[logistics.service("import-koltsovo").pk]
    [paced] = usual.paced([links])
    assert paced.p50 > 3 * links.p50
    assert after[0] >= before[0] + timedelta(days=2)


def test_the_next_step_is_told_by_what_its_service_really_takes() -> None:
    row = parcel(state=State.DEPARTED, state_at=NOW)
    flight = logistics.service()
    Leg.objects.create(
        shipment=row,
        position=1,
        service=flight,
        planned_departs_at=NOW,
        planned_arrives_at=NOW + timedelta(hours=6),
        departed_at=NOW,
    )
    Pace.objects.create(step=f"service/{flight.code}", seconds_p50=50 * 3600, seconds_p90=60 * 3600)
    kept.forget()

    assert outlook.of(row).step_on == (NOW + timedelta(hours=50)).date()
