"""The folder of `up`: refusals of one line, leftovers, secrets, and the clock."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storefront.embedded import CannotStart
from storefront.management import runfolder


def test_folder_is_taken_once(tmp_path: Path) -> None:
    folder = runfolder.take(tmp_path / "run", fresh=False)

    with pytest.raises(CannotStart, match="already runs"):
        runfolder.take(tmp_path / "run", fresh=False)

    folder.close()
    runfolder.take(tmp_path / "run", fresh=False).close()


def test_unusable_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(CannotStart, match="cannot be used: "):
        runfolder.take(tmp_path / "file", fresh=False)
    with pytest.raises(CannotStart, match="cannot be used: "):
        runfolder.take(Path("/proc/run"), fresh=False)


def test_full_disk_is_refused_with_both_figures(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"has \d+ MB free, but 1000000000000 MB are needed"):
        runfolder.take(tmp_path, fresh=False, room_mb=10**12)


def test_fresh_wipes_what_up_made(tmp_path: Path) -> None:
    folder = runfolder.take(tmp_path, fresh=False)
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "data").write_text("old")
    folder.close()

    runfolder.take(tmp_path, fresh=True).close()

    assert not (tmp_path / "pg").exists()


def test_fresh_never_wipes_what_somebody_else_made(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("dear")

    with pytest.raises(CannotStart, match="FRESH=1 refused"):
        runfolder.take(tmp_path, fresh=True)

    assert (tmp_path / "letters").read_text() == "dear"


def test_secrets_stay_the_same_and_private(tmp_path: Path) -> None:
    first = runfolder.keys(tmp_path)

    assert runfolder.keys(tmp_path) == first
    assert len(first["SECRET_KEY"]) >= 50
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_children_of_a_killed_run_are_ended_and_strangers_are_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    ours = subprocess.Popen(command, start_new_session=True)
    stranger = subprocess.Popen([*command, "stranger"], start_new_session=True)
    folder = runfolder.take(tmp_path, fresh=False)
    # The stranger has the number of a child of ours that ended long ago.
    folder.remember({ours.pid: command, stranger.pid: command})
    folder.lock.close()

    runfolder.take(tmp_path, fresh=False).close()

    assert ours.wait(1) < 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_business_time_stands_still_while_stopped(tmp_path: Path) -> None:
    folder = runfolder.take(tmp_path, fresh=False)
    folder.start_clock(1440)
    folder.close()
    stopped = json.loads((tmp_path / "clock.json").read_text())

    again = runfolder.take(tmp_path, fresh=False)
    again.start_clock(1440)
    started = json.loads((tmp_path / "clock.json").read_text())
    again.close()

    assert stopped["speed"] == 0
    assert started["business"] == stopped["business"]


def test_business_time_goes_on_from_the_last_sign_of_life_after_a_kill(tmp_path: Path) -> None:
    killed_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    business = datetime(2026, 3, 1, 12, tzinfo=UTC)
    begun = {"wall": (killed_at - timedelta(seconds=90)).isoformat()}
    body = begun | {"business": business.isoformat(), "speed": 1440.0}
    (tmp_path / "clock.json").write_text(json.dumps(body))
    (tmp_path / "alive").touch()
    os.utime(tmp_path / "alive", times=(killed_at.timestamp(),) * 2)

    folder = runfolder.take(tmp_path, fresh=False)
    folder.start_clock(1440)
    started = json.loads((tmp_path / "clock.json").read_text())
    folder.close()

    assert datetime.fromisoformat(started["business"]) == business + timedelta(days=1.5)
