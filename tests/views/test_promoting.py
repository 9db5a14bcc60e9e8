"""The seller's prices as his pages make them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalog import asking
from catalog.models import Offer, PriceList, Promotion, SellerMember
from storefront.accounts.models import User
from storefront.lib import clock
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Shenzhen


@pytest.fixture(autouse=True)
def _monday_noon(db) -> Iterator[None]:
    with clock.simulated(NOW):
        yield


@pytest.fixture
def boris():
    return make.seller()


def visitor(seller=None, role: str = "OWNER") -> Client:
    user = User.objects.create(email=f"{role}-{seller}@example.com".lower())
    if seller:
        SellerMember.objects.create(user=user, seller=seller, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(boris) -> Client:
    return visitor(boris)


def at(name: str, language: str = "en", **where) -> str:
    with translation.override(language):
        return reverse(f"seller_{name}", kwargs=where)


def text(answer) -> str:
    return answer.content.decode()


def asked(seller, price: str = "100.00", **facts) -> Offer:
    offer = make.offer(price, seller=seller, **facts)
    asking.refresh([offer.pk], now=NOW - timedelta(days=40), because="APPROVED")
    return offer


def price(offer: Offer) -> str:
    return str(Offer.objects.get(pk=offer.pk).price.amount)


SALE = {"title": "双十二", "percent": "10", "action": "save"}


def test_promotion_made_of_pasted_numbers_holds_at_once(desk, boris):
    offers = [asked(boris), asked(boris)]
    pasted = f"{offers[0].article.lower()},\n {offers[1].article} "

    answer = desk.post(at("promotion_add"), {**SALE, "articles": pasted}, follow=True)

    row = Promotion.objects.get()
    assert answer.redirect_chain == [(at("price", kind="promotion", pk=row.pk), 302)]
    assert "It holds now." in text(answer)
    assert [price(offer) for offer in offers] == ["90.00", "90.00"]
    assert row.actor.startswith("user:")


def test_times_are_those_of_shenzhen(desk, boris):
    offer = asked(boris)
    times = {"starts_at": "2026-11-24T00:00", "ends_at": "2026-11-25T00:00"}

    desk.post(at("promotion_add"), {**SALE, **times, "articles": offer.article})

    row = Promotion.objects.get()
    assert row.starts_at == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert row.ends_at == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    assert price(offer) == "100.00"
    page = text(desk.get(at("price", "zh-hans", kind="promotion", pk=row.pk)))
    assert "11月24日 00:00" in page
    assert "coming" in text(desk.get(at("prices")))


def test_start_in_the_past_is_now(desk, boris):
    given = {**SALE, "starts_at": "2026-01-01T00:00", "articles": asked(boris).article}
    desk.post(at("promotion_add"), given)
    assert Promotion.objects.get().starts_at == NOW


def test_goods_are_looked_for_ticked_and_kept(desk, boris):
    first, second = asked(boris, article="LH-A"), asked(boris, article="LH-B")
    strange = asked(make.seller(), article="LH-C")
    looked = {"title": "双十二", "percent": "10", "action": "find", "q": "LH-"}

    page = text(desk.post(at("promotion_add"), {**looked, "offer": [first.pk]}))

    assert f'value="{first.pk}" id="offer-{first.pk}" checked' in page
    assert f'value="{second.pk}" id="offer-{second.pk}">' in page
    assert f'id="offer-{strange.pk}"' not in page
    assert 'value="双十二"' in page
    assert not Promotion.objects.exists()

    desk.post(at("promotion_add"), {**SALE, "offer": [first.pk, second.pk]})
    assert Promotion.objects.get().lines.count() == 2


def test_what_it_gives_is_shown_before_anything_is_made(desk, boris):
    offer = asked(boris)
    given = {**SALE, "action": "try", "percent": "12,5", "articles": offer.article}

    page = text(desk.post(at("promotion_add"), given))

    assert "¥87.50" in page
    assert not Promotion.objects.exists()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"percent": ""}, "Give either a part of the price or an amount, not both."),
        ({"amount": "5"}, "Give either a part of the price or an amount, not both."),
        ({"percent": "0"}, "greater than or equal to 0.01"),
        ({"percent": "100"}, "less than or equal to 99.99"),
        ({"percent": "abc"}, "Enter a number."),
        ({"percent": "", "amount": "100"}, "Nothing would be left of the price"),
        ({"most_pieces": "0"}, "greater than or equal to 1"),
        ({"title": ""}, "This field is required."),
        ({"articles": "NONE-1"}, "You have no goods with the number NONE-1."),
        ({"articles": ""}, "Choose between one and"),
        ({"ends_at": "2026-11-23T11:00"}, "The end must be later than the start"),
        (
            {"starts_at": "2026-11-25T11:00", "ends_at": "2026-11-24T11:00"},
            "The end must be later than the start.",
        ),
        ({"starts_at": "soon"}, "Enter a valid date/time."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(desk, boris, facts, words):
    offer = asked(boris)
    given = {**SALE, "title": "双十二", "articles": offer.article, **facts}

    answer = desk.post(at("promotion_add"), given)

    assert answer.status_code == 200
    assert words in text(answer)
    for name in ("articles", "percent"):
        assert given[name] in text(answer)
    assert not Promotion.objects.exists()
    assert price(offer) == "100.00"


def test_numbers_and_goods_of_others_are_unknown(desk, boris):
    asked(boris)
    foreign = asked(make.seller(), article="LH-9")

    page = text(desk.post(at("promotion_add"), {**SALE, "articles": "LH-9"}))
    assert "You have no goods with the number LH-9." in page
    page = text(desk.post(at("promotion_add"), {**SALE, "offer": [foreign.pk, "x", "9" * 30]}))
    assert "Choose between one and" in page
    assert not Promotion.objects.exists()


def test_price_list_is_pasted_as_two_columns(desk, boris):
    first, second = asked(boris, article="LH-A"), asked(boris, article="LH-B 2")
    pasted = "LH-A\t￥88.50\nLH-B 2  1,200\n"

    desk.post(at("price_list_add"), {"title": "十一月", "articles": pasted, "action": "save"})

    row = PriceList.objects.get()
    assert row.lines.count() == 2
    assert [price(offer) for offer in (first, second)] == ["88.50", "1200.00"]


def test_prices_typed_beside_found_goods_make_a_list(desk, boris):
    first, second = asked(boris), asked(boris)
    given = {"title": "十一月", f"price-{first.pk}": "80", f"price-{second.pk}": ""}

    page = text(desk.post(at("price_list_add"), {**given, "action": "find", "q": "ART"}))
    assert f'name="price-{first.pk}" value="80"' in page
    desk.post(at("price_list_add"), {**given, "action": "save"})

    assert [price(offer) for offer in (first, second)] == ["80.00", "100.00"]


@pytest.mark.parametrize(
    ("articles", "words"),
    [
        ("LH-A", "No price stands behind LH-A."),
        ("LH-A zero", "LH-A: Not a number"),
        ("LH-A 0", "LH-A: The price must be in yuan, above zero"),
        ("LH-A 1.234", "LH-A:"),
        ("LH-A 100 RUB", "You have no goods with the number LH-A 100."),
        ("LH-A 100₽", "LH-A: Unknown unit"),
    ],
)
def test_prices_that_are_none_are_told_by_their_number(desk, boris, articles, words):
    offer = asked(boris, article="LH-A")

    answer = desk.post(
        at("price_list_add"), {"title": "十一月", "articles": articles, "action": "save"}
    )

    assert words in text(answer)
    assert articles in text(answer)
    assert price(offer) == "100.00"
    assert not PriceList.objects.exists()


def test_overlaps_are_explained_and_stopping_brings_the_price_back(desk, boris):
    offer = asked(boris)
    for percent in ("10", "20"):
        desk.post(at("promotion_add"), {**SALE, "percent": percent, "articles": offer.article})
    weak, strong = Promotion.objects.order_by("pk")
    assert price(offer) == "80.00"
    page = text(desk.get(at("price", kind="promotion", pk=weak.pk)))
    assert "never two" in page
    assert at("price", kind="promotion", pk=strong.pk) in page

    desk.post(at("price_stop", kind="promotion", pk=strong.pk))

    assert price(offer) == "90.00"
    assert "never two:" not in text(desk.get(at("price", kind="promotion", pk=weak.pk)))
    assert at("price", kind="promotion", pk=strong.pk) in text(
        desk.get(at("prices") + "?show=over")
    )


def test_others_find_no_such_page(desk, boris):
    mine = asked(boris)
    desk.post(at("promotion_add"), {**SALE, "articles": mine.article})
    row = Promotion.objects.get()
    address = at("price", kind="promotion", pk=row.pk)
    stop = at("price_stop", kind="promotion", pk=row.pk)

    for client in (visitor(make.seller(), "LISTING"), visitor(boris, "FINANCE"), visitor()):
        assert client.get(address).status_code == 404
        assert client.post(stop).status_code == 404
    assert Client().get(address).status_code == 302
    assert desk.get(stop).status_code == 405
    assert desk.get(at("price", kind="sale", pk=row.pk)).status_code == 404
    assert price(mine) == "90.00"


@pytest.mark.parametrize("count", [1, 20])
def test_pages_cost_the_same_with_more_rows(desk, boris, count, django_assert_num_queries):
    for _number in range(count):
        desk.post(at("promotion_add"), {**SALE, "articles": asked(boris).article})
    offers = [asked(boris).article for _number in range(count)]
    desk.post(at("promotion_add"), {**SALE, "articles": "\n".join(offers)})
    row = Promotion.objects.latest("pk")

    desk.get(at("prices"))
    with django_assert_num_queries(5):
        desk.get(at("prices"))
    with django_assert_num_queries(7):
        desk.get(at("price", kind="promotion", pk=row.pk))
