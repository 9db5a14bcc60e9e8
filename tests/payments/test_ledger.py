"""The books: posted once, never changed, taken back once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from payments import ledger
from payments.ledger import Leg
from payments.models import Account, Entry, Journal
from tests.factories import payments as factory

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def post(key: str = "k-1", units: int = 100, **fields: object) -> Journal:
    plain = {
        "legs": [Leg("acquirer_clearing", "RUB", units), Leg("buyer_funds", "RUB", -units)],
        "occurred_at": NOW,
        "actor": "user:vera",
        "source": "test",
    }
    return ledger.post("captured", key=key, **{**plain, **fields})


def test_a_posting_stands_on_its_accounts(check_now: Callable[[], None]) -> None:
    journal = post()

    check_now()
    assert ledger.find("k-1") == journal
    assert (
        Journal.objects.filter(
            kind="captured", key="k-1", occurred_at=NOW, actor="user:vera", source="test", rate=None
        ).get()
        == journal
    )
    assert (journal._state.adding, journal._state.db) == (False, "default")
    assert ledger.balance("acquirer_clearing", "RUB") == 100
    assert ledger.balance("buyer_funds", "RUB") == -100
    assert ledger.balance("buyer_funds", "CNY") == 0
    assert [entry.line for entry in journal.entries.order_by("line")] == [1, 2]
    assert {account.code for account in Account.objects.all()} == {
        "acquirer_clearing.RUB",
        "buyer_funds.RUB",
    }


def test_the_same_key_gives_the_first_posting() -> None:
    first = post()

    again = post()

    assert again.pk == first.pk
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("kind", ["captured", "refunded"])
def test_a_key_of_another_posting_is_refused(kind: str) -> None:
    post()
    other = [Leg("buyer_funds", "RUB", 5), Leg("acquirer_clearing", "RUB", -5)]

    with pytest.raises(ledger.KeyReused, match="другой проводке") as refused:
        ledger.post(kind, key="k-1", legs=other, occurred_at=NOW, actor="a", source="s")
    assert refused.value.facts == {"key": "k-1"}

    assert Journal.objects.count() == 1


@pytest.mark.parametrize(
    ("legs", "facts"),
    [
        ([Leg("bank", "RUB", 1)], {"off": {"RUB": 1}}),
        ([Leg("bank", "RUB", 1), Leg("buyer_funds", "RUB", -2)], {"off": {"RUB": -1}}),
        ([Leg("bank", "RUB", 1), Leg("bank", "CNY", -1)], {"off": {"RUB": 1, "CNY": -1}}),
        ([], {"legs": 0}),
        ([Leg("bank", "RUB", 0), Leg("buyer_funds", "RUB", 0)], {"legs": 0}),
        ([Leg("bank", "RUB", 1), Leg("buyer_funds", "RUB", -1)] * 26, {"legs": 52}),
    ],
    ids=["one leg", "unequal", "two currencies", "nothing", "zeros", "52 legs"],
)
def test_what_is_no_journal_is_refused_and_nothing_is_written(
    legs: list[Leg], facts: dict[str, object]
) -> None:
    with pytest.raises(ledger.Unbalanced, match=r"(?i)провод") as refused:
        post(legs=legs)

    assert refused.value.facts == facts

    assert (Journal.objects.count(), Entry.objects.count(), Account.objects.count()) == (0, 0, 0)


def test_a_reversal_is_the_mirror_and_comes_once(check_now: Callable[[], None]) -> None:
    journal = post(rate=factory.rate())
    reverse = {"occurred_at": NOW, "actor": "user:vera", "source": "mistake"}

    mirror = ledger.reverse(journal, key="r-1", **reverse)

    check_now()
    assert ledger.balance("buyer_funds", "RUB") == 0
    assert (mirror.kind, mirror.reverses_id) == ("captured-reversed", journal.pk)
    assert ledger.reverse(journal, key="r-1", **reverse).pk == mirror.pk
    assert (mirror.occurred_at, mirror.actor, mirror.source, mirror.rate) == (
        NOW,
        "user:vera",
        "mistake",
        journal.rate,
    )
    with pytest.raises(ledger.AlreadyReversed, match="уже") as refused:
        ledger.reverse(journal, key="r-2", **reverse)
    assert refused.value.facts == {"by": "r-1"}
    assert Journal.objects.count() == 2
    with pytest.raises(ledger.KeyReused):
        ledger.reverse(mirror, key="k-1", **reverse)


def test_what_takes_a_reversal_back_is_of_the_first_kind_again() -> None:
    taken_back, kinds = post(), []
    for turn in range(6):
        taken_back = ledger.reverse(
            taken_back, key=f"r-{turn}", occurred_at=NOW, actor="user:vera", source="mistake"
        )
        kinds.append(taken_back.kind)

    assert kinds == ["captured-reversed", "captured"] * 3
    assert ledger.balance("buyer_funds", "RUB") == -100


def test_accounts_of_parties_stand_apart() -> None:
    for seller, units in (("boris", 100), ("gleb", 50)):
        legs = [Leg("bank", "CNY", units), Leg("seller_payable", "CNY", -units, seller)]
        post(key=seller, legs=legs)

    rubles = [Leg("bank", "RUB", 1), Leg("seller_payable", "RUB", -1, "anna")]
    post(key="anna", legs=rubles)

    assert ledger.balances("seller_payable", "CNY") == {"boris": -100, "gleb": -50}
    assert ledger.balance("seller_payable", "CNY", "gleb") == -50


def test_a_balance_can_be_asked_as_of_an_instant() -> None:
    post(key="old")
    post(key="new", occurred_at=NOW + timedelta(days=1))

    assert ledger.balance("buyer_funds", "RUB", before=NOW) == 0
    assert ledger.balance("buyer_funds", "RUB", before=NOW + timedelta(seconds=1)) == -100
    assert ledger.balances("buyer_funds", "RUB", before=NOW + timedelta(days=1)) == {"": -100}
    assert ledger.balance("buyer_funds", "RUB", before=NOW + timedelta(days=2)) == -200


def test_an_orders_money_can_be_asked() -> None:
    legs = [
        Leg("acquirer_clearing", "RUB", 70, order_number="612048835"),
        Leg("buyer_funds", "RUB", -70, order_number="612048835"),
    ]
    post(legs=legs)
    post(key="other")

    yuan = [Leg("buyer_funds", "CNY", 3, order_number="612048835"), Leg("bank", "CNY", -3)]
    post(key="yuan", legs=yuan)

    assert ledger.order_balance("buyer_funds", "RUB", "612048835") == -70
    assert ledger.order_balance("buyer_funds", "RUB", "612048836") == 0


def test_trial_balance_and_statement() -> None:
    post(key="one", units=100)
    post(key="two", units=30)

    assert [(row.code, row.units) for row in ledger.trial_balance()] == [
        ("acquirer_clearing.RUB", 130),
        ("buyer_funds.RUB", -130),
    ]
    moved = ledger.statement("acquirer_clearing", "RUB")
    assert [(row.units, row.standing, row.journal.key) for row in moved] == [
        (100, 100, "one"),
        (30, 130, "two"),
    ]
    assert ledger.statement("acquirer_clearing", "RUB", until=moved[0].journal.booked_at) == []


def test_a_posting_costs_one_statement(django_assert_num_queries: Callable) -> None:
    post(key="opens its accounts")

    with django_assert_num_queries(1):
        post(key="measured")
    with django_assert_num_queries(3):  # what was tried, the first one, its legs
        post(key="measured")


def test_a_posting_to_new_accounts_keeps_the_order_of_its_legs() -> None:
    post(key="warm")
    legs = [
        Leg("new", "RUB", 10, "gleb"),
        Leg("acquirer_clearing", "RUB", -30, order_number="612048835", order_line=2),
        Leg("new", "RUB", 20, "boris"),
    ]

    journal = post(key="mixed", legs=legs)

    assert ledger.legs_of(journal) == legs
    found = journal.entries.order_by("line").values_list("order_number", "order_line")
    assert list(found) == [("", None), ("612048835", 2), ("", None)]
    last = ledger.statement("acquirer_clearing", "RUB")[-1]
    assert (last.journal, last.order_number, last.order_line) == (journal, "612048835", 2)


def test_a_trial_balance_at_an_instant_and_the_ledger_of_a_party() -> None:
    legs = [Leg("bank", "CNY", 5), Leg("seller_payable", "CNY", -5, "boris")]
    post(key="old", legs=legs)
    post(key="new", legs=legs, occurred_at=NOW + timedelta(days=1))

    rows = ledger.trial_balance(before=NOW + timedelta(hours=1))
    assert [(row.code, row.units) for row in rows] == [
        ("bank.CNY", 5),
        ("seller_payable.CNY.boris", -5),
    ]
    assert [(row.code, row.units) for row in ledger.of_party("boris")] == [
        ("seller_payable.CNY.boris", -10)
    ]
    (earlier,) = ledger.of_party("boris", before=NOW + timedelta(hours=1))
    assert earlier.units == -5


def test_statements_follow_each_other() -> None:
    journals = [post(key=f"k-{number}", units=number) for number in range(1, 7)]
    middle = journals[3].booked_at

    first = ledger.statement("acquirer_clearing", "RUB", until=middle)
    second = ledger.statement("acquirer_clearing", "RUB", since=middle)

    assert [move.standing for move in first] == [1, 3, 6]
    assert [move.standing for move in second] == [10, 15, 21]
    assert ledger.statement("acquirer_clearing", "RUB", since=NOW + timedelta(days=99999)) == []


def test_pages_of_a_statement_join_without_a_gap() -> None:
    for number in range(1, 8):
        post(key=f"k-{number}", units=number)
    account = Account.objects.get(purpose="acquirer_clearing")

    newest = ledger.page(account, size=3)
    middle = ledger.page(account, before=newest.older, size=3)
    oldest = ledger.page(account, before=middle.older, size=3)

    assert [[move.standing for move in each.movements] for each in (newest, middle, oldest)] == [
        [15, 21, 28],
        [3, 6, 10],
        [1],
    ]
    assert (newest.opening, newest.closing) == (10, 28)
    assert (oldest.opening, oldest.older) == (0, None)
    assert (newest.newer, newest.is_last) == (None, True)
    assert ledger.page(account, before=oldest.newer, size=3) == middle
    assert (middle.newer, middle.is_last) == (None, False)


def test_guards_are_on_the_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text || ' ' || tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgenabled = 'O' AND tgrelid::regclass::text ~ %s",
            ["^payments_(entry|journal|account)$"],
        )
        found = {re.sub("payments_", "", row[0]) for row in cursor.fetchall()}

    assert found == {
        "entry belongs",
        "entry balances",
        "journal has_entries",
        "journal manual_has_two",
        "journal month_is_open",
        *(f"{table} append_only" for table in ("entry", "journal", "account")),
        *(f"{table} no_truncate" for table in ("entry", "journal", "account")),
    }
