"""Officers decide about an account, its owner stops it and payouts are made, all in one moment."""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from threading import Event

import pytest
from django.db import connection, connections, transaction

from catalog.models import Seller
from payments import ledger, settlement
from payments.ledger import Leg
from payments.models import AccountChange, Payout
from payments.settlement import changes, payouts
from payments.settlement.changes import Details
from storefront.lib import clock
from tests import conftest
from tests.factories import catalog
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.races.crowd import PATIENCE, together
from tests.shop import rows_of

NEW = Details("102100099996", "中国工商银行深圳分行", "4000023009200123456")
COOLED = NOW + timedelta(hours=48)
UNTIL = date(2026, 12, 14)


@pytest.fixture
def database(django_db_setup: None, django_db_blocker, worker_id: str) -> Iterator[str]:
    """A database of its own, in which work is committed for real."""
    name = f"changes_{worker_id}"
    conftest.clone(name)
    with django_db_blocker.unblock(), rows_of(name):
        yield name
        connections.close_all()
    conftest.owner_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def seller(database: str) -> Seller:
    return catalog.seller()


def attempt(deed: Callable[[], object]) -> str:
    try:
        with clock.simulated(NOW):
            deed()
        return "done"
    except (changes.WrongChangeState, changes.AlreadyOpen):
        return "refused"
    finally:
        connections.close_all()


def proposed(seller: Seller) -> AccountChange:
    return changes.propose(seller, NEW, actor="user:1", now=NOW)


def test_of_ten_proposals_at_once_one_waits(seller: Seller) -> None:
    answers = together([partial(attempt, partial(proposed, seller))] * 10)

    assert sorted(answers) == ["done"] + ["refused"] * 9
    assert AccountChange.objects.count() == 1


def test_ten_officers_decide_once(seller: Seller) -> None:
    change = proposed(seller)
    given = {"reason": "called", "now": NOW}
    deeds = [
        partial(attempt, partial(changes.confirm, change, actor=f"user:{number}", **given))
        for number in range(10, 20)
    ]

    answers = together(deeds)

    assert sorted(answers) == ["done"] + ["refused"] * 9
    assert seller.events.filter(kind="ACCOUNT_CONFIRMED").count() == 1


@pytest.mark.parametrize("turn", range(5))
def test_what_is_stopped_as_it_comes_into_force_is_one_of_both(seller: Seller, turn: int) -> None:
    change = proposed(seller)
    changes.confirm(change, reason="called", actor="user:9", now=NOW)
    old = seller.bank_account

    entered, stopped = together(
        [
            partial(attempt, partial(changes.enter, change, actor="task", now=COOLED)),
            partial(attempt, partial(changes.withdraw, change, actor="user:1", now=COOLED)),
        ]
    )

    state = AccountChange.objects.get().state
    account = Seller.objects.get().bank_account
    assert (entered, stopped, state, account) in [
        ("done", "refused", "IN_FORCE", NEW.bank_account),
        ("done", "done", "WITHDRAWN", old),
    ]


def owed(seller: Seller) -> None:
    """A settlement to be paid, and the yuan for it."""
    money.rate()
    order = factory.order(catalog.offer("1299.00", seller=seller))
    money.paid(order)
    (delivery,) = money.delivered(order)
    settlement.release(delivery, actor="task:release", now=NOW)
    settlement.settle(UNTIL, now=COOLED, actor="task:job")
    legs = [Leg("bank", "CNY", 10**7), Leg("bank_fee", "CNY", -(10**7))]
    ledger.post("test", key="yuan", legs=legs, occurred_at=NOW, actor="task:test", source="test")


def waiting(*, count: int) -> bool:
    """Whether so many stand at a lock, within three seconds."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    for _try in range(60):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # one is kept for a transaction
            cursor.execute(f"{asked} AND datname = current_database()")
            if cursor.fetchone()[0] >= count:
                return True
        time.sleep(0.05)
    return False


def test_an_account_that_changes_while_payouts_are_made_waits_for_them(seller: Seller) -> None:
    """The run holds the seller, so that a payout has the one account or the other, never half."""
    owed(seller)
    change = proposed(seller)
    changes.confirm(change, reason="called", actor="user:9", now=NOW)
    held, ended = Event(), []

    def hold() -> None:
        """Keep the run from writing its batch until the other one stands behind it."""
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE payments_payoutbatch IN EXCLUSIVE MODE")
            held.set()
            waiting(count=2)

    def run() -> None:
        held.wait(PATIENCE)
        with transaction.atomic(durable=True):
            payouts.make(UNTIL, actor="task", now=COOLED)
        ended.append("run")

    def enter() -> None:
        held.wait(PATIENCE)
        waiting(count=1)
        changes.enter(change, actor="task", now=COOLED)
        ended.append("enter")

    answers = together([partial(attempt, deed) for deed in (hold, run, enter)])

    assert answers == ["done"] * 3
    assert ended == ["run", "enter"]
    payout = Payout.objects.get()
    assert (payout.account, payout.cnaps) == (seller.bank_account, seller.cnaps)
    assert Seller.objects.get().bank_account == NEW.bank_account
