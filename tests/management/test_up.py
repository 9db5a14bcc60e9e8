"""`manage.py up` from outside: its refusals, and a whole run from start to Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storefront.embedded import free_port

ROOT = Path(__file__).resolve().parents[2]
UP = [sys.executable, "manage.py", "up"]


def surroundings(folder: Path, **more: str) -> dict[str, str]:
    """A newcomer's environment: none of the variables of this test run."""
    ours = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "DEBUG"}
    ours |= {name for name in os.environ if name.startswith(("DJANGO_", "SANDBOX_", "CLOCK_"))}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"RUN_DIR": str(folder)} | more


def refused(folder: Path, *words: str, **more: str) -> str:
    done = subprocess.run(
        [*UP, *words],
        cwd=ROOT,
        env=surroundings(folder, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr.strip()


def test_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as neighbour:
        neighbour.bind(("127.0.0.1", 0))
        neighbour.listen()
        port = neighbour.getsockname()[1]

        line = refused(tmp_path, PORT=str(port))

    assert line == f"CommandError: Port {port} is taken; start with PORT={port + 1} make run"


@pytest.mark.parametrize("variable", ["PORT", "DEMO_SPEED"])
@pytest.mark.parametrize("value", ["80a", "-1", "0", "99999999"])
def test_wrong_number_is_one_clear_line(tmp_path: Path, variable: str, value: str) -> None:
    line = refused(tmp_path, **{variable: value})

    assert re.fullmatch(
        rf"CommandError: {variable} must be a whole number from 1 to \d+, not '{value}'", line
    )


def test_folder_that_is_a_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")

    line = refused(tmp_path / "run", PORT=str(free_port()))

    assert line == f"CommandError: {tmp_path / 'run'} cannot be used: File exists"


def test_help_explains_itself() -> None:
    done = subprocess.run(
        [*UP, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )

    for word in ("PORT", "RUN_DIR", "FRESH=1", "DATABASE_URL", "--no-history", "Ctrl-C"):
        assert word in done.stdout


@pytest.mark.soak
def test_shop_opens_closes_and_opens_again_with_its_data(tmp_path: Path) -> None:
    port = free_port()

    with running(tmp_path, port) as (first_seconds, first):
        assert fetch(port, "/readyz") == 200
        assert "anna@demo.sungari.example" in first
    assert nothing_left(tmp_path)

    with running(tmp_path, port) as (second_seconds, _):
        assert fetch(port, "/readyz") == 200
    assert nothing_left(tmp_path)

    assert first_seconds <= 60
    assert second_seconds <= 10


@pytest.mark.soak
def test_shop_opens_again_after_the_supervisor_was_killed(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port, end=signal.SIGKILL):
        pass

    with running(tmp_path, port):
        assert fetch(port, "/readyz") == 200
    assert nothing_left(tmp_path)


@contextmanager
def running(
    folder: Path, port: int, end: signal.Signals = signal.SIGINT
) -> Iterator[tuple[float, str]]:
    """The shop from its welcome to the signal that ends it."""
    environment = surroundings(folder, PORT=str(port))
    begun = time.monotonic()
    with subprocess.Popen(
        [*UP, "--no-history"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as up:
        assert up.stdout is not None
        said = ""
        while "Ctrl-C stops everything" not in said:
            line = up.stdout.readline()
            assert line, f"it ended: {said}"
            said += line
        yield time.monotonic() - begun, said
        up.send_signal(end)
        up.stdout.read()
    assert up.returncode == (-signal.SIGKILL if end == signal.SIGKILL else 0)


def fetch(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return int(answer.status)


def nothing_left(folder: Path) -> bool:
    """Whether no process of this machine still has the folder in its variables or its words."""
    mark = str(folder).encode()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if not any(mark in told(pid) for pid in Path("/proc").glob("[0-9]*") if not is_me(pid)):
            return True
        time.sleep(0.1)
    return False


def is_me(pid: Path) -> bool:
    return int(pid.name) == os.getpid()


def told(pid: Path) -> bytes:
    try:
        return (pid / "cmdline").read_bytes() + (pid / "environ").read_bytes()
    except OSError:
        return b""
