"""What must be handed over, as a seller's system reads and does it."""

import json
from typing import Any

import pytest

from orders.models import Delivery, OrderEvent
from storefront.lib import clock
from tests.api.conftest import NOW, sold

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_noon(db):
    with clock.simulated(NOW):
        yield


def body(answer, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return json.loads(answer.content)


def test_order_tells_what_to_bring_until_when_and_nothing_of_the_buyer(erp):
    handover = sold(erp.seller, article="A")
    order = handover.delivery.order

    (told,) = body(erp.get("/orders"))["items"]

    assert told["id"] == handover.pk
    assert told["number"] == order.shown_number
    assert told["state"] == "WAITING"
    assert told["due_at"].endswith("Z")
    assert [(line["article"], line["quantity"]) for line in told["lines"]] == [("A", 2)]
    assert told["lines"][0]["price"] == {"amount": "1299.00", "currency": "CNY"}
    text = json.dumps(told, ensure_ascii=False)
    for private in (order.recipient, order.phone, order.email, order.street, order.postcode):
        assert private not in text
    assert body(erp.get(f"/orders/{handover.pk}")) == told


def test_order_is_handed_over_once(erp):
    handover = sold(erp.seller)

    first = body(erp.post(f"/orders/{handover.pk}/hand-over"))
    again = body(erp.post(f"/orders/{handover.pk}/hand-over"))

    assert first == again
    assert (first["state"], first["handed_at"]) == ("HANDED_OVER", "2026-11-23T04:00:00Z")
    assert OrderEvent.objects.get(kind="HANDED_OVER").actor.startswith("token:")
    assert body(erp.get("/orders", state="WAITING"))["items"] == []


def test_cancelled_order_is_kept_at_home(erp):
    handover = sold(erp.seller)
    Delivery.objects.filter(pk=handover.delivery_id).update(cancelled_at=NOW)

    assert body(erp.post(f"/orders/{handover.pk}/hand-over"), 409)["code"] == "too_late"
    assert body(erp.get(f"/orders/{handover.pk}"))["state"] == "CANCELLED"
    assert OrderEvent.objects.filter(kind="HANDED_OVER").count() == 0


@pytest.mark.parametrize("number", ["0", "-1", "9" * 19, "9" * 30, "x", "1.0", "%00"])
def test_numbers_that_are_none_are_refused(erp, number):
    assert erp.get(f"/orders/{number}").status_code in (404, 422)
    assert erp.post(f"/orders/{number}/hand-over").status_code in (404, 422)


def test_orders_come_in_pages_of_a_fixed_number_of_queries(
    erp, django_assert_max_num_queries, django_assert_num_queries
):
    first = sold(erp.seller)
    erp.get("/orders")
    with django_assert_max_num_queries(5) as one:
        body(erp.get("/orders"))
    others = [sold(erp.seller) for _n in range(19)]
    with django_assert_num_queries(len(one)):
        assert len(body(erp.get("/orders"))["items"]) == 20

    seen, after = [], "0"
    while after is not None:
        page = body(erp.get("/orders", limit=7, after=after))
        seen += [each["id"] for each in page["items"]]
        after = page["next"]
    assert seen == [first.pk, *(one.pk for one in others)]
