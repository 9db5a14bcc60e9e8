"""The desk of sellers' accounts: masked in lists, compared on the page, decided by a second one."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from catalog.models import SellerMember
from payments.models import AccountChange
from payments.screening import parties, running
from payments.settlement import changes
from storefront.accounts.models import User
from storefront.lib import clock
from tests.admin.test_deeds import deed, listing


@pytest.fixture
def finance(sign_in) -> Client:
    return sign_in("finance")


@pytest.fixture
def waiting(desks: None) -> AccountChange:
    change = AccountChange.objects.filter(state="PROPOSED").latest("pk")
    now = clock.now()
    ground = running.ground(on=now.date())
    for party in parties.note(changes.of(change), now=now):
        running.screen(party, ground, now=now)
    return change


def page(row: AccountChange) -> str:
    return reverse("admin:payments_accountchange_change", args=[row.pk])


def yes(reason: str = "called Mr Hao") -> dict[str, str]:
    return {"sure": "1", "text": reason}


def test_the_list_shows_last_digits_and_the_page_every_one(finance, waiting):
    rows = finance.get(listing(AccountChange)).content.decode()
    shown = finance.get(page(waiting)).content.decode()

    assert waiting.bank_account not in rows
    assert waiting.tail in rows
    assert waiting.bank_account in shown
    assert waiting.seller.bank_account not in shown


def test_finance_confirms_with_a_word_and_it_cools_off(finance, waiting):
    assert waiting.bank_account in finance.get(deed(waiting, "confirm")).content.decode()
    finance.post(deed(waiting, "confirm"), yes(""))
    waiting.refresh_from_db()
    assert waiting.state == "PROPOSED"

    finance.post(deed(waiting, "confirm"), yes())

    waiting.refresh_from_db()
    officer = User.objects.get(email="finance@example.com")
    assert (waiting.state, waiting.decided_by) == ("CONFIRMED", f"user:{officer.pk}")
    assert waiting.decided_why == "called Mr Hao"
    assert waiting.due_at == waiting.in_force_from > clock.now()


def test_an_officer_with_a_seat_at_the_sellers_desk_is_told_no(finance, waiting):
    officer = User.objects.get(email="finance@example.com")
    SellerMember.objects.create(user=officer, seller=waiting.seller, role="LISTING")

    answer = finance.post(deed(waiting, "confirm"), yes())

    waiting.refresh_from_db()
    assert waiting.state == "PROPOSED"
    assert len(list(get_messages(answer.wsgi_request))) == 1


def test_finance_refuses_also_what_cools_off(finance, waiting):
    finance.post(deed(waiting, "confirm"), yes())

    finance.post(deed(waiting, "refuse"), yes("不是贵公司的账户"))

    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_why) == ("REFUSED", "不是贵公司的账户")


def test_who_may_not_change_them_does_nothing(operator, waiting):
    assert operator.post(deed(waiting, "confirm"), yes()).status_code == 403
    assert operator.get(page(waiting)).status_code == 403


def test_the_morning_counts_what_waits(finance, waiting):
    waits = finance.get("/admin/").context["money"]["waits"]

    (row,) = [one for one in waits if "accountchange" in one["url"]]
    assert row["rows"] == AccountChange.objects.filter(state="PROPOSED").count()
