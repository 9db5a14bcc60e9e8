"""Statements against the ledger: booked and matched by rule, put together by hand, or named."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from payments import ledger
from payments.models import Match, StatementLine
from payments.reconciliation import bank, breaks, matches
from tests.factories import statements
from tests.factories.statements import CNY, DAY, RUB, row
from tests.payments.agreeing import (
    HAND,
    MINE,
    NEXT,
    NOW,
    account,
    broken_books,
    deal,
    entries,
    found,
    lines,
    sold,
    told,
)

pytestmark = pytest.mark.django_db


def test_the_acquirers_transfer_is_booked_and_matched(check_now: object) -> None:
    """Gross 17 630.00, fee 493.64: 17 136.36 arrive on the next day."""
    order = sold()
    statements.registry(told(order))
    statements.statement([("17136.36", f"REG-100500-{DAY}")], on=NEXT)

    assert bank.reconcile(account(), **MINE) == (1, 0)
    assert bank.reconcile(account(), **MINE) == (0, 0)

    check_now()
    standing = {one.code: one.units for one in ledger.trial_balance() if one.units}
    assert standing == {
        "bank.RUB": 1_713_636,
        "acquirer_fee.RUB": 49_364,
        "buyer_funds.RUB": -1_763_000,
    }
    assert Match.objects.get().rule == "REFERENCE"
    assert found() == []
    assert broken_books() == []


def test_a_transfer_that_differs_from_its_register_is_not_booked() -> None:
    statements.registry(told(sold()))
    statements.statement([("17136.35", f"REG-100500-{DAY}")], on=NEXT)

    bank.reconcile(account(), **MINE)

    assert ledger.balance("bank", "RUB") == 0
    assert found() == [("AMOUNT", "BANK", -1)]


def test_a_day_whose_refunds_and_fees_ate_all_of_it_is_settled_without_money() -> None:
    order = sold()
    payment = order.charges.get().provider_id
    statements.registry(told(order), row("refund", "ref-1", "-17136.36", payment=payment))

    bank.reconcile(account(), **MINE)

    assert ledger.balance("acquirer_fee", "RUB") == 49_364
    assert ledger.balance("acquirer_clearing", "RUB") == 17_630_00 - 493_64


def test_a_deal_is_matched_on_both_accounts_and_the_bank_agrees() -> None:
    name = deal()
    statements.statement([("-1000.00", name)], opening="5.00")
    statements.statement([("80.00", name)], account=CNY)

    assert [bank.reconcile(account(number), **MINE) for number in (RUB, CNY)] == [(1, 0), (1, 0)]
    for number in (RUB, CNY):
        standing = bank.standing(account(number))
        assert standing is not None
        assert (standing.unexplained, standing.only_ours, standing.only_theirs) == (0, 0, 0)
    assert broken_books() == []


def test_a_reference_in_the_text_is_enough_with_the_sum() -> None:
    name = deal()
    statements.statement([("-1000.00", "")], text=f"Сделка {name} от 23.11.2026")

    assert bank.reconcile(account(), **MINE) == (1, 0)
    match = Match.objects.get()
    assert (match.rule, match.score) == ("TEXT", 95)
    assert name in match.reason


def test_our_reference_with_another_sum_is_a_break_at_once() -> None:
    name = deal()
    statements.statement([("-1000.01", name)])

    bank.reconcile(account(), **MINE)

    assert found() == [("AMOUNT", "BANK", -1)]


def test_a_transfer_debited_twice_is_named() -> None:
    name = deal()
    statements.statement([("-1000.00", name), ("-1000.00", name)])

    bank.reconcile(account(), **MINE)
    bank.reconcile(account(), **MINE)

    assert found() == [("TWICE_THEIRS", "BANK", -1_000_00)]


def test_what_only_one_side_has_waits_three_days() -> None:
    deal(on=DAY)
    statements.statement([("7.00", "")])
    bank.reconcile(account(), **MINE)
    assert found() == []

    statements.statement(on=DAY + timedelta(days=3), opening="7.00")
    bank.reconcile(account(), **MINE)

    assert found() == [("MISSING_OURS", "BANK", 7_00), ("MISSING_THEIRS", "BANK", 1_000_00)]


def test_what_went_and_came_back_is_one_match() -> None:
    statements.statement([("-119.00", "PAY-20261123-1-1"), ("119.00", "PAY-20261123-1-1")],
                         account=CNY)  # fmt: skip

    assert bank.reconcile(account(CNY), **MINE) == (1, 0)
    assert Match.objects.get().rule == "CAME_BACK"
    assert not matches.open_lines().exists()


def test_money_that_nobody_can_name_is_only_suggested() -> None:
    deal(1, on=DAY)
    deal(2, sold=2_000_00, on=DAY)
    statements.statement([("-1000.00", ""), ("-3000.00", "")])
    bank.reconcile(account(), **MINE)
    one, both = StatementLine.objects.order_by("position")

    (only,) = matches.suggestions(one)
    (sum_of,) = matches.suggestions(both)

    assert Match.objects.count() == 0
    assert (only.rule, only.score, only.reason) == (
        "SUM_AND_DAY",
        80,
        "-100000, 0 days apart, 1 of this sum",
    )
    assert (sum_of.score, len(sum_of.entries)) == (60, 2)
    matches.accept(account(), sum_of, actor="user:1", now=NOW)
    assert list(matches.open_lines()) == [one]


def test_lines_are_joined_to_an_entry() -> None:
    deal()
    statements.statement([("-600.00", ""), ("-400.00", "")])

    match = matches.by_hand(lines(), entries(), **HAND)

    assert (match.rule, match.parts.count(), lines(), entries()) == ("HAND", 3, [], [])


def test_a_line_is_split_and_its_rest_stays_open(check_now: object) -> None:
    deal(1, sold=600_00)
    deal(2, sold=400_00)
    statements.statement([("-1000.00", "")])
    first, second = entries()

    matches.by_hand(lines(), [first], **HAND)

    assert [line.left for line in lines()] == [-400_00]
    matches.by_hand(lines(), [second], **HAND)
    assert (lines(), entries()) == ([], [])
    check_now()


def test_an_undone_match_waits_again_and_is_undone_once() -> None:
    deal()
    statements.statement([("-1000.00", "")])
    match = matches.by_hand(lines(), entries(), **HAND)

    matches.undo(match, **HAND)

    assert len(lines()) == len(entries()) == 1
    with pytest.raises(matches.AlreadyUndone):
        matches.undo(match, **HAND)
    assert matches.by_hand(lines(), entries(), **HAND).pk != match.pk
    assert broken_books() == []


@pytest.mark.parametrize(
    ("prices", "sums", "refusal"),
    [
        (["-600.00", "-500.00"], [1_000_00], matches.NotEqual),
        (["1000.00"], [1_000_00], matches.NotEqual),
        (["-1000.00"], [600_00, 500_00], matches.NotEqual),
        (["-1000.00"], [], matches.NotEqual),
    ],
)
def test_what_does_not_sum_up_is_refused(
    prices: list[str], sums: list[int], refusal: type[Exception]
) -> None:
    for number, units in enumerate(sums):
        deal(number, sold=units)
    statements.statement([(price, "") for price in prices])

    with pytest.raises(refusal):
        matches.by_hand(lines(), entries(), **HAND)
    assert Match.objects.count() == 0


def test_a_match_needs_a_reason_and_open_things() -> None:
    deal()
    statements.statement([("-1000.00", "")])
    line, entry = lines()[0], entries()[0]

    with pytest.raises(breaks.NoReason):
        matches.by_hand([line], [entry], **{**HAND, "reason": " "})
    matches.by_hand([line], [entry], **HAND)
    with pytest.raises(matches.NotOpen):
        matches.by_hand([line], [entry], **HAND)


@pytest.mark.parametrize("units", [(-100_00, -99_00), (-1_000_01, -1_000_01), (1, 1)])
def test_the_database_refuses_a_match_that_does_not_add_up(
    units: tuple[int, int], check_now: object
) -> None:
    """Unequal sides; more than there is; the other direction."""
    deal()
    statements.statement([("-1000.00", "")])
    line, entry = lines()[0], entries()[0]

    def lie() -> None:
        match = Match.objects.create(
            rule="HAND", score=100, reason="x", currency="RUB", actor="gleb", made_at=NOW
        )
        match.parts.create(side="THEIRS", units=units[0], line=line)
        match.parts.create(side="OURS", units=units[1], entry=entry)
        check_now()

    with pytest.raises(IntegrityError), transaction.atomic():
        lie()
