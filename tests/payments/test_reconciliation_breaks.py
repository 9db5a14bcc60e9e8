"""Payouts and our own books compared; breaks taken, noted, answered, aged, and kept."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from moneyed import Money

from payments import postings
from payments.models import Break, ChargeFact, Payout
from payments.reconciliation import bank, breaks, inside, matches, payouts
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories import statements
from tests.factories.statements import CNY, DAY, row
from tests.payments.agreeing import (
    HAND,
    MINE,
    NEXT,
    NOW,
    account,
    compare,
    deal,
    entries,
    found,
    lines,
    post,
    sold,
)

pytestmark = pytest.mark.django_db


def payout(state: str = "SENT", days: int = 20) -> Payout:
    return Payout.objects.create(
        seller=goods.seller(), period_until=DAY, money=Money(Decimal("119.00"), "CNY"),
        message="PAY-20261123-1-1", made_at=NOW, state=state,
        sent_at=NOW - timedelta(days=days), ended_at=NOW - timedelta(days=days),
    )  # fmt: skip


def test_a_payout_nobody_answers_for_is_named_and_healed() -> None:
    made = payout()
    assert payouts.reconcile(**MINE) == 1
    assert found() == [("MISSING_THEIRS", "PAYOUTS", -119_00)]

    Payout.objects.filter(pk=made.pk).update(state="CREDITED")
    assert payouts.reconcile(**MINE) == 0
    assert found() == []


def test_a_returned_payout_whose_money_stayed_away_is_named() -> None:
    payout("RETURNED")
    statements.statement([("-119.00", "PAY-20261123-1-1")], account=CNY)

    payouts.reconcile(**MINE)

    assert found() == [("AMOUNT", "PAYOUTS", -119_00)]


def test_a_payout_under_way_is_no_break() -> None:
    payout(days=2)
    statements.statement([("-119.00", "PAY-20261123-1-1")], account=CNY)
    statements.statement(on=DAY + timedelta(days=5), opening="-119.00", account=CNY)

    bank.reconcile(account(CNY), **MINE)
    payouts.reconcile(**MINE)

    assert found() == []


def test_our_own_books_are_checked_and_their_break_heals() -> None:
    order = sold()
    lie = ChargeFact.objects.create(
        charge=order.charges.get(), kind="CAPTURED", operation="yookassa:x", money=Decimal(5),
        money_currency="RUB", fee=Decimal(0), fee_currency="RUB", happened_at=NOW,
    )  # fmt: skip

    inside.reconcile(actor="task:test", wall=money.NOW, now=NOW)

    kinds = {one.theirs for one in Break.objects.open()}
    assert kinds == {"charges: captured facts = ledger"}
    post("captured", f"captured:{lie.operation}", postings.captured(500, order_number=order.number))
    inside.reconcile(actor="task:test", wall=money.NOW, now=NOW)
    assert found() == []


def test_work_that_is_stuck_for_a_day_is_named() -> None:
    money.charge(factory.order(goods.offer()), wall=NOW)

    inside.reconcile(actor="task:test", wall=NOW + timedelta(days=2), now=NOW)

    assert [one.theirs for one in Break.objects.open()] == ["payments.charge"]


def a_break() -> Break:
    statements.registry(row("payment", "pay-x", "500.00"))
    statements.registry(on=NEXT)
    compare()
    return Break.objects.get()


def test_a_break_is_taken_noted_answered_and_reopened() -> None:
    kept = a_break()

    breaks.take(kept, actor="user:7", now=NOW)
    breaks.note(kept, text="asked the acquirer", actor="user:7", now=NOW)
    breaks.close(kept, answer="their test payment", actor="user:7", now=NOW)
    breaks.reopen(kept, reason="it is not", actor="user:8", now=NOW)

    kept.refresh_from_db()
    assert (kept.state, kept.owner, kept.answer) == ("OPEN", "user:7", "")
    assert list(kept.notes.order_by("pk").values_list("text", flat=True)) == [
        "finance > user:7",
        "asked the acquirer",
        "their test payment",
        "it is not",
    ]


def test_a_break_is_answered_once_and_with_words() -> None:
    kept = a_break()

    with pytest.raises(breaks.NoReason):
        breaks.close(kept, answer="", actor="user:7", now=NOW)
    breaks.close(kept, answer="their test payment", actor="user:7", now=NOW)
    with pytest.raises(breaks.WrongState):
        breaks.close(kept, answer="again", actor="user:7", now=NOW)
    with pytest.raises(breaks.WrongState):
        breaks.take(kept, actor="user:7", now=NOW)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE payments_break SET kind = 'FEE'",
        "UPDATE payments_break SET units = 0",
        "UPDATE payments_break SET state = 'CLOSED', closed_at = now()",
        "DELETE FROM payments_break",
        "UPDATE payments_breaknote SET text = 'x'",
        "UPDATE payments_match SET score = 1",
        "DELETE FROM payments_matchpart",
    ],
)
def test_the_database_keeps_what_was_found(attack: str) -> None:
    kept = a_break()
    breaks.note(kept, text="seen", actor="user:7", now=NOW)
    deal()
    statements.statement([("-1000.00", "")])
    matches.by_hand(lines(), entries(), **HAND)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


def test_open_breaks_are_counted_by_age() -> None:
    a_break()

    ages = {
        days: [one for one in breaks.ageing(on=date(2026, 11, 25) + timedelta(days=days))
               if one.breaks]
        for days in (0, 3, 5, 40)
    }  # fmt: skip

    assert {
        days: (one.since_days, one.until_days, one.overdue) for days, (one,) in ages.items()
    } == {
        0: (0, 1, 0),
        3: (2, 3, 0),
        5: (4, 7, 1),
        40: (31, None, 1),
    }
