"""All ways through the real network: the scan against the lanes, restrictions and closures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics import atlas, network, routing, timetable, wayfinding
from logistics.models import Closure, Departure, Lane, Service
from logistics.wayfinding import Goods
from orders.models import City
from storefront.lib import kept
from tests.factories import logistics, orders

NOW = orders.NOW
PHONE = routing.Parcel(weight_g=497, volume_cm3=843)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    kept.forget()
    yield
    kept.forget()


def city(slug: str = "ekaterinburg") -> City:
    return City.objects.get(slug=slug)


def ways(slug: str = "ekaterinburg", **fields: object) -> list[wayfinding.Passage]:
    given = {"origin": "harbin", "goods": Goods(PHONE), "now": NOW, **fields}
    origin, goods, now = given["origin"], given["goods"], given["now"]
    return wayfinding.ways(origin, city(slug), goods, now=now)  # type: ignore[arg-type]


def test_a_lane_found_by_the_scan_costs_and_lasts_what_the_lane_says() -> None:
    known, compared = network.current(), 0
    for slug in ("ekaterinburg", "moscow", "vladivostok", "blagoveshchensk", "novosibirsk"):
        for origin in ("harbin", "shenzhen"):
            for way in ways(slug, origin=origin):
                if not way.lane:
                    continue
                route = next(one for one in known.routes if one.code == way.lane)
                walked = routing._way(known, route, routing.Goal(city(slug)), PHONE, NOW)
                assert walked is not None
                assert abs(way.door_at - walked.door_at) < timedelta(seconds=30)
                assert way.price == walked.freight
                assert [leg.service_id for leg in way.legs] == [
                    leg.service_id for leg in walked.legs
                ]
                assert [leg.is_main for leg in way.legs] == [leg.is_main for leg in walked.legs]
                compared += 1
    assert compared >= 8


def test_no_lane_beats_the_ways_of_the_scan() -> None:
    known, compared = network.current(), 0
    for slug in ("ekaterinburg", "khabarovsk", "irkutsk", "moscow", "yakutsk"):
        for days in (0, 40, 200):
            now = NOW + timedelta(days=days)
            found = ways(slug, now=now)
            for route in known.routes:
                walked = routing._way(known, route, routing.Goal(city(slug)), PHONE, now)
                if (
                    walked
                    and route.origin == "harbin"
                    and walked.door_at < now + timedelta(days=40)
                ):
                    assert any(
                        way.price <= walked.freight
                        and way.door_at <= walked.door_at + timedelta(seconds=30)
                        for way in found
                    ), (slug, route.code)
                    compared += 1
    assert compared >= 15


def test_the_front_falls_in_price_as_it_grows_in_time() -> None:
    for slug in ("moscow", "khabarovsk", "krasnoyarsk", "vladivostok"):
        for origin in ("harbin", "shenzhen"):
            found = ways(slug, origin=origin)
            assert len(found) >= 2
            assert [way.door_at for way in found] == sorted(way.door_at for way in found)
            prices = [way.price for way in found]
            assert prices == sorted(prices, reverse=True)
            assert len(set(prices)) == len(prices)


def test_every_way_meets_both_customs_and_ends_at_a_last_mile() -> None:
    services = {row.code: row for row in Service.objects.select_related("origin", "target")}
    east, west = ways("khabarovsk", origin="shenzhen"), ways("moscow")
    assert east
    assert west
    for way in east + west:
        rows = [services[code] for code in way.services]
        crossing = [row for row in rows if row.origin.country != row.target.country]
        customs = [row.origin.country for row in rows if row.carrier == "customs"]
        assert len(crossing) == 1
        assert customs == ["CN", "RU"]
        assert way.carrier in {"ruspost", "cdek"}


def test_power_banks_do_not_fly_and_batteries_alone_are_refused_by_their_carriers() -> None:
    modes = Goods(PHONE, modes_forbidden=frozenset({"air"}))
    alone = Goods(PHONE, batteries=frozenset({"alone"}))
    flying = set(Service.objects.filter(mode="air").values_list("code", flat=True))

    assert any(set(way.services) & flying for way in ways("khabarovsk", origin="shenzhen"))
    for goods in (modes, alone):
        found = ways("khabarovsk", origin="shenzhen", goods=goods)
        hauls = {code for way in found for code in way.services if "export" not in code}
        assert found
        assert not hauls & flying


def shut(**fields: object) -> Closure:
    given = {
        "kind": "BORDER",
        "closed_at": NOW,
        "opens_at": NOW + timedelta(days=5),
        "source": "test",
        "entered_at": NOW,
        "entered_by": "test",
        **fields,
    }
    kept.forget()
    return Closure.objects.create(**given)


def test_a_cancelled_flight_is_no_way_and_the_next_one_runs() -> None:
    assert ways()[0].lane == "air-svx"
    shut(service="flight-hrb-svx", kind="CANCELLED")
    flight = Service.objects.get(code="flight-hrb-svx").pk

    flown = [leg for way in ways() for leg in way.legs if leg.service_id == flight]
    run = routing.next_run(Lane.objects.get(code="air-svx").pk, ready=NOW)

    assert ways()[0].lane != "air-svx"
    assert all(leg.departs_at >= NOW + timedelta(days=5) for leg in flown)
    assert run.departs_at >= NOW + timedelta(days=5)


def test_a_closed_border_holds_its_steps_and_departures_and_the_lane_with_them() -> None:
    known = network.current()
    lane = next(route for route in known.routes if route.code == "road-sfh")
    open_way = routing._way(known, lane, routing.Goal(city("vladivostok")), PHONE, NOW)
    shut(place=logistics.place("suifenhe"), opens_at=NOW + timedelta(days=9))

    known = network.current()
    lane = next(route for route in known.routes if route.code == "road-sfh")
    waits = routing._way(known, lane, routing.Goal(city("vladivostok")), PHONE, NOW)

    assert open_way is not None
    assert waits is not None
    border = waits.legs[2]
    assert border.arrives_at > NOW + timedelta(days=9)
    assert waits.until_on >= open_way.until_on + timedelta(days=5)


def test_what_is_closed_until_further_notice_gives_no_way() -> None:
    shut(place=logistics.place("suifenhe"), opens_at=None)

    assert [way.lane for way in ways("vladivostok") if way.lane == "road-sfh"] == []
    options = routing.options(
        origin="harbin",
        city=city("vladivostok"),
        weight_g=497,
        volume_cm3=843,
        modes_forbidden=frozenset(),
        now=NOW,
    )
    assert [way.lane for way in options] == ["road-hek"]


def test_a_departure_that_is_booked_full_is_not_offered() -> None:
    first = next(leg for leg in ways()[0].legs if leg.is_main)
    service = Service.objects.get(pk=first.service_id)
    Departure.objects.create(
        lane=Lane.objects.get(code="air-svx"),
        service=service,
        number="FULL",
        closes_at=first.closes_at,
        departs_at=first.departs_at,
        arrives_at=first.arrives_at,
        capacity_g=service.capacity_g,
        booked_g=(service.capacity_g or 0) - 400,
    )
    kept.forget()

    light = ways(goods=Goods(routing.Parcel(300, 500)))
    heavy = ways()

    assert next(leg for leg in light[0].legs if leg.is_main).departs_at == first.departs_at
    assert next(leg for leg in heavy[0].legs if leg.is_main).departs_at > first.departs_at


def test_a_later_row_of_a_service_runs_from_its_day() -> None:
    row = Service.objects.get(code="flight-hrb-svx")
    change = NOW.date() + timedelta(days=1)
    Service.objects.filter(pk=row.pk).update(valid_until=change)
    Service.objects.create(
        code=row.code,
        mode=row.mode,
        carrier=row.carrier,
        origin=row.origin,
        target=row.target,
        weekdays=[7],
        departs=row.departs,
        cutoff_hours=row.cutoff_hours,
        hours_p50=row.hours_p50,
        hours_p90=row.hours_p90,
        capacity_g=row.capacity_g,
        valid_from=change,
        source="test",
    )
    kept.forget()

    lane = Lane.objects.get(code="air-svx")
    run = routing.next_run(lane.pk, ready=NOW)

    assert run.departs_at.isoweekday() == 7
    assert run.service_id == row.pk
    table, drawn = atlas.current().table(NOW.date()), atlas.current()
    number = next(n for n, line in enumerate(drawn.lines) if line.code == row.code)
    days = {
        atlas.instant(table.departs[n]).date()
        for n in range(len(table))
        if table.service[n] == number
    }
    assert {day.isoweekday() for day in days if day >= change} == {7}
    assert {day.isoweekday() for day in days if day < change} > {1, 3}


def test_no_query_is_made_while_the_network_is_kept() -> None:
    place = city()
    wayfinding.ways("harbin", place, Goods(PHONE), now=NOW)

    with CaptureQueriesContext(connection) as queries:
        wayfinding.ways("shenzhen", place, Goods(PHONE), now=NOW + timedelta(days=50))

    assert len(queries) == 0


def test_prices_of_the_services_of_a_lane_add_up_to_it() -> None:
    drawn = atlas.current()
    lines = {line.code: line for line in drawn.lines}
    assert drawn.known.routes
    for route in drawn.known.routes:
        steps = [lines[code].prices[0] for code in route.services]
        assert sum(step.base for step in steps) == route.base * 100, route.code
        assert sum(step.per_100g for step in steps) == route.per_100g * 100, route.code


def test_departures_are_those_of_the_timetable() -> None:
    drawn = atlas.current()
    table = drawn.table(NOW.date())
    number = next(n for n, line in enumerate(drawn.lines) if line.code == "flight-hrb-svx")
    row = drawn.known.services[drawn.lines[number].service_id]
    first = datetime.fromtimestamp(table.departs[0], UTC).date() - timedelta(days=3)

    drawn_at = [table.departs[n] for n in range(len(table)) if table.service[n] == number]
    listed = [
        atlas.seconds(at) for at in timetable.departures(row, first, 140, drawn.known.calendars)
    ]

    assert drawn_at
    assert set(drawn_at) <= set(listed)
