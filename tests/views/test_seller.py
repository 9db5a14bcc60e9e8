"""The seller's desk as its seller, and everybody else, gets it."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from catalog.models import Offer, Picture, Product, SellerMember
from logistics import shipments, warehouse
from logistics.models import Stock
from orders import lifecycle
from orders.models import Handover, OrderEvent
from storefront.accounts.models import User
from storefront.lib import clock
from tests.factories import catalog as make
from tests.factories import logistics as place
from tests.factories import orders as sell

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CARD = {
    "category": "smartphones",
    "brand": "小米",
    "model": "Xiaomi 17",
    "colour": "黑色",
    "ram_gb": "12",
    "storage_gb": "256 GB",
    "net_weight_g": "191 g",
    "weight_g": "0.426 kg",
    "length_mm": "163",
    "width_mm": "86",
    "height_mm": "54",
    "hs_code": "8517130000",
    "origin": "中国",
    "battery_kind": "built_in",
    "battery_wh": "27.09",
    "fsb_notification": "ДЕМО-0001",
    "article": "A-1",
    "price_cny": "￥3,999.00",
    "quantity": "5",
}


@pytest.fixture(autouse=True)
def _monday_noon(db, settings, tmp_path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(NOW):
        yield


@pytest.fixture
def boris():
    return make.seller()


def visitor(seller=None, email="boris@example.com") -> Client:
    user = User.objects.create(email=email)
    if seller:
        SellerMember.objects.create(user=user, seller=seller, role="OWNER")
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


def picture(form="PNG", size=(60, 40), colour="teal") -> io.BytesIO:
    paper = io.BytesIO()
    Image.new("RGB", size, colour).save(paper, form)
    paper.seek(0)
    paper.name = f"{colour}.{form.lower()}"
    return paper


def sold(seller, *, quantity=2) -> Handover:
    """A paid order of goods that lie in Shenzhen."""
    offer = make.offer(seller=seller)
    place.stock(offer, at="shenzhen")
    part = {"origin": "shenzhen", "lane": "szx-air-svx"}
    order = sell.order(offer, quantity=quantity, part=part)
    warehouse.reserve(order, actor="test", now=NOW)
    lifecycle.mark_paid(order, actor="test", now=NOW - timedelta(days=1))
    warehouse.allocate(order, actor="test", now=NOW)
    shipments.plan(order, actor="test", now=NOW)
    return Handover.objects.get(delivery__order=order)


PAGES = ["today", "products", "product_add", "stock", "orders", "money"]


@pytest.mark.parametrize("name", PAGES)
def test_stranger_is_sent_to_sign_in_and_a_buyer_finds_no_page(name):
    answer = Client().get(at(name))
    assert answer.status_code == 302
    assert "/login/?next=/en/seller/" in answer["Location"]

    buyer = visitor(email="gleb@example.com").get(at(name))
    if name == "today":
        assert buyer["Location"] == at("apply")  # the door to a desk of one's own
    else:
        assert buyer.status_code == 404


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["ru", "zh-hans", "en"])
def test_every_page_opens_empty_and_full_in_every_language(desk, boris, name, language):
    address = at(name, language)
    assert desk.get(address).status_code == 200

    sold(boris)
    make.offer(seller=boris, state=Offer.State.REFUSED, refusal="Wrong weight")
    answer = desk.get(address)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


def test_goods_of_another_seller_do_not_exist(desk):
    theirs = make.offer()
    handover = sold(make.seller())

    assert desk.get(at("product_edit", pk=theirs.pk)).status_code == 404
    for action in ("save", "submit", "pause", "show", "hide"):
        answer = desk.post(at("product_edit", pk=theirs.pk), {"action": action})
        assert answer.status_code == 404
    assert desk.post(at("hand_over", pk=handover.pk)).status_code == 404
    for name in PAGES:
        assert theirs.article not in text(desk.get(at(name)))

    theirs.refresh_from_db()
    handover.refresh_from_db()
    assert (theirs.state, handover.handed_at) == ("LIVE", None)


def test_todays_page_tells_what_is_to_do(desk, boris):
    handover = sold(boris)
    make.offer(seller=boris, state=Offer.State.REFUSED, refusal="The weight cannot be right")

    page = text(desk.get(at("today")))

    assert handover.delivery.order.shown_number in page
    assert "¥2,598.00" in page
    assert "2 pieces" in page
    assert "The weight cannot be right" in page


def test_a_desk_without_goods_is_led_to_the_import_until_it_has_some(desk, boris):
    to_import = f'class="button river" href="{at("imports")}"'

    assert to_import in text(desk.get(at("today")))
    make.offer(seller=boris)
    assert to_import not in text(desk.get(at("today")))


@pytest.mark.parametrize("name", ["today", "products", "stock", "orders", "money"])
def test_page_costs_as_many_queries_with_twenty_rows_as_with_one(
    desk, boris, name, django_assert_max_num_queries, django_assert_num_queries
):
    sold(boris)
    desk.get(at(name))
    with django_assert_max_num_queries(16) as first:
        desk.get(at(name))

    for _n in range(19):
        sold(boris)
    with django_assert_num_queries(len(first)):
        desk.get(at(name))


def test_new_goods_are_listed_and_sent_for_approval(desk, boris):
    answer = desk.post(f"{at('product_add')}?card=new", {**CARD, "action": "submit"})

    offer = Offer.objects.select_related("variant__product__brand").get(seller=boris)
    assert answer.status_code == 302
    assert answer["Location"] == at("product_edit", pk=offer.pk)
    assert (offer.state, offer.price.amount) == ("REVIEW", Decimal("3999.00"))
    assert (offer.variant.product.slug, offer.variant.weight_g) == ("xiaomi-17", 426)
    assert offer.variant.product.brand.slug == "xiaomi"
    assert Stock.objects.get(offer=offer).on_hand == 5
    assert offer.events.earliest("pk").actor.startswith("user:")


def test_bad_input_keeps_what_was_typed_and_says_what_is_wrong_beside_it(desk):
    typed = {**CARD, "weight_g": "100", "price_cny": "cheap", "barcode": "4006381333932"}

    answer = desk.post(f"{at('product_add')}?card=new", {**typed, "action": "submit"})

    assert answer.status_code == 200
    form = answer.context["form"]
    assert set(form.errors) == {"weight_g", "price_cny", "barcode"}
    page = text(answer)
    for name, value in typed.items():
        if name not in ("category", "hs_code", "battery_kind"):
            assert f'name="{name}" value="{value}"' in page, name
    assert "The weight with box is less than the net weight." in page
    assert 'value="smartphones" selected' in page
    assert not Product.objects.exists()


def test_goods_without_papers_are_not_sent_but_saved(desk):
    bare = {**CARD, "fsb_notification": "", "hs_code": "", "battery_wh": ""}

    answer = desk.post(f"{at('product_add')}?card=new", {**bare, "action": "submit"})
    assert set(answer.context["form"].errors) == {"hs_code", "battery_wh"}
    assert not Offer.objects.exists()

    desk.post(f"{at('product_add')}?card=new", {**bare, "action": "draft"})
    assert Offer.objects.get().state == "DRAFT"


def test_card_that_is_there_is_chosen_and_shared(desk, boris):
    theirs = make.offer()
    variant = theirs.variant
    Product.objects.update(search_text="brand model nine")

    assert f"card={variant.product_id}" in text(desk.get(f"{at('product_add')}?q=model NINE"))
    page = text(desk.get(f"{at('product_add')}?card={variant.product_id}"))
    address = f"{at('product_add')}?card={variant.product_id}&variant={variant.pk}"
    assert f"variant={variant.pk}" in page
    mine = {"article": "B-1", "price_cny": "100", "quantity": "", "action": "submit"}
    desk.post(address, mine)

    offer = Offer.objects.get(seller=boris)
    assert (offer.variant, offer.state) == (variant, "REVIEW")
    assert Product.objects.count() == 1
    edit = desk.get(at("product_edit", pk=offer.pk))
    assert "weight_g" not in edit.context["form"].fields
    assert "You sell it already" in text(desk.get(f"{at('product_add')}?card={variant.product_id}"))


def test_new_memory_of_a_known_card_is_a_variant_of_it(desk, boris):
    card = make.variant().product
    facts = {name: value for name, value in CARD.items() if name not in ("brand", "model")}

    desk.post(f"{at('product_add')}?card={card.pk}&variant=new", {**facts, "action": "submit"})

    offer = Offer.objects.select_related("variant").get(seller=boris)
    assert offer.variant.product_id == card.pk
    assert offer.variant.colour_en == "Black"


def test_price_and_facts_are_changed_on_one_page(desk, boris):
    offer = make.offer(seller=boris)
    address = at("product_edit", pk=offer.pk)
    page = desk.get(address)
    given = {name: field.value() or "" for name, field in bound(page).items()}

    desk.post(address, {**given, "action": "save", "form_key": "k", "price_cny": "1 111,50"})
    offer.refresh_from_db()
    assert (offer.state, offer.price.amount) == ("LIVE", Decimal("1111.50"))

    answer = desk.post(address, {**given, "action": "save", "form_key": "k", "weight_g": "x"})
    assert answer.status_code == 200
    assert 'name="weight_g" value="x"' in text(answer)

    desk.post(address, {**given, "action": "save", "form_key": "k", "weight_g": "430"})
    offer.refresh_from_db()
    assert (offer.state, offer.variant.weight_g) == ("REVIEW", 430)


def bound(page) -> dict:
    form = page.context["form"]
    return {name: form[name] for name in form.fields}


def test_goods_are_taken_out_and_brought_back(desk, boris):
    offer = make.offer(seller=boris)
    for action, state in (("pause", "PAUSED"), ("resume", "LIVE"), ("resume", "LIVE")):
        desk.post(at("product_edit", pk=offer.pk), {"action": action})
        assert Offer.objects.get(pk=offer.pk).state == state


def test_pictures_are_added_shown_and_taken_away(desk, boris, tmp_path):
    offer = make.offer(seller=boris)
    address = at("product_edit", pk=offer.pk)

    desk.post(address, {"action": "show", "pictures": [picture(), picture("JPEG", colour="red")]})

    first, second = Picture.objects.order_by("position")
    assert Offer.objects.get(pk=offer.pk).state == "REVIEW"
    assert first.image.url in text(desk.get(address))
    shown = Client().get(first.image.url)
    assert shown.status_code == 200
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Type"] == "image/webp"
    assert b"".join(shown.streaming_content)[8:12] == b"WEBP"

    desk.post(address, {"action": "hide", "picture": first.pk})
    assert list(Picture.objects.all()) == [second]
    assert desk.post(address, {"action": "hide", "picture": "9e9"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Not a JPEG, PNG or WebP picture."),
        ("a.jpg", b"<html></html>", "Not a JPEG, PNG or WebP picture."),
        ("a.png", b"x" * (8 * 1024 * 1024 + 1), "Larger than 8 MB."),
        ("a.png", picture(size=(6000, 6000)).getvalue(), "More than 25 million pixels."),
    ],
    ids=["svg", "html", "heavy", "wide"],
)
def test_bad_picture_is_refused_by_name_and_the_good_one_with_it(desk, boris, name, body, reason):
    offer = make.offer(seller=boris)
    bad = io.BytesIO(body)
    bad.name = name

    answer = desk.post(
        at("product_edit", pk=offer.pk), {"action": "show", "pictures": [picture(), bad]}
    )

    assert answer.status_code == 200
    assert f"{name}: {reason}" in text(answer)
    assert not Picture.objects.exists()


def test_pictures_of_shared_goods_stay(desk, boris):
    variant = make.variant()
    make.offer(variant=variant)
    offer = make.offer(variant=variant, seller=boris)

    given = {"action": "show", "pictures": [picture()]}
    answer = desk.post(at("product_edit", pk=offer.pk), given, follow=True)

    assert "Others sell these goods too" in text(answer)
    assert not Picture.objects.exists()


def test_goods_are_handed_over_once_with_and_without_scripts(desk, boris):
    first, second = sold(boris), sold(boris)
    address = at("hand_over", pk=first.pk)

    part = desk.post(address, headers={"HX-Request": "true"})
    again = desk.post(address, headers={"HX-Request": "true"})
    whole = desk.post(at("hand_over", pk=second.pk))

    assert "handed over 23\u00a0November, 12:00" in text(part)
    assert text(part).strip() == text(again).strip()
    assert "<html" not in text(part)
    assert whole["Location"] == at("orders")
    assert OrderEvent.objects.filter(kind="HANDED_OVER").count() == 2
    assert desk.get(address).status_code == 405


def test_form_on_the_page_carries_its_secret(boris):
    handover = sold(boris)
    careful = visitor(boris)
    careful.handler.enforce_csrf_checks = True

    for name in ("today", "orders"):
        page = text(careful.get(at(name)))
        form = page[page.index(at("hand_over", pk=handover.pk)) :]
        secret = form.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        answer = careful.post(at("hand_over", pk=handover.pk), {"csrfmiddlewaretoken": secret})
        assert answer.status_code == 302
        Handover.objects.update(handed_at=None)

    assert careful.post(at("hand_over", pk=handover.pk)).status_code == 403


def test_money_page_tells_what_waits(desk, boris):
    sold(boris)

    page = text(desk.get(at("money")))

    assert "¥2,390.16" in page  # two pieces of 1 299.00 less 8 % commission
    assert "after delivery and the protection of the buyer" in page


def test_products_are_found_by_article_model_and_state(desk, boris):
    offers = [make.offer(seller=boris), make.offer(seller=boris, state=Offer.State.PAUSED)]

    found = text(desk.get(f"{at('products')}?q={offers[0].article}"))
    assert offers[0].article in found
    assert offers[1].article not in found
    paused = text(desk.get(f"{at('products')}?state=PAUSED"))
    assert offers[1].article in paused
    assert offers[0].article not in paused
    assert "Nothing is like that." in text(desk.get(f"{at('products')}?q=zzz&page=x"))
