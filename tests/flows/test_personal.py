"""A person asks for all that is held about him, and to be forgotten."""

import json
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection
from django.test import Client

from catalog.models import Question, SellerMember
from logistics.customs import identities
from logistics.models import IdentityRule, RecipientIdentity
from orders import forgetting
from orders.models import Order
from storefront.accounts.models import Address, User
from storefront.flows import personal
from storefront.lib import clock
from tests.factories import catalog, logistics, orders
from tests.factories.papers import ANNA

pytestmark = pytest.mark.django_db(transaction=False)
NOW = orders.NOW
DATA, FILE, WORD = "/account/data/", "/account/data/sungari.json", "a-word-for-anna"
TYPED = ("Канарейка", "kanareyka", "+79122718281", "Канареечная")


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("kanareyka@example.com", WORD, name="Канарейка Жёлтая")


def bought(anna: User) -> Order:
    """An order with papers, an address and a question of hers."""
    offer = catalog.offer("2999.00")
    order = orders.order(offer, user_id=anna.pk)
    Order.objects.filter(pk=order.pk).update(
        recipient="Канарейка Жёлтая",
        phone="+79122718281",
        email=anna.email,
        street="ул. Канареечная, 31",
    )
    logistics.stock(offer, 5)
    rule = IdentityRule.objects.earliest("pk")
    identities.open_for(order, rule, ANNA, actor=f"user:{anna.pk}", now=NOW)
    Address.objects.create(
        user=anna, recipient="Канарейка Жёлтая", phone="+79122718281", street="ул. Канареечная, 31"
    )
    EmailAddress.objects.create(user=anna, email=anna.email, primary=True, verified=True)
    product = offer.variant.product
    Question.objects.create(product=product, asker=anna, text="Есть ли NFC?", asked_at=NOW)
    return order


def closed(order: Order, *, is_paid: bool) -> None:
    """The order has ended; how is told elsewhere."""
    reason = {} if is_paid else {"cancel_reason": "EXPIRED"}
    paid = NOW if is_paid else None
    states = ["PAID", "COMPLETED"] if is_paid else ["CANCELLED"]
    for state in states:
        Order.objects.filter(pk=order.pk).update(state=state, paid_at=paid, **reason)
    Order.objects.filter(pk=order.pk).update(closed_at=NOW)


def everything() -> str:
    """Every text of every row."""
    told = []
    for model in apps.get_models():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
            told += [row[0] for row in cursor.fetchall()]
    return "\n".join(told)


def signed_in(user: User) -> Client:
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": WORD})
    return client


def test_a_person_is_given_all_that_is_held_and_no_secret(anna):
    order = bought(anna)
    other = orders.order(catalog.offer())

    answer = signed_in(anna).get(FILE)
    told = json.loads(answer.content)

    assert answer["Content-Disposition"].startswith("attachment")
    (told_order,) = told["orders"]
    assert told_order["recipient"] == "Канарейка Жёлтая"
    assert told_order["lines"][0]["quantity"] == 1
    assert told["addresses"][0]["street"] == "ул. Канареечная, 31"
    assert told["questions"][0]["text"] == "Есть ли NFC?"
    assert told["papers"][0]["consents"]
    text = answer.content.decode()
    assert all(word in text for word in TYPED)
    secrets = [order.form_key, order.token_hash, anna.password, other.number, "500100732259"]
    assert [one for one in secrets if one in text] == []


def test_the_file_asks_for_the_password_of_a_session_left_open(anna):
    client = Client()
    client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(FILE).url.startswith("/account/reauthenticate/")
    assert client.post(DATA, {"sure": "on"}).url.startswith("/account/reauthenticate/")
    assert User.objects.get(pk=anna.pk).is_active


def test_nothing_of_a_person_is_left_where_no_law_keeps_it(anna):
    order = bought(anna)
    closed(order, is_paid=False)
    client = signed_in(anna)
    thief = signed_in(anna)
    assert all(word in everything() for word in TYPED)

    with clock.simulated(NOW):
        answer = client.post(DATA, {"sure": "on"})

    assert answer.url == "/"
    assert [word for word in TYPED if word in everything()] == []
    assert not RecipientIdentity.objects.get(order=order).is_kept
    assert thief.get("/account/").status_code == 302
    assert (
        Client().post("/account/login/", {"login": anna.email, "password": WORD}).status_code == 200
    )
    assert Question.objects.get().text == "Есть ли NFC?"


def test_a_paid_order_keeps_its_person_as_long_as_the_books_and_no_longer(anna):
    order = bought(anna)
    closed(order, is_paid=True)
    with clock.simulated(NOW):
        page = signed_in(anna).get(DATA).content.decode()
        personal.erase(User.objects.get(pk=anna.pk), now=NOW)
    year = NOW.year + 6
    assert order.shown_number in page
    assert f"1\u00a0января\u00a0{year}" in page or f"{year}" in page

    forgetting.forget_old(now=datetime(year - 1, 12, 31, tzinfo=UTC))
    assert Order.objects.get(pk=order.pk).phone == "+79122718281"
    assert forgetting.forget_old(now=datetime(year, 1, 1, tzinfo=UTC)) == 1
    assert [word for word in TYPED if word in everything()] == []


@pytest.mark.parametrize("tie", ["open order", "seat", "staff"])
def test_who_is_still_needed_is_not_erased(anna, tie):
    order = bought(anna)
    if tie == "seat":
        SellerMember.objects.create(user=anna, seller=catalog.seller(), role="OWNER")
    if tie == "staff":
        User.objects.filter(pk=anna.pk).update(is_staff=True)
    if tie != "open order":
        closed(order, is_paid=False)
    before = everything()

    with pytest.raises(personal.StillNeeded):
        personal.erase(User.objects.get(pk=anna.pk), now=NOW)

    assert everything() == before
