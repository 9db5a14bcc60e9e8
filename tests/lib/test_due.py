"""Work that waits: claimed once, finished by its holder only, hinted but never lost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery.fixups.django import DjangoWorkerFixup
from django.conf import settings
from django.db import connection, transaction

from catalog.models import Product, Stack
from orders.models import Order
from payments.models import Job, Notice
from storefront.celery import app, held
from storefront.lib import clock, due, sweeping
from storefront.management import driver
from tests.factories import catalog, orders
from tests.lib.broker import Broker
from tests.lib.plans import PLANS, plan_without

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=30)


@pytest.fixture
def broker() -> Iterator[Broker]:
    """Celery of this process speaks to a database of its own in the run's Valkey."""
    with Broker(app) as made:
        yield made


def waiting_order() -> Order:
    """An order, a row on the wall clock, that is due now."""
    order = orders.order(catalog.offer())
    Order.objects.filter(pk=order.pk).update(due_at=clock.wall())
    return order


def test_due_row_is_claimed_once() -> None:
    order = waiting_order()

    first, second = due.claim(Order, order.pk), due.claim(Order, order.pk)

    assert first is not None
    assert first.attempt == 1
    assert first.lease_until is not None
    assert timedelta(seconds=4) < first.lease_until - clock.wall() <= timedelta(seconds=5)
    assert second is None


def test_row_that_is_not_due_cannot_be_claimed() -> None:
    order = waiting_order()
    due.plan(order, clock.wall() + SOON)
    assert due.claim(Order, order.pk) is None

    due.plan(order, None)
    assert due.claim(Order, order.pk) is None


def test_row_comes_again_when_its_lease_has_run_out() -> None:
    order = waiting_order()
    due.claim(Order, order.pk)
    Order.objects.update(lease_until=clock.wall() - timedelta(seconds=1))

    again = due.claim(Order, order.pk)

    assert again is not None
    assert again.attempt == 2


def test_finish_of_a_zombie_is_refused_and_changes_nothing() -> None:
    order = waiting_order()
    zombie = due.claim(Order, order.pk)
    Order.objects.update(lease_until=clock.wall() - timedelta(seconds=1))
    holder = due.claim(Order, order.pk)
    assert zombie is not None
    assert holder is not None

    with pytest.raises(due.Zombie):
        due.finish(zombie, at=None)
    due.retry(zombie, "too late")

    order.refresh_from_db()
    assert (order.attempt, order.failures, order.last_error) == (2, 0, "")
    assert order.lease_until == holder.lease_until
    due.finish(holder, at=None)
    order.refresh_from_db()
    assert (order.due_at, order.lease_until) == (None, None)


def test_plan_takes_the_row_from_whoever_holds_it() -> None:
    order = waiting_order()
    holder = due.claim(Order, order.pk)
    assert holder is not None

    due.plan(order, clock.wall())

    with pytest.raises(due.Zombie):
        due.finish(holder, at=None)
    assert due.claim(Order, order.pk) is not None


def test_failed_row_comes_again_each_time_later() -> None:
    order = waiting_order()
    waits = []
    for _try in range(len(due.BACKOFF) + 2):
        Order.objects.update(due_at=clock.wall())
        held = due.claim(Order, order.pk)
        assert held is not None
        due.retry(held, ValueError("the bank is silent"))
        order.refresh_from_db()
        assert order.due_at is not None
        waits.append(round((order.due_at - clock.wall()).total_seconds()))

    assert waits == [*due.BACKOFF, due.BACKOFF[-1], due.BACKOFF[-1]]
    assert order.last_error == "the bank is silent"
    assert order.failures == len(waits)


def test_success_forgets_the_failures() -> None:
    order = waiting_order()
    Order.objects.update(failures=4, last_error="earlier")
    held = due.claim(Order, order.pk)
    assert held is not None

    due.finish(held, at=None)

    order.refresh_from_db()
    assert (order.failures, order.last_error) == (0, "")


def test_hint_is_sent_after_the_commit_only(
    broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    order = waiting_order()

    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            due.wake(Order.DUE_TASK, id=order.pk)
        assert broker.hints("default") == []

    assert broker.hints("default") == [(Order.DUE_TASK, order.pk)]


def test_rolled_back_work_wakes_nobody(
    broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    def fail() -> None:
        with transaction.atomic():
            due.wake(Order.DUE_TASK, id=1)
            raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        fail()

    assert broker.hints("default") == []


def test_absent_broker_is_counted_and_never_raised(broker: Broker) -> None:
    broker.go_away()
    before = due.HINTS_LOST._value.get()

    due.send(Order.DUE_TASK, id=7)

    assert due.HINTS_LOST._value.get() == before + 1


def test_sweeper_hints_what_is_due_once_and_again_only_after_a_while(broker: Broker) -> None:
    Job.objects.all().delete()
    Product.objects.update(due_at=None)
    order = waiting_order()
    Product.objects.update(due_at=None)

    assert (sweeping.sweep(), sweeping.sweep()) == (1, 0)
    assert broker.hints("default") == [(Order.DUE_TASK, order.pk)]

    Order.objects.update(hinted_at=clock.wall() - sweeping.HINT_AGAIN - timedelta(seconds=1))
    assert sweeping.sweep() == 1


def test_full_queue_is_sent_no_hint_twice(broker: Broker) -> None:
    found = [waiting_order() for _ in range(3)]
    for kind in (Product, Stack):
        kind.objects.update(due_at=None)
    long_ago = clock.wall() - sweeping.HINT_AGAIN - timedelta(seconds=1)

    assert sweeping.sweep(limit=2, held=held) == 2
    assert sweeping.sweep(limit=2, held=held) == 1  # one that was never hinted is hinted once
    Order.objects.update(hinted_at=long_ago)
    assert (held("storefront.tasks.expire_order"), len(broker.hints("default"))) == (3, 3)
    assert sweeping.sweep(limit=2, held=held) == 0
    broker.client.ltrim("default", 0, 0)
    assert sweeping.sweep(limit=2, held=held) == 2
    broker.client.flushdb()
    assert held("storefront.tasks.expire_order") == 0
    Order.objects.update(hinted_at=long_ago)
    assert sweeping.sweep(limit=3, held=held) == len(found)


@pytest.mark.parametrize("off", PLANS)
def test_no_more_rows_than_asked_are_hinted_whatever_the_plan(broker: Broker, off: str) -> None:
    for _ in range(5):
        waiting_order()
    Product.objects.update(due_at=None)
    plan_without(off)

    assert sweeping.sweep(limit=2) == 2


def test_sweeper_leaves_what_is_held_or_not_due(broker: Broker) -> None:
    order = waiting_order()
    Product.objects.update(due_at=None)
    due.claim(Order, order.pk)
    assert sweeping.sweep() == 0

    due.plan(order, clock.wall() + SOON)
    assert sweeping.sweep() == 0


def test_sweeper_finds_the_row_whose_worker_died(broker: Broker) -> None:
    order = waiting_order()
    Product.objects.update(due_at=None)
    due.claim(Order, order.pk)
    Order.objects.update(lease_until=clock.wall() - timedelta(seconds=1))

    assert sweeping.sweep() == 1


def test_hints_go_to_the_queue_of_their_dependency(broker: Broker) -> None:
    due.send(Notice.DUE_TASK, id=3)

    assert broker.hints("acquirer") == [(Notice.DUE_TASK, 3)]
    assert broker.hints("default") == []


def test_every_kind_of_waiting_row_has_a_registered_task() -> None:
    app.loader.import_default_modules()

    missing = {model.__name__ for model in due.kinds() if model.DUE_TASK not in app.tasks}

    assert missing == set()


def test_next_due_tells_the_earliest_of_each_kind_earliest_first() -> None:
    Job.objects.all().delete()
    Product.objects.update(due_at=None)
    late, early = waiting_order(), waiting_order()
    Product.objects.update(due_at=None)
    first = clock.wall() - SOON
    Order.objects.filter(pk=early.pk).update(due_at=first)
    job = Job.objects.create(kind="RATES", run_on=first.date(), due_at=first - SOON)

    assert sweeping.next_due() == [(job.due_at, Job), (first, Order)]
    assert list(driver.waiting(Order, limit=5)) == [early, late]


def test_connection_outlives_the_task_that_used_it() -> None:
    fixup, task = DjangoWorkerFixup(app), app.tasks["storefront.tasks.sweep"]
    connection.ensure_connection()
    used = connection.connection

    fixup.on_task_postrun(task)

    assert fixup.db_reuse_max == settings.CELERY_DB_REUSE_MAX
    assert connection.connection is used


def test_one_hint_is_for_all_rows_that_a_worker_takes_together(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Order, "DUE_ALIKE", ("language",))
    monkeypatch.setattr(Order, "DUE_TOGETHER", {"ru": 3})
    rows = [waiting_order() for _ in range(5)] + [waiting_order() for _ in range(2)]
    Order.objects.filter(pk__in=[row.pk for row in rows[5:]]).update(language="zh")
    alone = waiting_order()
    Order.objects.filter(pk=alone.pk).update(failures=1)
    Product.objects.update(due_at=None)

    assert sweeping.sweep() == 8

    hinted = {id for _task, id in broker.hints("default")}
    assert hinted == {rows[0].pk, rows[3].pk, rows[5].pk, rows[6].pk, alone.pk}


def test_sweeper_hints_more_rows_than_hints_where_one_is_for_many(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Order, "DUE_ALIKE", ("language",))
    monkeypatch.setattr(Order, "DUE_TOGETHER", {"ru": 2})
    rows = [waiting_order() for _ in range(5)]
    Product.objects.update(due_at=None)

    assert sweeping.sweep(limit=2) == 4  # two hints for two rows each

    assert [id for _task, id in broker.hints("default")] == [rows[0].pk, rows[2].pk]
    assert sweeping.sweep(limit=2) == 1
