"""A token acts for its seller alone: every operation of the document is tried on another's rows."""

import json
from typing import Any

import pytest
from django.forms.models import model_to_dict

from catalog.models import AccessReply, Offer, OfferEvent
from logistics.models import Stock
from orders.models import Handover
from storefront.api import api, documents
from storefront.lib import clock
from tests.api.conftest import NOW, System, sold
from tests.api.test_products import NEW
from tests.factories import catalog as make
from tests.factories import logistics as place

pytestmark = pytest.mark.django_db
ARTICLE = "THEIRS-1"
YUAN = {"amount": "1.00", "currency": "CNY"}
BODIES: dict[str, Any] = {
    "write_products": {"items": [{"article": ARTICLE, "price": YUAN, "quantity": 99}]},
    "write_product": {"price": YUAN, "quantity": 99},
    "write_prices": {"items": [{"article": ARTICLE, "price": YUAN}]},
    "write_price": {"price": YUAN},
    "write_levels": {"items": [{"article": ARTICLE, "quantity": 99}]},
    "write_arrival": {"quantity": 99},
}
FILTERS = {"article": ARTICLE}
OPEN = {"brands", "categories", "attributes", "hs_codes"}  # the same for everybody
OPERATIONS = [
    (method.upper(), path.removeprefix("/api/v1"), operation)
    for path, methods in documents.made(api)["paths"].items()
    for method, operation in methods.items()
]


@pytest.fixture(autouse=True)
def _monday_noon(db):
    with clock.simulated(NOW):
        yield


@pytest.fixture
def theirs(other) -> Handover:
    """What belongs to the other seller: goods, pieces at two places, an order to hand over."""
    handover = sold(other.seller, article=ARTICLE)
    place.stock(Offer.objects.get(article=ARTICLE), 7)
    return handover


def rows_of(system: System) -> list[dict[str, Any]]:
    seller = system.seller
    querysets = [
        Offer.objects.filter(seller=seller),
        OfferEvent.objects.filter(offer__seller=seller),
        Stock.objects.filter(offer__seller=seller),
        Handover.objects.filter(seller=seller),
        AccessReply.objects.filter(seller=seller),
    ]
    return [model_to_dict(row) for rows in querysets for row in rows.order_by("pk")]


def ask(system: System, method: str, path: str, operation: dict, handover: Handover):
    place = path.replace("{article}", ARTICLE).replace("{id}", str(handover.pk))
    if method == "GET":
        names = {each["name"] for each in operation["parameters"] if each.get("in") == "query"}
        return system.get(place, **{name: FILTERS[name] for name in names & set(FILTERS)})
    return system.send(method, place, BODIES.get(operation["operationId"]))


def test_every_body_is_known_here():
    with_body = {each["operationId"] for _m, _p, each in OPERATIONS if "requestBody" in each}
    assert with_body == set(BODIES)
    assert len(OPERATIONS) >= 20


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    OPERATIONS,
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_another_sellers_rows_do_not_exist(erp, other, theirs, method, path, operation):
    before = rows_of(other)
    name = operation["operationId"]

    answer = ask(erp, method, path, operation, theirs)

    text = answer.content.decode()
    if name == "write_product":  # the number is free among one's own: new goods, and not whole
        assert answer.status_code == 422
        assert {each["code"] for each in json.loads(text)["errors"]} == {"needed"}
    elif "{" in path:
        assert answer.status_code == 404
        assert ARTICLE not in text
    elif method == "GET":
        assert answer.status_code == 200
        assert not {ARTICLE, theirs.delivery.order.shown_number, other.seller.slug} & words(text)
        assert name in OPEN or "items" not in json.loads(text) or json.loads(text)["items"] == []
    else:
        assert {each["status"] for each in json.loads(text)["results"]} == {"refused"}
    assert rows_of(other) == before


def words(text: str) -> set[str]:
    return set(text.replace('"', " ").split())


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    OPERATIONS,
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_the_same_requests_reach_ones_own_rows(other, theirs, method, path, operation):
    """What the other test asks for is there: its 404s are not those of a typing error."""
    states = {"resume": "PAUSED", "submit": "DRAFT"}
    Offer.objects.update(state=states.get(operation["operationId"], "LIVE"))

    answer = ask(other, method, path, operation, theirs)

    assert answer.status_code == 200, answer.content.decode()
    body = json.loads(answer.content)
    if operation["operationId"] not in OPEN | {"shop"}:
        found = body.get("items", body.get("results", [body]))
        assert ARTICLE in str(found)


def test_two_sellers_use_one_article_number_side_by_side(erp, other, theirs):
    before = rows_of(other)

    assert erp.put(f"/products/{ARTICLE}", NEW).status_code == 201

    assert rows_of(other) == before
    mine, their = (json.loads(each.get(f"/products/{ARTICLE}").content) for each in (erp, other))
    assert (mine["price"]["amount"], their["price"]["amount"]) == ("3999.00", "1299.00")


def test_goods_that_others_sell_too_keep_their_facts(erp, other):
    variant = make.variant()
    make.offer(variant=variant, seller=other.seller)
    make.offer(variant=variant, seller=erp.seller, article="MINE")

    erp.put("/products/MINE", {"goods": {"weight_g": 999, "title_ru": "Мой"}})

    variant.refresh_from_db()
    assert variant.weight_g == 420
    assert variant.product.title_ru != "Мой"
