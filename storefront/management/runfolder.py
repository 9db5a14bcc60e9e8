"""The folder `up` keeps everything in: whose it is, what was left in it, what it remembers."""

import base64
import fcntl
import json
import os
import secrets
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from storefront.embedded import CannotStart, servers
from storefront.lib import cipher, clock

ROOM_MB = 500
LOG_MB = 10


@dataclass(frozen=True)
class RunFolder:
    """A folder that is writable, roomy enough and locked for this process."""

    path: Path
    lock: IO[str]

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    @property
    def clock(self) -> Path:
        return self.path / "clock.json"

    def remember(self, pids: dict[int, list[str]]) -> None:
        """Write down the children, for the next start to end those that outlive a kill -9."""
        servers.write_private(self.path / "pids.json", json.dumps(pids))

    def beat(self) -> None:
        """Leave a sign of life: where business time stops if we are killed."""
        (self.path / "alive").touch()

    def start_clock(self, speed: float) -> None:
        """Set business time going from where it stood, also if the last run was killed."""
        if self.clock.exists() and (self.path / "alive").exists():
            _stand_still(self.clock, (self.path / "alive").stat().st_mtime)
        clock.start(self.clock, speed)

    def close(self) -> None:
        """Let business time stand still, and let go of the folder."""
        if self.clock.exists():
            clock.stop(self.clock)
        (self.path / "pids.json").unlink(missing_ok=True)
        self.lock.close()

    def change_speed(self, speed: float) -> None:
        """Let business time go on from this instant at another speed."""
        clock.stop(self.clock)
        clock.start(self.clock, speed)

    def is_done(self, step: str, key: str) -> bool:
        """Say whether a step was done for this key before."""
        stamp = self.path / f"{step}.stamp"
        return stamp.exists() and stamp.read_text() == key

    def done(self, step: str, key: str) -> None:
        (self.path / f"{step}.stamp").write_text(key)


def take(path: Path, *, fresh: bool, room_mb: int = ROOM_MB) -> RunFolder:
    """Make the folder ours, end what a killed run left behind, wipe it if asked.

    Raises: CannotStart, if it is not writable, too full, in use, or not ours to wipe.
    """
    lock, is_ours = _claim(path)
    try:
        path = path.resolve()
        _take_lock(lock, path)
        free_mb = shutil.disk_usage(path).free // 2**20
        if free_mb < room_mb:
            raise CannotStart(f"{path} has {free_mb} MB free, but {room_mb} MB are needed")
        _end_leftovers(path)
        if fresh and not is_ours:
            raise CannotStart(f"FRESH=1 refused: `up` did not make {path}, so it will not wipe it")
        if fresh:
            _wipe(path)
    except BaseException:
        lock.close()
        raise
    if is_ours:
        (path / ".sungari").touch()
    (path / "logs").mkdir(exist_ok=True)
    _rotate(path / "logs")
    return RunFolder(path, lock)


def _claim(path: Path) -> tuple[IO[str], bool]:
    """Open the folder's lock, and say whether all that is in the folder is ours."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        is_ours = (path / ".sungari").exists() or not any(path.iterdir())
        return (path / "lock").open("w"), is_ours
    except OSError as error:
        raise CannotStart(f"{path} cannot be used: {error.strerror}") from error


def keys(folder: Path) -> dict[str, str]:
    """Read the shop's secrets, made up at the first start."""
    path = folder / "secrets.json"
    words: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if "IDENTITY_KEYS" not in words:
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "CIPHER_KEY": _key(),
            "IDENTITY_KEYS": f"demo-1:{_key()}",
            "STAFF_TOKEN": secrets.token_urlsafe(24),
        }
        words = made | words
        servers.write_private(path, json.dumps(words))
    return words


def _key() -> str:
    return base64.b64encode(cipher.new_key()).decode()


def _take_lock(lock: IO[str], path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise CannotStart(
            f"Sungari already runs on {path}; stop it first, or choose another RUN_DIR"
        ) from None


def _wipe(path: Path) -> None:
    for each in path.iterdir():
        if each.name == "lock":
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def _rotate(logs: Path) -> None:
    for log in logs.glob("*.log"):
        if log.stat().st_size > LOG_MB * 2**20:
            log.replace(log.with_suffix(".log.1"))


def _stand_still(path: Path, at: float) -> None:
    """Stop a clock that nobody stopped, at the last sign of life of the run that was killed."""
    body = json.loads(path.read_text())
    if not body["speed"]:
        return
    wall = datetime.fromisoformat(body["wall"])
    lived = max(0.0, at - wall.timestamp())
    business = datetime.fromisoformat(body["business"])
    body["business"] = (business + timedelta(seconds=lived * body["speed"])).isoformat()
    body["speed"] = 0.0
    servers.write_private(path, json.dumps(body))


def _end_leftovers(path: Path) -> None:
    """End the children of a run that was killed, if those numbers are still theirs."""
    written = path / "pids.json"
    if not written.exists():
        return
    children = json.loads(written.read_text()).items()
    for sign in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + 5
        left = {each for pid, command in children for each in _alive(int(pid), command)}
        for each in left:
            with suppress(ProcessLookupError):
                os.kill(each, sign)
        while time.monotonic() < until and any(_alive(int(p), c) for p, c in children):
            time.sleep(0.1)
    written.unlink()


def _alive(session: int, command: list[str]) -> list[int]:
    """List the processes of one session that still run one command."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
            if words == command and os.getsid(int(process.name)) == session:
                found.append(int(process.name))
    return found
