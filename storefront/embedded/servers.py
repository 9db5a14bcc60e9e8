"""Servers of our own on one machine: a folder each, started, waited for, ended, left to nobody."""

import ctypes
import fcntl
import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, ClassVar, Self

START_SECONDS = 60

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class CannotStart(RuntimeError):
    """A server that would not come up; the text is one line for people."""


@dataclass(frozen=True)
class Server:
    """A running server of ours, and the lock on the folder it keeps to itself."""

    process: subprocess.Popen[bytes]
    lock: IO[str]

    signs: ClassVar[tuple[tuple[int, float], ...]] = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))

    def stop(self) -> None:
        """End the server: asked first, then told. Once stopped, a second call does nothing."""
        end(self.process, self.signs)
        self.lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()


def end_with_parent(sign: int = signal.SIGTERM) -> None:
    """Ask the kernel to send this process a signal when its parent dies (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(1, sign)  # PR_SET_PDEATHSIG


def is_free(port: int) -> bool:
    """Say whether a loopback port can be listened on."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return True
    return False


def free_port() -> int:
    """Find a loopback port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def launch(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=environment(),
            start_new_session=True,
            preexec_fn=partial(end_with_parent, signal.SIGINT),
        )


def environment() -> dict[str, str]:
    """Keep PGDATA, PGHOST and their like of the caller's shell away from our servers."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def wait(process: subprocess.Popen[bytes], is_up: Callable[[], bool], log: Path) -> None:
    """Wait until a server answers; end it and say why if it does not."""
    until = time.monotonic() + START_SECONDS
    try:
        while process.poll() is None and time.monotonic() < until:
            if is_up():
                return
            time.sleep(0.02)
        is_dead = process.poll() is not None
        reason = last_line(log.read_text(errors="replace")) if is_dead else "no answer in time"
        raise CannotStart(f"{log.stem} did not start: {reason} (see {log})")
    except BaseException:
        end(process, ((signal.SIGKILL, 5.0),))
        raise


def end(process: subprocess.Popen[bytes], signs: Iterable[tuple[int, float]]) -> None:
    for sign, patience in signs:
        if process.poll() is None:
            process.send_signal(sign)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)


def end_leftovers(folder: Path, name: str) -> None:
    """End servers that outlived a killed starter; the folder's lock says they are nobody's."""
    until = time.monotonic() + 10
    while (pids := _at_work(folder, name)) and time.monotonic() < until:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT if time.monotonic() < until - 5 else signal.SIGKILL)
        time.sleep(0.1)


def _at_work(folder: Path, name: str) -> list[int]:
    """List the processes of one program that work in one folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            program = os.readlink(process / "exe").removesuffix(" (deleted)")
            if Path(program).name == name and os.readlink(process / "cwd") == str(folder):
                found.append(int(process.name))
    return found


def lock(folder: Path) -> IO[str]:
    """Make the folder and keep every other starter out of it while we live."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise CannotStart(f"another process runs a server in {folder}") from None
    return lock


def passwords(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Read the folder's passwords, made up at the first start."""
    path = folder / "passwords.json"
    if not path.exists():
        write_private(path, json.dumps({name: secrets.token_urlsafe(24) for name in names}))
    words: dict[str, str] = json.loads(path.read_text())
    return words


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, for its owner's eyes only."""
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def choose_port(folder: Path, asked: int | None) -> int:
    """Choose the asked port, else the one of last time if it is free, else a free one."""
    if asked is not None:
        return asked
    kept = folder / "port"
    if kept.exists() and is_free(port := int(kept.read_text())):
        return port
    kept.write_text(str(port := free_port()))
    return port


def program(package: str, pattern: str) -> Path:
    """Find a program inside an installed wheel without importing the wheel's own code."""
    spec = importlib.util.find_spec(package)
    places = (spec.submodule_search_locations if spec else None) or []
    for place in places:
        for found in Path(place).resolve().glob(pattern):
            return found
    raise CannotStart(f"the package {package} has no program for this machine")


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if "FATAL" in line or "error:" in line]
    return (told or lines or ["no reason given"])[-1]
