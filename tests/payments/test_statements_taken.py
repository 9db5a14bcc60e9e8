"""Files taken in: whole or not at all, twice is once, the chain watched, the refused kept aside."""

from datetime import date
from decimal import Decimal

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from payments import papers
from payments.models import BankAccount, BankStatement, Paper, Registry, StatementLine
from tests.factories import statements
from tests.factories.statements import CNY, DAY, NOW, RUB, camt, register, row

pytestmark = pytest.mark.django_db
MT940 = (
    ":20:S\n:25:SNGHCNBH/40702810000000000007\n:28C:9/1\n:60F:C261123RUB0,\n"
    ":61:2611231123C100,00NTRFNONREF\n:86:/EREF/FX-000001/\n:62F:C261123RUB100,00\n-\n"
)


def take(body: bytes) -> papers.Taken:
    return papers.take_statements(body, name="a file", actor="user:vera", now=NOW)


def counts() -> tuple[int, int, int]:
    return (
        Paper.objects.count(),
        BankStatement.objects.count(),
        StatementLine.objects.count(),
    )


def test_a_file_is_taken_in_as_it_came() -> None:
    body = camt([("100.00", "FX-000001"), ("-30.50", "PAY-000001")])

    taken = take(body)

    assert (taken.new, taken.known, taken.lines, taken.reason) == (1, 0, 2, "")
    paper = Paper.objects.get()
    assert (bytes(paper.body), paper.form, paper.outcome) == (body, "camt.053.001.08", "TAKEN")
    statement = BankStatement.objects.get()
    assert (statement.account.number, statement.opening, statement.closing) == (
        RUB,
        0,
        Decimal("69.50"),
    )
    assert list(statement.lines.order_by("position").values_list("units", "end_to_end")) == [
        (10_000, "FX-000001"),
        (-3_050, "PAY-000001"),
    ]


def test_the_same_file_twice_changes_nothing() -> None:
    body = camt([("100.00", "FX-000001")])
    take(body)
    before = counts()

    again = take(body)

    assert (again.new, again.known, again.reason) == (0, 1, "")
    assert counts() == before == (1, 1, 1)


def test_the_same_days_in_another_form_change_nothing() -> None:
    take(camt([("100.00", "FX-000001")]))

    again = take(MT940.encode())

    assert (again.new, again.known, again.reason) == (0, 1, "")
    assert counts() == (2, 1, 1)
    assert take(MT940.encode()).known == 0  # the file is known; it has no statement of its own


def test_the_same_number_with_another_content_is_refused() -> None:
    take(camt([("100.00", "FX-000001")]))

    other = take(camt([("100.01", "FX-000001")]))

    assert other.reason == "differs"
    assert counts() == (2, 1, 1)


def test_a_day_may_be_closed_twice_if_the_second_goes_on() -> None:
    take(camt([("100.00", "FX-000001")], number=7))

    second = take(camt([("5.00", "FX-000002")], opening="100.00", number=8))

    assert (second.new, second.remarks) == (1, ())


def test_days_that_are_here_in_part_are_refused() -> None:
    whole = MT940.replace("60F:C261123", "60F:C261120").replace("62F:C261123", "62F:C261125")
    take(whole.encode())

    part = take(camt([("100.00", "FX-000001")], on=date(2026, 11, 22)))
    inside = take(whole.replace("62F:C261125", "62F:C261127").replace("9/1", "10/1").encode())

    assert (part.reason, inside.reason) == ("overlaps", "overlaps")
    assert counts() == (3, 1, 1)


def test_a_broken_chain_and_a_gap_are_named() -> None:
    statements.statement([("100.00", "A-000001")], number=7)

    good = statements.statement(
        [("5.00", "A-000002")], opening="100.00", number=8, on=date(2026, 11, 24)
    )
    bad = statements.statement(
        [("5.00", "A-000003")], opening="105.01", number=10, on=date(2026, 11, 25)
    )

    assert good.remarks == ()
    assert bad.remarks == (
        "chain broken: 10 opens with 105.01, 8 closed with 105.00",
        "gap in numbers: 10 comes after 8",
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"hello", "unrecognised"),
        (camt([("1.00", "")], account="40702810300000000099"), "unknown_account"),
        (camt([("1.00", "")]).replace(b">1.00<", b">1.005<"), "bad_field"),
        (camt([("1.00", "")]).replace(b"OPBD", b"OPAV"), "missing"),
        (camt([("1.00", "")]).replace(b"<Document", b"<!DOCTYPE a><Document"), "unreadable"),
                (camt([("1.00", "")]).replace(b">0.00</Amt>", b">0.01</Amt>"), "unbalanced"),
    ],
)  # fmt: skip
def test_a_refused_file_is_kept_aside_with_its_reason(body: bytes, reason: str) -> None:
    first, again = take(body), take(body)

    assert (first.reason, again.reason) == (reason, reason)
    paper = Paper.objects.get()
    assert (paper.outcome, paper.reason, bytes(paper.body)) == ("REFUSED", reason, body)
    assert paper.detail
    assert counts() == (1, 0, 0)


def test_a_file_refused_for_an_unknown_account_is_taken_once_the_account_is_ours() -> None:
    body = camt([("1.00", "")], account="40702810300000000099")
    assert take(body).reason == "unknown_account"
    BankAccount.objects.create(
        number="40702810300000000099", bic="X", currency="RUB", purpose="bank", party="two",
        title="second", source="test",
    )  # fmt: skip

    assert (take(body).new, Paper.objects.count()) == (1, 2)


def test_one_bad_statement_refuses_the_whole_file() -> None:
    good = camt([("1.00", "")]).decode()
    bad = good.replace(f"{DAY}", "2026-11-24").replace("OPBD", "OPAV")
    both = good.replace(
        "</Stmt>", "</Stmt>" + bad[bad.index("<Stmt>") : bad.index("</Stmt>")] + "</Stmt>"
    )

    assert take(both.encode()).reason == "missing"
    assert counts() == (1, 0, 0)


def test_a_register_is_taken_in_once() -> None:
    rows = [
        row("payment", "p-1", "17630.00", "493.64"),
        row("refund", "r-1", "-630.00", payment="p-1"),
    ]

    first, again = statements.registry(*rows), statements.registry(*rows)
    other = statements.registry(rows[0])

    assert [(one.new, one.known, one.reason) for one in (first, again, other)] == [
        (1, 0, ""),
        (0, 1, ""),
        (0, 0, "differs"),
    ]
    kept = Registry.objects.get()
    assert (kept.gross, kept.fee, kept.net) == (17_000, Decimal("493.64"), Decimal("16506.36"))


def test_two_empty_days_are_two_registers() -> None:
    assert [statements.registry(on=date(2026, 11, day)).new for day in (21, 22, 22)] == [1, 1, 0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"kind,id\npayment,1\n", "unrecognised"),
        (register(row("gift", "p-1", "1.00")), "bad_field"),
        (register(row("payment", "p-1", "1.00").replace(",1.00,RUB", ",2.00,RUB")), "unbalanced"),
        (register(row("payment", "p-1", "1.00") + ",more"), "bad_field"),
        (register(row("payment", "p-1", "1.00", currency="R")), "bad_field"),
        (register(row("payment", "p-1", "1.00", at="2026-11-23")), "bad_field"),
        (register(row("payment", "", "1.00")), "missing"),
        (b"\xff\xfe", "unreadable"),
    ],
)
def test_a_bad_register_is_refused_by_name(body: bytes, reason: str) -> None:
    about = papers.Day("yookassa", "100500", DAY)

    taken = papers.take_registry(body, about, name="x", actor="user:vera", now=NOW)

    assert (taken.reason, Registry.objects.count()) == (reason, 0)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE payments_statementline SET price = price + 1, units = units + 100",
        "DELETE FROM payments_bankstatement",
        "TRUNCATE payments_statementline CASCADE",
        "UPDATE payments_paper SET outcome = 'TAKEN'",
        "INSERT INTO payments_statementline SELECT * FROM payments_statementline",
    ],
)
def test_the_database_refuses_to_change_what_a_bank_said(attack: str) -> None:
    take(camt([("100.00", "FX-000001")]))

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


def test_the_database_refuses_a_statement_that_does_not_add_up(check_now: object) -> None:
    take(camt([("100.00", "FX-000001")]))
    check_now()
    taken = BankStatement.objects.get()

    def lie() -> None:
        BankStatement.objects.create(
            account=taken.account,
            paper=taken.paper,
            number="8",
            from_on=DAY,
            until_on=DAY,
            opening=1,
            closing=2,
            taken_at=NOW,
        )
        check_now()

    with pytest.raises(DatabaseError, match="is off by"), transaction.atomic():
        lie()


def test_a_committed_statement_cannot_grow(
    app_connection: "psycopg2.extensions.connection",
) -> None:
    """The line would leave the sums as they are; it is refused because its statement is closed."""
    with app_connection.cursor() as cursor:
        cursor.execute(
            """
            WITH paper AS (
                INSERT INTO payments_paper (digest, name, form, body, outcome, reason, detail,
                    actor, received_at)
                VALUES (gen_random_uuid()::text, 'x', 'x', '', 'TAKEN', '', '', 'x', now())
                RETURNING id
            ) INSERT INTO payments_bankstatement (account_id, paper_id, number, from_on, until_on,
                opening, closing, taken_at)
            SELECT a.id, paper.id, gen_random_uuid()::text, '2020-01-01', '2020-01-01', 0, 0, now()
            FROM paper, payments_bankaccount a LIMIT 1 RETURNING id, account_id
            """
        )
        statement, account = cursor.fetchone()
        app_connection.commit()
        with pytest.raises(psycopg2.IntegrityError, match="is closed"):
            cursor.execute(
                "INSERT INTO payments_statementline (statement_id, account_id, position, booked_on,"
                " value_on, price, units, reference, end_to_end, uetr, counterparty,"
                " counterparty_account, text, code) VALUES (%s, %s, 1, '2020-01-01', '2020-01-01',"
                " 0, 0, '', '', '', '', '', '', '')",
                [statement, account],
            )
    app_connection.rollback()


def test_both_accounts_of_the_demo_are_reference_rows() -> None:
    assert set(BankAccount.objects.values_list("number", "currency", "purpose")) == {
        (RUB, "RUB", "bank"),
        (CNY, "CNY", "bank"),
    }
