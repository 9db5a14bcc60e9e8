"""The end of a day: cuts under load, snapshots, and seals that a changed byte breaks."""

import hashlib
import os
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event
from uuid import uuid4

import psycopg2
import pytest
from django.db import connection, connections, transaction
from django.db.models import Max
from psycopg2 import errors

from payments import books, jobs, ledger
from payments.ledger import Leg, closing
from payments.models import Account, BalanceSnapshot, Cut, Entry, Job, Journal, Seal
from tests.conftest import with_name

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)
MINE = {"occurred_at": NOW, "actor": "user:vera", "source": "test"}
WRITERS, CUTS = 6, 12


def post(key: str = "", units: int = 100, party: str = "boris", **fields: object) -> None:
    legs = [Leg("till", "CNY", units), Leg("owed", "CNY", -units, party)]
    ledger.post("test", key=key or f"k-{uuid4()}", legs=legs, **{**MINE, **fields})


def broken() -> dict[str, list[str]]:
    return {name: failures for name, _rows, failures in books.checks() if failures}


@pytest.mark.django_db
def test_balances_are_a_snapshot_and_a_tail(django_assert_num_queries: Callable) -> None:
    for number in range(5):
        post(units=number + 1)
    upto = ledger.cut()
    assert ledger.snapshot(upto) == 2
    post(units=1_000, occurred_at=NOW + timedelta(days=2))

    with django_assert_num_queries(1):
        assert ledger.balance("owed", "CNY", "boris") == -1_015
    assert ledger.balances("owed", "CNY") == {"boris": -1_015}
    assert ledger.balance("till", "CNY", before=NOW + timedelta(days=1)) == 15
    assert [row.units for row in ledger.trial_balance()] == [-1_015, 1_015]
    kept = BalanceSnapshot.objects.get(account__purpose="till")
    assert (kept.upto, kept.units) == (upto, 15)


@pytest.mark.django_db
def test_a_later_snapshot_holds_only_what_moved_and_builds_on_the_earlier() -> None:
    post(units=7, party="gleb")
    post(units=1)
    ledger.snapshot(ledger.cut())
    post(units=2)

    assert ledger.snapshot(ledger.cut()) == 2
    assert ledger.snapshot(ledger.cut()) == 0

    boris = BalanceSnapshot.objects.filter(account__party="boris").order_by("upto")
    assert [row.units for row in boris] == [-1, -3]
    assert BalanceSnapshot.objects.filter(account__party="gleb").count() == 1
    assert ledger.balances("owed", "CNY") == {"boris": -3, "gleb": -7}
    assert broken() == {}


@pytest.mark.django_db
def test_pages_open_with_the_snapshot_below_them(django_assert_num_queries: Callable) -> None:
    for number in range(1, 5):
        post(units=number)
        ledger.snapshot(ledger.cut())
        post(units=number, party="gleb")
        ledger.reverse(Journal.objects.last(), key=f"r-{number}", **MINE)
        ledger.snapshot(ledger.cut())
    account = Account.objects.get(party="boris")

    with django_assert_num_queries(3):  # the lines with their journals, a snapshot, the tail
        newest = ledger.page(account, size=2)
    before = ledger.page(account, before=1)

    assert (newest.opening, [move.standing for move in newest.movements]) == (-3, [-6, -10])
    moved = ledger.statement("owed", "CNY", "boris")
    assert [move.standing for move in moved] == [-1, -3, -6, -10]
    assert (before.movements, before.opening, before.closing) == ([], 0, 0)


@pytest.mark.django_db
def test_the_books_look_at_snapshots_as_the_applications_role() -> None:
    post(units=5)
    ledger.snapshot(ledger.cut())
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("sungari_app",)

    looked = {name: rows for name, rows, _failures in books.checks()}
    assert looked["ledger: snapshots = sums of their entries"] == 2


@pytest.mark.django_db
def test_cuts_and_snapshots_of_empty_books() -> None:
    assert (ledger.cut(), ledger.snapshot(0)) == (0, 0)
    assert ledger.trial_balance() == []
    assert not Cut.objects.exists()


FORGED = {
    "a snapshot of his own": "INSERT INTO payments_balancesnapshot (account_id, upto, units)"
    " SELECT id, 999999999, 0 FROM payments_account LIMIT 1",
    "a cut of his own": "INSERT INTO payments_cut (upto, cut_at) VALUES (999999999, now())",
    "a snapshot where no cut is": "SELECT ledger_snapshot(999999999)",
    "a changed snapshot": "UPDATE payments_balancesnapshot SET units = 0",
    "a dropped cut": "DELETE FROM payments_cut",
    "a changed seal": "UPDATE payments_seal SET digest = repeat('0', 64)",
    "a dropped seal": "DELETE FROM payments_seal",
    "emptied seals": "TRUNCATE payments_seal",
    "a function made harmless": "CREATE OR REPLACE FUNCTION ledger_cut() RETURNS bigint"
    " LANGUAGE sql AS 'SELECT 1::bigint'",
    "a manual journal alone": "WITH j AS (INSERT INTO payments_journal (kind, key, occurred_at,"
    " booked_at, actor, source) VALUES ('manual', 'm', now(), now(), 'user:1', 's') RETURNING id)"
    " INSERT INTO payments_entry (journal_id, line, account_id, currency, units, order_number)"
    " SELECT j.id, l.line, a.id, 'CNY', l.units, '' FROM j, (VALUES (1, 5), (2, -5))"
    " l(line, units), payments_account a WHERE a.code = 'till.CNY'",
    "a dropped wish": "DELETE FROM payments_manualposting",
}


@pytest.mark.parametrize("sql", FORGED.values(), ids=FORGED.keys())
def test_what_the_applications_role_may_not_forge(
    committing: None, app_connection: "psycopg2.extensions.connection", sql: str
) -> None:
    post()
    before = list(Cut.objects.values_list("upto", flat=True))

    def attack() -> None:
        app_connection.cursor().execute(sql)
        app_connection.commit()

    with pytest.raises((errors.IntegrityError, errors.InsufficientPrivilege)):
        attack()
    app_connection.rollback()

    assert list(Cut.objects.values_list("upto", flat=True)) == before


def test_a_cut_is_refused_where_it_would_be_blind(
    app_connection: "psycopg2.extensions.connection",
) -> None:
    app_connection.set_session(isolation_level="REPEATABLE READ")

    with pytest.raises(errors.IntegrityError, match="read committed"):
        app_connection.cursor().execute("SELECT ledger_cut()")


def max_alone() -> int:
    """The control twin: a cut without the lock."""
    return Entry.objects.aggregate(upto=Max("pk"))["upto"]


def seen(upto: int) -> int:
    return Entry.objects.filter(pk__lte=upto).count()


@pytest.mark.parametrize(("how", "is_right"), [(ledger.cut, True), (max_alone, False)])
def test_a_cut_waits_for_a_smaller_number_still_in_flight(
    committing: None, how: Callable[[], int], is_right: bool
) -> None:
    written, may_end = Event(), Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                post()
                written.set()
                may_end.wait(5)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        writer = pool.submit(slow)
        assert written.wait(5)
        post()  # a greater number, committed already
        pool.submit(lambda: (time.sleep(0.3), may_end.set()))
        upto = how()
        at_once = seen(upto)
        may_end.set()
        writer.result()

    assert (seen(upto) == at_once) is is_right


def test_snapshots_cut_under_load_are_right_and_the_unguarded_twin_is_not(
    committing: None,
) -> None:
    stop, naive = Event(), []

    def write(seed: int) -> int:
        dice, posted = random.Random(seed), 0
        try:
            while not stop.is_set():
                with transaction.atomic():
                    post(units=dice.randint(1, 99), party=f"seller-{dice.randint(1, 3)}")
                    time.sleep(dice.random() * 0.02)
                posted += 1
            return posted
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, seed) for seed in range(WRITERS)]
        for _number in range(CUTS):
            time.sleep(0.05)
            upto = max_alone()
            naive.append((upto, seen(upto)))
            ledger.snapshot(ledger.cut())
        stop.set()
        posted = [writer.result() for writer in writers]

    assert min(posted) > CUTS
    assert [name for name in broken() if name.startswith("ledger: snap")] == []
    assert BalanceSnapshot.objects.values("upto").distinct().count() >= CUTS
    assert [upto for upto, count in naive if seen(upto) != count], "the twin shows nothing"


def test_entries_get_their_numbers_one_by_one(
    app_connection: "psycopg2.extensions.connection",
) -> None:
    cursor = app_connection.cursor()
    cursor.execute(
        "SELECT seqcache FROM pg_sequence"
        " WHERE seqrelid = pg_get_serial_sequence('payments_entry', 'id')::regclass"
    )

    assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_seals_follow_each_other_and_hold_every_entry_once() -> None:
    post()
    first = ledger.seal(DAY, upto=ledger.cut(), now=NOW)
    post()
    post()
    second = ledger.seal(DAY + timedelta(days=1), upto=ledger.cut(), now=NOW)
    empty = ledger.seal(DAY + timedelta(days=2), upto=ledger.cut(), now=NOW)

    assert (first.previous, first.after, first.entries_count) == (closing.FIRST, 0, 2)
    assert (second.previous, second.after, second.entries_count) == (first.digest, first.upto, 4)
    assert (empty.previous, empty.after, empty.entries_count) == (second.digest, second.upto, 0)
    assert {each.sealed_at for each in (first, second, empty)} == {NOW}
    line = f'["{second.digest}","2026-11-24",{second.upto},{empty.upto}]\n'
    assert empty.digest == hashlib.sha256(line.encode()).hexdigest()
    assert ledger.seal(DAY, upto=ledger.cut(), now=NOW).pk == first.pk
    assert ledger.seal(DAY + timedelta(days=3), upto=0, now=NOW).upto == second.upto
    assert [ledger.verify(each) for each in Seal.objects.all()] == [""] * 4
    assert ledger.broken_seals() == []


@pytest.mark.django_db
def test_a_seal_out_of_the_chain_is_found() -> None:
    post()
    first = ledger.seal(DAY, upto=ledger.cut(), now=NOW)
    Seal.objects.create(
        day=DAY + timedelta(days=1), after=first.upto, upto=first.upto, entries_count=0,
        previous="a" * 64, digest="b" * 64, sealed_at=NOW,
    )  # fmt: skip

    assert ledger.broken_seals() == [
        "2026-11-23: does not follow the seal before",
        "2026-11-23: digest differs",
    ]
    assert list(broken()) == ["ledger: seals follow each other and fit"]


@pytest.fixture
def owner(ledger_room: str) -> Iterator["psycopg2.extensions.cursor"]:
    """Somebody with the owner's password, who switches the guards off."""
    made = psycopg2.connect(with_name(os.environ["TEST_OWNER_URL"], ledger_room))
    made.autocommit = True
    cursor = made.cursor()
    for table in ("entry", "journal", "balancesnapshot"):
        cursor.execute(f"ALTER TABLE payments_{table} DISABLE TRIGGER append_only")
    yield cursor
    for table in ("entry", "journal", "balancesnapshot"):
        cursor.execute(f"ALTER TABLE payments_{table} ENABLE TRIGGER append_only")
    made.close()


TAMPERED = {
    "one kopeck": ("entry", "units", "units + 1"),
    "an order": ("entry", "order_number", "'612048835'"),
    "a source": ("journal", "source", "source || '.'"),
    "a date": ("journal", "occurred_at", "occurred_at + interval '1 microsecond'"),
    "an actor": ("journal", "actor", "'user:2'"),
}


@pytest.mark.parametrize(("table", "column", "value"), TAMPERED.values(), ids=TAMPERED.keys())
def test_one_altered_byte_is_found(
    committing: None, owner: "psycopg2.extensions.cursor", table: str, column: str, value: str
) -> None:
    last = Seal.objects.order_by("-pk").first()
    day = (last.day if last else DAY) + timedelta(days=1)
    post()
    sealed = ledger.seal(day, upto=ledger.cut(), now=NOW)
    assert ledger.broken_seals() == []
    row = Entry.objects.get(pk=sealed.upto)
    key = row.pk if table == "entry" else row.journal_id
    was = Entry.objects.filter(pk=row.pk).values_list(
        column if table == "entry" else f"journal__{column}", flat=True
    )[0]

    owner.execute(f"UPDATE payments_{table} SET {column} = {value} WHERE id = %s", [key])
    found = ledger.broken_seals()
    owner.execute(f"UPDATE payments_{table} SET {column} = %s WHERE id = %s", [was, key])

    assert found == [f"{day}: digest differs"]
    assert ledger.broken_seals() == []


def test_a_false_snapshot_is_found(committing: None, owner: "psycopg2.extensions.cursor") -> None:
    ledger.snapshot(ledger.cut())
    post()
    upto = ledger.cut()
    ledger.snapshot(upto)

    owner.execute("UPDATE payments_balancesnapshot SET units = units + 1 WHERE upto = %s", [upto])
    found = broken()
    owner.execute("UPDATE payments_balancesnapshot SET units = units - 1 WHERE upto = %s", [upto])

    assert len(found["ledger: snapshots = sums of their entries"]) == 2
    assert broken() == {
        "ledger: guards stand on its tables": [
            f"payments_{table} is without append_only"
            for table in ("balancesnapshot", "entry", "journal")
        ]
    }


@pytest.mark.django_db
def test_the_job_closes_the_day_before_and_plans_the_next() -> None:
    post()
    job = Job.objects.create(kind="BOOKS", run_on=date(2026, 11, 23), due_at=NOW)

    jobs.run(job, now=NOW)

    job.refresh_from_db()
    (sealed,) = Seal.objects.all()
    assert (sealed.day, sealed.entries_count) == (DAY, 2)
    assert job.outcome == f"2 balances, 2 entries, {sealed.digest}"
    following = Job.objects.get(kind="BOOKS", done_at=None)
    assert (following.run_on, following.due_at) == (
        date(2026, 11, 24),
        datetime(2026, 11, 23, 21, 30, tzinfo=UTC),
    )
    assert ledger.close_day(DAY, now=NOW) == f"0 balances, 2 entries, {sealed.digest}"


@pytest.mark.django_db
def test_a_broken_seal_is_told_by_the_job(caplog: pytest.LogCaptureFixture) -> None:
    for ago, count, previous, digest in (
        (2, 8, closing.FIRST, "a" * 64),
        (1, 9, "a" * 64, "b" * 64),
    ):
        Seal.objects.create(
            day=DAY - timedelta(days=ago), after=0, upto=0, entries_count=count,
            previous=previous, digest=digest, sealed_at=NOW,
        )  # fmt: skip
    first_of_a_month = date(2026, 12, 1)

    said = ledger.close_day(first_of_a_month, now=NOW)

    assert said == "BROKEN 2026-11-20: 0 entries, sealed 8; 2026-11-21: 0 entries, sealed 9"
    assert said.removeprefix("BROKEN ") in caplog.text
    assert Seal.objects.filter(day=first_of_a_month).exists()
