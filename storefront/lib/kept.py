"""Answers that a process keeps for a minute: rows that people change by hand, now and then."""

import time
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple, Unpack

from django.db import connection

SECONDS = 60

Given = TypeVarTuple("Given")
Answer = TypeVar("Answer")

_forgetting: list[Callable[[], None]] = []


def minute() -> int:
    """Number the minute we are in, by the process's own clock."""
    return int(time.monotonic() // SECONDS)


def for_a_minute(ask: Callable[[Unpack[Given]], Answer]) -> Callable[[Unpack[Given]], Answer]:
    """Let a function of hashable arguments, given by place, be asked once a minute, per process.

    A process that serves several databases, as a measurement does, keeps the answers of each apart.
    """

    @lru_cache(maxsize=64)
    def kept(_minute: int, _database: str, *args: *Given) -> Answer:
        return ask(*args)

    @wraps(ask)
    def answer(*args: *Given) -> Answer:
        return kept(minute(), str(connection.settings_dict["NAME"]), *args)

    _forgetting.append(kept.cache_clear)
    return answer


def forget() -> None:
    """Ask everything anew at the next question."""
    for clear in _forgetting:
        clear()
