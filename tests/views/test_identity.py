"""The page of the recipient's papers: who sees it, what it refuses, and what leaks from it."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from logistics.models import RecipientIdentity
from logistics.states import State
from orders.models import Order
from storefront.lib import clock
from storefront.notifications import sending
from storefront.notifications.models import Letter
from tests.factories import logistics
from tests.flows import story
from tests.logistics import story as way
from tests.views.test_buying import FORM

pytestmark = pytest.mark.django_db
CANARIES = {"number": "271828", "inn": "500100732259", "issuer": "ОВД Канареечное"}
PAPERS = {
    "papers-surname": "Тестова",
    "papers-name": "Анна",
    "papers-patronymic": "",
    "papers-birth_on": "1990-05-17",
    "papers-series": "45 09",
    "papers-number": CANARIES["number"],
    "papers-issued_on": "2015-06-01",
    "papers-issuer": CANARIES["issuer"],
    "papers-unit_code": "770001",
    "papers-inn": CANARIES["inn"],
    "papers-agree_processing": "on",
    "papers-agree_transfer": "on",
}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with story.noon():
        yield


@pytest.fixture
def order() -> Order:
    return story.paid(story.goods("2999.00"), person=None)


def mine(client: Client, order: Order) -> str:
    session = client.session
    session["orders"] = [order.number]
    session.save()
    return f"/orders/{order.number}/recipient/"


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["form"].errors)


def test_the_order_leads_to_the_page_and_the_papers_let_it_go_on(client, order) -> None:
    page = mine(client, order)
    told = client.get(f"/orders/{order.number}/").content.decode()
    assert page in told

    answer = client.post(page, PAPERS)

    assert answer["Location"] == f"/orders/{order.number}/"
    row = RecipientIdentity.objects.get(order=order)
    assert row.is_kept
    assert {consent.actor for consent in row.consents.all()} == {"guest"}
    again = client.get(page)
    assert "no-store" in again["Cache-Control"]
    for body in (again.content.decode(), client.get(f"/orders/{order.number}/").content.decode()):
        assert "28" in body
        assert not any(secret in body for secret in CANARIES.values())


def test_a_consent_taken_back_erases_the_papers_and_the_parcel_waits_again(client, order) -> None:
    page = mine(client, order)
    client.post(page, PAPERS)

    answer = client.post(page, {"withdraw": "1"}, follow=True)

    row = RecipientIdentity.objects.get(order=order)
    assert (row.is_kept, row.wrapped_key, row.document_tail, row.given_at) == (
        False,
        None,
        "",
        None,
    )
    assert [one.is_withdrawn for one in row.consents.order_by("pk")] == [False, False, True, True]
    assert order.holds.filter(reason="RECIPIENT_PAPERS", lifted_at=None).count() == 1
    assert order.shipments.get().wants_papers
    assert row.deadline_at is not None
    assert "withdraw" not in answer.content.decode()
    client.post(page, PAPERS)
    assert not order.shipments.get().wants_papers


def test_a_packed_parcel_keeps_its_papers(client, order, settings) -> None:
    settings.AUTOMATIC_HANDS = True
    page = mine(client, order)
    client.post(page, PAPERS)
    way.run(until=way.is_in(order, State.PACKED))

    answer = client.post(page, {"withdraw": "1"}, follow=True)

    assert RecipientIdentity.objects.get(order=order).is_kept
    assert "упакована" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("inn", "500100732250", "check digits"),
        ("inn", "7707083893", "twelve digits"),
        ("series", "450", "four digits"),
        ("number", "12345", "six digits"),
        ("unit_code", "77-01", "six digits"),
        ("surname", "Testova", "Cyrillic"),
        ("birth_on", "2025-01-01", "year of birth"),
        ("issued_on", "2001-01-01", "cannot have been issued"),
        ("agree_transfer", "", "customs is not told"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, order, field, typed, words) -> None:
    answer = client.post("/en" + mine(client, order), PAPERS | {f"papers-{field}": typed})

    assert list(errors(answer)) == [field]
    assert answer.content.decode().count('aria-invalid="true"') == 1
    assert words in errors(answer)[field][0]
    assert not RecipientIdentity.objects.get(order=order).is_kept


def test_nobody_else_sees_the_page_and_orders_that_need_none_have_none(client, order) -> None:
    cheap = story.paid(story.goods())

    assert client.get(f"/orders/{order.number}/recipient/").status_code == 404
    assert client.post(f"/orders/{order.number}/recipient/", PAPERS).status_code == 404
    assert client.get(mine(client, cheap)).status_code == 404
    assert not RecipientIdentity.objects.get().is_kept


def quoted(client: Client, price: str) -> dict[str, str]:
    offer = story.catalog.offer(price)
    logistics.stock(offer, 5)
    client.post("/cart/add/", {"offer": offer.pk, "quantity": 1})
    page = client.get("/checkout/")
    hidden = {name: page.context[name] for name in ("form_key",)}
    quote = page.context["quote"]
    return {**FORM, **hidden, "quote": quote.pk, "digest": quote.digest}


def test_the_checkout_asks_only_where_it_is_needed_and_never_insists(client) -> None:
    dear = quoted(client, "2999.00")
    assert client.get("/checkout/").context["papers"] is not None

    client.post("/checkout/", dear | dict.fromkeys(PAPERS, ""))

    assert not RecipientIdentity.objects.get().is_kept
    quoted(client, "499.00")
    assert client.get("/checkout/").context["papers"] is None


def test_papers_begun_at_the_checkout_must_be_whole(client) -> None:
    dear = quoted(client, "2999.00")

    answer = client.post("/checkout/", dear | PAPERS | {"papers-inn": "1"})
    assert answer.status_code == 200
    assert list(answer.context["papers"].errors) == ["inn"]
    assert not Order.objects.exists()
    shown = client.post("/checkout/", dear | PAPERS | {"show": "1"})
    assert CANARIES["inn"] not in shown.content.decode()
    assert client.post("/checkout/", dear | PAPERS).status_code == 302

    assert RecipientIdentity.objects.get().is_kept


def everything() -> str:
    """Every text of every table, as a dump would hold it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        parts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(one)::text FROM "{table}" one')
            parts += [row[0] for row in cursor.fetchall()]
    return "\n".join(parts)


def test_the_canaries_sing_nowhere(client, order, mailoutbox, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    page = mine(client, order)
    client.post(page, PAPERS | {"papers-inn": "500100732250"})
    client.post(page, PAPERS)
    sending.announce(wall=clock.wall())
    for letter in Letter.objects.all():
        sending.send(story.claim(letter), wall=clock.wall())
    others = Client()
    pages = [others.get(path).content.decode() for path in ("/", "/orders/", page)]
    pages.append(client.get(page).content.decode())

    mails = "\n".join(mail.body + str(mail.alternatives) for mail in mailoutbox)
    dump = everything()
    assert order.number in dump
    assert mails
    hexed = [secret.encode().hex() for secret in CANARIES.values()]
    for secret in [*CANARIES.values(), *hexed]:
        for place in (dump, mails, caplog.text, *pages):
            assert not re.search(re.escape(secret), place, re.IGNORECASE)
