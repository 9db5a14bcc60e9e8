"""Windows drawn from what was assumed and measured: they hold, learn, and stay narrow."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from math import exp, log

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics import (
    calibration,
    closures,
    forecasting,
    hops,
    paces,
    routing,
    studies,
    tasks,
    windows,
)
from logistics.models import Closure, Forecast, LaneLevel, StepTime, Study
from logistics.paces import Assumed, Measured
from orders.models import City, Delivery
from storefront.lib import clock, kept
from tests.factories import catalog, orders

NOW = datetime(2026, 1, 12, 3, tzinfo=UTC)
P90 = 1.2815515655446004
HOUR = 3600.0


@pytest.fixture(autouse=True)
def _fresh_network() -> object:
    kept.forget()
    yield
    kept.forget()


def drawn_times(half: float, nine: float, *, number: int, seed: int) -> list[float]:
    """Lognormal seconds, as the outside draws them."""
    chance = random.Random(seed)
    return [half * exp(chance.gauss(0, log(nine / half) / P90)) for _ in range(number)]


def measured(times: list[float]) -> Measured:
    return Measured(dict(Counter(map(paces.bucket, times))))


def test_what_was_measured_takes_the_place_of_what_was_assumed() -> None:
    assumed = Assumed(4 * HOUR, 10 * HOUR)
    before = paces.points(assumed, None, {}, number=100)
    few = paces.points(assumed, measured([12 * HOUR] * 4), {}, number=100)
    many = paces.points(
        assumed, measured(drawn_times(12 * HOUR, 30 * HOUR, number=2000, seed=11)), {}, number=100
    )

    assert before[49] == pytest.approx(4 * HOUR, rel=0.05)
    assert before[89] == pytest.approx(10 * HOUR, rel=0.1)
    assert before[49] < few[49] < many[49]
    assert many[49] == pytest.approx(12 * HOUR, rel=0.1)
    assert many[89] == pytest.approx(30 * HOUR, rel=0.15)


def test_a_step_nobody_went_yet_learns_from_others_of_its_kind() -> None:
    twice_as_slow = [(Assumed(10 * HOUR, 16 * HOUR), measured([20 * HOUR] * 200))]
    pool = paces.pooled(twice_as_slow)

    points = paces.points(Assumed(5 * HOUR, 8 * HOUR), None, pool, number=100)

    assert points[49] == pytest.approx(10 * HOUR, rel=0.1)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_later_date_holds_in_nine_of_ten_and_no_wider_than_it_must(seed: int) -> None:
    """Four lognormal steps with a departure in between, learnt from 400 parcels of another seed."""
    spans = [(8, 20), (2, 10), (10, 16), (60, 96)]
    every_other_day = tuple(day * 48 * HOUR for day in range(40))
    way = [
        hops.Hop(
            step=f"step-{number}",
            group="step",
            assumed=Assumed(half * HOUR / 2, nine * HOUR / 2),  # half of the truth
            is_timed=number == 2,
            closes=every_other_day if number == 2 else (),
            leaves=every_other_day if number == 2 else (),
        )
        for number, (half, nine) in enumerate(spans)
    ]
    learnt = {
        hop.step: measured(drawn_times(half * HOUR, nine * HOUR, number=400, seed=seed + number))
        for number, (hop, (half, nine)) in enumerate(zip(way, spans, strict=True))
    }
    known = forecasting.Known(None, learnt, {}, {}, (), {})
    ordered = sorted(forecasting.walk(known, way, HOUR))
    until = paces.at_share(ordered, forecasting.LEVEL)

    truth = [
        drawn_times(half * HOUR, nine * HOUR, number=2000, seed=seed + 100 + number)
        for number, (half, nine) in enumerate(spans)
    ]
    arrivals = []
    for times in zip(*truth, strict=True):
        at = HOUR
        for hop, takes in zip(way, times, strict=True):
            at = hop.through(at, takes) or 0.0
        arrivals.append(at)

    assert sum(one <= until for one in arrivals) / len(arrivals) >= 0.9
    assert until - HOUR < sum(nine for _half, nine in spans) * HOUR + 48 * HOUR


def test_a_lane_that_misses_reads_farther_out_and_one_that_keeps_nearer() -> None:
    assert calibration.moved(0.92, 10, 7) > 0.92
    assert calibration.moved(0.92, 10, 10) < 0.92
    assert calibration.moved(0.98, 100, 10) == calibration.MOST
    level, chance = 0.85, random.Random(11)
    for _day in range(300):
        level = calibration.moved(level, 5, sum(chance.random() < level for _ in range(5)))
    assert level == pytest.approx(calibration.AIM, abs=0.05)


def test_time_in_which_a_step_rests_is_no_time_of_its_own() -> None:
    hop = hops.Hop("step", "step", Assumed(HOUR, HOUR), starts=(10 * HOUR,), ends=(34 * HOUR,))

    through = hop.through(9 * HOUR, 3 * HOUR)

    assert through == 36 * HOUR
    assert hop.worked(9 * HOUR, 36 * HOUR) == 3 * HOUR
    assert hop.through(40 * HOUR, HOUR) == 41 * HOUR


@pytest.mark.django_db
def test_windows_are_drawn_for_every_lane_and_city_and_read_with_one_query() -> None:
    city = City.objects.get(slug="moscow")
    number = forecasting.draw(now=NOW)
    kept.forget()
    with CaptureQueriesContext(connection) as queries:
        found = windows.drawn(windows.slot(NOW), city.pk)
        windows.of(1, city.pk, now=NOW)

    assert number > 1000
    assert len(queries) == 1
    assert len(found) >= 4
    rows = Forecast.objects.filter(paid_from=windows.slot(NOW))
    widths = {
        mode: sorted(
            (until - first).days
            for first, until in rows.filter(mode=mode).values_list("from_on", "until_on")
        )
        for mode in ("air", "rail")
    }
    assert widths["air"][len(widths["air"]) // 2] <= 4
    assert widths["rail"][len(widths["rail"]) // 2] <= 7


@pytest.mark.django_db
def test_what_finished_moves_the_window_of_what_is_paid_next() -> None:
    city = City.objects.get(slug="moscow")
    before = _window("air-mow", city)
    StepTime.objects.bulk_create(
        StepTime(
            step="service/import-sheremetyevo",
            group="import",
            measured_on=date(2026, 1, 10),
            bucket=paces.bucket(hours * HOUR),
            quantity=50,
        )
        for hours in (100, 120, 150)
    )

    after = _window("air-mow", city)

    assert after[0] >= before[0] + timedelta(days=3)
    LaneLevel.objects.create(
        lane="air-mow", set_on=date(2026, 1, 12), level_bps=9850, delivered=9, kept=1
    )
    assert _window("air-mow", city)[1] >= after[1]


@pytest.mark.django_db
def test_a_shut_service_makes_another_window_that_is_true() -> None:
    city = City.objects.get(slug="moscow")
    before = _window("air-mow", city)
    notice = closures.Notice(
        kind=Closure.Kind.CANCELLED,
        closed_at=NOW - timedelta(days=1),
        opens_at=NOW + timedelta(days=9),
        source="an airline",
        service="flight-hrb-svo",
    )

    closures.enter(notice, actor="user:1", now=NOW)

    assert not windows.are_drawn(now=NOW)
    kept.forget()
    after = _window("air-mow", city)
    assert after[0] > max(before[0], (NOW + timedelta(days=9)).date())
    way = next(one for one in _ways(city) if one.lane == "air-mow")
    assert (way.from_on, way.until_on) == after


def _window(lane: str, city: City) -> tuple[date, date]:
    forecasting.draw(now=NOW)
    row = Forecast.objects.get(
        lane__code=lane, city=city, paid_from=windows.slot(NOW), to_point=False
    )
    kept.forget()
    return row.from_on, row.until_on


def _ways(city: City) -> list[routing.Way]:
    return routing.options(
        origin="harbin",
        city=city,
        weight_g=550,
        volume_cm3=900,
        modes_forbidden=frozenset({"rail"}),
        now=NOW,
    )


@pytest.mark.django_db
def test_lanes_learn_from_what_was_kept_and_weeks_are_counted() -> None:
    order = orders.order(catalog.offer())
    came = datetime(2026, 12, 2, 9, tzinfo=UTC)
    Delivery.objects.filter(order=order).update(delivered_at=came, is_kept=False)

    moved = calibration.learn(came.date())

    assert moved == 1
    level = LaneLevel.objects.get(lane="air-svx")
    assert (level.set_on, level.delivered, level.kept) == (date(2026, 12, 3), 1, 0)
    assert level.level_bps == round(10_000 * calibration.moved(forecasting.LEVEL, 1, 0))
    assert calibration.learn(came.date()) == 1
    assert LaneLevel.objects.count() == 1
    week = calibration.by_week(since=NOW)
    assert [(one.week, one.delivered, one.by_last) for one in week] == [(date(2026, 11, 30), 1, 0)]
    lane = calibration.by_lane()[0]
    assert (lane.lane, lane.delivered, lane.by_first, lane.width_days) == ("air-svx", 1, 0, 2)
    assert calibration.widths() == {"air": 2}


@pytest.mark.django_db
def test_a_study_measures_learns_draws_and_plans_the_next() -> None:
    with clock.simulated(NOW):
        studies.ensure(now=NOW)
        tasks.study_times(id=Study.objects.get().pk)

    first, following = Study.objects.order_by("run_on")
    assert (first.run_on, first.done_at) == (NOW.date(), NOW)
    assert following.due_at == datetime(2026, 1, 13, 2, tzinfo=UTC)
    assert windows.are_drawn(now=NOW)
