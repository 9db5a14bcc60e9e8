"""The twelve attacks on the ledger, by plain SQL as the application's role; each is refused."""

import os
from collections.abc import Callable
from itertools import count

import psycopg2
import pytest
from psycopg2 import errors

from tests.conftest import with_name

JOURNAL = (
    "INSERT INTO payments_journal (kind, key, occurred_at, booked_at, actor, source)"
    " VALUES ('attack', %s, now(), now(), 'user:gleb', 'sql') RETURNING id"
)
ENTRY = (
    "INSERT INTO payments_entry (journal_id, line, account_id, currency, units, order_number)"
    " VALUES (%s, %s, %s, %s, %s, '')"
)
_numbers = count(1)
REFUSED = (errors.IntegrityError, errors.InsufficientPrivilege)


class Gleb:
    """He holds the application's password and knows SQL."""

    def __init__(self, connection: "psycopg2.extensions.connection") -> None:
        self.connection = connection
        self.cursor = connection.cursor()
        self.accounts = {}
        for code, currency in (
            ("bank.RUB", "RUB"),
            ("buyer_funds.RUB", "RUB"),
            ("bank.CNY", "CNY"),
        ):
            self.cursor.execute(
                "INSERT INTO payments_account (code, purpose, party, currency)"
                " VALUES (%s, %s, '', %s) ON CONFLICT DO NOTHING",
                [code, code.split(".")[0], currency],
            )
            self.cursor.execute("SELECT id FROM payments_account WHERE code = %s", [code])
            self.accounts[code] = self.cursor.fetchone()[0]
        connection.commit()

    def journal(self, key: str) -> int:
        self.cursor.execute(JOURNAL, [f"{key} {next(_numbers)}"])
        return self.cursor.fetchone()[0]

    def entry(self, journal: int, line: int, code: str, units: int, currency: str = "") -> None:
        account = self.accounts[code]
        self.cursor.execute(ENTRY, [journal, line, account, currency or code[-3:], units])

    def honest(self, key: str = "honest") -> int:
        """A journal as it should be, committed."""
        journal = self.journal(key)
        self.entry(journal, 1, "bank.RUB", 100)
        self.entry(journal, 2, "buyer_funds.RUB", -100)
        self.connection.commit()
        return journal

    def commits(self, attack: Callable[[], None]) -> None:
        attack()
        self.connection.commit()

    def books(self) -> list[tuple]:
        self.connection.rollback()
        self.cursor.execute(
            "SELECT journal_id, line, account_id, units FROM payments_entry ORDER BY id"
        )
        return self.cursor.fetchall()


@pytest.fixture
def gleb(app_connection: "psycopg2.extensions.connection") -> Gleb:
    return Gleb(app_connection)


def one_leg(gleb: Gleb, honest: int) -> None:
    gleb.entry(gleb.journal("a"), 1, "bank.RUB", 100)


def unequal_legs(gleb: Gleb, honest: int) -> None:
    journal = gleb.journal("a")
    gleb.entry(journal, 1, "bank.RUB", 100)
    gleb.entry(journal, 2, "buyer_funds.RUB", -99)


def rubles_against_yuan(gleb: Gleb, honest: int) -> None:
    journal = gleb.journal("a")
    gleb.entry(journal, 1, "bank.RUB", 100)
    gleb.entry(journal, 2, "bank.CNY", -100)


def header_only(gleb: Gleb, honest: int) -> None:
    gleb.journal("a")


def entry_into_a_closed_journal(gleb: Gleb, honest: int) -> None:
    gleb.entry(honest, 3, "bank.RUB", 5)
    gleb.entry(honest, 4, "buyer_funds.RUB", -5)


def entry_after_an_early_check(gleb: Gleb, honest: int) -> None:
    journal = gleb.journal("a")
    gleb.entry(journal, 1, "bank.RUB", 100)
    gleb.entry(journal, 2, "buyer_funds.RUB", -100)
    gleb.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    gleb.entry(journal, 3, "bank.RUB", 7)


def entry_after_an_early_check_put_off_again(gleb: Gleb, honest: int) -> None:
    journal = gleb.journal("a")
    gleb.entry(journal, 1, "bank.RUB", 100)
    gleb.entry(journal, 2, "buyer_funds.RUB", -100)
    gleb.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    gleb.cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    gleb.entry(journal, 3, "bank.RUB", 7)


CHANGES = {
    "update": "UPDATE payments_entry SET units = units * 2",
    "delete": "DELETE FROM payments_entry",
    "truncate": "TRUNCATE payments_entry",
}


def update(gleb: Gleb, honest: int) -> None:
    gleb.cursor.execute(CHANGES["update"])


def delete(gleb: Gleb, honest: int) -> None:
    gleb.cursor.execute(CHANGES["delete"])


def truncate(gleb: Gleb, honest: int) -> None:
    gleb.cursor.execute(CHANGES["truncate"])


def wrong_currency_for_the_account(gleb: Gleb, honest: int) -> None:
    journal = gleb.journal("a")
    gleb.entry(journal, 1, "bank.RUB", 100, currency="CNY")
    gleb.entry(journal, 2, "bank.CNY", -100)


def second_reversal(gleb: Gleb, honest: int) -> None:
    reverse(gleb, honest, "second")


def reverse(gleb: Gleb, journal: int, key: str) -> None:
    gleb.cursor.execute(
        "INSERT INTO payments_journal (kind, key, occurred_at, booked_at, actor, source,"
        " reverses_id) VALUES ('attack', %s, now(), now(), 'g', 's', %s) RETURNING id",
        [f"{key} {next(_numbers)}", journal],
    )
    mirror = gleb.cursor.fetchone()[0]
    gleb.entry(mirror, 1, "bank.RUB", -100)
    gleb.entry(mirror, 2, "buyer_funds.RUB", 100)


TWELVE = {
    one_leg: "is off by 100 RUB|fewer than two",
    unequal_legs: "is off by 1 RUB",
    rubles_against_yuan: "is off by",
    header_only: "has fewer than two entries",
    entry_into_a_closed_journal: "is closed",
    entry_after_an_early_check: "is off by 7 RUB",
    entry_after_an_early_check_put_off_again: "is off by 7 RUB",
    update: "permission denied",
    delete: "permission denied",
    truncate: "permission denied",
    wrong_currency_for_the_account: "entry_in_the_currency_of_its_account",
    second_reversal: "reverses_id",
}


@pytest.mark.parametrize(("attack", "why"), TWELVE.items(), ids=[a.__name__ for a in TWELVE])
def test_each_attack_is_refused_and_the_books_stand(gleb: Gleb, attack: object, why: str) -> None:
    honest = gleb.honest()
    reverse(gleb, honest, "first")
    gleb.connection.commit()
    before = gleb.books()

    with pytest.raises(REFUSED, match=why):
        gleb.commits(lambda: attack(gleb, honest))

    assert gleb.books() == before


@pytest.mark.parametrize("attack", [update, delete, truncate], ids=lambda attack: attack.__name__)
def test_the_triggers_stop_even_the_owner(gleb: Gleb, attack: object, ledger_room: str) -> None:
    gleb.honest()
    before = gleb.books()
    gleb.connection.rollback()
    url = with_name(os.environ["TEST_OWNER_URL"], ledger_room)
    owner = psycopg2.connect(url, options="-c lock_timeout=3s")

    with pytest.raises(
        (errors.IntegrityError, errors.FeatureNotSupported), match=r"refused|referenced"
    ):
        owner.cursor().execute(CHANGES[attack.__name__])
    owner.close()

    assert gleb.books() == before


MORE = {
    "zero units": "INSERT INTO payments_entry (journal_id, line, account_id, currency, units,"
    " order_number) SELECT journal_id, 9, account_id, currency, 0, '' FROM payments_entry LIMIT 1",
    "change a header": "UPDATE payments_journal SET occurred_at = now()",
    "delete a header": "DELETE FROM payments_journal",
    "truncate all": "TRUNCATE payments_journal, payments_entry CASCADE",
    "rename an account": "UPDATE payments_account SET code = 'mine'",
    "switch the triggers off": "SET session_replication_role = replica",
    "disable a trigger": "ALTER TABLE payments_entry DISABLE TRIGGER ALL",
    "drop a trigger": "DROP TRIGGER balances ON payments_entry",
    "change a rate": "UPDATE payments_rate SET rate = 1",
    "change a fact": "DELETE FROM payments_chargefact",
    "become the owner": "SET ROLE sungari_owner",
}


@pytest.mark.parametrize("sql", MORE.values(), ids=MORE.keys())
def test_what_else_he_may_try_is_refused(gleb: Gleb, sql: str) -> None:
    gleb.honest()
    before = gleb.books()

    with pytest.raises((*REFUSED, errors.SyntaxErrorOrAccessRuleViolation)):
        gleb.commits(lambda: gleb.cursor.execute(sql))

    assert gleb.books() == before


def test_an_honest_journal_is_taken(gleb: Gleb) -> None:
    gleb.honest()

    assert [row[3] for row in gleb.books()][-2:] == [100, -100]
