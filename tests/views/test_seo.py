"""What search engines find: canonical addresses, languages, the map, structured data."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template import engines
from django.utils import translation

from catalog import search
from catalog.models import Product
from storefront.lib import clock
from storefront.views import maps_of_site
from tests.factories import catalog as make
from tests.factories import logistics, payments
from tests.views.shelf import NOW, PHONES, listed, page_of, product_of

pytestmark = pytest.mark.django_db
HOST = "http://testserver"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
NAMES = {"map": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture(autouse=True)
def _monday_noon(db) -> Iterator[None]:
    from django.core.cache import cache

    cache.clear()
    with clock.simulated(NOW), translation.override("ru"):
        yield
    cache.clear()


@pytest.fixture(autouse=True)
def rate(db):
    return payments.rate("11.00", on=date(2026, 11, 21))


def blocks(client, address: str) -> dict[str, dict]:
    body = client.get(address).content.decode()
    found = [json.loads(text) for text in BLOCK.findall(body)]
    assert all(one["@context"] == "https://schema.org" for one in found)
    return {one.get("@type", "graph"): one for one in found}


def head(client, address: str) -> tuple[str, dict[str, str]]:
    body = client.get(address).content.decode()
    (canonical,) = re.findall(r'<link rel="canonical" href="([^"]+)">', body)
    return canonical, dict(
        re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', body)
    )


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        (f"/c/{PHONES}/", f"/c/{PHONES}/"),
        (f"/c/{PHONES}/?brand=x&sort=cheap&from=1&page=1", f"/c/{PHONES}/"),
        (f"/c/{PHONES}/?page=2&sort=new", f"/c/{PHONES}/?page=2"),
        (f"/c/{PHONES}/?page=x", f"/c/{PHONES}/"),
        ("/search/?q=galaxy&ram=8", "/search/?q=galaxy"),
        (f"/en/c/{PHONES}/?nfc=1", f"/en/c/{PHONES}/"),
    ],
)
def test_a_list_has_one_address_however_it_is_narrowed(client, address, canonical):
    assert head(client, address)[0] == HOST + canonical


def test_every_public_page_names_its_sisters(client):
    offer = listed()

    pages = ("/", f"/c/{PHONES}/", page_of(offer), f"/s/{offer.seller.slug}/", "/city/")
    for address in pages:
        versions = {
            "ru": HOST + address,
            "x-default": HOST + address,
            "zh-Hans": f"{HOST}/zh-hans{address}",
            "en": f"{HOST}/en{address}",
        }
        for language in ("", "/zh-hans", "/en"):
            assert head(client, language + address)[1] == versions


def test_a_variant_is_the_same_page(client):
    offer = listed()

    assert head(client, f"{page_of(offer)}?v={offer.variant.slug}")[0] == HOST + page_of(offer)


def addresses(client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer["Content-Type"] == "application/xml"
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return [node.text for node in ElementTree.fromstring(text).findall(".//map:loc", NAMES)]


def test_the_map_leads_to_every_public_page_in_every_language(client):
    offer = listed()

    parts = addresses(client, "/sitemap.xml")
    found = [page for part in parts for page in addresses(client, part.removeprefix(HOST))]

    for page in ("/", f"/c/{PHONES}/", page_of(offer), f"/s/{offer.seller.slug}/"):
        for language in ("", "/zh-hans", "/en"):
            assert HOST + language + page in found
            assert client.get(language + page).status_code == 200
    assert len(found) == len(set(found))


def test_each_entry_of_the_map_names_its_sisters(client):
    offer = listed()
    part = addresses(client, "/sitemap.xml")[-1].removeprefix(HOST)

    text = b"".join(client.get(part).streaming_content)
    entries = ElementTree.fromstring(text).findall("map:url", NAMES)
    assert len(entries) == 3  # one for each language
    for entry in entries:
        links = {link.get("hreflang"): link.get("href") for link in entry.findall("x:link", NAMES)}
        assert links == {
            "ru": HOST + page_of(offer),
            "x-default": HOST + page_of(offer),
            "zh-Hans": f"{HOST}/zh-hans{page_of(offer)}",
            "en": f"{HOST}/en{page_of(offer)}",
        }


def test_the_map_is_cut_by_keys_and_read_in_batches(client, monkeypatch, django_assert_num_queries):
    offers = [listed(f"Galaxy A{number}") for number in range(7)]
    keys = sorted(offer.variant.product_id for offer in offers)
    monkeypatch.setattr(maps_of_site, "KEYS_A_PART", keys[3])
    monkeypatch.setattr(maps_of_site, "BATCH", 2)
    Product.objects.filter(pk=keys[1]).update(is_listed=False)

    parts = [part.removeprefix(HOST) for part in addresses(client, "/sitemap.xml")[1:]]
    goods = [addresses(client, part) for part in parts]

    assert [len(found) for found in goods][:2] == [3 * 2, 3 * 4]
    with django_assert_num_queries(1 + 3):  # the last key; two batches of two and an empty one
        addresses(client, parts[1])
    assert client.get(f"/sitemap-goods-{len(parts)}.xml").status_code == 404


def test_a_part_of_the_map_stays_within_what_readers_take():
    longest = 120 + len("https://shop.example.com/zh-hans/p//")
    entry = len("<url><loc></loc></url>\n") + longest + 4 * (longest + 70)

    assert maps_of_site.KEYS_A_PART * 3 <= 50_000
    assert maps_of_site.KEYS_A_PART * 3 * entry <= 50 * 1024 * 1024


def test_robots_keep_out_of_what_is_private_in_every_language(client):
    text = client.get("/robots.txt").content.decode()

    for line in ("/cart/", "/zh-hans/cart/", "/en/search/", "/admin/"):
        assert f"Disallow: {line}\n" in text
    assert f"Sitemap: {HOST}/sitemap.xml" in text


def test_a_product_is_told_as_it_is_shown(client):
    offer = listed(price="1299.00")
    product = product_of(offer)
    search.note(product.pk, rating=Decimal("4.5"), rating_count=2)
    dearer = make.offer("1400.00", variant=offer.variant)
    gone = make.offer("1000.00", variant=offer.variant)
    logistics.stock(dearer, 1)

    told = blocks(client, page_of(offer))["Product"]

    assert told["name"] == product.title_ru
    assert told["brand"]["name"] == product.brand.name
    assert told["aggregateRating"]["ratingValue"] == "4.5"
    assert told["url"] == HOST + page_of(offer)
    offers = told["offers"]
    assert (offers["@type"], offers["priceCurrency"], offers["offerCount"]) == (
        "AggregateOffer",
        "RUB",
        3,
    )
    assert (offers["lowPrice"], offers["highPrice"]) == ("16040.00", "17280.00")
    assert [one["availability"].rpartition("/")[2] for one in offers["offers"]] == [
        "InStock",
        "InStock",
        "OutOfStock",
    ]
    assert offers["offers"][2]["seller"]["name"] == gone.seller.name_ru
    assert "shippingDetails" not in json.dumps(told)


def test_one_seller_is_a_plain_offer(client):
    offer = listed(price="1299.00")

    told = blocks(client, f"/en{page_of(offer)}")["Product"]

    assert (told["offers"]["@type"], told["offers"]["price"]) == ("Offer", "16040.00")
    assert told["offers"]["seller"]["url"] == f"{HOST}/en/s/{offer.seller.slug}/"
    assert "aggregateRating" not in told


def test_without_a_rate_no_price_is_told(client):
    with clock.simulated(NOW.replace(month=12, day=20)):
        told = blocks(client, page_of(listed()))["Product"]

    assert "offers" not in told


def test_the_way_and_the_house_are_told(client):
    offer = listed()
    page = page_of(offer)
    crumbs = blocks(client, page)["BreadcrumbList"]["itemListElement"]
    site = blocks(client, "/")["graph"]["@graph"]
    store = blocks(client, f"/s/{offer.seller.slug}/")["Organization"]

    assert [one["item"] for one in crumbs] == [
        f"{HOST}/",
        f"{HOST}/c/{PHONES}/",
        HOST + page,
    ]
    assert [one["position"] for one in crumbs] == [1, 2, 3]
    assert {one["@type"] for one in site} == {"Organization", "WebSite"}
    assert site[1]["potentialAction"]["target"]["urlTemplate"] == f"{HOST}/search/?q={{words}}"
    assert store["name"] == offer.seller.name_ru


WILD = "</script><script>alert(1)</script><!-- & \u2028 \"quoted\" 'too'"


def test_a_title_cannot_break_out_of_the_data(client):
    offer = listed()
    Product.objects.update(title_ru=WILD, description_ru=WILD)

    body = client.get(page_of(offer)).content.decode()

    assert "<script>alert" not in body
    assert blocks(client, page_of(offer))["Product"]["name"] == WILD
    assert "<!--" not in "".join(BLOCK.findall(body))


def test_the_tag_escapes_whatever_it_is_given():
    made = engines["django"].from_string("{% load shop %}{% structured data %}")

    text = made.render({"data": {WILD: [WILD]}})

    assert text.count("<") == 2
    assert json.loads(BLOCK.fullmatch(text)[1]) == {WILD: [WILD]}
    assert made.render({"data": None}) == ""


@pytest.mark.parametrize("address", ["/", f"/c/{PHONES}/", "/search/?q=x"])
def test_what_a_stranger_sees_may_be_kept_for_a_minute(client, address):
    listed()

    stranger = client.get(address)
    client.post("/city/", {"city": "vladivostok"})
    known = client.get(address)

    assert stranger["Cache-Control"] == "public, max-age=60"
    assert not stranger.cookies
    assert "Cookie" in stranger["Vary"]
    assert set(known["Cache-Control"].split(", ")) == {"private", "no-cache"}
