"""The daily job over HTTP: the sandbox's own books against ours, from the sale to the payout."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from orders import days, lifecycle
from orders.models import Order
from payments import (
    books,
    charges,
    fetching,
    ledger,
    papers,
    parts,
    receipts,
    refunds,
    settlement,
    tasks,
)
from payments.banking import calendars
from payments.models import (
    BankAccount,
    BankFee,
    BankStatement,
    Break,
    Charge,
    Job,
    Match,
    Paper,
    Payout,
    Registry,
    RegistryLine,
)
from payments.reconciliation import bank, matches, running
from storefront.lib import clock, due, http
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def bank_days(outside: Sandbox, settings: object) -> Sandbox:
    """The sandbox, with the acquirer's registers too; the first papers are those of the 22nd."""
    settings.YOOKASSA_REGISTRY_URL = f"{outside.url}/yookassa/registry"
    daily(MORNING)
    return outside


def daily(at: datetime) -> str:
    with clock.simulated(at):
        return running.run(now=at)


def paid(outside: Sandbox, *, at: datetime) -> Order:
    """An order paid at the sandbox's acquirer, asked for and told over HTTP."""
    order = factory.order(goods.offer(seller=goods.seller()))
    charge = money.charge(order, wall=at)
    with clock.simulated(at):
        charges.record(charge, charges.ask(charge), actor="provider:yookassa", now=at)
        outside.post(f"/_/pay/{charge.provider_id}", json={}, at=at.isoformat()).raise_for_status()
        charges.record(charge, charges.ask(charge), actor="provider:yookassa", now=at)
    due.plan(charge, None)
    lifecycle.mark_paid(order, actor="provider:yookassa", now=at)
    order.refresh_from_db()
    return order


def refunded(outside: Sandbox, order: Order, price: str, *, at: datetime) -> None:
    charge = Charge.objects.get(order=order)
    with clock.simulated(at):
        refund = refunds.open(
            charge,
            parts=[parts.surplus(Decimal(price))],
            reason="LOST",
            actor="user:1",
            now_wall=at,
        )
        refunds.settle(refund, refunds.ask(refund), actor="provider:yookassa", now=at)
    with clock.simulated(at + timedelta(hours=1)):
        refunds.settle(
            refund, refunds.ask(refund), actor="provider:yookassa", now=at + timedelta(hours=1)
        )


def broken() -> list[tuple[str, list[str]]]:
    return [(name, failures) for name, _rows, failures in books.checks() if failures]


def open_breaks() -> list[str]:
    return [f"{one.kind} {one.theirs} {one.ours}" for one in Break.objects.open()]


def test_a_sale_a_refund_and_a_payout_agree_with_bank_and_acquirer(
    bank_days: Sandbox, check_now: object
) -> None:
    kept, given_back = (paid(bank_days, at=NOW + timedelta(hours=8)) for _ in range(2))
    refunded(bank_days, given_back, "630.00", at=NOW + timedelta(days=1))
    for day in range(1, 5):
        daily(MORNING + timedelta(days=day))

    assert open_breaks() == []
    assert RegistryLine.objects.count() == 5  # two captures, their receipts, one refund
    # 2 x 17 630 captured, 630 given back, two fees of 493.64.
    assert ledger.balance("bank", "RUB") == 2 * 17_630_00 - 630_00 - 2 * 493_64
    assert ledger.balance("acquirer_fee", "RUB") == 2 * 493_64
    assert ledger.balance("acquirer_clearing", "RUB") == 0
    assert not matches.open_lines().exists()

    (delivery,) = money.delivered(kept)
    later = NOW + timedelta(days=20)
    lifecycle.mark_released(delivery, now=later)
    settlement.release(delivery, actor="task:release", now=later)
    with clock.simulated(later):
        receipt = receipts.handed_over(delivery, actor="task:release", now=later)
        tasks.send_receipt(id=receipt.pk)
        receipt.refresh_from_db()
        (payout,) = settlement.close_period(date(2026, 12, 14), now=later, actor="task:job")
    for number in range(20):
        at = later + timedelta(days=number, minutes=1)
        Payout.objects.filter(pk=payout.pk, state__in=["READY", "SENT"]).update(due_at=at)
        with clock.simulated(at):
            tasks.drive_payout(id=payout.pk)
    for number in (1, 2, 8, 15, 25):
        daily(later + timedelta(days=number))

    check_now()
    payout.refresh_from_db()
    assert payout.state == "CREDITED"
    assert open_breaks() == []
    for account in BankAccount.objects.all():
        standing = bank.standing(account)
        assert standing is not None
        assert (standing.unexplained, standing.only_ours, standing.only_theirs) == (0, 0, 0)
        assert standing.closing == ledger.balance("bank", account.currency)
    # The banks took 15.60 for the payout, as their terms say; as much was kept ready for a return.
    assert BankFee.objects.get(payout=payout).units == 15_60 == ledger.balance("bank_fee", "CNY")
    assert ledger.balance("bank", "CNY") == 15_60
    assert BankFee.objects.get(payout=payout).off == 0
    assert not Paper.objects.exclude(reason="").exists()
    assert RegistryLine.objects.filter(object_id=receipt.provider_id).exists()
    assert broken() == []


def test_a_day_is_fetched_once_and_days_that_were_slept_through_are_made_up(
    bank_days: Sandbox,
) -> None:
    assert (Registry.objects.count(), BankStatement.objects.count()) == (1, 2)
    assert daily(MORNING).startswith("0 papers")

    assert daily(MORNING + timedelta(days=4)).startswith("12 papers")

    assert Registry.objects.count() == 5
    days = BankStatement.objects.filter(account__currency="RUB").order_by("until_on")
    assert [day.until_on.day for day in days] == [22, 23, 24, 25, 26]


def test_a_day_before_one_that_is_here_is_made_up(bank_days: Sandbox) -> None:
    address = "/banks/SNGHCNBH/camt053?on=2026-11-25"
    by_hand = bank_days.get(address, at="2026-11-26T09:00:00Z").content
    assert papers.take_statements(by_hand, name="25", actor="user:vera", now=NOW).new == 1

    daily(MORNING + timedelta(days=4))

    days = BankStatement.objects.filter(account__currency="RUB").order_by("until_on")
    assert [day.until_on.day for day in days] == [22, 23, 24, 25, 26]


def test_of_many_days_without_a_paper_the_newest_are_asked_for(bank_days: Sandbox) -> None:
    daily(MORNING + timedelta(days=100))

    known = BankStatement.objects.filter(account__currency="RUB").order_by("until_on")
    found = [day.until_on for day in known]
    fetched = found[1:]
    works = partial(calendars.around(fetched[0]).works_in, "CN")
    assert fetched[-1] == date(2027, 3, 2)
    owed = [day for day in fetched if works(day)]
    assert owed == [day for day in days.span(owed[0], fetched[-1]) if works(day)]
    assert (len(owed), len(fetched)) == (40, 50)  # and the last ten days of rest


def test_what_a_day_brings_in_the_older_forms_is_known_already(bank_days: Sandbox) -> None:
    paid(bank_days, at=NOW)
    daily(MORNING + timedelta(days=2))
    before = BankStatement.objects.count()
    for form in ("mt940", "1c", "1c&encoding=dos"):
        body = bank_days.get(
            f"/banks/SNGHCNBH/statement?form={form}&on=2026-11-24", at="2026-12-23T09:00:00Z"
        ).content
        taken = papers.take_statements(body, name=form, actor="user:vera", now=NOW)
        assert (taken.reason, taken.known) == ("", 1)
    assert BankStatement.objects.count() == before


def test_a_paper_that_cannot_be_read_is_put_aside_and_asked_for_again(bank_days: Sandbox) -> None:
    bank_days.script("banks.SNGHCNBH", replies={"garbage": "truncated"})

    said = daily(MORNING + timedelta(days=1))

    assert "2 refused" in said
    assert set(Paper.objects.exclude(reason="").values_list("reason", flat=True)) == {"unreadable"}
    bank_days.script("banks.SNGHCNBH")
    daily(MORNING + timedelta(days=2))
    assert BankStatement.objects.count() == 2 * 3


def test_a_register_that_cannot_be_read_leaves_a_gap_that_is_filled(
    bank_days: Sandbox, settings: object
) -> None:
    registers = settings.YOOKASSA_REGISTRY_URL
    settings.YOOKASSA_REGISTRY_URL = f"{bank_days.url}/"
    assert "1 refused" in daily(MORNING + timedelta(days=1))
    settings.YOOKASSA_REGISTRY_URL = registers

    daily(MORNING + timedelta(days=2))

    days = Registry.objects.order_by("registry_on").values_list("registry_on", flat=True)
    assert [day.day for day in days] == [22, 23, 24]


def test_a_silent_bank_is_asked_again_later(bank_days: Sandbox, settings: object) -> None:
    settings.BANKS_URL = "http://127.0.0.1:1/banks"

    with pytest.raises(http.Unreachable):
        daily(MORNING + timedelta(days=1))


def test_the_job_plans_the_next_day(bank_days: Sandbox) -> None:
    at = MORNING + timedelta(days=1)
    job = Job.objects.create(kind="PAPERS", run_on=at.date(), due_at=at)
    from storefront.tasks import run_job

    with clock.simulated(at):
        run_job(id=job.pk)

    job.refresh_from_db()
    assert (job.due_at, job.outcome) == (None, "3 papers, 0 refused, 0 matched, 0 breaks")
    after = Job.objects.get(kind="PAPERS", run_on=at.date() + timedelta(days=1))
    assert after.due_at.astimezone(days.MOSCOW).hour == 10


def test_a_payment_we_never_heard_of_is_found(bank_days: Sandbox) -> None:
    order = factory.order(goods.offer())
    charge = money.charge(order, wall=NOW)
    with clock.simulated(NOW):
        charges.record(charge, charges.ask(charge), actor="provider:yookassa", now=NOW)
    due.plan(charge, None)
    pay = f"/_/pay/{charge.provider_id}"
    bank_days.post(pay, json={}, at=NOW.isoformat()).raise_for_status()

    daily(MORNING + timedelta(days=1))
    assert open_breaks() == []
    daily(MORNING + timedelta(days=2))

    assert sorted(one.kind for one in Break.objects.open()) == ["BARE_RECEIPT", "MISSING_OURS"]
    assert Break.objects.get(kind="MISSING_OURS").order_number == order.number
    assert Match.objects.filter(rule="OPERATION").count() == 0
    with clock.simulated(NOW + timedelta(days=2)):
        late = NOW + timedelta(days=2)
        charges.record(charge, charges.ask(charge), actor="provider:yookassa", now=late)
    daily(MORNING + timedelta(days=3))
    assert [one.kind for one in Break.objects.open()] == ["DAY"]


def test_nothing_is_fetched_where_nobody_is_named(settings: object) -> None:
    settings.BANKS_URL = settings.YOOKASSA_REGISTRY_URL = ""

    assert fetching.fetch(now=NOW) == []
