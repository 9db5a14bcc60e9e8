"""The page where a seller's owner makes and revokes tokens, as he and everybody else gets it."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalog import access
from catalog.models import AccessToken, SellerMember
from storefront.accounts.models import User
from storefront.lib import clock
from tests.api.conftest import NOW, System
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"sgr_[\w-]{43}")


@pytest.fixture(autouse=True)
def _monday_noon(db) -> Iterator[None]:
    with clock.simulated(NOW):
        yield


def visitor(seller=None, role: str = "OWNER") -> Client:
    user = User.objects.create(email=f"{role}-{User.objects.count()}@example.com".lower())
    if seller:
        SellerMember.objects.create(user=user, seller=seller, role=role)
    client = Client()
    client.force_login(user)
    return client


def at(name: str = "access", language: str = "en", **where) -> str:
    with translation.override(language):
        return reverse(f"seller_{name}", kwargs=where)


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_token_is_shown_once_and_works():
    seller = make.seller()
    desk = visitor(seller)

    page = desk.post(at(), {"name": "ERP 金蝶"})

    (secret,) = set(SECRET.findall(text(page)))
    assert page["Cache-Control"] == "private, no-store"
    system = System(seller, secret)
    assert system.get("/shop").json()["token"] == "ERP 金蝶"
    later = text(desk.get(at()))
    assert not SECRET.search(later)
    assert "ERP 金蝶" in later
    assert f"sgr_…{secret[-4:]}" in later
    assert AccessToken.objects.get().actor.startswith("user:")


def test_revoked_token_leaves_the_list_and_opens_nothing():
    seller = make.seller()
    desk = visitor(seller)
    token, secret = access.issue(seller, name="Old", actor="user:1", now_wall=NOW)
    address = at("access_revoke", pk=token.pk)

    assert desk.get(address).status_code == 405
    told = desk.post(address, follow=True)
    assert "The token “Old” is revoked." in text(told)

    assert System(seller, secret).get("/shop").status_code == 401
    assert desk.post(address).status_code == 302
    assert "sgr_…" not in text(desk.get(at()))


@pytest.mark.parametrize("role", ["LISTING", "FINANCE"])
def test_page_is_the_owners_alone(role):
    seller = make.seller()
    token, _secret = access.issue(seller, name="ERP", actor="user:1", now_wall=NOW)

    for desk in (visitor(seller, role), visitor(make.seller()), visitor()):
        assert desk.post(at("access_revoke", pk=token.pk)).status_code == 404
    for desk in (visitor(seller, role), visitor()):
        assert desk.get(at()).status_code == 404
        assert desk.post(at(), {"name": "ERP"}).status_code == 404
    assert Client().get(at()).status_code == 302
    assert list(access.live(seller)) == [token]


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\x00b"])
def test_token_without_a_name_is_not_made(name):
    page = visitor(make.seller()).post(at(), {"name": name})

    assert not SECRET.search(text(page))
    assert page.context["form"].errors
    assert not AccessToken.objects.exists()


def test_one_token_too_many_is_refused_beside_the_field():
    seller = make.seller()
    for _n in range(access.MOST_TOKENS):
        access.issue(seller, name="ERP", actor="user:1", now_wall=NOW)

    page = visitor(seller).post(at(), {"name": "One more"})

    assert "There are 20 tokens already" in text(page)
    assert AccessToken.objects.count() == access.MOST_TOKENS


@pytest.mark.parametrize("language", ["ru", "zh-hans", "en"])
def test_page_opens_in_every_language_and_costs_the_same_with_many(
    language, django_assert_num_queries
):
    seller = make.seller()
    desk = visitor(seller)
    access.issue(seller, name="ERP", actor="user:1", now_wall=NOW)
    desk.get(at(language=language))
    with django_assert_num_queries(4):
        text(desk.get(at(language=language)))

    for _n in range(15):
        access.issue(seller, name="ERP", actor="user:1", now_wall=NOW)
    with django_assert_num_queries(4):
        text(desk.get(at(language=language)))


def test_form_carries_its_secret():
    seller = make.seller()
    desk = visitor(seller)
    desk.handler.enforce_csrf_checks = True

    assert desk.post(at(), {"name": "ERP"}).status_code == 403
    page = text(desk.get(at()))
    given = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    assert SECRET.search(text(desk.post(at(), {"name": "ERP", "csrfmiddlewaretoken": given})))
