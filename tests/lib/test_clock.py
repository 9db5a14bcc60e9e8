"""Two clocks: wall time is the database's, business time may run faster or stand still."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storefront.lib import clock

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MOMENT = timedelta(seconds=5)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "clock.json"
    monkeypatch.setenv("CLOCK_FILE", str(path))
    return path


def anchored(path: Path, *, wall: datetime, business: datetime, speed: float) -> None:
    body = {"wall": wall.isoformat(), "business": business.isoformat(), "speed": speed}
    path.write_text(json.dumps(body))


def test_without_a_file_business_time_is_the_time_of_day(file: Path) -> None:
    assert abs(clock.now() - datetime.now(UTC)) < MOMENT
    assert clock.speed() == 1.0


def test_business_time_runs_from_the_anchor_at_its_speed(file: Path) -> None:
    wall = datetime.now(UTC) - timedelta(seconds=10)
    anchored(file, wall=wall, business=NOW, speed=3600)

    assert abs(clock.now() - (NOW + timedelta(hours=10))) < timedelta(hours=2)
    assert clock.speed() == 3600


def test_changed_file_is_seen_at_once(file: Path) -> None:
    anchored(file, wall=datetime.now(UTC), business=NOW, speed=0)
    assert clock.now() == NOW

    draft = file.with_suffix(".new")
    anchored(draft, wall=datetime.now(UTC), business=NOW + timedelta(days=9), speed=0)
    draft.replace(file)

    assert clock.now() == NOW + timedelta(days=9)


def test_stopped_clock_stands_still_and_goes_on_from_there(file: Path) -> None:
    clock.start(file, 86_400)
    clock.stop(file)
    stood = clock.now()
    assert clock.now() == stood

    clock.start(file, 1)

    assert timedelta(0) <= clock.now() - stood < MOMENT


def test_simulated_time_is_both_clocks_and_only_goes_on() -> None:
    with clock.simulated(NOW):
        assert clock.now() == clock.wall() == clock.virtual() == NOW
        clock.set_virtual(NOW + timedelta(hours=1))
        assert clock.now() == NOW + timedelta(hours=1)
        with pytest.raises(ValueError, match="cannot go"):
            clock.set_virtual(NOW)
    assert clock.virtual() is None


def test_outside_of_a_simulation_nobody_sets_the_clock() -> None:
    with pytest.raises(ValueError, match="cannot go"):
        clock.set_virtual(NOW)


@pytest.mark.django_db
def test_wall_time_is_the_databases_and_goes_on_inside_a_transaction(file: Path) -> None:
    anchored(file, wall=datetime.now(UTC), business=NOW, speed=100_000)

    first, second = clock.wall(), clock.wall()

    assert first < second
    assert abs(first - datetime.now(UTC)) < MOMENT


def test_shift_stretches_wall_seconds_by_the_speed(file: Path) -> None:
    anchored(file, wall=datetime.now(UTC), business=NOW, speed=60)
    assert clock.shift(NOW, wall_seconds=5) == NOW + timedelta(minutes=5)

    anchored(file, wall=datetime.now(UTC), business=NOW, speed=0)
    clock._cache.clear()
    assert clock.shift(NOW, wall_seconds=5) == NOW + timedelta(seconds=5)
