"""The life of an offer."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from moneyed import Money

from catalog import books, listings, search
from catalog.models import Battery, Offer, OfferEvent, Product, Variant
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
BORIS = {"actor": "user:boris", "now": NOW}
VERA = {"actor": "user:vera", "now": NOW}
State = Offer.State


def draft(**facts) -> Offer:
    offer = Offer(
        seller=facts.pop("seller", None) or make.seller(),
        variant=facts.pop("variant", None) or make.variant(),
        article="A-1",
        price=Money(facts.pop("price", "1299.00"), "CNY"),
    )
    offer.state, offer.updated_at = State.DRAFT, NOW
    offer.save(force_insert=True)
    return offer


def everything() -> list:
    """Rows that a refusal must not have touched."""
    offers = list(Offer.objects.order_by("pk").values())
    events = list(OfferEvent.objects.order_by("pk").values())
    return [offers, events, list(Product.objects.order_by("pk").values())]


def test_an_offer_comes_into_the_shop_by_review():
    offer = draft()

    listings.submit(offer, **BORIS)
    listings.approve(offer, **VERA)

    offer.refresh_from_db()
    assert offer.state == State.LIVE
    kinds = offer.events.order_by("pk").values_list("kind", "actor")
    assert list(kinds) == [
        ("SUBMITTED", "user:boris"),
        ("APPROVED", "user:vera"),
    ]
    product = offer.variant.product
    product.refresh_from_db()
    assert product.due_at is not None
    search.index(product, now=NOW)
    assert Product.objects.get(pk=product.pk).is_listed


def test_a_refused_offer_keeps_the_reason_until_it_is_sent_again():
    offer = listings.submit(draft(), **BORIS)

    refused = listings.refuse(offer, reason="Нет фото", **VERA)
    assert (refused.state, refused.refusal) == (State.REFUSED, "Нет фото")

    again = listings.submit(offer, **BORIS)
    assert (again.state, again.refusal) == (State.REVIEW, "")


def test_a_paused_offer_comes_back_without_review():
    offer = make.offer()

    assert listings.pause(offer, **BORIS).state == State.PAUSED
    assert listings.resume(offer, **BORIS).state == State.LIVE


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        (State.DRAFT, listings.approve),
        (State.PAUSED, listings.approve),
        (State.REVIEW, listings.resume),
        (State.DRAFT, listings.pause),
        (State.LIVE, listings.resume),
        (State.REVIEW, listings.submit),
    ],
)
def test_what_is_not_a_move_is_refused_and_writes_nothing(state, verb):
    offer = make.offer(state=state)
    before = everything()

    with pytest.raises(listings.WrongState):
        verb(offer, **VERA)

    assert everything() == before


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"hs_code": "9999999999"}, ["hs_code"]),
        ({"hs_code": "85171"}, ["hs_code"]),
        ({"origin": ""}, ["origin"]),
        ({"battery_kind": "atomic"}, ["battery_kind"]),
        ({"battery_kind": Battery.ALONE, "battery_wh": None}, ["battery_wh"]),
        ({"fsb_notification": ""}, ["fsb_notification"]),
        ({"origin": "", "fsb_notification": ""}, ["origin", "fsb_notification"]),
    ],
)
def test_incomplete_goods_are_not_published_and_nothing_is_written(facts, fields):
    offer = draft(variant=make.variant(**facts))
    before = everything()

    with pytest.raises(listings.NotComplete) as refusal:
        listings.submit(offer, **BORIS)

    assert refusal.value.facts["fields"] == fields
    assert everything() == before


def test_a_cable_needs_no_notification():
    cable = make.variant(
        hs_code="8544421900", fsb_notification="", battery_kind=Battery.NONE, battery_wh=None
    )

    assert listings.missing(cable) == []


def test_the_facts_of_goods_may_go_missing_while_they_are_reviewed():
    offer = listings.submit(draft(), **BORIS)
    Variant.objects.filter(pk=offer.variant_id).update(fsb_notification="")
    before = everything()

    with pytest.raises(listings.NotComplete):
        listings.approve(offer, **VERA)

    assert everything() == before


def test_a_new_price_holds_at_once_and_is_recorded():
    offer = make.offer("1299.00")

    listings.reprice(offer, Decimal("1199.50"), **BORIS)

    offer.refresh_from_db()
    assert offer.price == Money("1199.50", "CNY")
    event = offer.events.get()
    assert (event.kind, event.detail) == ("REPRICED", {"before": "1299.00", "price": "1199.50"})


def test_the_same_price_again_is_no_event():
    offer = make.offer("1299.00")

    listings.reprice(offer, Decimal("1299.00"), **BORIS)

    assert not offer.events.exists()


@pytest.mark.parametrize("price", ["0", "-1", "1.001", "NaN", "Infinity"])
def test_a_price_that_is_none_is_refused_and_writes_nothing(price):
    offer = make.offer()
    before = everything()

    with pytest.raises(listings.WrongPrice):
        listings.reprice(offer, Decimal(price), **BORIS)

    assert everything() == before


def test_history_cannot_be_changed():
    offer = listings.submit(draft(), **BORIS)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        OfferEvent.objects.filter(offer=offer).update(kind="X")


def failures() -> dict[str, list[str]]:
    return {name: wrong for name, _rows, wrong in books.checks() if wrong}


def test_books_find_nothing_in_a_healthy_shop():
    offer = make.offer()
    listings.reprice(offer, Decimal("999.00"), **BORIS)
    search.index(offer.variant.product, now=NOW)
    Product.objects.update(due_at=None)

    assert failures() == {}
    assert all(rows == 1 for _name, rows, _wrong in books.checks())


def test_books_find_what_is_wrong():
    offer, other = make.offer(), make.offer()
    for one in (offer, other):
        search.index(one.variant.product, now=NOW)
    listings.reprice(offer, Decimal("999.00"), **BORIS)
    Offer.objects.filter(pk=offer.pk).update(price=Decimal("998.00"))
    Offer.objects.filter(pk=other.pk).update(state=State.PAUSED)
    Variant.objects.update(fsb_notification="")
    Product.objects.update(due_at=None)  # as if nobody had told the index

    assert failures() == {
        "the best price is the lowest live offer": [
            offer.variant.product.slug,
            other.variant.product.slug,
        ],
        "what is listed has a live offer and can be found": [other.variant.product.slug],
        "live offers may be published": [str(offer)],
        "an offer's price is the last one told": [str(offer)],
    }
