"""The periodic jobs of money: daily ones as HOURS says, and the weekly payouts."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from orders import days, terms
from storefront.lib import due

from . import exposure, fx, ledger, settlement
from .models import Job
from .reconciliation import running

ACTOR = "task:job"
RATES_COME = time(15, 45)  # the central bank sets tomorrow's rates by 15:30 Moscow time
PAYOUTS_GO = time(9, 0)
BOOKS_CLOSE = time(0, 30)  # they close the day before
PAPERS_COME = time(10, 0)  # banks draw up the statement of a day in the night after it
POSITION_IS_SEEN = time(12, 0)
HOURS = {
    Job.Kind.RATES: RATES_COME,
    Job.Kind.PAYOUTS: PAYOUTS_GO,
    Job.Kind.PAPERS: PAPERS_COME,
    Job.Kind.POSITION: POSITION_IS_SEEN,
    Job.Kind.BOOKS: BOOKS_CLOSE,
}
assert set(HOURS) == set(Job.Kind)


def ensure(*, now: datetime) -> None:
    """Plan today's jobs where none is planned, as after a first start or a long stop."""
    for kind in Job.Kind:
        if not Job.objects.filter(kind=kind, due_at__isnull=False).exists():
            _plan(kind, days.of_books(now), at=now)


def run(job: Job, *, now: datetime) -> None:
    """Do a claimed job and plan its successor; the foreign call is outside any transaction.

    Raises: the errors of `storefront.lib.http`, when a bank does not answer; StillWriting, when
    the books cannot be cut just now.
    """
    outcome = _do(job, now)
    with transaction.atomic(durable=True):
        due.finish(job, at=None)
        Job.objects.filter(pk=job.pk).update(done_at=now, outcome=str(outcome)[:200])
        _plan(Job.Kind(job.kind), _next_day(job, now))


def _do(job: Job, now: datetime) -> str:
    if job.kind == Job.Kind.RATES:
        return fx.ensure(now=now)
    if job.kind == Job.Kind.BOOKS:
        return ledger.close_day(job.run_on - timedelta(days=1), now=now)
    if job.kind == Job.Kind.PAPERS:
        return running.run(now=now)
    if job.kind == Job.Kind.POSITION:
        return exposure.act(now=now, actor=ACTOR)
    return f"{len(settlement.close_period(job.run_on, now=now, actor=ACTOR))} payouts"


def _next_day(job: Job, now: datetime) -> date:
    today = days.of_books(now)
    if job.kind != Job.Kind.PAYOUTS:
        return max(job.run_on, today) + timedelta(days=1)
    weekday = terms.value("payout_weekday", on=today)
    return today + timedelta(days=(weekday - today.isoweekday() - 1) % 7 + 1)


def _plan(kind: Job.Kind, day: date, *, at: datetime | None = None) -> None:
    moment = at or datetime.combine(day, HOURS[kind], days.MOSCOW).astimezone(UTC)
    Job.objects.get_or_create(kind=kind, run_on=day, defaults={"due_at": moment})
