"""A buyer in Yekaterinburg buys a phone, and it arrives."""

import re

import pytest
from playwright.sync_api import expect

from logistics import points
from logistics.models import Point
from orders.models import Order
from payments.models import Charge
from tests.buyer import AGREED, PAPERS
from tests.shop import check, eventually

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
DELIVERY_SECONDS = 240
SPEED = 30_000  # a business day in three seconds


def test_a_guest_buys_a_phone_with_3d_secure_and_it_arrives(visitor, demo):
    page = visitor.page
    visitor.goto("/")
    visitor.look("home")

    page.fill("#find", "айфон")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    visitor.look("search")
    page.goto(page.url + "&harbin=1")
    visitor.look("filtered")
    page.locator(".grid .card a").first.click()
    page.wait_for_url("**/p/**")
    visitor.look("product")
    _see_the_button(page)

    page.locator('form[action$="/cart/add/"] button').first.click()
    page.wait_for_url("**/cart/")
    visitor.look("cart")
    page.locator('a[href$="/checkout/"]').click()
    page.wait_for_url("**/checkout/")
    visitor.look("checkout")
    page.locator("button[name=agree]").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    visitor.look("checkout-errors")
    _fill_recipient(page)
    page.locator("button[name=agree]").click()

    page.wait_for_url(f"{demo.outside}/pay/**")
    visitor.look("acquirer")
    _pay_by_card(page, "2200000000000053")
    page.fill("[name=code]", "12345678")
    page.locator("main button").first.click()
    page.wait_for_url("**/pay/return/**")
    page.wait_for_selector("#paid a.button[href*='/orders/']")
    visitor.look("paid")
    page.locator("#paid a.button").click()
    page.wait_for_url("**/orders/**")
    visitor.look("order")

    number = re.search(r"/orders/(\d{9})/", page.url)[1]
    demo.hurry(SPEED)
    order = Order.objects.get(number=number)
    eventually(
        lambda: order.deliveries.exclude(delivered_at=None).exists(),
        seconds=DELIVERY_SECONDS,
        why=f"order {number} is delivered",
    )
    demo.hurry(1)
    expect(page.locator("#way .way .done")).to_have_count(6, timeout=15_000)
    visitor.look("delivered")
    assert Charge.objects.filter(order=order).count() == 1
    assert len(demo.payments_of(number)) == 1
    check(demo)


def test_a_refused_card_is_told_and_another_one_pays(visitor, demo):
    page = visitor.page
    page.goto(demo.url + "/search/?q=xiaomi&harbin=1")
    page.locator(".grid .card a").first.click()
    page.locator('form[action$="/cart/add/"] button').first.click()
    page.locator('a[href$="/checkout/"]').click()
    _fill_recipient(page)
    page.locator("button[name=agree]").click()
    page.wait_for_url(f"{demo.outside}/pay/**")

    _pay_by_card(page, "2202000000000010")
    visitor.look("declined")
    _pay_by_card(page, "2200000000000012")

    page.wait_for_url("**/pay/return/**")
    page.wait_for_selector("#paid a.button[href*='/orders/']")
    assert visitor.troubles == []


def test_the_queue_of_the_bank_app_is_paid_by_sbp(visitor, demo):
    page = visitor.page
    page.goto(demo.url + "/search/?q=redmi&harbin=1")
    page.locator(".grid .card a").first.click()
    page.locator('form[action$="/cart/add/"] button').first.click()
    points.ensure(now=demo.now())
    eventually(Point.objects.exists, seconds=60, why="points of issue are fetched")
    page.locator('a[href$="/checkout/"]').click()
    _fill_recipient(page)
    page.check("[name=method][value=sbp]")
    shown = page.input_value("[name=digest]")
    [point] = page.select_option("#point", index=1)
    expect(page.locator("[name=digest]")).not_to_have_value(shown)
    expect(page.locator("[name=street]")).to_be_hidden()
    visitor.look("checkout-point")
    page.locator("button[name=agree]").click()
    page.wait_for_url(f"{demo.outside}/pay/**")
    visitor.look("sbp")
    assert Order.objects.latest("pk").point == point

    page.locator("main button").first.click()

    page.wait_for_url("**/pay/return/**")
    page.wait_for_selector("#paid a.button[href*='/orders/']")


LANGUAGES = ["", "/zh-hans", pytest.param("/en", marks=pytest.mark.soak)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_the_shop_are_clean_in_every_language(visitor, language):
    for name, path in {
        "home": "/",
        "category": "/c/smartphones/",
        "product": "/p/apple-iphone-16/",
        "search": "/search/?q=самсунг",
        "nothing": "/search/?q=зззззз",
        "cart-empty": "/cart/",
        "city": "/city/",
        "orders-empty": "/orders/",
        "login": "/account/login/",
        "signup": "/account/signup/",
        "reset": "/account/password/reset/",
    }.items():
        visitor.goto(language + path)
        visitor.look(f"{name}{language.replace('/', '-')}")


def test_the_shop_works_without_scripts(chromium, demo):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(demo.url + "/search/?q=honor&harbin=1")
    page.locator(".grid .card a").first.click()
    page.locator('form[action$="/cart/add/"] button').first.click()
    page.locator('a[href$="/checkout/"]').click()
    _fill_recipient(page)
    page.locator("button[name=agree]").click()
    page.wait_for_url(f"{demo.outside}/pay/**", timeout=20_000)
    _pay_by_card(page, "2200000000000012")
    page.wait_for_url("**/pay/return/**")
    expect(page.locator("#paid a.button[href*='/orders/']")).to_be_visible(timeout=20_000)
    context.close()


def _see_the_button(page):
    """There is one, in sight from the top; on a phone all the way down, and above the footer."""
    button = page.locator(".buy button")
    expect(button).to_have_count(1)
    expect(button).to_be_in_viewport(ratio=1)
    if page.viewport_size["width"] < 900:
        for part in (0.3, 0.6):
            page.evaluate("part => scrollTo(0, document.body.scrollHeight * part)", part)
            expect(button).to_be_in_viewport(ratio=1)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    bar, foot = page.locator(".buy").bounding_box(), page.locator(".foot").bounding_box()
    assert bar["y"] + bar["height"] <= foot["y"]
    page.evaluate("scrollTo(0, 0)")


def _fill_recipient(page):
    for name, value in {
        "recipient": "Анна Тестова",
        "phone": "+7 912 000-00-01",
        "email": "anna@example.com",
        "postcode": "620014",
        "street": "ул. Тестовая, 1, кв. 2",
    }.items():
        page.fill(f"[name={name}]", value)
    if page.locator("#papers").count():
        page.locator("#papers summary").click()
        for name, value in PAPERS.items():
            page.fill(f"[name={name}]", value)
        for name in AGREED:
            page.check(f"[name={name}]")


def _pay_by_card(page, number):
    page.fill("[name=number]", number)
    page.fill("[name=expiry]", "12/30")
    page.fill("[name=cvc]", "123")
    page.locator("main button").first.click()
    page.wait_for_load_state()
