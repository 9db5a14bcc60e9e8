"""The desk of agreement: suggestions taken, lines put together, breaks answered; finance alone."""

from urllib.parse import urlencode

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from payments import ledger
from payments.models import BankAccount, Break, Match, StatementLine
from payments.reconciliation import matches
from storefront.accounts.models import User
from tests.admin import world


@pytest.fixture
def finance(sign_in):
    return sign_in("finance")


def deed(row, name: str) -> str:
    app, model = row._meta.app_label, row._meta.model_name
    return reverse(f"admin:{app}_{model}_{name}", args=[row.pk])


def page(row) -> str:
    return deed(row, "change")


@pytest.fixture
def line(desks) -> StatementLine:
    """A waiting line of 50 rubles, and two entries of ours that make it up."""
    account = BankAccount.objects.get(party="test-3")
    for number, units in enumerate((3_000, 2_000)):
        legs = [
            ledger.Leg("bank", "RUB", units, account.party),
            ledger.Leg("test-other", "RUB", -units),
        ]
        ledger.post(
            "test", key=f"more:{number}", legs=legs, occurred_at=world.NOW, actor="x", source="x"
        )
    return account.lines.get(end_to_end="")


def test_a_waiting_line_shows_what_it_may_be_and_takes_it(finance, line):
    text = finance.get(page(line)).content.decode()
    assert "3000 and 2000 make 5000" in text

    finance.post(deed(line, "take_suggestion"), {"sure": "1"})

    match = Match.objects.latest("pk")
    me = User.objects.get(email="finance@example.com")
    assert (match.actor, match.score, match.parts.count()) == (f"user:{me.pk}", 60, 3)
    assert not matches.open_lines(line.account).exists()


def test_a_line_is_split_by_hand_with_a_reason(finance, line):
    first, _second = matches.open_entries(line.account).order_by("pk")

    silent = finance.post(deed(line, "put_together"), {"sure": "1", "entries": first.pk})
    assert silent.status_code == 200
    finance.post(
        deed(line, "put_together"), {"sure": "1", "entries": first.pk, "text": "the bank's letter"}
    )

    match = Match.objects.latest("pk")
    assert (match.rule, match.reason) == ("HAND", "the bank's letter")
    assert matches.open_lines(line.account).get().left == 2_000


def test_a_number_that_is_none_is_said_beside_the_field(finance, line):
    before = Match.objects.count()

    answer = finance.post(
        deed(line, "put_together"), {"sure": "1", "entries": "999999999 x", "text": "y"}
    )

    assert answer.status_code == 200
    assert Match.objects.count() == before


def test_a_match_is_taken_apart_with_a_reason(finance, line):
    match = Match.objects.living().get(parts__line__account=line.account)

    finance.post(deed(match, "undo"), {"sure": "1", "text": "another firm's"})

    match.refresh_from_db()
    assert match.undone.reason == "another firm's"
    assert matches.open_lines(line.account).count() == 2


def test_a_break_is_taken_noted_answered_and_opened_again(finance, desks):
    found = Break.objects.latest("pk")
    for name, answers in (
        ("take", {}),
        ("note", {"text": "asked them"}),
        ("close", {"text": "their mistake"}),
        ("reopen", {"text": "ours after all"}),
    ):
        finance.post(deed(found, name), {"sure": "1", **answers})

    found.refresh_from_db()
    me = User.objects.get(email="finance@example.com")
    assert (found.state, found.owner, found.notes.count()) == ("OPEN", f"user:{me.pk}", 4)


def test_a_closed_break_is_not_answered_again(finance, desks):
    found = Break.objects.latest("pk")
    answers = {"sure": "1", "text": "x"}
    finance.post(deed(found, "close"), answers)

    second = finance.post(deed(found, "close"), answers)

    assert [message.level_tag for message in get_messages(second.wsgi_request)][-1] == "error"


def test_the_list_of_breaks_is_headed_by_their_ages(finance, desks):
    address = reverse("admin:payments_break_changelist")

    answer = finance.get(f"{address}?{urlencode({'overdue': '1'})}")

    ages = {(one.since_days, one.until_days): one.breaks for one in answer.context["ages"]}
    assert ages == {(0, 1): 2, (2, 3): 2, (4, 7): 4, (8, 30): 12, (31, None): 0}
    assert answer.context["cl"].result_count == 20 - 4


@pytest.mark.parametrize(
    ("role", "break_page"), [("operator", 200), ("customs", 403), ("authority", 403)]
)
def test_nobody_else_has_any_of_it_and_operators_look_at_breaks_alone(
    sign_in, line, role, break_page
):
    client = sign_in(role)

    assert client.get(page(line)).status_code == 403
    address = page(Break.objects.latest("pk"))
    assert client.get(address).status_code == break_page
    assert client.post(address, {"answer": "mine"}).status_code == 403
    assert client.post(deed(line, "take_suggestion"), {"sure": "1"}).status_code == 403
