"""An operator at the desks: a paper that customs rejected, a service that the carrier cancelled."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Locator, Page, expect

import storefront.settings
from logistics.models import Declaration, DeclarationMessage, Replanned, Shipment
from orders.models import Order
from storefront.management import world
from tests.browser.conftest import WIDTHS, Visitor, enter
from tests.journeys.test_to_the_door import LINK
from tests.shop import Shop, eventually, own_shop

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("operating")]
__all__ = ["own_shop"]
FAST = 20_000
GRAVE = frozenset({"serious", "critical"})  # of a desk; the frame around it is not ours
WRONG = "gmodel: 规格型号申报不规范"
MENDED = "HONOR|X9b|8GB+256GB|移动通信"


@pytest.fixture
def shop(own_shop: Callable[..., Shop]) -> Iterator[Shop]:
    """A whole shop with the people of the demo, in which every parcel moves by itself."""
    made = own_shop()
    with made.rows(), override_settings(PASSWORD_HASHERS=storefront.settings.PASSWORD_HASHERS):
        first = made.goods(9)
        assert first.seller_id
        world.people()
        yield made


@pytest.fixture
def people(chromium: Browser, shop: Shop) -> Iterator[Callable[[str, str], Visitor]]:
    """Opens a page of a person with a screen of some size."""
    opened = []

    def come(width: str, language: str) -> Visitor:
        size = {"width": WIDTHS[width], "height": 844}
        opened.append(chromium.new_context(viewport=size, locale=language))
        return enter(opened[-1], shop)

    yield come
    for context in opened:
        context.close()


def bought(shop: Shop) -> Order:
    """An order that a guest has placed and paid over HTTP."""
    offer = shop.goods(3)
    number = shop.buyer().buy(offer)
    shop.pay(number)
    eventually(lambda: Shipment.objects.filter(order__number=number).exists(), why="it is planned")
    return Order.objects.get(number=number)


def at_his_desk(visitor: Visitor) -> Page:
    visitor.heeds = GRAVE
    visitor.sign_in("operator", "/admin/")
    return visitor.page


def done(page: Page) -> Locator:
    return page.get_by_text(re.compile("1 строка"))


def test_an_operator_mends_a_paper_that_customs_rejected(
    shop: Shop, people: Callable[[str, str], Visitor]
) -> None:
    fault = {"what": "inventory", "reason": WRONG, "times": 2}
    shop.script("customs.cn", refuse=[fault])
    order = bought(shop)
    shop.hurry(FAST)
    held = order.holds.filter(reason="CUSTOMS_REJECTED", lifted_at=None)
    eventually(held.exists, seconds=300, why="the second rejection stops the order")
    shop.hurry(1)
    gleb = people("desktop", "ru-RU")
    page = at_his_desk(gleb)
    page.context.add_cookies([{"name": "django_language", "value": "ru", "url": shop.url}])

    page.goto(f"{shop.url}/admin/")
    gleb.look("operator-start")
    page.get_by_role("link", name=re.compile("декларации, возвращённые")).click()
    gleb.look("operator-rejects")
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Отклонено таможней")
    expect(rows).to_contain_text(WRONG)
    page.locator("#result_list tbody th a").first.click()
    gleb.look("operator-reject")
    expect(page.locator("main, #content").first).to_contain_text("gmodel")
    page.get_by_role("link", name="Исправить и отправить снова").first.click()
    gleb.look("operator-mend")
    expect(page.locator("[name=element]")).to_have_value("gmodel")
    expect(page.locator("[name=line]")).to_have_value("1")
    expect(page.locator("[name=text]")).not_to_have_value("")  # what the list said
    page.fill("[name=text]", MENDED)
    page.click("button[name=sure]")
    expect(done(page)).to_be_visible()
    expect(page.get_by_role("link", name="Исправить и отправить снова")).to_have_count(0)
    gleb.look("operator-mended")
    page.goto(f"{shop.url}/admin/logistics/declaration/?waiting=1")
    expect(page.locator("#result_list tbody tr")).to_have_count(0)
    gleb.look("operator-no-rejects")
    shop.hurry(FAST)

    papers = Declaration.objects.filter(shipment__order=order, direction="EXPORT")
    eventually(papers.filter(state="RELEASED").exists, seconds=300, why="customs accept it")
    assert list(papers.order_by("pk").values_list("state", flat=True)) == [
        *("REJECTED", "REJECTED", "RELEASED"),
    ]
    third = papers.get(state="RELEASED")
    assert third.amended == {"gmodel/1": MENDED}
    sent = DeclarationMessage.objects.filter(declaration=third, kind="CEB603", is_ours=True)
    assert MENDED in sent.get().body
    arrived = [one for one in shop.books("customs")["customs"] if one["kind"] == "CEB603"]
    assert len(arrived) == 3
    assert not held.exists()


def opened_by_letter(shop: Shop, visitor: Visitor, order: Order) -> None:
    mails = eventually(lambda: LINK.search(str(shop.books(f"mails?to={order.email}"))))
    visitor.goto(mails[1])


def test_a_buyer_watches_a_parcel_whose_flight_was_cancelled(
    shop: Shop, people: Callable[[str, str], Visitor]
) -> None:
    order = bought(shop)
    anna = people("phone", "ru-RU")
    opened_by_letter(shop, anna, order)
    parcel = order.shipments.select_related("lane").get()
    before, main = parcel.lane.code, parcel.lane.legs.get(is_main=True).service
    anna.look("tracking-before")
    drawn = way_drawn(anna)
    gleb = people("desktop", "ru-RU")
    page = at_his_desk(gleb)
    page.context.add_cookies([{"name": "django_language", "value": "ru", "url": shop.url}])

    page.goto(f"{shop.url}/admin/logistics/service/{main.pk}/change/")
    gleb.look("operator-service")
    page.get_by_role("link", name="Перекрыть").click()
    page.select_option("[name=kind]", "CANCELLED")
    now = shop.now() + timedelta(hours=8)
    page.fill("[name=closed_at]", f"{now:%Y-%m-%dT%H:%M}")
    page.fill("[name=opens_at]", f"{now + timedelta(days=40):%Y-%m-%dT%H:%M}")
    page.fill("[name=source]", "letter of the airline")
    gleb.look("operator-shut")
    page.click("button[name=sure]")
    expect(done(page)).to_be_visible()
    eventually(lambda: Replanned.objects.filter(shipment=parcel).exists(), why="planned anew")
    page.goto(f"{shop.url}/admin/logistics/closure/")
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator("#content").first).to_contain_text(parcel.number)
    gleb.look("operator-closure")

    parcel.refresh_from_db()
    assert parcel.lane.code != before
    anna.page.reload()
    anna.look("tracking-after")
    way = anna.page.locator("#way")
    expect(way).to_contain_text("Дальше")
    expect(way.locator(".note.warn")).to_contain_text("перевозчик отменил рейсы")
    expect(way.locator(".note.warn")).to_contain_text(re.compile(rf"\b{parcel.expected_on.day}\b"))
    expect(way.locator(".log")).to_contain_text(f"{parcel.expected_on.day} декабря")
    expect(way.locator("img.map")).to_be_visible()
    assert way_drawn(anna) != drawn
    told = eventually(lambda: told_of(shop, order), why="a mail about it")
    assert str(parcel.expected_on.day) in told


def way_drawn(visitor: Visitor) -> str:
    """The map as the browser was given it."""
    source = visitor.page.locator("#way img.map").first.get_attribute("src")
    path = urlsplit(source or "").path
    return visitor.page.request.get(visitor.url + path).text()


def told_of(shop: Shop, order: Order) -> str:
    mails = shop.books(f"mails?to={order.email}")["mails"]
    return next((one["text"] for one in mails if "отменил рейсы" in one["text"].lower()), "")
