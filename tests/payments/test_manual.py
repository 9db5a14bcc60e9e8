"""Postings by hand: a reason, and two persons; in Python and in the database."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from payments import ledger, manual
from payments.ledger import Leg
from payments.models import Account, Journal, ManualPosting

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
VERA, GALINA = "user:1", "user:2"
LEGS = [Leg("bank_fee", "RUB", 5_000), Leg("bank", "RUB", -5_000)]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _accounts() -> None:
    for code in ("bank_fee.RUB", "bank.RUB"):
        Account.objects.create(code=code, purpose=code[:-4], currency="RUB")


def asked(**fields: object) -> ManualPosting:
    plain = {"reason": "fee of the bank", "occurred_at": NOW, "actor": VERA, "now": NOW}
    return manual.ask(fields.pop("legs", LEGS), **{**plain, **fields})


def test_one_asks_and_another_posts(check_now: Callable[[], None]) -> None:
    wish = asked()
    assert Journal.objects.count() == 0

    journal = manual.post(wish, actor=GALINA, now=NOW)

    check_now()
    wish.refresh_from_db()
    assert (wish.decision, wish.decided_by, wish.journal) == ("POSTED", GALINA, journal)
    assert (journal.kind, journal.key, journal.actor) == ("manual", f"manual:{wish.pk}", GALINA)
    assert journal.source == "manual: fee of the bank"
    assert ledger.legs_of(journal) == LEGS
    assert ledger.balance("bank", "RUB") == -5_000


@pytest.mark.parametrize("decider", [VERA, "task:job"])
def test_neither_the_asker_nor_a_machine_decides(decider: str) -> None:
    wish = asked()

    with pytest.raises(manual.NotASecondPerson):
        manual.post(wish, actor=decider, now=NOW)
    with pytest.raises(manual.NotASecondPerson):
        manual.refuse(wish, note="no", actor=decider, now=NOW)

    wish.refresh_from_db()
    assert wish.is_open
    assert Journal.objects.count() == 0


def test_a_wish_is_decided_once() -> None:
    posted, refused = asked(), asked()
    manual.post(posted, actor=GALINA, now=NOW)
    manual.refuse(refused, note="a second time", actor=GALINA, now=NOW)

    for wish in (posted, refused):
        with pytest.raises(manual.AlreadyDecided):
            manual.post(wish, actor="user:3", now=NOW)
        with pytest.raises(manual.AlreadyDecided):
            manual.refuse(wish, note="no", actor="user:3", now=NOW)

    refused.refresh_from_db()
    assert (refused.decision, refused.note, refused.journal) == ("REFUSED", "a second time", None)
    assert Journal.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"reason": "  "}, manual.NoReason),
        ({"actor": "task:job"}, manual.NotASecondPerson),
        ({"legs": [Leg("bank", "RUB", 5), Leg("bank_fee", "RUB", -4)]}, ledger.Unbalanced),
        ({"legs": [Leg("bank", "RUB", 5), Leg("bnak", "RUB", -5)]}, manual.NoSuchAccount),
    ],
    ids=["no reason", "a machine", "off", "misspelt"],
)
def test_what_cannot_be_asked_for(fields: dict, why: type[Exception]) -> None:
    with pytest.raises(why):
        asked(**fields)

    assert ManualPosting.objects.count() == 0


def test_a_refusal_needs_words() -> None:
    wish = asked()

    with pytest.raises(manual.NoReason):
        manual.refuse(wish, note=" ", actor=GALINA, now=NOW)

    wish.refresh_from_db()
    assert wish.is_open


def test_a_journal_is_taken_back_by_two_and_once(check_now: Callable[[], None]) -> None:
    wrong = ledger.post("fee", key="f", legs=LEGS, occurred_at=NOW, actor="task:x", source="s")
    wishes = [
        manual.ask_reversal(wrong, reason="not ours", actor=VERA, now=NOW) for _twice in range(2)
    ]
    assert manual.legs_of(wishes[0]) == [leg.mirrored() for leg in LEGS]

    mirror = manual.post(wishes[0], actor=GALINA, now=NOW)

    check_now()
    assert (mirror.kind, mirror.reverses) == ("fee-reversed", wrong)
    assert ledger.balance("bank", "RUB") == 0
    with pytest.raises(ledger.AlreadyReversed):
        manual.post(wishes[1], actor=GALINA, now=NOW)
    with pytest.raises(ledger.AlreadyReversed):
        manual.ask_reversal(wrong, reason="again", actor=VERA, now=NOW)
    manual.refuse(wishes[1], note="done already", actor=GALINA, now=NOW)


DECIDED = {"decision": "REFUSED", "decided_by": GALINA, "decided_at": NOW, "note": "no"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (DECIDED | {"decided_by": VERA}, "manual_needs_a_second_person"),
        (DECIDED | {"decided_by": "task:job"}, "manual_needs_a_second_person"),
        (DECIDED | {"note": ""}, "manual_is_decided_whole"),
        (DECIDED | {"decision": "POSTED"}, "manual_is_decided_whole"),
        (DECIDED | {"decided_at": None}, "manual_is_decided_whole"),
        ({"reason": "another"}, "stays as it was asked"),
        ({"legs": []}, "stays as it was asked"),
        ({"asked_by": GALINA}, "stays as it was asked"),
    ],
)
def test_the_database_holds_the_same_rules(change: dict, why: str) -> None:
    wish = asked()
    rows = ManualPosting.objects.filter(pk=wish.pk)

    with pytest.raises(IntegrityError, match=why), transaction.atomic():
        rows.update(**change)


def test_the_database_refuses_a_change_after_the_decision() -> None:
    wish = asked()
    manual.refuse(wish, note="no", actor=GALINA, now=NOW)

    with pytest.raises(IntegrityError, match="decided once"), transaction.atomic():
        ManualPosting.objects.filter(pk=wish.pk).update(note="yes")


@pytest.mark.parametrize("field", ["reason", "asked_by"])
def test_the_database_refuses_a_wish_without_a_reason_or_a_person(field: str) -> None:
    row = {"legs": [{}], "reason": "r", "occurred_at": NOW, "asked_by": VERA, "asked_at": NOW}

    with pytest.raises(IntegrityError, match="reason_and_a_person"), transaction.atomic():
        ManualPosting.objects.create(**{**row, field: ""})


def test_the_database_refuses_a_manual_journal_nobody_else_decided() -> None:
    def alone() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            ledger.post("manual", key="m", legs=LEGS, occurred_at=NOW, actor=VERA, source="s")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="has no second person"):
        alone()
