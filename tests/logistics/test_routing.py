"""Ways, their prices and their dates, over the real network of the reference rows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics import calendars, network, routing, timetable
from logistics.models import Lane, Service, Stage
from orders.models import City
from storefront.lib import kept
from tests.factories import catalog, orders

NOW = orders.NOW
SHANGHAI = ZoneInfo("Asia/Shanghai")
PHONE = routing.Parcel(weight_g=497, volume_cm3=843)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[dict[str, City]]:
    """The cities by name, with the network of this database in memory."""
    with django_db_blocker.unblock():
        kept.forget()
        network.current()
        yield {city.slug: city for city in City.objects.all()}
    kept.forget()


def ways(
    city: City,
    *,
    now: datetime = NOW,
    origin: str = "harbin",
    parcel: routing.Parcel = PHONE,
    forbidden: frozenset[str] = frozenset(),
) -> dict[str, routing.Way]:
    found = routing.options(
        origin=origin,
        city=city,
        weight_g=parcel.weight_g,
        volume_cm3=parcel.volume_cm3,
        modes_forbidden=forbidden,
        now=now,
    )
    return {way.lane: way for way in found}


def test_the_sample_of_the_product_page_comes_out(world: dict[str, City]) -> None:
    found = ways(world["ekaterinburg"])

    assert list(found) == ["air-svx", "rail-mzl"]
    air, rail = found.values()
    assert (air.freight, air.from_on, air.until_on) == (
        Decimal("640.00"),
        date(2026, 11, 28),
        date(2026, 11, 30),
    )
    assert (rail.freight, rail.from_on, rail.until_on) == (
        Decimal("290.00"),
        date(2026, 12, 9),
        date(2026, 12, 14),
    )


def test_legs_follow_each_other_and_the_main_one_is_the_flight(world: dict[str, City]) -> None:
    air = ways(world["ekaterinburg"])["air-svx"]
    codes = dict(Service.objects.values_list("pk", "code"))

    assert [codes[leg.service_id] for leg in air.legs] == [
        "export-air",
        "flight-hrb-svx",
        "import-koltsovo",
    ]
    assert codes[air.main.service_id] == "flight-hrb-svx"
    assert air.main.departs_at == datetime(2026, 11, 25, 9, 30, tzinfo=SHANGHAI)
    assert air.main.closes_at == datetime(2026, 11, 24, 9, 30, tzinfo=SHANGHAI)
    assert all(a.arrives_at <= b.departs_at for a, b in zip(air.legs, air.legs[1:], strict=False))
    assert air.terminal_at == air.legs[-1].arrives_at
    assert air.door_at - air.terminal_at == timedelta(days=2)


def test_road_ways_go_to_the_far_east_and_siberia(world: dict[str, City]) -> None:
    assert list(ways(world["vladivostok"])) == ["road-sfh"]
    assert list(ways(world["blagoveshchensk"])) == ["road-hek"]
    assert "road-tsr" in ways(world["novosibirsk"])
    assert "rail-toj" in ways(world["moscow"])


def test_every_city_can_be_reached_now_from_both_origins(world: dict[str, City]) -> None:
    for city in world.values():
        for origin in ("harbin", "shenzhen"):
            assert ways(city, origin=origin), (city.slug, origin)


def test_from_shenzhen_it_takes_longer_and_costs_more(world: dict[str, City]) -> None:
    near = ways(world["ekaterinburg"])["air-svx"]
    far = ways(world["ekaterinburg"], origin="shenzhen")["szx-air-svx"]

    assert far.freight > near.freight
    assert far.from_on > near.from_on
    assert far.until_on > near.until_on


def test_goods_that_may_not_fly_are_offered_no_flight(world: dict[str, City]) -> None:
    assert list(ways(world["ekaterinburg"], forbidden=frozenset({"air"}))) == ["rail-mzl"]
    forbidden = ways(world["novosibirsk"], forbidden=frozenset({"rail"}))
    assert list(forbidden) == ["air-svx"]  # the road to Novosibirsk goes on by rail


def test_a_parcel_after_the_cut_off_takes_the_next_flight(world: dict[str, City]) -> None:
    lane = Lane.objects.get(code="air-svx")
    cutoff = datetime(2026, 11, 24, 9, 30, tzinfo=SHANGHAI)

    in_time = routing.next_run(lane.pk, ready=cutoff)
    late = routing.next_run(lane.pk, ready=cutoff + timedelta(seconds=1))

    assert in_time.departs_at == datetime(2026, 11, 25, 9, 30, tzinfo=SHANGHAI)
    assert late.departs_at == datetime(2026, 11, 26, 9, 30, tzinfo=SHANGHAI)
    assert in_time.is_main


def test_the_ferry_is_offered_in_its_season_only(world: dict[str, City]) -> None:
    city = world["blagoveshchensk"]
    summer = datetime(2027, 7, 5, 4, tzinfo=UTC)

    assert "river-hek" not in ways(city)
    assert "river-hek" in ways(city, now=summer)


def test_lorries_rest_on_chinese_holidays_and_customs_on_russian_ones(
    world: dict[str, City],
) -> None:
    golden_week = datetime(2026, 10, 1, 1, tzinfo=UTC)
    before_new_year = datetime(2026, 12, 28, 1, tzinfo=UTC)

    road = ways(world["vladivostok"], now=golden_week)["road-sfh"]
    air = ways(world["ekaterinburg"], now=before_new_year)["air-svx"]

    assert road.main.departs_at.astimezone(SHANGHAI).date() == date(2026, 10, 8)
    assert air.from_on > date(2027, 1, 8)


def test_a_way_that_is_neither_sooner_nor_cheaper_is_left_out(world: dict[str, City]) -> None:
    several = 0
    for city in world.values():
        found = list(ways(city).values())
        several += len(found) > 1
        assert [way.until_on for way in found] == sorted(way.until_on for way in found)
        for n, way in enumerate(found):
            assert all(
                way.freight < sooner.freight or way.from_on < sooner.from_on for sooner in found[:n]
            )
    assert several


def test_no_query_is_made_while_the_network_is_kept(world: dict[str, City]) -> None:
    ways(world["kazan"])
    ways(world["moscow"])
    with CaptureQueriesContext(connection) as queries:
        ways(world["kazan"])
        ways(world["moscow"], origin="shenzhen")
    assert len(queries) == 0

    kept.forget()
    with CaptureQueriesContext(connection) as queries:
        ways(world["kazan"])
    assert len(queries) == 8


def test_voluminous_parcels_pay_by_volume_in_the_air(world: dict[str, City]) -> None:
    big = routing.Parcel(weight_g=497, volume_cm3=12_000)

    plain, bulky = (
        ways(world["ekaterinburg"], parcel=parcel)["air-svx"] for parcel in (PHONE, big)
    )

    assert plain.freight == Decimal("640.00")  # 380 and 5 times 52
    assert bulky.freight == Decimal("1420.00")  # 2 kg by volume: 380 and 20 times 52


@pytest.mark.django_db
def test_a_box_weighs_its_goods_and_the_packing() -> None:
    variant = catalog.variant(weight_g=420, length_mm=165, width_mm=86, height_mm=54)

    assert routing.parcel_of([(variant, 1)]) == routing.Parcel(weight_g=496, volume_cm3=842)
    three = routing.parcel_of([(variant, 2), (variant, 1)])
    assert three == routing.Parcel(weight_g=1260 + 60 + 50, volume_cm3=2528)


@pytest.mark.django_db
def test_a_delivery_is_planned_along_its_own_lane_at_any_hour() -> None:
    kept.forget()
    order = orders.order(catalog.offer(), part={"lane": "rail-mzl", "mode": "rail"})

    way = routing.plan(order.deliveries.get(), now=NOW)

    assert way.lane == "rail-mzl"
    assert way.until_on == date(2026, 12, 14)


@pytest.mark.django_db
def test_a_lane_that_ended_is_offered_no_more_and_cannot_be_planned() -> None:
    order = orders.order(catalog.offer())
    Lane.objects.filter(code="air-svx").update(valid_until=NOW.date())
    kept.forget()

    assert list(ways(order.city)) == ["rail-mzl"]
    with pytest.raises(routing.LaneClosed):
        routing.plan(order.deliveries.get(), now=NOW)
    kept.forget()


@pytest.mark.django_db
def test_changed_rows_are_seen_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    kept.forget()
    city = orders.city()
    before = ways(city)["air-svx"].from_on
    Stage.objects.filter(state="PACKED").update(minutes_p50=4000, minutes_p90=5000)

    assert ways(city)["air-svx"].from_on == before
    monkeypatch.setattr(kept, "minute", lambda: 1)
    assert ways(city)["air-svx"].from_on > before
    kept.forget()


def test_what_is_left_after_the_flight_is_told_in_days(world: dict[str, City]) -> None:
    lane = Lane.objects.get(code="air-svx")
    air = ways(world["ekaterinburg"])["air-svx"]

    days = routing.onward(lane.pk, routing.Goal(world["ekaterinburg"]), arrived=air.main.arrives_at)

    assert days == (air.from_on, air.until_on)


def link(p50: float, p90: float, **fields: object) -> network.Link:
    given = {"p50": timedelta(hours=p50), "p90": timedelta(hours=p90), "zone": SHANGHAI}
    return network.Link(**{**given, **fields})


def test_delays_add_up_as_squares() -> None:
    assert timetable.spread([link(10, 20)]) == 1.0
    assert timetable.spread([link(10, 13), link(10, 14)]) == pytest.approx(5 / 7)
    assert timetable.spread([link(10, 10)]) == 0.0


EMPTY = calendars.Calendars({})


def test_a_service_that_does_not_run_soon_gives_no_way() -> None:
    never = link(1, 2, departs=time(9), weekdays=frozenset({1}), valid_until=date(2026, 1, 1))

    assert timetable.departure(never, NOW, EMPTY) is None
    assert timetable.travel([never], NOW, EMPTY, late=False) is None


def test_an_unknown_year_keeps_weekends_and_fixed_holidays_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calendars._say_unknown.cache_clear()
    known = calendars.Calendars({"RU": {date(2026, 1, 9): False, date(2026, 11, 7): True}})

    assert known.is_holiday("RU", date(2026, 1, 9))
    assert not known.is_off("RU", date(2026, 11, 7))  # a Saturday that is worked
    assert not known.is_holiday("RU", date(2026, 5, 9))  # the rows of a known year are all
    assert not caplog.records
    assert known.is_holiday("RU", date(2031, 5, 9))
    assert known.is_off("RU", date(2031, 5, 10))  # a Saturday
    assert not known.is_holiday("RU", date(2031, 5, 12))
    assert [record.getMessage() for record in caplog.records] == [
        "no calendar of RU for 2031: weekends and fixed holidays only"
    ]


def test_time_runs_on_working_days_only() -> None:
    rests = {date(2026, 11, 24), date(2026, 11, 25)}.__contains__
    start = datetime(2026, 11, 23, 20, tzinfo=SHANGHAI)

    def ends(hours: int) -> datetime:
        return calendars.elapse(start, timedelta(hours=hours), zone=SHANGHAI, rests=rests)

    assert ends(4) == datetime(2026, 11, 24, 0, tzinfo=SHANGHAI)
    assert ends(5) == datetime(2026, 11, 26, 1, tzinfo=SHANGHAI)


@cache
def slugs() -> tuple[str, ...]:
    return ("ekaterinburg", "moscow", "vladivostok", "blagoveshchensk", "novosibirsk", "yakutsk")


INSTANTS = st.integers(min_value=0, max_value=500 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
WAITS = st.integers(min_value=0, max_value=10 * 24 * 60).map(lambda m: timedelta(minutes=m))
ORIGINS = st.sampled_from(["harbin", "shenzhen"])


@settings(max_examples=150, deadline=None)
@given(now=INSTANTS, wait=WAITS, slug=st.sampled_from(slugs()), origin=ORIGINS)
def test_who_orders_later_never_gets_it_earlier(
    world: dict[str, City], now: datetime, wait: timedelta, slug: str, origin: str
) -> None:
    known = network.current()
    for route in known.routes:
        if route.origin != origin:
            continue
        one = routing._way(known, route, routing.Goal(world[slug]), PHONE, now)
        other = routing._way(known, route, routing.Goal(world[slug]), PHONE, now + wait)
        for way in (one, other):
            assert way is None or now.date() <= way.from_on <= way.until_on
        if one and other:
            assert one.from_on <= other.from_on
            assert one.until_on <= other.until_on
            assert one.door_at <= other.door_at


@settings(max_examples=100, deadline=None)
@given(
    grams=st.integers(min_value=1, max_value=15_000),
    more=st.integers(min_value=0, max_value=15_000),
    volume=st.integers(min_value=0, max_value=60_000),
    larger=st.integers(min_value=0, max_value=60_000),
    slug=st.sampled_from(slugs()),
)
def test_heavier_or_larger_is_never_cheaper(
    world: dict[str, City], grams: int, more: int, volume: int, larger: int, slug: str
) -> None:
    known = network.current()
    one, other = (
        routing.Parcel(grams, volume),
        routing.Parcel(grams + more, volume + larger),
    )
    for route in known.routes:
        stretch = known.stretch(route.terminal_id, world[slug].pk, on=NOW.date())
        if stretch:
            light = routing.freight(route, stretch, one)
            assert light <= routing.freight(route, stretch, other)
            assert light % 10 == 0
