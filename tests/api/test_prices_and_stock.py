"""Prices and pieces through the interface, one at a time and in batches."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import AskedPrice, Offer, PriceList
from logistics.models import Stock, StockMove
from storefront.lib import clock
from tests.api.conftest import NOW, sold
from tests.factories import catalog as make
from tests.factories import logistics as place

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_noon(db):
    with clock.simulated(NOW):
        yield


def body(answer, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return json.loads(answer.content)


def yuan(amount: str, currency: str = "CNY") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def test_price_is_set_at_once_without_approval_and_kept_in_the_history(erp):
    offer = make.offer(seller=erp.seller, article="A")

    told = body(erp.put("/prices/A", {"price": yuan("999.9")}))

    assert told == {"article": "A", "price": yuan("999.90"), "asked": yuan("999.90")}
    offer.refresh_from_db()
    assert (offer.price.amount, offer.state) == (Decimal("999.90"), "LIVE")
    assert offer.events.get(kind="REPRICED").actor.startswith("token:")
    assert AskedPrice.objects.latest("pk").price.amount == Decimal("999.90")


def test_price_list_that_runs_goes_on(erp):
    offer = make.offer(seller=erp.seller, article="A")
    sale = PriceList.objects.create(
        seller=erp.seller,
        title="11.11",
        starts_at=NOW - timedelta(days=1),
        created_at=NOW,
        actor="user:1",
    )
    sale.lines.create(offer=offer, price=Decimal("888.00"), price_currency="CNY")

    told = body(erp.put("/prices/A", {"price": yuan("1000.00")}))

    assert (told["price"], told["asked"]) == (yuan("1000.00"), yuan("888.00"))


@pytest.mark.parametrize(
    ("price", "field", "code"),
    [
        (yuan("10.00", "USD"), "price.currency", "other_currency"),
        (yuan("0.00"), "price.amount", "wrong_price"),
        (yuan("9999999.99"), "price.amount", "wrong_price"),
    ],
)
def test_price_that_is_none_is_refused(erp, price, field, code):
    offer = make.offer(seller=erp.seller, article="A")

    errors = body(erp.put("/prices/A", {"price": price}), 422)["errors"]

    assert [(each["field"], each["code"]) for each in errors] == [(field, code)]
    offer.refresh_from_db()
    assert offer.price.amount == Decimal("1299.00")


def test_prices_of_a_batch_are_set_each_by_itself(erp):
    for article in "ABC":
        make.offer(seller=erp.seller, article=article)
    items = [
        {"article": "A", "price": yuan("10.00")},
        {"article": "B", "price": yuan("1299.00")},
        {"article": "C", "price": yuan("10.00", "EUR")},
        {"article": "?", "price": yuan("10.00")},
        {"article": " A ".strip(), "price": yuan("11.00")},
    ]

    told = body(erp.post("/prices", {"items": items}))

    assert [each["status"] for each in told["results"]] == [
        "updated",
        "unchanged",
        "refused",
        "refused",
        "refused",
    ]
    codes = [each["errors"][0]["code"] for each in told["results"] if each["errors"]]
    assert codes == ["other_currency", "unknown_article", "repeated"]
    prices = dict(Offer.objects.values_list("article", "price"))
    assert prices == {"A": Decimal(10), "B": Decimal(1299), "C": Decimal(1299)}


def test_a_hundred_prices_cost_as_much_as_five(erp, django_assert_max_num_queries):
    for number in range(100):
        make.offer(seller=erp.seller, article=f"A-{number}")

    def batch(size: int, amount: str) -> dict[str, Any]:
        named = [f"A-{number}" for number in range(size)]
        return {"items": [{"article": name, "price": yuan(amount)} for name in named]}

    with CaptureQueriesContext(connection) as few:
        body(erp.post("/prices", batch(5, "6.00")))
    with django_assert_max_num_queries(len(few) + 1):
        assert body(erp.post("/prices", batch(100, "7.00")))["updated"] == 100


def test_stock_tells_what_lies_where(erp):
    handover = sold(erp.seller, article="SOLD")
    place.stock(Offer.objects.get(article="SOLD"), 4)

    rows = body(erp.get("/stock"))["items"]

    assert handover.pk
    assert [
        (row["place"]["code"], row["on_hand"], row["allocated"], row["free"]) for row in rows
    ] == [("shenzhen", 10, 2, 8), ("harbin-warehouse", 4, 0, 4)]
    only = body(erp.get("/stock", place="harbin-warehouse"))["items"]
    assert [row["article"] for row in only] == ["SOLD"]
    assert body(erp.get("/stock", article="nothing"))["items"] == []


def test_levels_in_shenzhen_are_raised_never_lowered(erp):
    for article in "AB":
        place.stock(make.offer(seller=erp.seller, article=article), 10, at="shenzhen")
    make.offer(seller=erp.seller, article="C")
    items = [
        {"article": "A", "quantity": 12},
        {"article": "B", "quantity": 10},
        {"article": "C", "quantity": 0},
        {"article": "?", "quantity": 1},
    ]

    told = body(erp.post("/stock", {"items": items}))
    again = body(erp.post("/stock", {"items": items}))
    less = body(erp.post("/stock", {"items": [{"article": "A", "quantity": 11}]}))

    statuses = [each["status"] for each in told["results"]]
    assert statuses == ["updated", "unchanged", "unchanged", "refused"]
    assert (again["updated"], again["unchanged"]) == (0, 3)
    assert less["results"][0]["errors"][0]["code"] == "fewer"
    assert dict(Stock.objects.values_list("offer__article", "on_hand")) == {"A": 12, "B": 10}


def test_more_pieces_are_brought_with_the_system_as_their_cause(erp):
    make.offer(seller=erp.seller, article="A/1")

    assert body(erp.post("/stock/A%2F1/arrivals", {"quantity": 3}))["shenzhen"] == 3
    assert body(erp.post("/stock/A/1/arrivals", {"quantity": 4}))["shenzhen"] == 7

    assert [move.cause[:10] for move in StockMove.objects.all()] == ["interface:"] * 2
