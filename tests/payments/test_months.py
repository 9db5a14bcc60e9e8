"""October is closed: what keeps it open, two persons, the yuan at the last rate, late facts."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from moneyed import Money

from payments import exchange, fx, ledger, manual, months
from payments.ledger import Leg
from payments.models import BankAccount, Break, Journal, Month, Paper, Payout, Receipt, Registry
from payments.reconciliation import breaks, matches
from tests.factories import catalog, orders, payments, statements

OCTOBER = date(2026, 10, 1)
LAST = date(2026, 10, 31)
UNTIL = datetime(2026, 10, 31, 21, 0, tzinfo=UTC)  # midnight in Moscow
SOLD = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NINA, OLEG = "user:1", "user:2"
pytestmark = pytest.mark.django_db


def post(key: str, *legs: Leg, at: datetime = SOLD) -> Journal:
    return ledger.post("test", key=key, legs=legs, occurred_at=at, actor="task:test", source="t")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Whatever words the room has compiled."""
    with translation.override("en"):
        yield


@pytest.fixture
def october() -> None:
    """A phone released at 11.87 and not paid yet, statements of both accounts, the last rate."""
    post(
        "released",
        Leg("buyer_funds", "RUB", 1_541_913),
        Leg("fx_position", "RUB", -1_541_913),
        Leg("fx_position", "CNY", 129_900),
        Leg("seller_payable", "CNY", -119_508, "lianhua"),
        Leg("commission", "CNY", -10_392),
    )
    for account in (statements.RUB, statements.CNY):
        statements.statement(account=account, on=LAST, now=NOW)
    payments.rate("11.95", on=LAST)


def words(*, now: datetime = NOW) -> list[str]:
    return [one.sentence for one in months.obstacles(OCTOBER, now=now)]


def standing() -> dict[str, int]:
    """What October ends with."""
    return {row.code: row.units for row in ledger.trial_balance(before=UNTIL) if row.units}


def closed(check_now: Callable[[], None]) -> Month:
    month = months.close(
        months.propose(OCTOBER, actor=NINA, now=NOW), note="seen", actor=OLEG, now=NOW
    )
    check_now()
    return month


@pytest.mark.usefixtures("october")
def test_one_proposes_and_another_closes(check_now: Callable[[], None]) -> None:
    assert (months.next_month(), words()) == (OCTOBER, [])

    month = closed(check_now)

    month.refresh_from_db()
    assert (month.decision, month.asked_by, month.decided_by) == ("CLOSED", NINA, OLEG)
    assert (month.until_at, month.rate.rate, month.note) == (UNTIL, Decimal("11.95"), "seen")
    assert months.next_month() == date(2026, 11, 1)


@pytest.mark.usefixtures("october")
def test_yuan_stand_at_the_last_rate_of_the_month_and_at_their_own_after_it(
    check_now: Callable[[], None],
) -> None:
    month = closed(check_now)

    # 1 195.08 owed: 14 281.21 at 11.95, booked at 11.87 as 14 185.60
    assert ledger.legs_of(month.revaluation) == [
        Leg("fx_gain_loss", "RUB", 9_561),
        Leg("fx_revaluation", "RUB", -9_561),
    ]
    assert ledger.balance("fx_gain_loss", "RUB", before=UNTIL) == 9_561
    assert ledger.balance("fx_gain_loss", "RUB") == 0
    assert sum(row.units for row in ledger.trial_balance(before=UNTIL)) == 0
    assert not [one for one in exchange.explain().strange if months.KIND in one]


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("released", [6_100, 6_000, 5_900])
def test_a_position_about_nothing_does_not_make_a_gain_of_it(released: int) -> None:
    """Yuan bought ahead leave it below nothing, and the next release brings it through."""
    post("emptied", Leg("fx_position", "RUB", 1_541_913), Leg("fx_gain_loss", "RUB", -1_541_913))
    post("ahead", Leg("fx_position", "CNY", -729_900), Leg("bank", "CNY", 729_900))
    rubles = released * 1187
    post(
        "through",
        Leg("buyer_funds", "RUB", rubles),
        Leg("fx_position", "RUB", -rubles),
        Leg("fx_position", "CNY", released * 100),
        Leg("seller_payable", "CNY", -released * 92, "lianhua"),
        Leg("commission", "CNY", -released * 8),
    )

    told = months.revaluation(UNTIL, Decimal("11.95"))

    assert (told.units, told.loss) == (0, 0)


@pytest.mark.usefixtures("october")
def test_what_is_owed_beyond_the_position_stands_at_no_rubles() -> None:
    post(
        "more",
        Leg("compensation_expense", "CNY", 50_000),
        Leg("seller_payable", "CNY", -50_000, "x"),
    )

    told = months.revaluation(UNTIL, Decimal("11.95"))

    # 1 695.08 owed, 1 299.00 of them open at 15 419.13
    assert (told.units, told.booked) == (129_900, Decimal("15419.13"))
    assert told.worth == Decimal("15523.05")


@pytest.mark.usefixtures("october")
def test_nothing_is_booked_into_a_closed_month(check_now: Callable[[], None]) -> None:
    closed(check_now)
    before = standing()

    late = post("late", Leg("bank_fee", "RUB", 500), Leg("bank", "RUB", -500))

    check_now()
    assert (late.occurred_at, late.happened_at) == (UNTIL, SOLD)
    late.refresh_from_db()
    assert (late.occurred_at, late.happened_at) == (UNTIL, SOLD)
    assert standing() == before
    assert ledger.balance("bank_fee", "RUB", before=UNTIL + timedelta(days=1)) == 500
    prompt = post("prompt", Leg("bank_fee", "RUB", 5), Leg("bank", "RUB", -5), at=NOW)
    assert (prompt.occurred_at, prompt.happened_at) == (NOW, None)


@pytest.mark.usefixtures("october")
def test_plain_sql_does_not_reach_a_closed_month_either(check_now: Callable[[], None]) -> None:
    closed(check_now)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_journal (kind, key, occurred_at, booked_at, actor, source)"
            " VALUES ('sql', 'sql', %s, now(), 'x', 'x') RETURNING occurred_at, happened_at",
            [SOLD],
        )
        assert cursor.fetchone() == (UNTIL, SOLD)
        transaction.set_rollback(True)


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("decider", [NINA, "task:job"])
def test_neither_who_proposed_nor_a_machine_closes(decider: str) -> None:
    month = months.propose(OCTOBER, actor=NINA, now=NOW)

    with pytest.raises(months.NotASecondPerson):
        months.close(month, actor=decider, now=NOW)
    with pytest.raises(months.NotASecondPerson):
        months.refuse(month, note="no", actor=decider, now=NOW)
    with pytest.raises(months.NotASecondPerson):
        months.propose(OCTOBER, actor="task:job", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Month.objects.filter(pk=month.pk).update(
            decision="CLOSED", decided_by=NINA, decided_at=NOW, rate=payments.rate()
        )

    assert Month.objects.get().is_open
    assert Journal.objects.count() == 1


@pytest.mark.usefixtures("october")
def test_a_month_is_decided_once_and_a_refused_one_is_proposed_again(
    check_now: Callable[[], None],
) -> None:
    month = months.propose(OCTOBER, actor=NINA, now=NOW)
    with pytest.raises(months.AlreadyDecided):
        months.propose(OCTOBER, actor=OLEG, now=NOW)
    with pytest.raises(months.NoReason):
        months.refuse(month, note=" ", actor=OLEG, now=NOW)
    months.refuse(month, note="a fee is missing", actor=OLEG, now=NOW)
    with pytest.raises(months.AlreadyDecided):
        months.close(month, actor=OLEG, now=NOW)

    again = closed(check_now)

    assert Month.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Month.objects.filter(pk=again.pk).update(note="changed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Month.objects.create(
            first_on=date(2026, 11, 1), until_at=NOW, asked_by=NINA, asked_at=NOW,
            decision="CLOSED", decided_by=OLEG, decided_at=NOW, rate=again.rate,
        )  # fmt: skip


@pytest.mark.usefixtures("october")
def test_a_month_that_is_not_over_is_not_closed() -> None:
    early = UNTIL - timedelta(minutes=1)

    with pytest.raises(months.NotReady, match="not over"):
        months.propose(OCTOBER, actor=NINA, now=early)

    assert words(now=early) == ["The month is not over yet"]
    assert not Month.objects.exists()


def another_account() -> None:
    BankAccount.objects.create(
        number="4" * 20, bic="SNGHCNBH", currency="RUB", purpose="bank", party="new",
        title="new", source="test",
    )  # fmt: skip


def paper_is_missing() -> None:
    another_account()
    post("moved", Leg("bank", "RUB", 5, "new"), Leg("other", "RUB", -5))


def line_is_not_booked() -> None:
    fee = [("-15.00", "")]
    statements.statement(fee, on=date(2026, 10, 30), opening="15.00", now=NOW)


def break_is_open() -> None:
    seen = breaks.Seen("test:1", "FEE", "REGISTRY", theirs="a", units=5, currency="RUB")
    breaks.open_all([seen], now=SOLD)


def posting_waits() -> None:
    legs = [Leg("seller_payable", "CNY", 5, "lianhua"), Leg("commission", "CNY", -5)]
    manual.ask(legs, reason="agreed", occurred_at=SOLD, actor=NINA, now=NOW)


def seller_is_not_paid() -> None:
    Payout.objects.create(
        seller=catalog.seller(), period_until=date(2026, 10, 28), message="M1", state="READY",
        money=Money(Decimal("1195.08"), "CNY"), made_at=SOLD,
    )  # fmt: skip


def receipt_is_not_registered() -> None:
    charge = payments.charge(orders.order(catalog.offer(), now=SOLD))
    Receipt.objects.create(
        kind="PREPAYMENT",
        charge=charge,
        price=charge.price,
        body={},
        made_at=SOLD,
        asked_at=SOLD,
    )


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (paper_is_missing, f"Days without a bank statement: 9 ({'4' * 20} RUB: 20.10.26–30.10.26)"),
        (line_is_not_booked, "Lines of bank statements that are not booked: 1"),
        (break_is_open, "Open breaks: 1"),
        (posting_waits, "Postings by hand that wait for a second person: 1"),
        (seller_is_not_paid, "Statements of sellers that are not paid: 1"),
        (receipt_is_not_registered, "Fiscal receipts that are not registered: 1"),
    ],
)
def test_what_keeps_a_month_open_is_said_and_refused_in_the_same_words(
    happens: Callable[[], None], sentence: str
) -> None:
    month = months.propose(OCTOBER, actor=NINA, now=NOW)
    happens()

    assert words() == [sentence]
    with pytest.raises(months.NotReady) as refused:
        months.close(month, actor=OLEG, now=NOW)

    assert str(refused.value) == sentence
    assert not Month.objects.closed().exists()
    assert not Journal.objects.filter(kind=months.KIND).exists()


@pytest.mark.usefixtures("october")
def test_what_is_mended_or_of_the_next_month_keeps_nothing_open() -> None:
    break_is_open()
    breaks.close(Break.objects.get(), answer="their mistake", actor=NINA, now=NOW)
    statements.statement([("-9.00", "")], on=date(2026, 11, 1), now=NOW)
    assert matches.open_lines().count() == 1
    another_account()

    assert words() == []


def test_without_a_rate_of_the_last_day_the_yuan_cannot_be_revalued() -> None:
    post("first", Leg("bank", "RUB", 5), Leg("other", "RUB", -5))

    assert words()[-1] == "There is no official rate of the last day"


@pytest.mark.usefixtures("october")
def test_rules_of_the_books_and_late_registers_keep_it_open() -> None:
    Break.objects.create(
        key="books", kind="BOOKS", source="BOOKS", owner="finance", found_at=NOW, due_on=LAST
    )
    Registry.objects.create(
        provider="yookassa", shop="s", registry_on=LAST - timedelta(days=1),
        paper=Paper.objects.earliest("pk"), gross=0, fee=0, net=0, taken_at=NOW,
    )  # fmt: skip
    assert (
        words()
        == ["Open breaks: 1", "Days without an acquirer's register: 1 (yookassa s: 31.10.26)"][::-1]
    )


def test_a_rate_held_after_the_last_in_force_keeps_it_open_until_a_person_has_looked() -> None:
    payments.rate("11.90", on=LAST - timedelta(days=1))
    held = payments.rate("19.95", on=LAST, is_held=True)
    kept = [one.what for one in months.obstacles(OCTOBER, now=NOW)]

    fx.confirm(held, actor=OLEG, now=NOW)

    assert "held" in kept
    assert "held" not in [one.what for one in months.obstacles(OCTOBER, now=NOW)]


def test_who_closes_waits_for_those_who_post_as_long_as_for_any_lock(october: None) -> None:
    here = connection.get_connection_params()
    posting = psycopg2.connect(
        **{key: here[key] for key in ("dbname", "host", "port", "user")},
        password=here.get("password"),
    )
    with closing(posting), posting.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(hashtext('payments_month'))")
        with pytest.raises(months.Busy, match="being booked just now"):
            months.propose(OCTOBER, actor=NINA, now=NOW)
        assert not Month.objects.exists()

    month = months.propose(OCTOBER, actor=NINA, now=NOW)

    assert (month.asked_by, month.is_open) == (NINA, True)
