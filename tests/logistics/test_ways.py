"""What a way says of itself: its price, its window, its last mile, and that it does not run."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from logistics import network, routing, timetable, windows
from logistics.models import Forecast, Lane, Service
from orders.models import City
from storefront.lib import kept
from tests.factories import orders
from tests.logistics.test_routing import NOW, PHONE, ways, world

__all__ = ["world"]


def test_each_begun_hundred_grams_is_paid_for(world: dict[str, City]) -> None:
    def price(grams: int) -> Decimal:
        parcel = routing.Parcel(grams, 1)
        return ways(world["ekaterinburg"], parcel=parcel)["air-svx"].freight

    # 380 and 52 for each begun 100 g, up to whole tens
    asked = (300, 301, 400, 505)
    assert [price(grams) for grams in asked] == [
        Decimal("540.00"),
        Decimal("590.00"),
        Decimal("590.00"),
        Decimal("700.00"),
    ]


def test_a_way_tells_whose_it_is_in_each_language(world: dict[str, City]) -> None:
    lane = Lane.objects.get(code="rail-mzl")
    rail = ways(world["ekaterinburg"])["rail-mzl"]
    stretch = network.current().stretch(
        rail_terminal(lane), world["ekaterinburg"].pk, on=NOW.date()
    )

    assert (rail.lane_id, rail.mode, rail.origin) == (lane.pk, "rail", "harbin")
    assert stretch is not None
    assert rail.carrier == stretch.carrier
    told = {"ru": lane.title_ru, "zh-hans": lane.title_zh, "en": lane.title_en}
    assert len(set(told.values())) == 3
    for code, title in told.items():
        with translation.override(code):
            assert rail.title == title


def rail_terminal(lane: Lane) -> int:
    return next(one.terminal_id for one in network.current().routes if one.id == lane.pk)


@pytest.mark.django_db
def test_a_drawn_window_holds_for_its_lane_its_city_and_its_end_alone() -> None:
    kept.forget()
    lane, city = Lane.objects.get(code="air-svx"), orders.city()
    other = City.objects.get(slug="kazan")
    plain, elsewhere = ways(city)["air-svx"], ways(other)["air-svx"]
    drawn = (plain.from_on + timedelta(days=1), plain.until_on + timedelta(days=2))
    Forecast.objects.create(
        lane=lane,
        city=city,
        origin="harbin",
        mode="air",
        paid_from=windows.slot(NOW),
        from_on=drawn[0],
        until_on=drawn[1],
    )
    kept.forget()

    def days(goal: routing.Goal) -> dict[str, tuple[date, date]]:
        found = routing.ways(
            PHONE, origin="harbin", goal=goal, modes_forbidden=frozenset(), now=NOW
        )
        return {way.lane: (way.from_on, way.until_on) for way in found}

    assert days(routing.Goal(city))["air-svx"] == drawn
    assert days(routing.Goal(other))["air-svx"] == (elsewhere.from_on, elsewhere.until_on)
    point = days(routing.Goal(city, to_point=True))
    assert "air-svx" not in point or point["air-svx"] != drawn
    kept.forget()


def test_couriers_rest_on_holidays_and_work_on_weekends(world: dict[str, City]) -> None:
    city, known = world["ekaterinburg"], network.current()
    lane = next(one for one in known.routes if one.code == "air-svx")
    stretch = known.stretch(lane.terminal_id, city.pk, on=NOW.date())
    assert stretch is not None
    door = routing.door(stretch, city)

    def comes(arrived: datetime) -> date:
        runs = timetable.travel([door], arrived, known.calendars, late=False)
        assert runs
        return routing.day(runs[-1], city)

    friday, new_year = datetime(2026, 11, 27, 6, tzinfo=UTC), datetime(2026, 12, 31, 6, tzinfo=UTC)
    assert comes(friday) == date(2026, 11, 29)  # two days, a Sunday
    assert comes(new_year) > date(2027, 1, 8)  # the January holidays


def test_what_is_left_is_counted_from_the_service_it_came_by(world: dict[str, City]) -> None:
    lane = Lane.objects.get(code="air-svx")
    goal = routing.Goal(world["ekaterinburg"])
    first = ways(world["ekaterinburg"])["air-svx"].legs[0]
    arrived = first.arrives_at

    after_export = routing.onward(lane.pk, goal, arrived=arrived, after=first.service_id)
    after_flight = routing.onward(lane.pk, goal, arrived=arrived)

    assert after_export[0] > after_flight[0]
    assert all(first < last for first, last in (after_export, after_flight))


@pytest.mark.django_db
def test_what_does_not_run_is_said_in_words() -> None:
    lane = Lane.objects.get(code="air-svx")
    route = next(one for one in network.current().routes if one.id == lane.pk)
    far = next(
        city
        for city in City.objects.order_by("pk")
        if not network.current().stretch(route.terminal_id, city.pk, on=NOW.date())
    )
    Service.objects.filter(code="flight-hrb-svx").update(valid_until=NOW.date())
    kept.forget()
    asked = [
        lambda: routing.next_run(lane.pk, ready=NOW),
        lambda: routing.onward(lane.pk, routing.Goal(far), arrived=NOW),
    ]

    for ask in asked:
        with translation.override("en"), pytest.raises(routing.LaneClosed) as refused:
            ask()
        assert str(refused.value) == "This way of delivery does not run at present."
    kept.forget()
