"""A day of the people behind the shop, each in his language: seller, floor, operator."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from catalog.models import Offer, Picture
from logistics.models import Shipment, Stock
from orders.models import Handover
from storefront.management import world
from tests.factories import catalog
from tests.shop import eventually

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]


def far_offer():
    """Goods of Boris that lie in Shenzhen alone."""
    his = Stock.objects.filter(offer__seller__members__user__email=world.login("seller")["email"])
    near = his.filter(place__code="harbin-warehouse").values("offer")
    far = his.filter(place__code="shenzhen", on_hand__gt=5, offer__state=Offer.State.LIVE)
    return far.exclude(offer__in=near).select_related("offer__variant__product").first().offer


def picture():
    body = BytesIO()
    Image.new("RGB", (900, 700), "#2f8f86").save(body, "JPEG")
    return {"name": "phone.jpg", "mimeType": "image/jpeg", "buffer": body.getvalue()}


def test_a_seller_offers_a_phone_with_a_picture(visitor, demo):
    width = visitor.page.viewport_size["width"]
    product = catalog.product(model=f"Sungari {width}", brand=None)
    variant = catalog.variant(product=product)
    visitor.sign_in("seller", "/zh-hans/seller/")
    visitor.look("seller-today")
    for name in ("products", "stock", "orders", "money"):
        visitor.goto(f"/zh-hans/seller/{name}/")
        visitor.look(f"seller-{name}")
    page = visitor.page
    visitor.goto(f"/zh-hans/seller/products/add/?card={product.pk}&variant={variant.pk}")
    visitor.look("seller-add")

    page.locator("main form button.button[value=submit]").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    visitor.look("seller-add-errors")
    page.fill("[name=article]", f"NEW-{width}")
    page.fill("[name=price_cny]", "1299.00")
    page.fill("[name=quantity]", "7")
    page.locator("main form button.button[value=submit]").click()
    page.wait_for_url(lambda url: "/add/" not in url)
    offer = Offer.objects.get(article=f"NEW-{width}")
    visitor.goto(f"/zh-hans/seller/products/{offer.pk}/")
    page.set_input_files("input[type=file]", [picture()])
    with page.expect_navigation():
        page.locator("form[enctype] button").click()
    visitor.look("seller-product")

    offer.refresh_from_db()
    assert offer.state == Offer.State.REVIEW
    assert Picture.objects.get(variant=variant).image.name.endswith(".webp")


def test_a_seller_hands_over_what_was_sold(visitor, demo):
    number = _bought(demo, far_offer())
    visitor.sign_in("seller", "/zh-hans/seller/orders/")

    handover = Handover.objects.get(delivery__order__number=number)
    visitor.page.locator(f"#handover-{handover.pk} button").click()

    expect(visitor.page.locator(f"#handover-{handover.pk} .good")).to_be_visible()
    handover.refresh_from_db()
    assert handover.handed_at is not None
    visitor.look("seller-handed-over")


def test_the_floor_is_told_what_is_wrong(visitor, demo):
    visitor.sign_in("floor", "/zh-hans/staff/")
    visitor.look("floor")
    visitor.goto("/zh-hans/staff/pick/")
    page = visitor.page

    page.fill("#scan", "LX000000010CN")
    page.keyboard.press("Enter")

    expect(page.locator(".verdict.bad")).to_be_visible()
    visitor.look("floor-wrong")


def _bought(demo, offer):
    """The number of an order that a guest has placed and paid over HTTP."""
    buyer = demo.buyer()
    buyer.put_in_cart(offer)
    number = buyer.agree(buyer.checkout())
    demo.pay(number)
    eventually(
        lambda: Shipment.objects.filter(order__number=number).exists(), why="parcel is planned"
    )
    return number
