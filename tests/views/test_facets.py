"""Narrowing a list: every choice counted, each taken back, without scripts as with them."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils import translation

from catalog import search
from catalog.models import Battery, Kind, Seller
from storefront.forms import choosing
from storefront.lib import clock
from storefront.templatetags import shop
from storefront.views._groups import Facet, Range
from tests.factories import catalog as make
from tests.factories import logistics, payments
from tests.views.shelf import NOW, PHONES, listed, shelf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_noon(db) -> Iterator[None]:
    from django.core.cache import cache

    cache.clear()
    with clock.simulated(NOW), translation.override("ru"):
        yield
    cache.clear()


@pytest.fixture
def rate():
    return payments.rate("11.00", on=date(2026, 11, 21))


def phone(model: str, price: str, *, brand=None, rating: str = "", specs=None, **facts):
    offer = listed(
        model,
        price,
        brand=brand,
        specs={
            "five_g": True,
            "nfc": True,
            "screen_inch": 6.5,
            "battery_mah": 5000,
            **(specs or {}),
        },
        **facts,
    )
    if rating:
        search.note(offer.variant.product_id, rating=Decimal(rating), rating_count=3)
    return offer


@pytest.fixture
def phones(rate):
    """Six phones of two brands that differ in everything there is to choose."""
    river, lake = make.brand(name="River", slug="river"), make.brand(name="Lake", slug="lake")
    small = {"screen_inch": 5.4, "battery_mah": 3000, "five_g": False}
    large = {"screen_inch": 6.9, "battery_mah": 6000, "nfc": False}
    return [
        phone("R1", "999.00", brand=river, rating="4.8", specs=small, colour_key="black", ram_gb=6),
        phone("R2", "1999.00", brand=river, rating="4.2", colour_key="navy", ram_gb=8),
        phone("R3", "2999.00", brand=river, specs=large, colour_key="black", stock=0),
        phone("L1", "1499.00", brand=lake, rating="4.6", colour_key="black", at="shenzhen"),
        phone("L2", "3499.00", brand=lake, rating="3.1", specs=large, storage_gb=512),
        phone("L3", "799.00", brand=lake, battery_kind=Battery.ALONE, hs_code="8507600090"),
    ]


def listing_of(client, query: str = "", at: str = f"/c/{PHONES}/"):
    response = client.get(f"{at}{query}")
    assert response.status_code == 200
    return response.context["listing"]


def group(listing, key: str) -> Facet | Range:
    return next(one for one in listing.groups if one.key == key)


def counts(listing, key: str) -> dict[str, int]:
    return {one.value: one.count for one in group(listing, key).options if one.value}


def models(listing) -> set[str]:
    return {card.title.rpartition(" ")[2] for card in listing.cards}


def test_every_facet_is_there(client, phones):
    listing = listing_of(client)

    assert [one.key for one in listing.groups] == [
        "where",
        "within",
        "price",
        "brand",
        "ram",
        "storage",
        "screen",
        "battery",
        "connection",
        "colour",
        "rating",
        "seller",
    ]
    listed("Buds", kind=Kind.EARBUDS, category=shelf("earbuds"))
    assert "category" in [one.key for one in listing_of(client, at="/search/").groups]


def test_shelves_stand_as_a_tree(client, phones):
    for model, name in (("Buds", "earbuds"), ("Ears", "headphones"), ("Band", "bands")):
        listed(model, category=shelf(name))

    options = group(listing_of(client, at="/search/"), "category").options
    tree = client.get("/c/audio/").context["tree"]

    assert [(one.value, one.above, one.count) for one in options] == [
        ("smartphones", "", 6),
        ("earbuds", "Аудио", 1),
        ("headphones", "", 1),
        ("bands", "Носимая электроника", 1),
    ]
    assert [(one["title"], one["count"], len(one["parts"])) for one in tree] == [
        ("Смартфоны", 6, 0),
        ("Аудио", 2, 2),
        ("Носимая электроника", 1, 0),
    ]


@pytest.mark.parametrize("narrowed", ["", "brand=river", "harbin=1&ram=8", "rating=4&five_g=1"])
def test_each_count_is_what_its_choice_finds(client, phones, narrowed):
    """Counted as if its own facet were not chosen: so it alone of its facet is asked for."""
    base = QueryDict(narrowed)
    shown = listing_of(client, f"?{narrowed}")

    looked_at = 0
    for facet in (one for one in shown.groups if isinstance(one, Facet)):
        for option in (one for one in facet.options if one.value):
            asked = base.copy()
            asked.setlist(option.name, [option.value])
            found = listing_of(client, f"?{asked.urlencode()}")

            assert found.total == option.count, (narrowed, option)
            looked_at += 1
    assert looked_at > 10


def test_an_option_that_finds_nothing_is_not_offered_unless_chosen(client, phones):
    offered = counts(listing_of(client, "?brand=lake"), "ram")
    chosen = counts(listing_of(client, "?brand=lake&ram=6"), "ram")

    assert "6" not in offered
    assert chosen["6"] == 0
    assert listing_of(client, "?brand=lake&ram=6").total == 0


def test_colours_are_families_with_names_and_paint(client, phones):
    listing = listing_of(client, "?colour=blue")
    body = client.get(f"/c/{PHONES}/").content.decode()

    assert models(listing) == {"R2"}
    blue = next(one for one in group(listing, "colour").options if one.value == "blue")
    assert (blue.label, blue.checked) == ("синий", True)
    assert re.search(rf'<circle [^>]*fill="{blue.swatch}"', body)


def test_sliders_stand_over_all_there_is(client, phones):
    listing = listing_of(client, "?brand=lake")
    price, screen = group(listing, "price"), group(listing, "screen")

    # 799.00 and 3499.00 yuan are 9 870 and 43 190 rubles; a step of 500 walks there in 68 stops
    assert (price.scale.low, price.scale.high, price.scale.step) == ("9500", "43500", "500")
    assert (screen.scale.low, screen.scale.high, screen.scale.step) == ("6.5", "6.9", "0.1")
    assert group(listing, "battery").scale.step == "50"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?screen_from=6,6", {"R3", "L2"}),
        ("?screen_to=5.4", {"R1"}),
        ("?battery_from=5001", {"R3", "L2"}),
        ("?battery_from=3 000&battery_to=5000", {"R1", "R2", "L1", "L3"}),
        ("?from=9 870&to=9870", {"L3"}),
        ("?screen_from=6.9&screen_to=5.4", set()),
        ("?screen_from=big&battery_to=1e3", {"R1", "R2", "R3", "L1", "L2", "L3"}),
    ],
)
def test_ranges_hold_both_ends_and_are_read_as_typed(client, phones, query, found):
    assert models(listing_of(client, query)) == found


def test_goods_that_arrive_by_a_day(client, phones):
    listing = listing_of(client)
    arrives = group(listing, "within")

    soon = listing_of(client, "?within=10")

    assert arrives.options[0].label in ("Любой", "Any")
    in_ten = counts(listing, "within")["10"]
    assert 0 < in_ten < listing.total
    assert soon.total == in_ten
    assert "L1" not in models(soon), "from Shenzhen it takes longer"
    assert "L3" not in models(soon), "a power bank does not fly"
    assert listing_of(client, "?within=11").total == listing.total, "no such wish is offered"


def test_each_chip_takes_back_its_own_choice(client, phones):
    query = "?brand=river&brand=lake&harbin=1&rating=4&within=14&from=5000&screen_to=7&sort=cheap"
    listing = listing_of(client, query)

    assert len(listing.chips) == 7, [one["title"] for one in listing.chips]
    for chip in listing.chips:
        fewer = listing_of(client, chip["url"].removeprefix(f"/c/{PHONES}/"))
        titles = {one["title"] for one in listing.chips} - {chip["title"]}
        assert {one["title"] for one in fewer.chips} == titles
        assert "sort=cheap" in chip["url"]
    assert listing_of(client, listing.clear.removeprefix(f"/c/{PHONES}/")).chips == []


def test_the_form_does_it_all_without_scripts(client, phones):
    body = client.get(f"/c/{PHONES}/?brand=river").content.decode()
    form = body[
        body.index('<form class="facets"') : body.index("</form>", body.index('id="choices"'))
    ]

    names = set(re.findall(r'<input[^>]* name="(\w+)"', form))
    assert names == {
        *("harbin", "within", "from", "to", "brand", "ram", "storage", "screen_from", "screen_to"),
        *("battery_from", "battery_to", "five_g", "nfc", "colour", "rating", "seller"),
    }
    assert 'method="get"' in form
    assert re.search(r"<button class=\"[^\"]*without-js\"", form)
    sliders = re.findall(r'<input type="range"[^>]*>', form)
    assert len(sliders) == 6
    assert not any(" name=" in slider for slider in sliders), (
        "a slider moves a field, it sends none"
    )
    assert all("aria-label=" in slider for slider in sliders)


def test_only_one_day_and_one_rating_can_be_wished(client, phones):
    body = client.get(f"/c/{PHONES}/?rating=4.5").content.decode()

    ratings = re.findall(
        r'<input type="(\w+)" id="rating-[^"]*" name="rating" value="([^"]*)"( checked)?', body
    )
    assert ratings == [
        ("radio", "", ""),
        ("radio", "4.5", " checked"),
        ("radio", "4", ""),
        ("radio", "3", ""),
    ]


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (999, "999"), (1000, "1\u202f000"), (1001, "1\u202f000+")]
)
def test_counts_are_exact_to_a_thousand(count, text):
    assert shop.bounded(count) == text


@pytest.mark.parametrize(
    ("low", "high", "finest", "scale"),
    [
        ("9870", "43190", "10", ("9500", "43500", "500")),
        ("5.4", "6.9", "0.1", ("5.4", "6.9", "0.1")),
        ("990", "1010", "10", ("990", "1010", "10")),
        ("100", "9999999", "10", ("0", "10000000", "5000")),
        ("20", "26800", "50", ("0", "26800", "200")),
    ],
)
def test_a_slider_takes_round_steps(low, high, finest, scale):
    made = choosing.scale(Decimal(low), Decimal(high), finest=finest)

    assert (made.low, made.high, made.step) == scale


def test_a_slider_over_one_value_is_none():
    assert choosing.scale(Decimal("6.5"), Decimal("6.5"), finest="0.1") is None


def test_a_facet_of_many_folds_the_rest_away(client, rate):
    for number in range(12):
        phone(f"M{number}", "1000.00", brand=make.brand(name=f"Maker {number:02}"))

    brand = group(listing_of(client), "brand")
    last = brand.options[-1]
    chosen = group(listing_of(client, f"?brand={last.value}"), "brand")

    assert (len(brand.shown), len(brand.more)) == (8, 4)
    assert last.value in [one.value for one in chosen.shown], "what is chosen is never folded away"


def test_words_follow_the_language(client, phones):
    chosen = {
        language: listing_of(client, "?colour=blue&rating=4.5", at=f"{language}/c/{PHONES}/")
        for language in ("", "/zh-hans", "/en")
    }

    titles = {language: [chip["title"] for chip in one.chips] for language, one in chosen.items()}
    assert [one[0] for one in titles.values()] == ["синий", "蓝色", "blue"]
    assert "4,5" in titles[""][1]
    assert "4.5" in titles["/en"][1]


def test_twenty_three_sellers_are_one_shop(client, rate):
    offers = [
        listed(f"S{number:02}", "1000.00", brand=make.brand(name=f"Maker {number:02}"))
        for number in range(23)
    ]
    shared = offers[0].variant
    for offer in offers[1:]:
        logistics.stock(make.offer("1000.00", variant=shared, seller=offer.seller), 1)
    search.index(shared.product, now=NOW)

    everywhere = listing_of(client)
    sellers = counts(everywhere, "seller")
    page = client.get(f"/p/{shared.product.slug}/")
    frame = re.compile(r"<header.*?</header>|<footer.*?</footer>", re.DOTALL)

    assert len(sellers) == 23
    assert len(page.context["sheet"].sellings) == 23
    frames = set()
    for offer in offers:
        front = client.get(f"/s/{offer.seller.slug}/")
        listing = front.context["listing"]
        own = 1 if offer.seller == offers[0].seller else 2
        assert listing.total == own == sellers[offer.seller.slug]
        assert "seller" not in [one.key for one in listing.groups]
        body = front.content.decode()
        assert offer.seller.name in body
        frames.add("".join(frame.findall(re.sub(r"/s/[\w-]+/", "/s/", body))))
        assert f'href="/s/{offer.seller.slug}/"' in page.content.decode()
    assert len(frames) == 1, "every front stands in the frame of the one shop"
    Seller.objects.filter(pk=offers[5].seller_id).update(is_open=False)
    assert client.get(f"/s/{offers[5].seller.slug}/").status_code == 404
