"""Registers, statements and payouts against the ledger: matched, booked, or named as a break."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from moneyed import Money

from orders.models import Order
from payments import books, ledger, postings
from payments.models import (
    BankAccount,
    Break,
    ChargeFact,
    Conversion,
    Entry,
    Match,
    Payout,
    Refund,
    StatementLine,
)
from payments.reconciliation import bank, breaks, inside, matches, payouts, registries
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories import statements
from tests.factories.statements import CNY, DAY, RUB, row

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
MINE = {"actor": "task:test", "now": NOW}
NEXT = DAY + timedelta(days=1)


def sold(**fields: object) -> Order:
    """An order paid with 17 630 rubles on the 23rd, for a fee of 493.64."""
    order = factory.order(goods.offer())
    money.captured(order, **fields)
    return order


def told(sale: Order, gross: str = "17630.00", fee: str = "493.64", **parts: str) -> str:
    charge = sale.charges.get()
    return row("payment", charge.provider_id, gross, fee, **{"order": sale.number, **parts})


def account(number: str = RUB) -> BankAccount:
    return BankAccount.objects.get(number=number)


def found() -> list[tuple[str, str, int]]:
    return sorted(Break.objects.open().values_list("kind", "source", "units"))


def compare() -> tuple[int, int]:
    return registries.reconcile("yookassa", **MINE)


def post(kind: str, key: str, legs: list[ledger.Leg], *, on: date = DAY) -> None:
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    ledger.post(kind, key=key, legs=legs, occurred_at=at, actor="task:test", source="test")


def deal(number: int = 1, *, sold: int = 1_000_00, bought: int = 80_00, on: date = DAY) -> str:
    """Rubles sold for yuan, booked; the reference it has at the bank."""
    name = f"FX-2026-11-23-{number}"
    Conversion.objects.create(
        reference=name,
        bank="SNGHCNBH",
        deal=f"D{number}",
        rate=Decimal("12.5"),
        sold=Money(Decimal(sold).scaleb(-2), "RUB"),
        bought=Money(Decimal(bought).scaleb(-2), "CNY"),
        made_at=NOW,
    )
    post("converted", f"conversion:{name}", postings.converted(sold=sold, bought=bought), on=on)
    return name


def broken_books() -> list[str]:
    return [name for name, _rows, failures in books.checks() if failures]


# --- registers


def test_a_clean_day_is_matched_to_the_last_kopeck(check_now: object) -> None:
    first, second = sold(), sold()
    statements.registry(told(first), told(second), row("receipt", "rt-1", "17630.00",
                        payment=first.charges.get().provider_id))  # fmt: skip
    statements.registry(on=NEXT)

    assert compare() == (2, 0)
    assert compare() == (0, 0)
    assert found() == []
    match = Match.objects.earliest("pk")
    assert (match.rule, match.score, match.parts.count()) == ("OPERATION", 100, 2)
    check_now()


@pytest.mark.parametrize(
    ("kind", "units"),
    [
        ("MISSING_OURS", 500_00), ("MISSING_THEIRS", -17_630_00), ("AMOUNT", 1), ("CURRENCY", 0),
        ("TWICE_OURS", -17_630_00), ("TWICE_THEIRS", 17_630_00), ("FEE", 1), ("DAY", 0),
        ("ORDER", 0), ("LATE_CHARGEBACK", -17_630_00), ("UNASKED_REFUND", -100_00),
        ("BARE_RECEIPT", 500_00),
    ],
)  # fmt: skip
def test_each_of_the_twelve_kinds_is_kept_with_its_class(kind: str, units: int) -> None:
    clean, spoilt = sold(), sold()
    payment = spoilt.charges.get().provider_id
    rows = {
        "MISSING_OURS": [told(spoilt), row("payment", "pay-x", "500.00")],
        "MISSING_THEIRS": [],
        "AMOUNT": [told(spoilt, "17630.01")],
        "CURRENCY": [told(spoilt, currency="CNY")],
        "TWICE_THEIRS": [told(spoilt), told(spoilt)],
        "FEE": [told(spoilt, fee="493.65")],
        "ORDER": [told(spoilt, order=clean.number)],
        "LATE_CHARGEBACK": [told(spoilt), row("chargeback", "cb-1", "-17630.00", payment=payment)],
        "UNASKED_REFUND": [told(spoilt), row("refund", "ref-1", "-100.00", payment=payment)],
        "BARE_RECEIPT": [told(spoilt), row("receipt", "rt-1", "500.00", payment="pay-x")],
    }
    if kind == "TWICE_OURS":
        again = money.answer(spoilt.charges.get(), operation=f"{payment}-again")
        from payments import charges

        charges.record(spoilt.charges.get(), again, actor="provider:yookassa", now=money.NOW)
    is_late = kind == "DAY"
    statements.registry(told(clean), *([] if is_late else rows.get(kind, [told(spoilt)])))
    statements.registry(*([told(spoilt)] if is_late else []), on=NEXT)

    compare()

    assert found() == [(kind, "REGISTRY", units)]
    kept = Break.objects.get()
    assert (kept.owner, kept.due_on, kept.state) == ("finance", date(2026, 11, 28), "OPEN")
    assert kept.theirs or kept.ours
    assert compare()[1] == 0
    assert Break.objects.count() == 1


def test_what_was_missing_and_came_is_healed() -> None:
    order = sold()
    statements.registry()
    statements.registry(on=NEXT)
    compare()
    assert found() == [("MISSING_THEIRS", "REGISTRY", -17_630_00)]

    statements.registry(told(order), on=DAY + timedelta(days=2))
    compare()

    assert found() == [("DAY", "REGISTRY", 0)]
    healed = Break.objects.get(kind="MISSING_THEIRS")
    assert (healed.state, healed.closed_by, healed.answer) == (
        "CLOSED",
        "task:test",
        "not there any more",
    )


def test_nothing_is_missing_before_the_next_register_is_in() -> None:
    sold()
    statements.registry(row("payment", "pay-x", "5.00"))

    compare()

    assert found() == []


def test_refunds_are_matched_and_what_waits_for_its_answer_is_no_alarm() -> None:
    order = sold()
    charge = order.charges.get()
    done, asked = (
        Refund.objects.create(
            charge=charge, price=Money(price, "RUB"), reason="LOST", state=state, asked_at=NOW,
            asked_by="user:1", provider_id=name, done_at=NOW if state == "DONE" else None,
        )
        for price, state, name in ((100, "DONE", "ref-1"), (50, "SENT", ""))
    )  # fmt: skip
    statements.registry(
        told(order),
        row("refund", "ref-1", "-100.00", payment=charge.provider_id),
        row("refund", "ref-2", "-50.00", payment=charge.provider_id),
    )
    statements.registry(on=NEXT)

    assert compare() == (2, 0)
    assert found() == []
    Refund.objects.filter(pk=asked.pk).update(provider_id="ref-2", state="DONE", done_at=NOW)
    assert compare() == (1, 0)
    assert done.part.units == -10_000


def test_an_answered_break_stays_answered() -> None:
    statements.registry(row("payment", "pay-x", "500.00"))
    statements.registry(on=NEXT)
    compare()
    breaks.close(Break.objects.get(), answer="a test payment of theirs", actor="user:1", now=NOW)

    compare()

    assert found() == []
    assert Break.objects.count() == 1


def test_what_happened_before_the_first_register_is_not_compared() -> None:
    sold()
    statements.registry(on=DAY + timedelta(days=2))
    statements.registry(on=DAY + timedelta(days=3))

    assert compare() == (0, 0)


# --- statements


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


# --- by hand


def entries() -> list[Entry]:
    return list(matches.open_entries(account()).order_by("pk"))


def lines() -> list[StatementLine]:
    return list(matches.open_lines(account()).order_by("pk"))


HAND = {"reason": "the bank's letter of the 25th", "actor": "user:1", "now": NOW}


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


# --- payouts, our own books, the desk's verbs


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
