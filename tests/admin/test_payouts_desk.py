"""Payouts for two people, returned ones, and routes: done by finance, each with a reason."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from payments.models import Correspondence, Payout, PayoutBatch, Settlement
from storefront.accounts.models import User
from tests.admin import world
from tests.admin.test_deeds import deed


@pytest.fixture
def finance(sign_in) -> Client:
    return sign_in("finance")


@pytest.fixture
def waiting(desks: None) -> Payout:
    return Payout.objects.filter(state="WAITING").latest("pk")


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def yes(reason: str = "checked") -> dict[str, str]:
    return {"sure": "1", "text": reason}


def page(row) -> str:
    return reverse(f"admin:payments_{row._meta.model_name}_change", args=[row.pk])


def test_one_person_asks_and_may_not_approve(finance, root, waiting):
    finance.post(deed(waiting, "ask"), yes())
    refused = finance.post(deed(waiting, "approve"), yes())

    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == ("WAITING", "")
    assert len(told(refused)) == 2  # that it was asked for, and why it is not decided
    root.post(deed(waiting, "approve"), yes("agreed"))
    waiting.refresh_from_db()
    people = {user.email: f"user:{user.pk}" for user in User.objects.filter(is_staff=True)}
    assert waiting.state == "READY"
    assert waiting.asked_by == people["finance@example.com"]
    assert waiting.decided_by == people["root@example.com"]
    assert PayoutBatch.objects.get(pk=waiting.batch_id).state == "APPROVED"


def test_without_a_reason_nothing_is_asked(finance, waiting):
    finance.post(deed(waiting, "ask"), yes(""))

    waiting.refresh_from_db()
    assert waiting.asked_by == ""


def test_the_operator_looks_and_does_nothing(operator, waiting):
    assert operator.post(deed(waiting, "ask"), yes()).status_code == 403
    assert operator.get(page(Settlement.objects.latest("pk"))).status_code == 403


def test_finance_suspends_a_route_by_a_row(finance, desks):
    route = Correspondence.objects.filter(is_suspended=False).latest("pk")
    before = Correspondence.objects.count()

    finance.post(deed(route, "suspend"), yes("returns"))

    newest = Correspondence.objects.latest("pk")
    assert Correspondence.objects.count() == before + 1
    assert (newest.is_suspended, newest.reason) == (True, "returns")
    assert (newest.russian, newest.chinese) == (route.russian, route.chinese)
    route.refresh_from_db()
    assert not route.is_suspended


def test_pages_tell_the_house_view_and_the_reason_of_a_route(finance, waiting):
    batch = finance.get(page(waiting.batch)).content.decode()
    settlement = finance.get(page(waiting.settlement)).content.decode()
    payout = finance.get(page(waiting)).content.decode()

    assert "150" in batch
    assert waiting.seller.name in settlement
    assert waiting.route.russian.title in payout
    assert world.PASSWORD not in payout
