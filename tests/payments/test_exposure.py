"""The open yuan: owed, sold and held; told above one limit, bought above another."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from orders.models import Term
from payments import books, exposure, jobs, ledger
from payments.models import Conversion, DealRate, Job
from storefront.lib import clock, http, kept
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.payments.test_settlement import LATER, sold
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
ACTOR = "task:job"


def limits(*, warning: int, conversion: int) -> None:
    for key, value in (("warning", warning), ("conversion", conversion)):
        Term.objects.create(
            key=f"position_{key}_yuan",
            value=value,
            unit="yuan",
            valid_from=date(2026, 11, 1),
            source="test",
        )
        kept.forget()


def test_nothing_is_open_before_anything_is_sold() -> None:
    position = exposure.look(now=LATER)

    assert (position.owed, position.sold, position.held, position.open) == (0, 0, 0, 0)
    assert position.level == "calm"
    assert position.rubles is None


def test_sold_becomes_owed_when_it_is_released() -> None:
    """Two phones at 1 299.00 less 8 %: 1 195.08 each, one of them with its buyer's money."""
    money.rate(on=LATER.date())
    sold()
    money.paid(factory.order(goods.offer()))

    position = exposure.look(now=LATER)

    assert position.owed == position.sold == Decimal("1195.08")
    assert position.missing == Decimal("1195.08")
    assert position.open == Decimal("2390.16")
    assert position.rubles == Decimal("28371.20")  # at 11.87


def test_unpaid_and_cancelled_sales_are_not_open() -> None:
    factory.order(goods.offer())
    order = factory.order(goods.offer())
    money.paid(order)
    order.deliveries.update(cancelled_at=LATER)

    assert exposure.look(now=LATER).open == 0


def test_a_warning_buys_nothing(outside: Sandbox) -> None:
    limits(warning=1000, conversion=5000)
    sold()

    said = exposure.act(now=LATER, actor=ACTOR)

    assert said.startswith("warning: open 1195.08 CNY")
    assert not Conversion.objects.exists()
    assert DealRate.objects.count() == 1


def test_what_is_missing_over_the_limit_is_bought_once_a_day(
    outside: Sandbox, check_now: object
) -> None:
    limits(warning=500, conversion=1000)
    money.rate(on=LATER.date())
    sold()

    said = exposure.act(now=LATER, actor=ACTOR)

    check_now()
    deal = Conversion.objects.get()
    assert deal.bought.amount == Decimal("1195.08")
    assert f"at {deal.rate.normalize():f}" in said
    assert DealRate.objects.get().sells == deal.rate  # what was offered is what was paid
    position = exposure.look(now=LATER)
    assert (position.missing, position.open, position.level) == (0, 0, "calm")
    assert exposure.act(now=LATER, actor=ACTOR).startswith("calm")
    assert [name for name, _rows, failures in books.checks() if failures] == []


def test_a_purchase_that_was_not_booked_is_found_again(
    outside: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(warning=500, conversion=1000)
    sold()
    post = ledger.post

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger, "post", dies)
    with pytest.raises(KeyboardInterrupt):
        exposure.act(now=LATER, actor=ACTOR)
    monkeypatch.setattr(ledger, "post", post)
    assert exposure.look(now=LATER).missing == Decimal("1195.08")

    exposure.act(now=LATER + timedelta(hours=1), actor=ACTOR)

    assert Conversion.objects.count() == 1
    assert ledger.balance("bank", "CNY") == 119_508


def test_a_silent_bank_is_asked_again_later(settings: object) -> None:
    settings.BANKS_URL = "http://127.0.0.1:1/banks"

    with pytest.raises(http.Unreachable):
        exposure.act(now=LATER, actor=ACTOR)
    assert not DealRate.objects.exists()


def test_the_job_looks_every_day(outside: Sandbox) -> None:
    job = Job.objects.create(kind="POSITION", run_on=LATER.date(), due_at=clock.wall())

    jobs.run(job, now=LATER)

    job.refresh_from_db()
    assert job.outcome.startswith("calm: open 0.00 CNY, offered at ")
    after = Job.objects.get(kind="POSITION", due_at__isnull=False)
    assert after.run_on == LATER.date() + timedelta(days=1)
