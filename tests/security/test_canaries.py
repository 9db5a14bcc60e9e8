"""What a buyer types of himself is read by those who need it, and by no log or stranger."""

import logging
import sys

import pytest
from django.core import mail
from django.test import Client

from logistics.models import RecipientIdentity
from orders.models import Order
from storefront.lib import clock, due
from storefront.logs import Line
from storefront.notifications import sending
from storefront.notifications.models import Letter
from tests.factories import catalog, orders, payments
from tests.factories import logistics as places
from tests.views.test_buying import agreed, put
from tests.views.test_identity import PAPERS

pytestmark = pytest.mark.django_db
TYPED = {
    "recipient": "Канарейка Жёлтая",
    "phone": "+7 912 271-82-81",
    "email": "kanareyka@example.com",
    "street": "ул. Канареечная, 31",
}
SPOILT = {  # what the form refuses is as much a secret as what it takes
    "phone": "271828182845904",
    "postcode": "31415",
    "email": "kanareyka@",
}
WORDS = ("Канаре", "kanareyka", "9122718281", "912 271-82-81", "271828", "31415", "500100732259")


def found_in(text: str) -> list[str]:
    return [word for word in WORDS if word in text]


def story(client: Client) -> Order:
    """A guest mistypes, orders, gives papers, looks around, and is written to."""
    offer = catalog.offer("2999.00")
    places.stock(offer, 5)
    put(client, offer)
    agreed(client, **{**TYPED, **PAPERS, **SPOILT})
    agreed(client, **TYPED, **PAPERS)
    order = Order.objects.get()
    for page in ("", "pay/", "recipient/", "nowhere/"):
        client.get(f"/orders/{order.number}/{page}")
    client.post(f"/orders/{order.number}/recipient/", {**PAPERS, "papers-inn": "271828"})
    payments.paid(order)
    sending.announce(wall=clock.wall())
    for letter in Letter.objects.all():
        claimed = due.claim(Letter, letter.pk)
        if claimed is not None:
            sending.send(claimed, wall=clock.wall())
    return order


def test_no_log_and_no_letter_to_another_tells_of_a_buyer(client, caplog):
    """Tasks are told keys of rows alone: `due.send` takes nothing else."""
    payments.rate()
    payments.rate("99.33", currency="EUR")
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)

    with clock.simulated(orders.NOW):
        order = story(client)

    assert order.recipient == TYPED["recipient"]
    assert RecipientIdentity.objects.get(order=order).is_kept
    assert mail.outbox
    assert {one for letter in mail.outbox for one in letter.recipients()} == {TYPED["email"]}
    assert "nowhere" in caplog.text, "the log is listened to"
    assert found_in(caplog.text) == []
    assert found_in("".join(letter.subject for letter in mail.outbox)) == []


@pytest.mark.parametrize(
    "address",
    [
        "/webhooks/cdek/geheim/",
        "/o/geheim/",
        "/zh-hans/o/geheim/",
        "/seller/join/geheim/?a=1",
        "/account/password/reset/key/1-geheim/",
    ],
)
def test_a_secret_in_an_address_is_blotted_out_of_the_log(address):
    """Also where it is told by an error."""
    try:
        raise ValueError(f"bad {address}")
    except ValueError:
        told = sys.exc_info()
    given = {"msg": "Forbidden: %s", "args": (address,), "exc_info": told}
    record = logging.makeLogRecord(given)

    (line,) = {one.formatter for one in logging.root.handlers if isinstance(one.formatter, Line)}

    assert "geheim" not in line.format(record)
    assert line.format(record).count("***") == 2, "in the words and where it was raised"
    assert "/orders/1234/" in line.format(logging.makeLogRecord({"msg": "/orders/1234/"}))
