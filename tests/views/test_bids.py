"""Several sellers of one model: the better offer first, and why."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from catalog import cards, former, search
from catalog.models import AskedPrice
from orders import reviews
from storefront.lib import clock
from tests.factories import catalog as make
from tests.factories import logistics, orders, payments
from tests.views.shelf import NOW, PHONES, listed, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_noon(db) -> Iterator[None]:
    from django.core.cache import cache

    cache.clear()
    with clock.simulated(NOW), translation.override("en"):
        yield
    cache.clear()


@pytest.fixture(autouse=True)
def rate(db):
    return payments.rate("11.00", on=date(2026, 11, 21))


def rival(of, price: str, *, at: str = "harbin-warehouse", stock: int = 3, **facts):
    offer = make.offer(price, variant=of.variant, seller=make.seller(**facts))
    if stock:
        logistics.stock(offer, stock, at=at)
    return offer


def sellings(client, offer):
    return client.get(page_of(offer)).context["sheet"].sellings


def test_the_cheaper_offer_is_first_and_says_by_how_much(client):
    dear = listed(price="1300.00")
    cheap = rival(dear, "1275.00")

    first, second = sellings(client, dear)

    # 1275.00 and 1300.00 yuan are 15 740 and 16 050 rubles
    assert (first.id, second.id) == (cheap.pk, dear.pk)
    assert first.reasons == ["cheaper by 310\u00a0₽"]
    assert second.reasons == ["310\u00a0₽ more"]


def test_a_dearer_offer_tells_that_it_arrives_sooner(client):
    near = listed(price="1300.00")
    far = rival(near, "1275.00", at="shenzhen")

    first, second = sellings(client, near)

    assert [first.id, second.id] == [far.pk, near.pk]
    days = (first.window[1] - second.window[1]).days
    assert days > 1
    assert second.reasons == [
        "310\u00a0₽ more",
        f"in Harbin now: arrives {days} days sooner",
    ]
    assert first.reasons == ["cheaper by 310\u00a0₽", f"arrives {days} days later"]


def test_of_one_price_the_nearer_is_first(client):
    far = listed(price="1300.00", at="shenzhen")
    near = rival(far, "1300.00")

    first, second = sellings(client, far)

    assert (first.id, second.id) == (near.pk, far.pk)
    assert first.reasons[0] == "same price"
    assert re.fullmatch(r"in Harbin now: arrives \d+ days sooner", first.reasons[1])


def test_prices_that_are_shown_alike_are_alike(client):
    far = listed(price="1299.00", at="shenzhen")
    near = rival(far, "1299.30")

    first, _second = sellings(client, far)

    # 16 032.26 and 16 035.96 rubles are both shown as 16 040
    assert first.id == near.pk
    assert first.reasons[0] == "same price"


def test_of_one_price_and_place_the_better_rated_is_first(client):
    plain = listed(price="1300.00")
    liked = rival(plain, "1300.00")
    order = orders.order(liked)
    order.deliveries.update(delivered_at=NOW)
    reviews.write(order.lines.get(), reviews.Opinion(5), now=NOW)

    first, second = sellings(client, plain)

    assert (first.id, second.id) == (liked.pk, plain.pk)
    assert first.reasons == ["same price", "better rated"]
    assert (first.rating, first.rating_count) == (Decimal("5.0"), 1)
    assert second.reasons == ["same price"]


def test_of_equals_the_older_seller_is_first(client):
    young = listed(price="1300.00")
    old = rival(young, "1300.00", joined_on=date(2020, 1, 1))

    first, _second = sellings(client, young)

    assert first.id == old.pk
    assert first.reasons == ["same price", "has sold here longer"]


def test_what_is_sold_out_is_last_and_gives_no_reason(client):
    here = listed(price="1300.00")
    gone = rival(here, "900.00", stock=0)

    first, last = sellings(client, here)

    assert (first.id, last.id) == (here.pk, gone.pk)
    assert first.reasons == last.reasons == []


def test_one_rule_whatever_the_order_of_the_rows():
    offer = make.offer("100.00")
    bids = [
        cards.Bid(offer, Decimal(price), had, near, NOW.date() + timedelta(days), rating)
        for had in (True, False)
        for price in ("990", "1000")
        for near, days in ((True, 5), (False, 9))
        for rating in (Decimal("4.9"), Decimal("3.0"), None)
    ]

    ordered = cards.best_first(reversed(bids))

    assert ordered == bids
    for bid in bids:
        assert cards.edge(bid, bid) == cards.Edge()


def reduced(offer, before: str, *, days: int = 40):
    """It was asked for `before` for so many days, and a week ago the price fell to what it is."""
    for price, ago in ((before, days), (offer.price.amount, 7)):
        AskedPrice.objects.create(
            offer=offer,
            price=Decimal(price),
            price_currency="CNY",
            asked_from=NOW - timedelta(days=ago),
            because="test",
        )


def test_a_price_is_struck_through_only_when_it_was_asked(client):
    offer = listed(price="1299.00")
    plain = client.get(page_of(offer)).content.decode()
    reduced(offer, "1499.00")
    from django.core.cache import cache

    cache.clear()

    page = client.get(page_of(offer))

    assert "<s " not in plain
    (selling,) = page.context["sheet"].sellings
    assert former.struck(offer, now=NOW) == Decimal("1499.00")
    assert selling.was == Decimal("18510.00")  # 1499.00 x 11.00 x 1.02 x 1.10 = 18 500.658
    assert "lowest price before the reduction" in page.content.decode()


def cards_of(client, address: str = f"/c/{PHONES}/"):
    from django.core.cache import cache

    cache.clear()
    page = client.get(address)
    return page, {card.url: card.was for card in page.context["listing"].cards}


def test_cards_strike_through_what_the_page_of_the_goods_does(client):
    reduced_one, dear_one = listed("Galaxy A54", "1299.00"), listed("Galaxy A55", "1299.00")
    young, risen = listed("Galaxy A56", "1299.00"), listed("Galaxy A57", "1299.00")
    for offer, before, days in ((reduced_one, "1499.00", 40), (risen, "1199.00", 40)):
        reduced(offer, before, days=days)
    reduced(young, "1499.00", days=20)  # 13 days at the former price are too few

    page, struck = cards_of(client)

    assert struck == {
        page_of(reduced_one): Decimal("18510.00"),
        page_of(dear_one): None,
        page_of(young): None,
        page_of(risen): None,
    }
    for offer in (reduced_one, dear_one, young, risen):
        assert sellings(client, offer)[0].was == struck[page_of(offer)]
    assert page.content.decode().count('<s class="was') == 1


def test_a_card_strikes_through_the_former_price_of_the_cheapest_alone(client):
    cheap = listed(price="1299.00")
    dear = rival(cheap, "1399.00")
    reduced(dear, "1599.00")
    search.index(cheap.variant.product, now=NOW)
    assert cards_of(client)[1] == {page_of(cheap): None}

    reduced(cheap, "1499.00")
    assert cards_of(client)[1] == {page_of(cheap): Decimal("18510.00")}

    same = rival(cheap, "1299.00")
    reduced(same, "1299.00")
    assert cards_of(client)[1] == {page_of(cheap): None}
    same.seller.is_open = False
    same.seller.save()
    assert cards_of(client)[1] == {page_of(cheap): Decimal("18510.00")}


@pytest.mark.parametrize("goods", [1, 20])
def test_struck_prices_of_a_shelf_are_asked_for_once(client, goods):
    for number in range(goods):
        reduced(listed(f"Galaxy A{number + 10}"), "1499.00")
    with CaptureQueriesContext(connection) as asked:
        _page, struck = cards_of(client)

    assert list(struck.values()) == [Decimal("18510.00")] * goods
    assert len([one for one in asked if "catalog_askedprice" in one["sql"]]) == 1
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/c/{PHONES}/")
    assert not [one for one in asked if "catalog_askedprice" in one["sql"]]


def test_the_price_over_time_is_drawn_when_it_moved(client):
    offer = listed(price="1299.00")
    assert client.get(page_of(offer)).context["sheet"].prices is None
    reduced(offer, "1499.00")
    from django.core.cache import cache

    cache.clear()

    chart = client.get(page_of(offer)).context["sheet"].prices

    assert (chart.lowest, chart.now) == (Decimal("16040.00"), Decimal("16040.00"))
    assert re.fullmatch(r"M0\.0 6\.0H[\d.]+V66\.0H320\.0", chart.path)


def test_queries_do_not_grow_with_the_sellers(client, django_assert_num_queries):
    offer = listed(price="1300.00")
    for number in range(22):
        rival(offer, f"{1301 + number}.00")
    search.index(offer.variant.product, now=NOW)
    address = page_of(offer)
    client.get(address)

    with django_assert_num_queries(4):
        assert len(client.get(address).context["sheet"].sellings) == 23
