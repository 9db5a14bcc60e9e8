"""Where a seller is paid, on his pages and in his letters: shown, proposed, stopped, told."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from catalog.models import Seller, SellerMember
from payments.models import AccountChange, Payout
from storefront import tasks
from storefront.accounts.models import User
from storefront.flows import changing
from storefront.lib import clock
from storefront.notifications import settling
from storefront.notifications.models import SellerLetter
from storefront.templatetags import dates
from tests.factories import catalog
from tests.factories.payments import NOW
from tests.flows import story

pytestmark = pytest.mark.django_db
TYPED = {
    "cnaps": "1021 0009 9996",
    "bank_name": "中国工商银行深圳分行",
    "bank_account": "4000 0230 0920 0123 456",
}
NEW = TYPED["bank_account"].replace(" ", "")


@pytest.fixture(autouse=True)
def simulated(db: None) -> Iterator[None]:
    with clock.simulated(NOW), translation.override("zh-hans"):
        yield


@pytest.fixture
def seller() -> Seller:
    made = catalog.seller()
    for role in ("OWNER", "FINANCE", "LISTING"):
        user = User.objects.create(email=f"{role.lower()}@example.com")
        SellerMember.objects.create(user=user, seller=made, role=role)
    return made


def sign_in(seller: Seller, role: str = "OWNER") -> Client:
    client = Client()
    client.force_login(User.objects.get(seats__seller=seller, seats__role=role))
    session = client.session
    session["since"] = time.time()
    session.save()
    return client


def text(client: Client, page: str = "seller_account") -> str:
    return client.get(reverse(page)).content.decode()


def propose(client: Client, **typed: str) -> object:
    return client.post(reverse("seller_account_change"), {**TYPED, **typed})


def bounce(seller: Seller) -> Payout:
    return Payout.objects.create(
        seller=seller, period_until=NOW.date(), money=Decimal(500), money_currency="CNY",
        message="PAY-1", account=seller.bank_account, cnaps=seller.cnaps, state="RETURNED",
        reason="AC01", made_at=NOW - timedelta(days=3), ended_at=NOW,
    )  # fmt: skip


def letters() -> list[tuple[str, str]]:
    mail.outbox.clear()
    for letter in SellerLetter.objects.filter(sent_at=None).order_by("pk"):
        settling.send(story.claim(letter), wall=NOW)
    return [(one.to[0], one.subject + one.body) for one in mail.outbox]


def test_the_account_is_shown_by_its_last_digits(seller: Seller) -> None:
    shown = text(sign_in(seller))

    assert seller.bank_account not in shown
    assert f"•••• {seller.bank_account[-4:]}" in shown
    assert seller.bank_name in shown
    assert seller.name_zh in shown


def test_a_returned_payout_leads_to_the_page_with_the_banks_reason(seller: Seller) -> None:
    bounce(seller)
    client = sign_in(seller, "FINANCE")

    money, account, today = (
        text(client, page) for page in ("seller_money", "seller_account", "seller_today")
    )

    for shown in (money, account, today):
        assert "账号有误 (AC01)" in shown
    assert money.count(reverse("seller_account")) == 2  # the note, and the row of the payout
    assert reverse("seller_account_change") in account
    assert reverse("seller_account") in today
    assert "AC01" not in text(sign_in(seller, "LISTING"), "seller_today")


def test_an_account_is_proposed_once_and_everybody_hears(seller: Seller, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    client = sign_in(seller)

    answer = propose(client)

    assert answer.url == reverse("seller_account")
    change = AccountChange.objects.get()
    assert (change.cnaps, change.bank_account) == ("102100099996", NEW)
    shown = text(client)
    assert f"•••• {NEW[-4:]}" in shown
    assert NEW not in shown
    told = letters()
    assert [to for to, _words in told] == [
        "owner@example.com", "finance@example.com", "listing@example.com",
    ]  # fmt: skip
    assert all(reverse("seller_account") in words and NEW[-4:] in words for _to, words in told)
    assert not any(NEW in words or seller.bank_account in words for _to, words in told)
    assert NEW not in caplog.text
    again = propose(client)
    assert again.url == reverse("seller_account")
    assert AccountChange.objects.count() == 1


def test_mistakes_stand_beside_the_fields_and_what_was_typed_stays(seller: Seller) -> None:
    shown = propose(
        sign_in(seller), cnaps="102100099990", bank_name="工行", bank_account="12"
    ).content.decode()

    for words in ("联行号有误：共12位数字", "8至30位数字"):
        assert words in shown, words
    assert "102100099990" in shown
    assert not AccountChange.objects.exists()


def test_the_password_is_asked_again_before_an_account_is_typed(seller: Seller) -> None:
    client = sign_in(seller)
    session = client.session
    session["since"] = time.time() - 3600
    session.save()

    for answer in (client.get(reverse("seller_account_change")), propose(client)):
        assert answer.status_code == 302
        assert reverse("account_reauthenticate") in answer.url
    assert not AccountChange.objects.exists()


def test_finance_stops_what_the_owner_proposed_and_others_see_no_such_page(seller: Seller) -> None:
    propose(sign_in(seller))
    change = AccountChange.objects.get()
    stranger = catalog.seller()
    user = User.objects.create(email="lin@example.com")
    SellerMember.objects.create(user=user, seller=stranger, role="OWNER")
    given = {"change": change.pk}
    for client in (sign_in(seller, "LISTING"), sign_in(stranger)):
        assert client.post(reverse("seller_account"), given).status_code == 404

    sign_in(seller, "FINANCE").post(reverse("seller_account"), given)

    change.refresh_from_db()
    assert change.state == "WITHDRAWN"
    shown = sign_in(seller, "FINANCE").post(reverse("seller_account"), given, follow=True)
    assert shown.status_code == 200
    assert SellerLetter.objects.filter(change=change).count() == 2


def test_each_step_is_told_and_the_cooled_account_comes_into_force(seller: Seller) -> None:
    propose(sign_in(seller))
    change = AccountChange.objects.get()
    letters()
    given = {"wall": NOW, "now": NOW}
    changing.confirm(change, reason="called", actor="user:999", **given)
    (words, *_others) = (words for _to, words in letters())
    assert dates.in_china(NOW + timedelta(hours=48)) in words
    assert AccountChange.objects.get().due_at == NOW + timedelta(hours=48)
    with clock.simulated(NOW + timedelta(hours=47)):
        tasks.enter_account(id=change.pk)
    assert AccountChange.objects.get().state == "CONFIRMED"
    with clock.simulated(NOW + timedelta(hours=49)):
        tasks.enter_account(id=change.pk)

    change.refresh_from_db()
    seller.refresh_from_db()
    assert (change.state, change.due_at, seller.bank_account) == ("IN_FORCE", None, NEW)
    assert len(letters()) == 3
    tasks.enter_account(id=change.pk)
    assert SellerLetter.objects.filter(change=change).count() == 3


def test_a_refusal_is_told_in_the_desks_words(seller: Seller) -> None:
    propose(sign_in(seller))
    change = AccountChange.objects.get()
    letters()
    changing.refuse(change, reason="户名与营业执照不符", actor="user:999", now=NOW, wall=NOW)

    told = letters()
    assert told
    assert all("户名与营业执照不符" in words for _to, words in told)
    assert "户名与营业执照不符" in text(sign_in(seller))


def test_the_letter_of_a_wrong_account_leads_to_its_page(seller: Seller) -> None:
    bounce(seller)
    settling.announce(now=NOW, wall=NOW)

    told = letters()
    assert told
    assert all(reverse("seller_account") in words for _to, words in told)


def test_the_page_costs_a_fixed_number_of_queries(seller: Seller) -> None:
    client, counts = sign_in(seller), []
    for rounds in (1, 8):
        for _round in range(rounds):
            propose(client)
            last = AccountChange.objects.latest("pk")
            changing.withdraw(last, actor="user:1", now=NOW, wall=NOW)
        text(client)
        with CaptureQueriesContext(connection) as seen:
            text(client)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 8
