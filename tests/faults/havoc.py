"""What goes wrong while people shop: killed workers, a wiped broker."""

import os
import random
import signal
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.shop import Shop


class Havoc:
    """Kills a random child of a worker every second, and wipes the broker now and then."""

    def __init__(self, shop: Shop, *, flushes: int, seed: int = 7) -> None:
        self.shop = shop
        self.kills = 0
        self.flushes_left = flushes
        self._chance = random.Random(seed)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def flush(self) -> None:
        self.shop.flush()
        self.flushes_left -= 1

    def _run(self) -> None:
        while not self._ended.wait(1):
            children = self.shop.children("own") + self.shop.children("outside")
            if children:
                with suppress(ProcessLookupError):
                    os.kill(self._chance.choice(children), signal.SIGKILL)
                    self.kills += 1
