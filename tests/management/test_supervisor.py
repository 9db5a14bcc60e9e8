"""The supervisor: it restarts what dies, slower each time, and leaves nothing behind."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storefront.management.supervisor import Program, Supervisor

SLEEPER = "import time; time.sleep(60)"
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "{SLEEPER}"])
print(child.pid, flush=True)
child.wait()
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True)"


class Watch:
    """What the supervisor said and noted."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.pids: dict[int, list[str]] = {}
        self.supervisor = Supervisor(self.lines.append, self._note, patience=0.5)

    def _note(self, pids: dict[int, list[str]]) -> None:
        self.pids = pids


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    watch.supervisor.stop()


def program(folder: Path, name: str, code: str, stage: int = 1) -> Program:
    command = [sys.executable, "-c", code]
    return Program(name, stage, command, dict(os.environ), folder / f"{name}.log")


def wait_until(is_so: Callable[[], object], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it never came to pass"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_what_was_killed_is_started_again(watch: Watch, tmp_path: Path) -> None:
    web = program(tmp_path, "web", SLEEPER)
    watch.supervisor.add(web)
    assert web.process is not None
    first = web.process.pid
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: web.how_it_ended())

    watch.supervisor.look_after()
    assert watch.lines == ["web ended (killed by SIGKILL), starting it again in 1 s"]
    wait_until(lambda: watch.supervisor.look_after() or web.how_it_ended() is None)

    assert web.process.pid != first
    assert list(watch.pids) == [web.process.pid]


def test_pauses_grow_and_the_reason_is_told(watch: Watch, tmp_path: Path) -> None:
    watch.supervisor.add(program(tmp_path, "mail", "raise SystemExit('no such queue')"))

    wait_until(lambda: watch.supervisor.look_after() or len(watch.lines) >= 3)

    reason = "mail ended (exit code 1: no such queue), starting it again in"
    assert watch.lines[:3] == [f"{reason} 1 s", f"{reason} 2 s", f"{reason} 4 s"]
    assert watch.supervisor.failing() == ["mail"]


def test_errand_is_not_started_again(watch: Watch, tmp_path: Path) -> None:
    errand = program(tmp_path, "past", "print('done')")
    watch.supervisor.run(errand)

    wait_until(lambda: errand.how_it_ended() == "exit code 0")
    watch.supervisor.look_after()

    assert watch.lines == []
    assert (tmp_path / "past.log").read_text() == "done\n"


def test_stop_takes_grandchildren_along(watch: Watch, tmp_path: Path) -> None:
    watch.supervisor.add(program(tmp_path, "worker", PARENT))
    log = tmp_path / "worker.log"
    wait_until(lambda: log.read_text().strip())
    grandchild = int(log.read_text())

    watch.supervisor.stop()

    wait_until(lambda: is_gone(grandchild))


def test_the_deaf_are_killed_when_patience_ends(watch: Watch, tmp_path: Path) -> None:
    deaf = program(tmp_path, "deaf", f"{DEAF}\ntime.sleep(60)")
    watch.supervisor.add(deaf)
    wait_until(lambda: (tmp_path / "deaf.log").read_text())

    begun = time.monotonic()
    watch.supervisor.stop()

    assert time.monotonic() - begun < 5
    assert deaf.how_it_ended() == "killed by SIGKILL"


def test_later_stages_stop_first(watch: Watch, tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        f"def bye(*_): open({str(order)!r}, 'a').write('NAME '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, bye)\n"
        "print(1, flush=True)\n"
        "time.sleep(60)"
    )
    names = {"web": 3, "sandbox": 2, "beat": 5, "worker": 4}
    for name, stage in names.items():
        watch.supervisor.add(program(tmp_path, name, code.replace("NAME", name), stage))
    wait_until(lambda: all((tmp_path / f"{name}.log").read_text() for name in names))

    watch.supervisor.stop()

    assert order.read_text().split() == ["beat", "worker", "web", "sandbox"]
