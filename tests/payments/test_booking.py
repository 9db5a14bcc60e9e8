"""A line that nothing explains: booked by two persons, matched at once, its break closed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from payments import ledger, manual
from payments.ledger import Leg
from payments.models import Account, Booking, Break, ManualPosting, StatementLine
from payments.reconciliation import bank, booking, matches
from tests.factories import statements
from tests.factories.statements import DAY
from tests.payments.agreeing import MINE, NOW, account, entries

VERA, GALINA = "user:1", "user:2"
FEE = [Leg("bank_fee", "RUB", 15_000), Leg("bank", "RUB", -15_000)]
pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> StatementLine:
    """The bank took 150 rubles for itself, and three days later nobody had booked it."""
    for purpose in ("bank", "bank_fee"):
        Account.objects.create(code=f"{purpose}.RUB", purpose=purpose, currency="RUB")
    statements.statement([("-150.00", "")], opening="1000.00", text="monthly fee")
    statements.statement(on=DAY + timedelta(days=3), opening="850.00")
    bank.reconcile(account(), **MINE)
    return StatementLine.objects.get()


def asked(line: StatementLine, legs: list[Leg] = FEE, actor: str = VERA) -> ManualPosting:
    words = {"reason": "fee of November", "occurred_at": NOW, "now": NOW}
    return booking.ask(line, legs, actor=actor, **words)


def test_a_line_is_booked_by_two_and_its_break_closes(
    line: StatementLine, check_now: Callable[[], None]
) -> None:
    assert booking.account_of(line) == Leg("bank", "RUB", -15_000)
    assert Break.objects.get().kind == "MISSING_OURS"

    wish = asked(line)
    assert Break.objects.get().state == "OPEN"
    booking.post(wish, note="seen the bill", actor=GALINA, now=NOW)

    check_now()
    assert ledger.balance("bank_fee", "RUB") == 15_000
    assert not matches.open_lines().exists()
    match = line.parts.get().match
    assert (match.rule, match.reason, match.actor) == ("HAND", "fee of November", GALINA)
    assert (Break.objects.get().state, Break.objects.get().closed_by) == ("CLOSED", GALINA)
    assert bank.reconcile(account(), **MINE) == (0, 0)


@pytest.mark.parametrize(
    "legs",
    [
        [Leg("bank_fee", "RUB", 14_999), Leg("bank", "RUB", -14_999)],
        [Leg("bank_fee", "RUB", -15_000), Leg("bank", "RUB", 15_000)],
        [
            Leg("bank_fee", "RUB", 15_000),
            Leg("bank", "RUB", -10_000),
            Leg("bank", "RUB", -5_000),
        ],
    ],
)
def test_the_posting_moves_what_the_bank_moved(line: StatementLine, legs: list[Leg]) -> None:
    with pytest.raises(matches.NotEqual):
        asked(line, legs)

    assert not ManualPosting.objects.exists()


def test_one_cannot_do_both_nor_ask_twice(line: StatementLine) -> None:
    wish = asked(line)

    with pytest.raises(booking.AlreadyAsked):
        asked(line, actor=GALINA)
    with pytest.raises(manual.NotASecondPerson):
        booking.post(wish, actor=VERA, now=NOW)
    manual.refuse(wish, note="it is postage", actor=GALINA, now=NOW)
    asked(line)

    assert Booking.objects.count() == 2
    assert ledger.balance("bank", "RUB") == 0


def test_a_line_matched_in_the_meantime_is_not_booked_again(line: StatementLine) -> None:
    wish = asked(line)
    ledger.post("test", key="t", legs=FEE, occurred_at=NOW, actor="task:test", source="test")
    matches.by_hand([line], entries(), reason="the same", actor=VERA, now=NOW)

    with pytest.raises(matches.NotOpen):
        booking.post(wish, actor=GALINA, now=NOW)

    wish.refresh_from_db()
    assert wish.is_open
    assert ledger.balance("bank", "RUB") == -15_000


def test_which_line_was_meant_stays(line: StatementLine) -> None:
    wish = asked(line)

    with (
        pytest.raises(ProgrammingError, match="denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE payments_booking SET line_id = line_id WHERE posting_id = %s", [wish.pk]
        )
