"""The desk of the books: statements, trial balance, seals, and postings by two persons."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from payments import ledger, manual
from payments.ledger import Leg
from payments.models import Account, Journal, ManualPosting, Seal
from storefront.accounts.models import User
from tests.admin.test_deeds import deed, told

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ASK = "admin:payments_manualposting_ask"


@pytest.fixture
def till(desks: None) -> Account:
    for number in range(1, 61):
        legs = [Leg("till", "RUB", 100 * number), Leg("other", "RUB", -100 * number)]
        ledger.post(
            "test", key=f"t-{number}", legs=legs, occurred_at=NOW, actor="user:1", source="s"
        )
    return Account.objects.get(code="till.RUB")


def text(response) -> str:
    return response.content.decode().replace("\u00a0", " ")


def wished() -> dict[str, str]:
    form = {"reason": "fee of the bank", "occurred_at": "2026-11-23T10:00", "form-TOTAL_FORMS": "8"}
    legs = {"form-0-code": "bank_fee.RUB", "form-0-debit": "50.25", "form-1-code": "bank.RUB"}
    return form | legs | {"form-1-credit": "50.25", "form-INITIAL_FORMS": "0"}


def test_a_statement_runs_over_its_pages(sign_in, till):
    client, address = (
        sign_in("finance"),
        reverse("admin:payments_account_statement", args=[till.pk]),
    )

    newest = client.get(address)
    page = newest.context["page"]
    oldest = client.get(address, {"before": page.older})

    assert (newest.status_code, len(page.movements), page.closing) == (200, 50, 183_000)
    assert (oldest.context["page"].opening, oldest.context["page"].closing) == (0, page.opening)
    assert "830" in newest.context["closing"]
    assert newest.content.decode().count(newest.context["closing"]) == 2  # its line, and the end
    assert client.get(address, {"before": "nonsense"}).status_code == 200


def test_the_trial_balance_of_today_and_of_a_day(sign_in, till):
    client, address = sign_in("finance"), reverse("admin:payments_account_trial_balance")

    today = client.get(address)
    earlier = client.get(address, {"on": "2026-11-22"})

    codes = {row["code"] for table in today.context["tables"] for row in table["rows"]}
    assert {"till.RUB", "other.RUB"} <= codes
    assert all(table["is_even"] for table in today.context["tables"])
    codes = {row["code"] for table in earlier.context["tables"] for row in table["rows"]}
    assert codes.isdisjoint({"till.RUB", "other.RUB"})


def test_the_trial_balance_goes_into_the_accountants_own_program(sign_in, till):
    client, address = sign_in("finance"), reverse("admin:payments_account_trial_balance")

    file = client.get(address, {"as": "csv", "on": "2026-11-23"})

    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    sums = {row["account"]: (row["debit"], row["credit"]) for row in rows}
    assert sums["till.RUB"] == ("1830.00", "")
    assert sums["other.RUB"] == ("", "1830.00")


@pytest.mark.parametrize("name", ["payments_account_trial_balance", "payments_manualposting_ask"])
def test_the_customs_desk_sees_no_books(sign_in, name):
    assert sign_in("customs").get(reverse(f"admin:{name}")).status_code == 403


def test_the_page_of_a_seal_reads_its_entries_again(sign_in, till):
    seal = ledger.seal(NOW.date(), upto=ledger.cut(), now=NOW)
    address = reverse("admin:payments_seal_change", args=[seal.pk])
    client = sign_in("finance")

    good = client.get(address)
    wrong = Seal.objects.create(
        day="2027-01-01", after=seal.upto, upto=seal.upto, entries_count=3,
        previous=seal.digest, digest="b" * 64, sealed_at=NOW,
    )  # fmt: skip
    bad = client.get(reverse("admin:payments_seal_change", args=[wrong.pk]))

    assert 'class="tag good"' in text(good)
    assert "0 entries, sealed 3" in text(bad)


def test_one_asks_and_another_posts(sign_in):
    journals = Journal.objects.count()
    sign_in("finance").post(reverse(ASK), wished())
    wish = ManualPosting.objects.latest("pk")
    assert (wish.reason, Journal.objects.count()) == ("fee of the bank", journals)
    assert [leg.units for leg in manual.legs_of(wish)] == [5_025, -5_025]

    mine = sign_in("finance").post(deed(wish, "post"), {"sure": "1", "text": "yes"})
    wish.refresh_from_db()
    assert wish.is_open
    assert len(told(mine)) == 1

    sign_in("superuser").post(deed(wish, "post"), {"sure": "1", "text": "seen the bill"})
    wish.refresh_from_db()
    second = User.objects.get(email="root@example.com")
    assert (wish.decision, wish.decided_by) == ("POSTED", f"user:{second.pk}")
    assert (wish.note, wish.journal.kind) == ("seen the bill", "manual")


@pytest.mark.parametrize(
    "change",
    [
        {"form-1-credit": "50.24"},
        {"form-1-code": "bnak.RUB"},
        {"form-1-debit": "50.25"},
        {"form-0-debit": "50.255"},
        {"reason": ""},
        {"form-0-code": "", "form-0-debit": "", "form-1-code": "", "form-1-credit": ""},
    ],
)
def test_what_is_asked_wrongly_is_shown_again(sign_in, change):
    before = ManualPosting.objects.count()

    response = sign_in("finance").post(reverse(ASK), wished() | change)

    assert response.status_code == 200
    assert 'role="alert"' in text(response) or "errors" in text(response)
    assert ManualPosting.objects.count() == before


def test_a_refusal_says_why_and_books_nothing(sign_in):
    sign_in("finance").post(reverse(ASK), wished())
    wish, client = ManualPosting.objects.latest("pk"), sign_in("superuser")

    client.post(deed(wish, "refuse"), {"sure": "1", "text": ""})
    wish.refresh_from_db()
    assert wish.is_open

    client.post(deed(wish, "refuse"), {"sure": "1", "text": "twice"})
    wish.refresh_from_db()
    assert (wish.decision, wish.note, wish.journal) == ("REFUSED", "twice", None)


def test_a_journal_is_asked_to_be_taken_back(sign_in, till):
    journal = Journal.objects.get(key="t-60")

    sign_in("finance").post(deed(journal, "take_back"), {"sure": "1", "text": "of another till"})

    wish = ManualPosting.objects.latest("pk")
    assert (wish.reverses, wish.reason, wish.legs) == (journal, "of another till", [])
    assert not Journal.objects.filter(reverses=journal).exists()
