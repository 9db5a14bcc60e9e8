"""Goods through the interface: listed, changed, read again, moved through their states."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Offer, Product, Variant
from logistics.models import Stock
from storefront.lib import clock
from tests.api.conftest import NOW
from tests.factories import catalog as make
from tests.factories import logistics as place

pytestmark = pytest.mark.django_db
GOODS = {
    "brand": "小米",
    "model": "Xiaomi 17",
    "category": "smartphones",
    "colour": "黑色",
    "ram_gb": 12,
    "storage_gb": 256,
    "net_weight_g": 191,
    "weight_g": 426,
    "length_mm": 163,
    "width_mm": 86,
    "height_mm": 54,
    "hs_code": "8517130000",
    "origin": "CN",
    "battery_kind": "built_in",
    "battery_wh": "27.09",
    "fsb_notification": "ДЕМО-0001",
    "specs": {"screen_inch": 6.3, "five_g": True, "battery_mah": 7000},
}
YUAN = {"amount": "3999.00", "currency": "CNY"}
NEW = {"goods": GOODS, "price": YUAN, "quantity": 5}


@pytest.fixture(autouse=True)
def _monday_noon(db):
    with clock.simulated(NOW):
        yield


def body(answer, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return json.loads(answer.content)


def fields(answer, status: int = 422) -> dict[str, str]:
    return {each["field"]: each["code"] for each in body(answer, status)["errors"]}


def test_goods_are_listed_as_a_row_of_a_table_is(erp):
    listing = body(erp.put("/products/A-1", NEW), 201)

    offer = Offer.objects.select_related("variant__product__brand").get(seller=erp.seller)
    assert (offer.article, offer.state, offer.price.amount) == ("A-1", "REVIEW", Decimal("3999.00"))
    assert (offer.variant.weight_g, offer.variant.battery_wh) == (426, Decimal("27.09"))
    assert offer.variant.product.brand.slug == "xiaomi"
    assert offer.variant.product.specs["five_g"] is True
    assert Stock.objects.get(offer=offer).on_hand == 5
    assert offer.events.earliest("pk").actor.startswith("token:")
    assert listing["state"] == "REVIEW"
    assert listing["price"] == listing["asked"] == YUAN
    assert listing["pieces"] == {"harbin": 0, "shenzhen": 5}
    assert listing["updated_at"] == "2026-11-23T04:00:00Z"


def test_what_was_read_may_be_sent_back_and_changes_nothing(erp):
    first = body(erp.put("/products/A-1", NEW), 201)
    count = Offer.objects.get().events.count()

    again = body(
        erp.put(
            "/products/A-1",
            {"goods": first["goods"], "price": first["price"], "quantity": 5},
        )
    )

    assert again == first
    assert Offer.objects.get().events.count() == count
    results = body(erp.post("/products", {"items": [{"article": "A-1", **NEW}]}))
    assert results["results"] == [{"article": "A-1", "status": "unchanged", "errors": []}]


def test_composed_texts_are_not_taken_for_the_sellers_own(erp):
    first = body(erp.put("/products/A-1", NEW), 201)
    assert first["title"]
    assert first["goods"]["title_en"] is None

    told = body(erp.put("/products/A-1", {"goods": {"title_en": "My own words"}}))

    assert (told["title"], told["goods"]["title_en"]) == ("My own words", "My own words")
    assert told["goods"]["title_ru"] is None


def test_what_is_left_out_stays_and_facts_go_back_to_approval(erp):
    offer = make.offer(seller=erp.seller, article="A")

    price = body(erp.put("/products/A", {"price": {"amount": "1111.5", "currency": "CNY"}}))
    assert (price["state"], price["price"]["amount"]) == ("LIVE", "1111.50")

    facts = body(erp.put("/products/A", {"goods": {"weight_g": 430}}))
    assert (facts["state"], facts["goods"]["weight_g"]) == ("REVIEW", 430)
    offer.refresh_from_db()
    assert offer.variant.net_weight_g == 190


def test_draft_stays_a_draft_until_it_is_submitted(erp):
    assert body(erp.put("/products/A", NEW | {"submit": False}), 201)["state"] == "DRAFT"
    assert body(erp.post("/products/A/submit"))["state"] == "REVIEW"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"goods": GOODS | {"weight_g": 100}}, {"goods.weight_g": "gross_under_net"}),
        ({"goods": GOODS | {"category": "boats"}}, {"goods.category": "unknown_category"}),
        ({"goods": GOODS | {"barcode": "4006381333932"}}, {"goods.barcode": "not_a_barcode"}),
        (
            {"goods": GOODS | {"specs": {"colour_of_soul": 1}}},
            {"goods.specs.colour_of_soul": "unknown_property"},
        ),
        (
            {"goods": GOODS | {"specs": {"weight_g": 1}}},
            {"goods.specs.weight_g": "unknown_property"},
        ),
        ({"price": {"amount": "10", "currency": "USD"}}, {"price.currency": "other_currency"}),
        ({"price": {"amount": "0", "currency": "CNY"}}, {"price.amount": "not_a_price"}),
        ({"goods": {}}, dict.fromkeys(["goods.brand", "goods.model", "goods.category"], "needed")),
        ({"price": None}, {"price.amount": "needed"}),
    ],
)
def test_what_cannot_be_taken_is_named_by_field_and_nothing_is_written(erp, given, wrong):
    told = fields(erp.put("/products/A", NEW | given))

    assert wrong.items() <= told.items()
    assert not Offer.objects.exists()
    assert not Product.objects.exists()
    assert not Variant.objects.exists()
    assert not Stock.objects.exists()


def test_fewer_pieces_than_lie_there_are_no_arrival(erp):
    offer = make.offer(seller=erp.seller, article="A")
    place.stock(offer, 10, at="shenzhen")

    assert fields(erp.put("/products/A", {"quantity": 9})) == {"quantity": "fewer"}
    assert body(erp.put("/products/A", {"quantity": 12}))["pieces"]["shenzhen"] == 12
    assert body(erp.put("/products/A", {"quantity": 12}))["pieces"]["shenzhen"] == 12


def test_items_of_a_batch_do_not_suffer_for_each_other(erp):
    make.offer(seller=erp.seller, article="OLD")
    items = [
        {"article": "NEW", **NEW},
        {"article": "OLD", "price": YUAN},
        {"article": "BAD", **NEW, "goods": GOODS | {"weight_g": 1, "ram_gb": 16}},
        {"article": "NEW", **NEW},
    ]

    told = body(erp.post("/products", {"items": items}))

    assert [each["status"] for each in told["results"]] == [
        "created",
        "updated",
        "refused",
        "refused",
    ]
    assert [each["article"] for each in told["results"]] == ["NEW", "OLD", "BAD", "NEW"]
    assert told["results"][2]["errors"][0]["field"] == "goods.weight_g"
    assert told["results"][3]["errors"][0]["code"] == "repeated"
    assert (told["created"], told["updated"], told["unchanged"], told["refused"]) == (1, 1, 0, 2)
    assert set(Offer.objects.values_list("article", flat=True)) == {"NEW", "OLD"}


def test_batch_of_five_hundred_costs_as_much_as_one_of_fifty(erp, django_assert_max_num_queries):
    def batch(start: int, size: int) -> dict[str, Any]:
        return {
            "items": [
                {"article": f"N-{n}", **NEW, "goods": GOODS | {"model": f"Number {n}"}}
                for n in range(start, start + size)
            ]
        }

    body(erp.post("/products", batch(0, 1)))
    with django_assert_max_num_queries(60) as few:
        assert body(erp.post("/products", batch(1, 50)))["created"] == 50
    with django_assert_max_num_queries(len(few) + 12):  # goods are written by hundreds
        assert body(erp.post("/products", batch(51, 500)))["created"] == 500
    assert fields(erp.post("/products", batch(0, 501))) == {"items": "too_long"}


def test_goods_go_through_their_states(erp):
    make.offer(seller=erp.seller, article="A/1 b")

    assert body(erp.post("/products/A%2F1%20b/pause"))["state"] == "PAUSED"
    assert body(erp.post("/products/A/1%20b/pause"), 409)["code"] == "wrong_offer_state"
    assert body(erp.post("/products/A/1 b/resume"))["article"] == "A/1 b"
    assert Offer.objects.get().state in ("LIVE", "REVIEW")


def test_missing_facts_are_named_when_approval_is_asked_for(erp):
    variant = make.variant(hs_code="", fsb_notification="")
    make.offer(seller=erp.seller, article="A", variant=variant, state="DRAFT")

    told = body(erp.post("/products/A/submit"), 422)

    assert told["code"] == "not_complete"
    assert {"goods.hs_code"} <= {each["field"] for each in told["errors"]}
    assert Offer.objects.get().state == "DRAFT"


def test_goods_are_found_by_state_article_and_time(erp):
    make.offer(seller=erp.seller, article="A")
    make.offer(seller=erp.seller, article="B", state="PAUSED", updated_at=NOW + timedelta(days=1))

    def found(**params) -> list[str]:
        return [each["article"] for each in body(erp.get("/products", **params))["items"]]

    assert found() == ["A", "B"]
    assert found(state="PAUSED") == ["B"]
    assert found(article="A") == ["A"]
    assert found(article="A", state="PAUSED") == []
    assert found(updated_since="2026-11-24T00:00:00Z") == ["B"]
    assert found(updated_since="2026-11-23T12:00:00+08:00") == ["A", "B"]
    assert fields(erp.get("/products", updated_since="2026-11-24T00:00:00")) == {
        "updated_since": "timezone_aware"
    }
    assert fields(erp.get("/products", updated_since="1795478400")) == {
        "updated_since": "datetime_form"
    }


def test_pages_are_whole_while_rows_come_and_go(erp):
    rows = [make.offer(seller=erp.seller, article=f"A-{n}") for n in range(7)]
    seen: list[str] = []
    after = 0
    while after is not None:
        page = body(erp.get("/products", limit=2, after=after))
        seen += [each["article"] for each in page["items"]]
        after = page["next"]
        if len(seen) == 2:
            rows[1].events.all().delete()
            rows[1].delete()  # told already, and gone
            make.offer(seller=erp.seller, article="LATE")
            make.offer(article="THEIRS")
            Offer.objects.filter(pk=rows[6].pk).update(updated_at=NOW, state="PAUSED")

    assert seen == [*(f"A-{n}" for n in range(7)), "LATE"]


@pytest.mark.parametrize("path", ["/products", "/products/A-0", "/stock"])
def test_reading_costs_as_many_queries_with_twenty_rows_as_with_one(
    erp, path, django_assert_max_num_queries, django_assert_num_queries
):
    def stocked(number: int) -> None:
        place.stock(make.offer(seller=erp.seller, article=f"A-{number}"))

    stocked(0)
    erp.get(path)
    with django_assert_max_num_queries(6) as one:
        body(erp.get(path))
    for number in range(1, 20):
        stocked(number)

    with django_assert_num_queries(len(one)):
        body(erp.get(path))
