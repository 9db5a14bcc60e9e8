"""The seller lists goods and puts them right: properties, codes, pictures, texts, labels."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from catalog.models import Kind, Offer, Picture, Product, SellerMember
from storefront.accounts.models import User
from storefront.forms import specs
from storefront.lib import clock
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
BANK = {
    "category": "power-banks",
    "kind": "power_bank",
    "brand": "倍思",
    "model": "Blade 2",
    "colour": "黑色",
    "spec-battery_mah": "20 000 мА·ч",
    "spec-charge_w": "100W",
    "spec-ports": "2-usb-c",
    "spec-magnetic": "0",
    "net_weight_g": "480",
    "weight_g": "560",
    "length_mm": "180",
    "width_mm": "100",
    "height_mm": "40",
    "hs_code": "8507600090",
    "origin": "CN",
    "battery_kind": "alone",
    "battery_wh": "74",
    "article": "PB-1",
    "price_cny": "199",
    "quantity": "",
}


@pytest.fixture(autouse=True)
def _monday_noon(db, settings, tmp_path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(NOW), translation.override("en"):
        yield


@pytest.fixture
def boris():
    return make.seller()


@pytest.fixture
def desk(boris) -> Client:
    user = User.objects.create(email="boris@example.com")
    SellerMember.objects.create(user=user, seller=boris, role="OWNER")
    client = Client()
    client.force_login(user)
    return client


def at(name: str, language: str = "en", **where) -> str:
    with translation.override(language):
        return reverse(f"seller_{name}", kwargs=where)


def add(desk, **changes):
    address = f"{at('product_add')}?card=new&kind=power_bank"
    return desk.post(address, {**BANK, "action": "submit", **changes})


def text(answer) -> str:
    return answer.content.decode()


def given(page) -> dict:
    form = page.context["form"]
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


def picture(colour="teal", size=(700, 400)) -> io.BytesIO:
    paper = io.BytesIO()
    Image.new("RGB", size, colour).save(paper, "PNG")
    paper.seek(0)
    paper.name = f"{colour}.png"
    return paper


def test_new_card_begins_with_its_kind_and_asks_for_its_properties(desk):
    kinds = text(desk.get(f"{at('product_add')}?card=new"))
    assert all(f"?card=new&amp;kind={kind}" in kinds for kind in Kind.values)

    for kind in Kind.values:
        page = desk.get(f"{at('product_add')}?card=new&kind={kind}")
        form = page.context["form"]
        assert [field.name for field in form.spec_fields] == list(specs.fields(kind)), kind
        assert form["category"].value(), kind
    assert 'name="spec-layout"' in text(desk.get(f"{at('product_add')}?card=new&kind=keyboard"))


@pytest.mark.parametrize("language", ["ru", "zh-hans", "en"])
def test_form_of_a_kind_opens_in_every_language(desk, language):
    for kind in ("phone", "cable", "case"):
        assert desk.get(f"{at('product_add', language)}?card=new&kind={kind}").status_code == 200


def test_properties_are_kept_typed_and_a_keyboard_is_a_keyboard(desk):
    assert add(desk).status_code == 302

    card = Product.objects.get(model="Blade 2")
    assert card.kind == "power_bank"
    assert card.specs == {
        "battery_mah": 20000,
        "charge_w": 100,
        "ports": "2-usb-c",
        "magnetic": False,
    }

    board = {**BANK, "kind": "keyboard", "category": "stylus-keyboards", "model": "K1"}
    board = {name: value for name, value in board.items() if not name.startswith("spec-")}
    board |= {"spec-layout": "ru", "article": "KB-1", "hs_code": "8471607100"}
    board |= {"battery_kind": "built_in", "fsb_notification": "ДЕМО-1", "action": "submit"}
    desk.post(f"{at('product_add')}?card=new&kind=keyboard", board)
    assert Product.objects.get(model="K1").kind == "keyboard"
    assert Product.objects.get(model="K1").specs == {"layout": "ru"}


def test_property_that_cannot_be_read_is_refused_beside_its_field(desk):
    answer = add(desk, **{"spec-battery_mah": "plenty", "spec-ports": "seven"})

    assert set(answer.context["form"].errors) == {"spec-battery_mah", "spec-ports"}
    assert 'value="plenty"' in text(answer)
    assert not Product.objects.exists()


def test_likely_codes_stand_first_and_say_what_they_ask(desk):
    page = desk.get(f"{at('product_add')}?card=new&kind=charger")

    codes = [code["row"].code for code in page.context["codes"]]
    assert codes[0] == "8504401900"
    assert "On the common high priority list" in text(page)


@pytest.mark.parametrize(
    ("language", "q", "code"),
    [
        ("zh-hans", "充电宝", "8507600090"),
        ("ru", "аккумулятор литий", "8507600090"),
        ("en", "8544.42", "8544421900"),
    ],
)
def test_code_is_found_while_typing(desk, language, q, code):
    part = desk.get(f"{at('codes', language)}?kind=&hs_q={q}", headers={"HX-Request": "true"})

    assert code in text(part)
    assert "<html" not in text(part)


def test_unknown_code_is_said_to_be_unknown(desk):
    assert "No code is known for “трактор”." in text(desk.get(f"{at('codes')}?hs_q=трактор"))


def test_code_is_found_without_scripts_and_nothing_typed_is_lost(desk):
    typed = {"action": "find_code", "hs_q": "кабель", "price_cny": "cheap", "spec-charge_w": "?"}
    answer = add(desk, **typed)

    page = text(answer)
    assert "8544421900" in page
    assert 'name="price_cny" value="cheap"' in page
    assert 'name="spec-charge_w" value="?"' in page
    assert "8507600090" in page  # what was chosen stays in sight
    assert "errorlist" not in page
    assert not Offer.objects.exists()


def test_code_is_looked_for_on_the_page_of_goods_too(desk, boris):
    offer = make.offer(seller=boris)

    answer = desk.post(
        at("product_edit", pk=offer.pk),
        {"action": "find_code", "hs_q": "планшет", "hs_code": "8517130000", "weight_g": "999"},
    )

    assert "8471301000" in text(answer)
    assert 'name="weight_g" value="999"' in text(answer)
    offer.variant.refresh_from_db()
    assert offer.variant.weight_g == 420


def test_page_says_exactly_what_is_missing_with_links(desk, boris):
    variant = make.variant(hs_code="", origin="", fsb_notification="", battery_wh=None)
    offer = make.offer(seller=boris, variant=variant, state=Offer.State.DRAFT)

    page = text(desk.get(at("product_edit", pk=offer.pk)))

    for anchor in ("id_hs_q", "id_origin", "id_battery_wh"):
        assert f'href="#{anchor}"' in page
        assert f'id="{anchor}"' in page
    whole = make.offer(seller=boris, state=Offer.State.DRAFT)
    page = text(desk.get(at("product_edit", pk=whole.pk)))
    assert "can be sent for approval" in page
    assert "Needed before these goods can be sold" not in page


def test_properties_are_changed_and_emptied(desk, boris):
    add(desk)
    offer = Offer.objects.get()
    page = desk.get(at("product_edit", pk=offer.pk))
    sent = {**given(page), "spec-charge_w": "", "spec-battery_mah": "10000", "spec-magnetic": "1"}

    desk.post(at("product_edit", pk=offer.pk), {**sent, "action": "save", "form_key": "k"})

    specs_now = Product.objects.get().specs
    assert specs_now["battery_mah"] == 10000
    assert specs_now["magnetic"] is True
    assert specs_now["charge_w"] is None


def test_colour_memory_and_model_are_put_right_by_their_only_seller(desk, boris):
    offer = make.offer(seller=boris)
    slug = offer.variant.slug
    sent = given(desk.get(at("product_edit", pk=offer.pk)))
    sent |= {"colour": "синий", "ram_gb": "12", "storage_gb": "512", "model": "Model 99"}

    desk.post(at("product_edit", pk=offer.pk), {**sent, "action": "save", "form_key": "k"})

    offer = Offer.objects.select_related("variant__product").get()
    variant = offer.variant
    assert (variant.colour_key, variant.memory, variant.slug) == ("blue", "12/512", slug)
    assert variant.product.model == "Model 99"
    assert offer.state == "REVIEW"


def test_nothing_changes_when_the_page_is_saved_as_it_is(desk, boris):
    offer = make.offer(seller=boris)
    before = list(Product.objects.values("model", "specs", "title_ru", "russian_text"))
    sent = given(desk.get(at("product_edit", pk=offer.pk)))

    desk.post(at("product_edit", pk=offer.pk), {**sent, "action": "save", "form_key": "k"})

    assert list(Product.objects.values("model", "specs", "title_ru", "russian_text")) == before
    assert Offer.objects.get().state == "LIVE"
    assert not offer.events.exists()


def test_label_that_another_variant_has_is_refused(desk, boris):
    offer = make.offer(seller=boris)
    make.variant(product=offer.variant.product, ram_gb=12, storage_gb=512, colour_key="black")
    sent = given(desk.get(at("product_edit", pk=offer.pk))) | {"ram_gb": "12", "storage_gb": "512"}

    answer = desk.post(at("product_edit", pk=offer.pk), {**sent, "action": "save", "weight_g": "9"})
    assert "weight_g" in answer.context["form"].errors

    answer = desk.post(at("product_edit", pk=offer.pk), {**sent, "action": "save"})
    assert "The card has this colour and memory already" in text(answer)
    offer.variant.refresh_from_db()
    assert offer.variant.memory == "8/256"


def test_model_that_exists_is_refused(desk, boris):
    offer = make.offer(seller=boris)
    make.product(brand=offer.variant.product.brand, model="Model 99")
    sent = given(desk.get(at("product_edit", pk=offer.pk))) | {"model": "model-99"}

    answer = desk.post(at("product_edit", pk=offer.pk), {**sent, "action": "save"})

    assert "There is a card of this model already" in text(answer)


def test_what_others_share_stays_and_the_page_says_so(desk, boris):
    card = make.product()
    mine = make.offer(seller=boris, variant=make.variant(product=card, ram_gb=6))
    make.offer(variant=make.variant(product=card, ram_gb=16))

    page = desk.get(at("product_edit", pk=mine.pk))
    fields = page.context["form"].fields
    assert {"colour", "ram_gb", "weight_g"} <= set(fields)
    assert not {"model", "title_ru", "spec-screen_inch"} & set(fields)
    assert "Other sellers sell this model too" in text(page)

    make.offer(variant=mine.variant)
    page = desk.get(at("product_edit", pk=mine.pk))
    assert not {"colour", "weight_g", "hs_code"} & set(page.context["form"].fields)
    assert "Other sellers sell these goods too" in text(page)


def test_model_stays_once_somebody_has_bought_it(desk, boris):
    offer = make.offer(seller=boris, variant=make.variant(product=make.product(sold_quantity=1)))

    page = desk.get(at("product_edit", pk=offer.pk))

    assert "model" not in page.context["form"].fields
    assert "title_ru" in page.context["form"].fields
    assert "Somebody has bought this model already" in text(page)


def test_pictures_change_their_places(desk, boris):
    offer = make.offer(seller=boris)
    address = at("product_edit", pk=offer.pk)
    files = [picture("red"), picture("blue"), picture("green")]
    desk.post(address, {"action": "show", "pictures": files})
    red, blue, green = Picture.objects.order_by("position")

    desk.post(address, {"action": "arrange", "picture": green.pk, "to": "0"})
    assert list(Picture.objects.order_by("position")) == [green, red, blue]
    page = text(desk.get(address))
    assert "-320.webp 320w" in page
    assert 'width="700" height="400"' in page
    (line,) = desk.get(at("products")).context["lines"]
    assert line["picture"].endswith("-320.webp")

    for wrong in ({"to": "-1"}, {"to": "x"}, {}):
        desk.post(address, {"action": "arrange", "picture": red.pk, **wrong})
    assert list(Picture.objects.order_by("position")) == [green, red, blue]
    theirs = make.offer()
    answer = desk.post(
        at("product_edit", pk=theirs.pk), {"action": "arrange", "picture": red.pk, "to": "0"}
    )
    assert answer.status_code == 404


def test_pictures_of_shared_goods_keep_their_places(desk, boris):
    offer = make.offer(seller=boris)
    address = at("product_edit", pk=offer.pk)
    desk.post(address, {"action": "show", "pictures": [picture("red"), picture("blue")]})
    red, blue = Picture.objects.order_by("position")
    make.offer(variant=offer.variant)

    desk.post(address, {"action": "arrange", "picture": blue.pk, "to": "0"})

    assert list(Picture.objects.order_by("position")) == [red, blue]


def test_seller_sees_who_stands_behind_each_text(desk, boris):
    offer = make.offer(seller=boris)
    Product.objects.update(russian_text="COMPOSED", chinese_text="GIVEN", english_text="REVIEWED")

    page = desk.get(at("product_edit", pk=offer.pk))

    assert [row["tone"] for row in page.context["texts"]] == ["plain", "warn", "good"]
    assert "given by the seller, not read yet" in text(page)


def test_chinese_texts_alone_give_russian_ones(desk):
    add(desk, title_zh="倍思刀锋二代移动电源")

    card = Product.objects.get()
    assert (card.title_zh, card.chinese_text) == ("倍思刀锋二代移动电源", "GIVEN")
    assert card.title_ru == (
        "Внешний аккумулятор Baseus Blade 2, 20\u202f000\u00a0мА·ч, 100\u00a0Вт"
    )
    assert card.russian_text == "COMPOSED"
    assert "мощность до 100\u00a0Вт" in card.description_ru
