"""Many buyers who press the same button in the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

Answer = TypeVar("Answer")
PATIENCE = 60


def together(deeds: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Do everything at once, each in a thread that waits for the last one to be ready."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Answer]) -> Answer:
        start.wait(PATIENCE)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def in_turn(deeds: Sequence[Callable[[], Answer]], *, hands: int = 8) -> list[Answer]:
    """Do everything, a few at a time."""
    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(lambda deed: deed(), deeds))
