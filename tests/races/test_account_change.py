"""Officers decide about an account, its owner stops it and payouts are made, all in one moment."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.db import connections, transaction

from catalog.models import Seller
from payments.banking import choosing
from payments.models import AccountChange, Payout
from payments.settlement import changes, payouts
from payments.settlement.changes import Details
from storefront.lib import clock, locks
from tests import conftest
from tests.factories import catalog
from tests.factories.payments import NOW
from tests.races.crowd import PATIENCE, together
from tests.shop import rows_of

NEW = Details("102100099996", "中国工商银行深圳分行", "4000023009200123456")
COOLED = NOW + timedelta(hours=48)


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


def test_an_account_that_changes_while_payouts_are_made_waits_for_them(seller: Seller) -> None:
    """The run holds the seller, so that a payout has the one account or the other, never half."""
    change = proposed(seller)
    changes.confirm(change, reason="called", actor="user:9", now=NOW)
    held, seen = Event(), []

    def run() -> list[Payout]:
        with transaction.atomic(durable=True):
            (mine,) = locks.rows(Seller.objects.filter(pk=seller.pk))
            held.set()
            time.sleep(0.5)  # the other one stands at the lock meanwhile
            choice = choosing.room("CNY", now=NOW).choose(100_000)
            draft = payouts.Draft(mine, None, 100_000, choice, "PAY-1")
            made = payouts.freeze([draft], until=NOW.date(), actor="task", now=NOW)
            seen.append(Seller.objects.get().bank_account)
        return made

    def enter() -> object:
        held.wait(PATIENCE)
        return changes.enter(change, actor="task", now=COOLED)

    answers = together([partial(attempt, run), partial(attempt, enter)])

    assert answers == ["done", "done"]
    payout = Payout.objects.get()
    old = (seller.bank_account, seller.cnaps)
    assert seen == [seller.bank_account]
    assert (payout.account, payout.cnaps) == old
    assert Seller.objects.get().bank_account == NEW.bank_account
