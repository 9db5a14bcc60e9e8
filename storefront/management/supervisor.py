"""Keeps processes alive: starts them, restarts what dies, and stops them all in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from storefront.embedded import end_with_parent
from storefront.embedded.servers import Server, last_line

LONGEST_PAUSE = 30.0
HOPELESS_PAUSE = 4.0
STEADY_SECONDS = 60.0


AnyServer = TypeVar("AnyServer", bound=Server)


class Kept(Protocol):
    """Something that runs; the higher its stage, the later it starts and the earlier it stops."""

    name: str
    stage: int

    def start(self) -> None: ...

    def how_it_ended(self) -> str | None:
        """Say how it ended, or None while it runs."""

    def ask_to_stop(self) -> None: ...

    def stop(self, until: float) -> None:
        """Wait until that moment for it to stop, then make it."""


@dataclass
class Program:
    """A process of ours with a session of its own, so that all its children go with it."""

    name: str
    stage: int
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._end_group()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def how_it_ended(self) -> str | None:
        code = self.process.poll() if self.process else 0
        return None if code is None else _ending(code, self.log)

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self, until: float) -> None:
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, until - time.monotonic()))
        self._end_group()
        self.process.wait()

    def _end_group(self) -> None:
        """End whatever is left of the last start, grandchildren too."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Embedded(Generic[AnyServer]):
    """A server from a wheel, which is running from the moment this is made."""

    def __init__(self, name: str, stage: int, starter: Callable[[], AnyServer]) -> None:
        self.name, self.stage, self.starter = name, stage, starter
        self.server = starter()

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.how_it_ended() is not None:
            self.server.stop()
            self.server = self.starter()

    def how_it_ended(self) -> str | None:
        code = self.server.process.poll()
        return None if code is None else _ending(code)

    def ask_to_stop(self) -> None:
        """Do nothing: the server knows itself how it is asked."""

    def stop(self, until: float) -> None:
        self.server.stop()


@dataclass
class _Record:
    """When one of them was last started, and how long to pause before the next time."""

    started: float
    pause: float = 1.0
    again_at: float | None = None


@dataclass
class Supervisor:
    """The one process that answers for all the others."""

    say: Callable[[str], None]
    note: Callable[[dict[int, list[str]]], None]
    patience: float = 8.0
    kept: list[Kept] = field(default_factory=list)
    errands: list[Program] = field(default_factory=list)
    records: dict[str, _Record] = field(default_factory=dict)

    def add(self, *kept: Kept) -> None:
        """Start each, in the order given."""
        for each in kept:
            self.records[each.name] = _Record(time.monotonic())
            self.kept.append(each)
            each.start()
        self.note(self._pids())

    def run(self, *errands: Program) -> None:
        """Start what ends by itself: it is stopped with the others, but never restarted."""
        for each in errands:
            self.errands.append(each)
            each.start()
        self.note(self._pids())

    def look_after(self) -> None:
        """Restart what died, each time after a longer pause."""
        for each in self.kept:
            ended = each.how_it_ended()
            if ended is not None:
                self._revive(each, ended)

    def failing(self) -> list[str]:
        """Name those that ended again and again."""
        return [name for name, record in self.records.items() if record.pause >= HOPELESS_PAUSE]

    def stop(self) -> None:
        """Stop all: the last stage first, those of one stage side by side."""
        ordered = sorted([*self.kept, *self.errands], key=lambda each: -each.stage)
        for _, together in groupby(ordered, key=lambda each: each.stage):
            _stop_together(list(together), self.patience)
        self.kept.clear()
        self.errands.clear()

    def _pids(self) -> dict[int, list[str]]:
        return {
            each.process.pid: each.command
            for each in [*self.kept, *self.errands]
            if isinstance(each, Program) and each.process
        }

    def _revive(self, each: Kept, ended: str) -> None:
        record, now = self.records[each.name], time.monotonic()
        if record.again_at is None:
            if now - record.started > STEADY_SECONDS:
                record.pause = 1.0
            record.again_at = now + record.pause
            self.say(f"{each.name} ended ({ended}), starting it again in {record.pause:.0f} s")
        elif now >= record.again_at:
            record.started, record.again_at = now, None
            record.pause = min(record.pause * 2, LONGEST_PAUSE)
            try:
                each.start()
                self.note(self._pids())
            except (OSError, RuntimeError) as error:
                self.say(f"{each.name} does not start: {error}")


def _ending(code: int, log: Path | None = None) -> str:
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    told = last_line(log.read_text(errors="replace")) if code and log else ""
    return f"exit code {code}" + (f": {told}" if told else "")


def _stop_together(several: Iterable[Kept], patience: float) -> None:
    until = time.monotonic() + patience
    for each in several:
        each.ask_to_stop()
    for each in several:
        each.stop(until)
