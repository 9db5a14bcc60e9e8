"""The acquirer's registers against charges and refunds: matched, or named as a break."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from moneyed import Money

from payments import chargebacks, charges, parts
from payments.models import Break, Match, Refund
from payments.providers import Taken
from payments.reconciliation import breaks
from tests.factories import payments as money
from tests.factories import statements
from tests.factories.statements import DAY, row
from tests.payments.agreeing import NEXT, NOW, compare, found, sold, told

pytestmark = pytest.mark.django_db


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
    for refund in (done, asked):
        parts.write(refund, [parts.surplus(refund.price.amount)])
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


def test_what_a_bank_took_and_gave_back_is_matched_in_the_register(check_now: object) -> None:
    charge = sold().charges.get()
    taken = Taken(
        status="received",
        provider_id="cb-1",
        payment=charge.provider_id,
        reason="fraud",
        price=Decimal("17630.00"),
        currency="RUB",
        received_at=NOW,
        evidence_until=NOW + timedelta(days=10),
    )
    for told_now in (taken, replace(taken, status="won")):
        chargebacks.record(charge, told_now, actor="provider:yookassa", now=money.NOW)
    statements.registry(
        told(charge.order),
        row("chargeback", "cb-1", "-17630.00", payment=charge.provider_id),
        row("chargeback_reversal", "cb-1", "17630.00", payment=charge.provider_id),
    )
    statements.registry(on=NEXT)

    assert compare() == (3, 0)
    assert found() == []
    check_now()


def test_what_a_bank_kept_is_no_refund_the_register_would_show(check_now: object) -> None:
    charge = sold().charges.get()
    lost = Taken(
        status="lost",
        provider_id="cb-1",
        payment=charge.provider_id,
        reason="fraud",
        price=Decimal("17630.00"),
        currency="RUB",
        received_at=NOW,
        evidence_until=NOW + timedelta(days=10),
    )
    chargebacks.record(charge, lost, actor="provider:yookassa", now=money.NOW)
    taken = row("chargeback", "cb-1", "-17630.00", payment=charge.provider_id)
    statements.registry(told(charge.order), taken)
    statements.registry(on=NEXT)

    assert compare() == (2, 0)
    assert found() == []
    check_now()
