"""Who comes in, where he begins, and the language he reads."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from catalog.models import Seller
from orders.models import Order
from storefront.accounts import desks as desks_of
from storefront.accounts.models import User
from tests.admin.world import PASSWORD

START = "/admin/"


def test_a_stranger_is_sent_to_the_one_sign_in_page(desks):
    first = Client().get(START)
    second = Client().get(first.url)

    assert first.url == "/admin/login/?next=/admin/"
    assert second.url == f"{reverse('account_login')}?next=%2Fadmin%2F"


def test_the_password_of_the_admin_is_not_asked_at_its_own_door(desks):
    posted = {"username": "root@example.com", "password": PASSWORD}

    response = Client().post("/admin/login/", posted)

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_a_buyer_is_not_let_in(sign_in):
    client = sign_in("gleb")
    first = client.get(START)

    assert client.get(first.url).status_code == 403


def test_whoever_is_in_is_sent_on_from_the_door(operator):
    assert operator.get("/admin/login/?next=/admin/").url == START


@pytest.mark.parametrize(
    ("role", "page", "noted"),
    [
        ("operator", "/admin/", {"seller": False, "staff": True, "admin": True}),
        ("authority", "/admin/", {"seller": False, "staff": False, "admin": True}),
        ("floor", "/staff/", {"seller": False, "staff": True, "admin": False}),
        ("gleb", "/", {"seller": False, "staff": False, "admin": False}),
    ],
)
def test_signing_in_notes_the_desks_and_begins_there(desks, role, page, noted):
    client = Client()
    posted = {"login": f"{role}@example.com", "password": PASSWORD}

    response = client.post(reverse("account_login"), posted)

    assert response.url == page
    assert client.session["desks"] == noted


def test_a_member_of_a_seller_begins_at_his_desk(desks):
    user = User.objects.get(email="gleb@example.com")
    user.seats.create(seller=Seller.objects.latest("pk"), role="OWNER")

    noted = desks_of.desks(user)

    assert noted == {"seller": True, "staff": False, "admin": False}
    assert desks_of.first(noted) == "seller_today"


def test_who_was_on_his_way_goes_on(desks):
    order = Order.objects.latest("pk")
    wanted = reverse("admin:orders_order_change", args=[order.pk])
    posted = {"login": "operator@example.com", "password": PASSWORD, "next": wanted}

    assert Client().post(reverse("account_login"), posted).url == wanted


@pytest.mark.parametrize("language", ["ru", "zh-hans", "en"])
def test_the_language_switch_works(operator, language):
    posted = {"language": language, "next": ""}
    referer = {"HTTP_REFERER": f"http://testserver{START}"}
    switched = operator.post(reverse("set_language"), posted, **referer)

    page = operator.get(switched.url)

    assert switched.url == f"http://testserver{START}"
    assert page.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in page.content.decode()


def test_the_account_says_the_language_until_the_switch_is_used(operator, desks):
    User.objects.filter(email="operator@example.com").update(language="zh-hans")
    assert operator.get(START).headers["Content-Language"] == "zh-hans"

    operator.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert operator.get(START).headers["Content-Language"] == "en"


def test_the_pages_of_the_shop_keep_their_own_language(operator):
    operator.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    operator.get(START)

    assert operator.get(reverse("account_login")).headers.get("Content-Language", "ru") == "ru"


def test_the_desks_have_a_policy_of_their_own(operator):
    policy = operator.get(START).headers["Content-Security-Policy"]

    script = next(part for part in policy.split(";") if "script-src" in part)
    assert "'unsafe-eval'" in script
    assert "'unsafe-inline'" not in script
    assert "http" not in policy
    assert operator.get(START).headers["Cache-Control"] == "private, no-store"


def test_times_are_those_of_harbin(operator):
    order = Order.objects.latest("pk")
    Order.objects.filter(pk=order.pk).update(placed_at="2026-11-23T04:00:00Z")

    page = operator.get(reverse("admin:orders_order_change", args=[order.pk]))

    assert "23.11.26\u00a012:00" in page.content.decode()
