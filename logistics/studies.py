"""Once a day: what finished is measured, lanes learn from it, windows are drawn anew."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from storefront.lib import due

from . import calibration, forecasting, measuring
from .models import Study

HOUR = time(2, 0)  # of UTC; while Russia sleeps and Harbin begins
LAG = timedelta(days=2)  # carriers are asked in turn: a day is over when all were heard
DAY = timedelta(days=1)


def ensure(*, now: datetime) -> None:
    """Plan a study for now where none is planned, as after a first start or a long stop."""
    if not Study.objects.filter(due_at__isnull=False).exists():
        Study.objects.update_or_create(run_on=now.date(), defaults={"due_at": now})


def run(study: Study, *, now: datetime) -> None:
    """Do a claimed study and plan the next.

    Raises: Zombie.
    """
    found = _study(study.run_on - LAG, now=now)
    drawn = forecasting.draw(now=now)
    with transaction.atomic():
        due.finish(study, at=None)
        Study.objects.filter(pk=study.pk).update(done_at=now, steps=found, windows=drawn)
        _plan(max(study.run_on, now.date()) + DAY)


def _study(until: date, *, now: datetime) -> int:
    """Measure the days up to one, each once, and let the lanes learn from them."""
    known = measuring.steps(now=now)
    found = 0
    for day in measuring.days(until):
        with transaction.atomic():
            found += measuring.measure(day, known)
            calibration.learn(day)
    return found


def _plan(day: date) -> None:
    at = datetime.combine(day, HOUR, UTC)
    Study.objects.get_or_create(run_on=day, defaults={"due_at": at})
