"""A day of the floor with a scanner that types: from the dock aboard, also without a network."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, expect

import storefront.settings
from logistics import incidents, moving, shipments, tasks
from logistics.models import FloorScan, Incident, Shipment
from logistics.moving import Fact
from logistics.states import State
from orders import holds
from orders.models import Hold, Order
from storefront.lib import clock
from storefront.management import world
from tests.browser.conftest import WIDTHS, Visitor, enter
from tests.factories import catalog, logistics, warehouse
from tests.logistics import story
from tests.shop import NOW, Shop, eventually, own_shop

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("floor")]
__all__ = ["own_shop"]
NEAR, FAR = 50, 10  # parcels from the shelves of Harbin, and from Shenzhen across the dock
ALL = NEAR + FAR
LANGUAGES = {"zh": "/zh-hans", "ru": "", "en": "/en"}
BROKEN = "LX300000008CN"  # its check digit is wrong


@pytest.fixture
def centre(own_shop: Callable[..., Shop]) -> Iterator[Shop]:
    """A shop of its own where nobody works but people, and the pages of its web alone."""
    shop = own_shop("web", AUTOMATIC_HANDS="")
    with shop.rows(), clock.simulated(NOW):
        catalog.offer()
        hashers = storefront.settings.PASSWORD_HASHERS
        with override_settings(PASSWORD_HASHERS=hashers):
            world.people()
        settings.AUTOMATIC_HANDS = False
        yield shop


class Scanner:
    """A keyboard-wedge scanner: it types a code and Enter, and waits for nobody."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    def go(self, step: str, language: str = "zh") -> None:
        self.visitor.goto(f"{LANGUAGES[language]}/staff/{step}/")

    def scan(self, *codes: str) -> None:
        for code in codes:
            self.page.keyboard.type(code)
            self.page.keyboard.press("Enter")

    def wait(self) -> None:
        """Until the server has answered everything that was scanned."""
        eventually(lambda: not self.kept(), seconds=300, why="the scans are answered")

    def kept(self) -> list[dict[str, Any]]:
        stored = self.page.evaluate(
            "Object.keys(localStorage).filter((key) => key.startsWith('floor-scans'))"
            ".map((key) => localStorage[key])[0]"
        )
        return list(json.loads(stored or "[]"))

    def heard(self) -> str:
        """Which sound was played last."""
        return self.page.evaluate("document.documentElement.dataset.heard") or ""

    def tone(self) -> str:
        return self.page.locator("#verdict").get_attribute("data-tone") or ""


@pytest.fixture
def context(chromium: Browser, centre: Shop) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    yield made
    made.close()


@pytest.fixture
def mei(context: BrowserContext, centre: Shop) -> Scanner:
    visitor = enter(context, centre)
    visitor.sign_in("floor", "/zh-hans/staff/")
    return Scanner(visitor)


def case() -> Any:
    return catalog.offer(variant=catalog.variant(product=catalog.product(kind="case")))


def ordered(**order: Any) -> Order:
    """A paid order whose parcel waits at its first station."""
    made = story.paid_order(case(), **order)
    tasks.drive_shipment(id=story.parcel(made).pk)
    for delivery in made.deliveries.filter(origin="shenzhen"):
        shipments.hand_over(delivery.handovers.get(), actor="user:boris", now=clock.now())
    for hold in Hold.objects.filter(order=made, lifted_at=None):  # one buyer, sixty parcels
        holds.lift(hold, answer="a shop of a test", actor="test", now=clock.now())
    return made


def through_customs() -> None:
    """Let every packed parcel pass; the windows of customs have their own tests."""
    for parcel in Shipment.objects.filter(state=State.PACKED).order_by("pk"):
        with moving.locked(parcel) as row:
            for state in (State.DECLARED, State.CLEARED):
                fact = Fact("EXPORT_CUSTOMS_START", clock.now(), "test", f"{state}")
                moving.move(row, state, fact, actor="test")


def wrong(step: str) -> list[str]:
    return list(FloorScan.objects.filter(step=step, tone="bad").values_list("code", flat=True))


def in_state(state: State) -> int:
    return Shipment.objects.filter(state=state).count()


def looked_at(mei: Scanner, name: str, *paths: str) -> None:
    """The pages as they stand, in three languages, on a phone and on a desk."""
    for width in WIDTHS.values():
        mei.page.set_viewport_size({"width": width, "height": 900})
        for language, prefix in LANGUAGES.items():
            for path in paths:
                mei.visitor.goto(f"{prefix}/staff/{path}")
                mei.visitor.look(f"{name}-{path.strip('/') or 'board'}-{language}")
    mei.page.set_viewport_size({"width": 1280, "height": 900})


def test_a_day_of_sixty_parcels_from_the_dock_aboard(mei: Scanner, context: BrowserContext) -> None:
    near = [story.parcel(ordered()).number for _parcel in range(NEAR)]
    far = [
        story.parcel(ordered(origin="shenzhen", lane="szx-air-svx")).number
        for _parcel in range(FAR)
    ]
    numbers = near + far
    mei.go("receive")
    mei.scan(*far)
    mei.wait()
    mei.go("pick")
    mei.scan(*near[:5], BROKEN, *near[5:])
    mei.wait()
    assert in_state(State.PICKED) == ALL
    assert wrong("pick") == [BROKEN]
    mei.go("load")
    mei.scan(near[0])
    mei.wait()
    assert (mei.tone(), wrong("load")) == ("bad", [near[0]])
    looked_at(mei, "day", "load/", "")

    mei.go("pack")
    mei.scan(*numbers)
    mei.wait()
    assert wrong("pack") == []
    assert Shipment.objects.exclude(packed_at=None).count() == ALL
    planned = dict(Shipment.objects.values_list("number", "planned_weight_g"))
    odd, *even = numbers
    mei.go("weigh")
    mei.scan(odd, str(planned[odd] * 2))
    mei.wait()
    expect(mei.page.locator(".verdict.bad")).to_be_visible()
    mei.visitor.look("weigh-differs-zh")
    mei.scan(str(planned[odd] * 2))
    for number in even:
        mei.scan(number, str(planned[number] + 4))
    mei.wait()
    assert in_state(State.PACKED) == ALL - 1

    through_customs()
    mei.go("bag")
    mei.scan(*even)
    mei.wait()
    looked_at(mei, "bagged", "", "weigh/")
    with transaction.atomic():
        question = Incident.objects.get(kind="WEIGHT")
        later = clock.now() + timedelta(hours=1)  # the web's clock has gone on meanwhile
        incidents.answer(question, text="two cases", actor="user:vera", now=later)
    mei.go("weigh")
    mei.scan(odd, str(planned[odd] * 2))
    mei.wait()
    through_customs()
    mei.go("bag")
    mei.scan(odd)
    mei.wait()
    mei.go("load")
    mei.scan(*sorted(set(Shipment.objects.values_list("bag__number", flat=True))))
    mei.wait()

    assert in_state(State.LOADED) == ALL
    assert FloorScan.objects.filter(step="load").exclude(tone="bad").count() >= 1
    assert sum(FloorScan.objects.filter(step="load").values_list("done", flat=True)) == ALL
    looked_at(mei, "loaded", "")


def test_scans_without_a_network_are_kept_and_done_once_in_their_order(
    mei: Scanner, context: BrowserContext
) -> None:
    numbers = [story.parcel(ordered()).number for _parcel in range(8)]
    mei.go("pick")
    mei.scan(numbers[0])
    mei.wait()

    context.set_offline(True)
    mei.scan(numbers[1], BROKEN, *numbers[2:6])
    expect(mei.page.locator("#net")).to_be_visible()
    expect(mei.page.locator(".verdict.kept")).to_be_visible()
    kept = mei.kept()
    before = FloorScan.objects.count()
    mei.visitor.troubles.clear()  # the browser itself complains of the network
    mei.visitor.look("offline-zh")
    context.set_offline(False)
    mei.wait()
    mei.visitor.troubles.clear()

    done = list(FloorScan.objects.order_by("pk").values_list("code", flat=True))
    assert before == 1
    assert [one["code"] for one in kept] == [numbers[1], BROKEN, *numbers[2:6]]
    assert done == [*numbers[:2], BROKEN, *numbers[2:6]]
    assert {str(key) for key in FloorScan.objects.values_list("key", flat=True)} >= {
        one["key"] for one in kept
    }
    expect(mei.page.locator("#wrongs")).to_contain_text(BROKEN)
    expect(mei.page.locator("#net")).to_be_hidden()
    mei.visitor.look("back-zh")

    answers = []

    def lost(route: Any) -> None:
        answers.append(route.fetch().status)  # the server has done it, the browser never hears
        route.abort()

    mei.page.route("**/staff/pick/", lost, times=1)
    mei.scan(numbers[6])
    mei.wait()

    assert answers == [200]
    assert mei.tone() == "good"
    assert FloorScan.objects.filter(code=numbers[6]).count() == 1
    assert Shipment.objects.get(number=numbers[6]).events.filter(code="HUB_PICKED").count() == 1


def test_a_notice_is_opened_by_its_number_and_its_goods_are_put_away(mei: Scanner) -> None:
    offer = case()
    warehouse.laid_out()
    advice = warehouse.advice(offer, 5)
    mei.go("receive")
    mei.scan(advice.number)
    mei.wait()

    mei.page.locator("#verdict a").click()
    mei.page.fill("[name=goods]", offer.article)
    mei.page.keyboard.press("Enter")
    mei.page.fill("[name=whole]", "5")
    mei.page.locator("main form.scan button").first.click()
    expect(mei.page.locator(".verdict.good")).to_be_visible()
    mei.go("put-away")
    mei.scan(offer.article, "2", "A01-02-1-1", offer.article, "A01-03-1-1")
    mei.wait()

    assert wrong("put-away") == []
    assert mei.heard() == "good"
    mei.scan("NO-SUCH")
    mei.wait()
    assert mei.heard() == "bad"
    mei.page.locator("[data-sound]").click()
    mei.scan(offer.article)
    mei.wait()
    expect(mei.page.locator("[data-sound]")).to_have_attribute("aria-pressed", "false")
    assert mei.heard() == "bad"
    stock = offer.stocks.get(place=logistics.place())
    lying = dict(stock.layers.values_list("bin__code", "quantity"))
    assert lying == {"A01-02-1-1": 2, "A01-03-1-1": 3}
    looked_at(mei, "goods", "put-away/", "receive/")
