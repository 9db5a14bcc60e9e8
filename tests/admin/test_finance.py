"""The finance officer's morning: counted from the rows, each count a link to its list."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from payments import figures, ledger
from payments.models import (
    BankAccount,
    Break,
    Chargeback,
    Dispute,
    Job,
    ManualPosting,
    Payout,
    Settlement,
)
from payments.reconciliation import breaks
from storefront.admin import turns
from storefront.lib import clock
from tests.admin.test_deeds import deed

START = "/admin/"


@pytest.fixture
def finance(sign_in):
    return sign_in("finance")


@pytest.fixture
def morning(desks: None) -> None:
    """One of everything that may wait: asked, returned, overdue, today, for a second person."""
    now = clock.now()
    first, second, third = Payout.objects.filter(state="WAITING").order_by("pk")[:3]
    Payout.objects.filter(pk=first.pk).update(asked_by="user:1", asked_why="looked over")
    for came in (second, third):
        mine = Payout.objects.filter(pk=came.pk)
        mine.update(state="READY", asked_by="user:1", decided_by="user:2", decided_why="x")
        mine.update(state="SENT", sent_at=now)
        mine.update(state="RETURNED", reason="AC04", ended_at=now)
    _later(third, now)
    early, late = Dispute.objects.filter(state="OPEN").order_by("pk")[:2]
    for row, until in ((early, -timedelta(seconds=1)), (late, timedelta(0))):
        Dispute.objects.filter(pk=row.pk).update(answer_until=turns.end_of_day(now) + until)
    taken = Chargeback.objects.order_by("pk").first()
    Chargeback.objects.filter(pk=taken.pk).update(evidence_until=now - timedelta(hours=1))


def _later(payout: Payout, now: datetime) -> None:
    """A statement that counts again what came back."""
    names = ("sold", "commission", "refunded", "penalty", "storage", "corrected", "carried", "net")
    Settlement.objects.create(
        seller=payout.seller,
        period_until=payout.period_until + timedelta(days=7),
        made_at=now,
        made_by="task:test",
        **{f"{name}_units": 0 for name in names},
    )


def panels(client) -> dict:
    return client.get(START).context["money"]


def counted(client, url: str) -> int:
    address = urlsplit(url)
    return client.get(f"{address.path}?{address.query}").context["cl"].result_count


@pytest.mark.usefixtures("morning")
def test_every_count_is_its_list(finance):
    shown = panels(finance)

    found = [*shown["tiles"], *shown["waits"], *shown["settlement"]["states"]]
    bars = [{"rows": row["value"], "url": row["url"]} for row in shown["breaks"]]
    for url, rows in {row["url"]: row["rows"] for row in [*found, *bars]}.items():
        assert counted(finance, url) == rows, url
    turns_shown = {urlsplit(row["url"]).query for row in shown["waits"]}
    assert {"turn=first", "turn=second", "turn=back", "turn=overdue", "turn=decide"} <= turns_shown


@pytest.mark.usefixtures("morning")
def test_what_waits_is_counted_from_its_rows():
    now = clock.now()
    until = turns.end_of_day(now)

    payouts = figures.waiting_payouts()
    disputes = figures.disputes(now=now, until=until)
    chargebacks = figures.chargebacks(now=now, until=until)

    assert {turn: one.rows for turn, one in payouts.items()} == {
        "first": 17, "second": 1, "back": 1,
    }  # fmt: skip
    assert payouts["first"].yuan == 17 * 150_000
    assert {turn: one.rows for turn, one in disputes.items()} == {
        "decide": 10, "second": 0, "overdue": 8, "today": 1, "later": 1,
    }  # fmt: skip
    assert {turn: one.rows for turn, one in chargebacks.items()} == {
        "overdue": 1, "today": 0, "later": 19,
    }  # fmt: skip


@pytest.mark.usefixtures("desks")
def test_the_morning_costs_a_fixed_number_of_queries(finance):
    finance.get(START)
    with CaptureQueriesContext(connection) as before:
        finance.get(START)
    seen = [breaks.Seen(f"more:{number}", "DAY", "REGISTRY") for number in range(5)]
    breaks.open_all(seen, now=clock.now())
    with CaptureQueriesContext(connection) as after:
        finance.get(START)

    assert len(after) == len(before) <= 40


@pytest.mark.usefixtures("desks")
def test_a_missing_statement_and_an_unsealed_day_are_told():
    now = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # noon in Moscow
    account = BankAccount.objects.filter(statements__isnull=False).first()
    last = account.statements.latest("until_on").until_on

    told = {one.key: one for one in figures.papers(now=now)}
    early = figures.books(now=now)
    ledger.close_day(early.wanted, now=now)
    Job.objects.create(kind="BOOKS", run_on="2026-11-25", done_at=now, outcome="1 balances")
    sealed = figures.books(now=now)
    Job.objects.filter(kind="BOOKS").update(outcome="BROKEN 2026-11-24: digest differs")

    assert told[account.pk].missing_days == (early.wanted - last).days
    assert (early.is_sealed, sealed.is_sealed, figures.books(now=now).is_sealed) == (
        False, True, False,
    )  # fmt: skip


@pytest.mark.parametrize("role", ["operator", "authority", "customs"])
def test_nobody_else_sees_the_money(sign_in, role):
    assert "money" not in sign_in(role).get(START).context


def test_a_break_leads_to_a_posting_filled_in_which_another_person_books(finance, root):
    account = BankAccount.objects.get(party="test-3")
    line = account.lines.get(end_to_end="")
    seen = breaks.Seen("x", "MISSING_OURS", "BANK", units=5_000, about={"line_id": line.pk})
    breaks.open_all([seen], now=clock.now())
    found = Break.objects.get(key="x")

    form = finance.get(finance.get(deed(found, "book"))["Location"])
    rows = [row.initial for row in form.context["rows"]][:2]
    wished = {
        "line": line.pk, "reason": form.context["form"].initial["reason"],
        "occurred_at": form.context["form"].initial["occurred_at"],
        "form-TOTAL_FORMS": "8", "form-INITIAL_FORMS": "2",
        "form-0-code": rows[0]["code"], "form-0-debit": str(rows[0]["debit"]),
        "form-1-code": "test-other.RUB", "form-1-credit": str(rows[1]["credit"]),
    }  # fmt: skip
    finance.post(reverse("admin:payments_manualposting_ask"), wished)
    wish = ManualPosting.objects.latest("pk")
    root.post(deed(wish, "post"), {"sure": "1", "text": "seen"})

    found.refresh_from_db()
    wish.refresh_from_db()
    assert (rows[0]["code"], wish.decision, found.state) == ("bank.RUB.test-3", "POSTED", "CLOSED")
    assert wish.booking.line == line
