"""What goes wrong while people shop: killed workers, a wiped broker."""

import os
import random
import signal
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.shop import Shop

WORKERS = ("own", "outside")
DONE_BETWEEN = 12  # tasks: what a quiet machine does in a second


class Havoc:
    """Kills a random child of a worker once a second, and wipes the broker now and then.

    Between two deaths some tasks must have been done, so that a slow machine gets on as well.
    """

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
        done = self._done()
        while not self._ended.wait(1):
            if self._done() < done + DONE_BETWEEN:
                continue
            children = [child for name in WORKERS for child in self.shop.children(name)]
            if children:
                with suppress(ProcessLookupError):
                    os.kill(self._chance.choice(children), signal.SIGKILL)
                    self.kills += 1
            done = self._done()

    def _done(self) -> int:
        return sum(self.shop.log(f"worker-{name}").count(" succeeded in ") for name in WORKERS)
