"""Simulated time: runs what people do and what rows wait for, in the order of one clock."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from django.db import models
from django.db.models import Q

from storefront.celery import app
from storefront.lib import clock, due, sweeping
from storefront.lib.due import Row
from storefront.notifications import sending

GRID = timedelta(minutes=10)
ROUNDS = 200
BATCH = 500
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
Deed = Callable[[datetime], None]
Waiting = list[tuple[datetime, type[due.Due]]]


class Stuck(RuntimeError):
    """Rows stay due although they were run: time would never go on."""


def waiting(model: type[Row], *, limit: int) -> models.QuerySet[Row]:
    """Due rows nobody holds, oldest first."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=clock.wall())
    ready = model._default_manager.filter(free, due_at__lte=due.now_for(model))
    return ready.order_by("due_at", "pk")[:limit]


class Driver:
    """One process that drives the clock, the deeds of people and the rows that wait.

    Time: both clocks are the simulated one; it goes in steps of ten minutes at least, or of what
    `grid` is set to once nobody does anything any more that minutes matter for.
    """

    def __init__(self) -> None:
        app.loader.import_default_modules()
        self._deeds: list[tuple[datetime, int, Deed]] = []
        self._numbers = count()
        self.grid = GRID

    def at(self, instant: datetime, deed: Deed) -> None:
        """Let somebody do something at an instant."""
        heapq.heappush(self._deeds, (instant, next(self._numbers), deed))

    @property
    def has_deeds(self) -> bool:
        return bool(self._deeds)

    def run(self, until: datetime, *, stop: Callable[[], bool] = lambda: False) -> None:
        """Run to an instant, or until `stop` says so after a step.

        Raises: Stuck.
        """
        waiting = sweeping.next_due()
        while not stop():
            instant = self._next(waiting)
            if instant is None or instant > until:
                clock.set_virtual(until)
                return
            clock.set_virtual(max(clock.now(), min(_on_grid(instant, self.grid), until)))
            waiting = self._step(waiting)

    def _next(self, waiting: Waiting) -> datetime | None:
        first = [self._deeds[0][0]] if self._deeds else []
        return min([*first, *(at for at, _ in waiting)], default=None)

    def _step(self, waiting: Waiting) -> Waiting:
        """Do all that is due now; what waits after it."""
        for _round in range(ROUNDS):
            deeds = self._do_deeds()
            if deeds:
                waiting = sweeping.next_due()
            done = deeds + self._run_rows(waiting)
            if not done:
                return waiting
            sending.announce(wall=clock.wall())
            waiting = sweeping.next_due()
        raise Stuck(f"rows are due again and again at {clock.now()}")

    def _do_deeds(self) -> int:
        done = 0
        while self._deeds and self._deeds[0][0] <= clock.now():
            _, _, deed = heapq.heappop(self._deeds)
            deed(clock.now())
            done += 1
        return done

    def _run_rows(self, firsts: Waiting) -> int:
        done = 0
        for first, model in firsts:
            if first > clock.now():
                continue
            keys = list(waiting(model, limit=BATCH).values_list("pk", flat=True))
            for key in keys:
                app.tasks[model.DUE_TASK](id=key)
            done += len(keys)
        return done


def _on_grid(instant: datetime, grid: timedelta) -> datetime:
    """The next mark of the grid."""
    return instant + (EPOCH - instant) % grid
