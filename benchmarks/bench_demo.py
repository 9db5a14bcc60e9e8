"""What a newcomer meets who starts the product and touches nothing: how soon, how large, how quiet.

Starts `manage.py up` in a folder of its own, waits until the shop opens, a parcel is delivered and
the past is filled in, lets a week of business time pass, and then weighs all its processes and
reads all its logs:
    python benchmarks/bench_demo.py [--days 7] [--json FILE]
"""

import argparse
import json
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2

ROOT = Path(__file__).resolve().parent.parent

LONGEST = 1_800  # seconds to wait for any one thing
DELIVERED = "SELECT count(*) FROM logistics_shipment WHERE state = 'DELIVERED'"
TOLD = re.compile(r"\b(ERROR|CRITICAL|FATAL|PANIC)\b|^Traceback ", re.MULTILINE)
BUDGETS = {"first_delivered_s": 600, "memory_mib": 1_536, "log_errors": 0}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=float, default=7, help="business days to let pass (7)")
    parser.add_argument("--json", default=str(Path(__file__).with_suffix(".json")))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sungari-demo-") as folder:
        figures = _watch(Path(folder), options.days)
    for name, value in figures.items():
        print(f"{name:<24}{value!s:>16}")
    head = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
    }
    text = json.dumps(head | figures | {"budgets": BUDGETS}, indent=2, ensure_ascii=False)
    Path(options.json).write_text(text + "\n")
    return int(any(figures[name] > most for name, most in BUDGETS.items()))


def _watch(folder: Path, days: float) -> dict[str, Any]:
    own = {"RUN_DIR": str(folder / "run"), "PORT": str(_free_port())}
    begun = time.monotonic()
    out = (folder / "out").open("w")
    words = [sys.executable, "manage.py", "up"]
    with (
        closing(out),
        subprocess.Popen(words, cwd=ROOT, env={**os.environ, **own}, stdout=out) as up,
    ):
        try:
            return _figures(folder, up.pid, begun, days)
        finally:
            up.terminate()
            up.wait(60)


def _figures(folder: Path, pid: int, begun: float, days: float) -> dict[str, Any]:
    run = folder / "run"
    found: dict[str, Any] = {"load_before": os.getloadavg()[0]}
    _until(lambda: "is open" in (folder / "out").read_text(), "the shop opens")
    found["open_s"] = round(time.monotonic() - begun, 1)
    url = json.loads((run / "environment.json").read_text())["DATABASE_URL"]
    _until(lambda: _ask(url, DELIVERED) > 0, "a parcel is delivered")
    found["first_delivered_s"] = round(time.monotonic() - begun, 1)
    _until(lambda: "past orders" in (folder / "out").read_text(), "the past is filled in")
    found["history_s"] = round(time.monotonic() - begun, 1)
    before, clock = _ask(url, DELIVERED), _business(run)
    _until(lambda: _business(run) - clock > timedelta(days=days), "the week passes")
    found["delivered_meanwhile"] = _ask(url, DELIVERED) - before
    found["business_days"] = days
    weights = _weigh(pid)
    found["memory_mib"] = round(sum(weights.values()))
    found["memory_by_program"] = {name: round(mib) for name, mib in weights.items()}
    told = _told(run / "logs")
    found["log_errors"], found["first_errors"] = len(told), told[:5]
    return found


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        return int(one.getsockname()[1])


def _until(is_so: Any, what: str) -> None:
    end = time.monotonic() + LONGEST
    while not is_so():
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {LONGEST} s")
        time.sleep(0.5)


def _ask(url: str, query: str) -> int:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def _business(run: Path) -> datetime:
    """Business time now, as docs/sandbox.md defines it."""
    told = json.loads((run / "clock.json").read_text())
    wall, business = (datetime.fromisoformat(told[name]) for name in ("wall", "business"))
    return business + (datetime.now(UTC) - wall) * told["speed"]


def _weigh(pid: int) -> dict[str, float]:
    """Proportional set size of a process and all below it, MiB by program: shared pages once."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            own, rest = stat.read_text().split(" (", 1)
        except OSError:
            continue  # it has ended meanwhile
        below.setdefault(int(rest.rsplit(")", 1)[1].split()[1]), []).append(int(own))
    sums: dict[str, float] = {}
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        waiting += below.get(one, [])
        try:
            words = Path(f"/proc/{one}/cmdline").read_bytes().decode().replace("\0", " ")
            told = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        kib = int(re.search(r"^Pss:\s+(\d+)", told, re.MULTILINE)[1])  # type: ignore[index]
        name = _program(words)
        sums[name] = sums.get(name, 0) + kib / 1024
    return dict(sorted(sums.items(), key=lambda each: -each[1]))


def _program(words: str) -> str:
    known = ("postgres", "valkey", "sandbox", "celery", "gunicorn", "beat", "manage.py up")
    return next((name for name in known if name in words), words[:40])


def _told(logs: Path) -> list[str]:
    """The lines of all logs that speak of an error."""
    return [
        f"{log.name}: {line[:200]}"
        for log in sorted(logs.glob("*.log"))
        for line in log.read_text(errors="replace").splitlines()
        if TOLD.search(line)
    ]


if __name__ == "__main__":
    sys.exit(main())
