"""Days that no paper tells of: what banks and acquirers owe, by day and by party."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from payments import gaps, ledger
from payments.ledger import Leg
from payments.models import BankAccount, BankStatement
from tests.factories import statements

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)  # a Saturday; China rests until the 7th
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OURS = f"{statements.RUB} RUB"
pytestmark = pytest.mark.django_db


def told(*october: int, **fields: Any) -> None:
    """Statements of a day each, numbered without a hole only where their days are."""
    for day in october:
        taken = statements.statement(on=date(2026, 10, day), now=NOW, **fields)
        assert not taken.reason


def missing() -> list[str]:
    return [str(one) for one in gaps.statements(FIRST, LAST).missing]


def broken() -> list[str]:
    return [str(one) for one in gaps.statements(FIRST, LAST).broken]


def test_each_hole_is_named_by_its_account_and_its_days() -> None:
    told(8, 9, 14, 15, 16, 19, 21, 22, 23)

    assert missing() == [
        f"{OURS}: 10.10.26–13.10.26",  # the Saturday is worked for the golden week
        f"{OURS}: 20.10.26",
        f"{OURS}: 26.10.26–30.10.26",
    ]
    assert broken() == []


def test_no_statement_is_owed_for_days_of_rest() -> None:
    statements.statement(on=date(2026, 9, 30), now=NOW)  # then the golden week of the bank
    told(8, 9, 10, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23, 26, 27, 28, 29, 30)

    assert (missing(), broken()) == ([], [])


def test_a_bank_of_russia_rests_with_russia() -> None:
    BankAccount.objects.filter(number=statements.RUB).update(bic="044525225")
    statements.statement(on=date(2026, 9, 30), now=NOW)
    statements.statement(on=LAST, since=date(2026, 10, 8), now=NOW)

    assert missing() == [f"{OURS}: 01.10.26–07.10.26"]


def test_a_day_without_a_movement_needs_no_paper_where_number_and_balance_go_on() -> None:
    told(8, number=17)
    told(14, number=18)
    statements.statement(on=date(2026, 11, 2), number=19, now=NOW)
    assert (missing(), broken()) == ([], [])

    told(9, number=30, opening="0.00")
    assert missing() == [f"{OURS}: 10.10.26–13.10.26"]


def test_numbers_that_go_on_say_nothing_where_the_balance_does_not() -> None:
    told(8, number=17)
    told(14, number=18, opening="5.00")
    statements.statement(on=date(2026, 11, 2), number=19, opening="5.00", now=NOW)

    assert (missing(), broken()) == ([f"{OURS}: 09.10.26–13.10.26"], [])


def test_numbers_that_begin_anew_with_the_year_go_on() -> None:
    statements.statement(on=date(2025, 12, 30), number=250, now=NOW)
    statements.statement(on=date(2026, 1, 12), number=1, now=NOW)
    statements.statement(on=date(2026, 1, 30), number=3, now=NOW)
    first, last = date(2026, 1, 1), date(2026, 1, 31)

    assert [str(one) for one in gaps.statements(first, last).missing] == [
        f"{OURS}: 13.01.26–29.01.26"
    ]


def test_a_balance_that_jumps_is_named_where_it_does() -> None:
    statements.statement(on=date(2026, 10, 16), since=date(2026, 9, 28), now=NOW)
    told(19, opening="5.00")  # somebody was paid on Sunday
    statements.statement(on=LAST, since=date(2026, 10, 20), opening="5.00", now=NOW)
    statements.statement(on=date(2026, 11, 2), opening="6.00", now=NOW)  # November's

    assert (missing(), broken()) == ([], [f"{OURS}: 19.10.26"])


def test_a_balance_may_not_jump_between_two_months() -> None:
    statements.statement([("3.00", "a")], on=date(2026, 9, 30), now=NOW)
    statements.statement(on=LAST, since=FIRST, opening="2.00", now=NOW)

    assert (missing(), broken()) == ([], [f"{OURS}: 01.10.26"])


def test_an_account_owes_papers_since_its_first_paper_or_posting() -> None:
    assert missing() == []  # two accounts, and nothing was ever said of either
    statements.statement(on=date(2026, 11, 2), account=statements.CNY, now=NOW)
    assert missing() == []  # opened later

    legs = [Leg("bank", "RUB", 5), Leg("other", "RUB", -5)]
    at = datetime(2026, 10, 28, 21, 0, tzinfo=UTC)  # the 29th in Moscow
    ledger.post("test", key="first", legs=legs, occurred_at=at, actor="task:test", source="t")

    assert missing() == [f"{OURS}: 29.10.26–30.10.26"]
    told(20, number=1)
    assert missing() == [f"{OURS}: 21.10.26–30.10.26"]


def test_a_register_is_owed_for_every_day_since_the_first() -> None:
    for day in (20, 21, 24, 30):
        statements.registry(on=date(2026, 10, day), now=NOW)
    statements.registry(on=date(2026, 9, 1), shop="200", now=NOW)
    statements.registry(on=date(2026, 11, 1), shop="300", now=NOW)  # opened later

    assert [str(one) for one in gaps.registers(FIRST, LAST)] == [
        "yookassa 100500: 22.10.26–23.10.26",
        "yookassa 100500: 25.10.26–29.10.26",
        "yookassa 100500: 31.10.26",
        "yookassa 200: 01.10.26–31.10.26",
    ]


def test_no_query_more_for_more_papers(django_assert_num_queries: Any) -> None:
    told(8, 9, 14, 20)
    statements.statement(on=date(2026, 10, 13), account=statements.CNY, now=NOW)
    statements.registry(on=date(2026, 10, 20), now=NOW)

    with django_assert_num_queries(3):
        gaps.statements(FIRST, LAST)
    with django_assert_num_queries(1):
        gaps.registers(FIRST, LAST)
    assert BankStatement.objects.count() == 5
