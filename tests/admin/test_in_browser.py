"""The desks in a real browser: no violation of their policy, nothing serious for axe."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admin.world import PASSWORD
from tests.conftest import ROOT, with_name

playwright = pytest.importorskip("playwright.sync_api")
axe_of = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("desks")]
PICTURES = os.environ.get("PICTURES", "")
PAGES = {
    "start": "/admin/",
    "orders": "/admin/orders/order/",
    "offers": "/admin/catalog/offer/?state__exact=REVIEW",
    "parcels": "/admin/logistics/shipment/",
    "declarations": "/admin/logistics/declaration/",
    "accounts": "/admin/payments/account/",
    "stock": "/admin/logistics/stock/",
    "lane": "/admin/logistics/lane/1/change/",
}
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def site(filled: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    urls = {
        "DATABASE_URL": with_name(os.environ["TEST_APP_URL"], filled),
        "REDIS_URL": os.environ["TEST_REDIS_URL"],
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-W", "ignore", "-m", "tests.admin.serving", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **urls})
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(port, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait(port: int, server: subprocess.Popen) -> None:
    for _try in range(300):
        assert server.poll() is None, "the server did not start"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not listen")


@pytest.fixture
def browser(chromium: "playwright.Browser") -> "playwright.Browser":
    return chromium


class Visitor:
    """A person at a screen, who notes every complaint of the browser."""

    def __init__(self, browser, site: str, size: tuple[int, int], language: str = "ru") -> None:
        self.site = site
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        context.add_cookies([{"name": "django_language", "value": language, "url": site}])
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._check)

    def _note(self, message) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _check(self, request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.complaints.append(f"left the host: {request.url}")

    def sign_in(self, role: str) -> None:
        self.page.goto(f"{self.site}/admin/")
        self.page.fill("[name=login]", f"{role}@example.com")
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(f"{self.site}/admin/")
        self.complaints.clear()

    def open(self, path: str, name: str) -> None:
        self.page.goto(self.site + path)
        self.page.wait_for_function("window.Alpine && !document.querySelector('html[x-cloak]')")
        if PICTURES:
            Path(PICTURES).mkdir(exist_ok=True)
            self.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)

    def serious(self) -> list[str]:
        found = axe_of.Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:150]}"
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]

    def overflow(self) -> int:
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("size", ["wide", pytest.param("phone", marks=pytest.mark.soak)])
def test_the_desks_break_no_rule_of_their_policy(browser, site, size):
    visitor = Visitor(browser, site, SIZES[size])
    visitor.sign_in("root")
    faults = []
    for name, path in PAGES.items():
        visitor.open(path, f"{name}-{size}")
        faults += [f"{name}: {text}" for text in visitor.complaints + visitor.serious()]
        if visitor.overflow() > 0:
            faults.append(f"{name} is {visitor.overflow()} px wider than the screen")
        visitor.complaints.clear()

    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize("language", ["zh-hans", pytest.param("en", marks=pytest.mark.soak)])
def test_an_operator_works_in_his_language(browser, site, language):
    visitor = Visitor(browser, site, SIZES["wide"], language)
    visitor.sign_in("operator")
    visitor.open("/admin/", f"start-{language}")
    visitor.open("/admin/orders/order/", f"orders-{language}")
    page = visitor.page

    page.click("#result_list tbody th a")
    page.wait_for_url("**/change/**")
    faults = visitor.serious()
    page.screenshot(path=f"{PICTURES}/order-{language}.png", full_page=True) if PICTURES else None
    page.click("a[href$='/stop/']")
    page.wait_for_selector(".deed-form")
    page.screenshot(path=f"{PICTURES}/stop-{language}.png", full_page=True) if PICTURES else None
    faults += visitor.serious()

    assert page.get_attribute("html", "lang") == language
    assert faults + visitor.complaints == []


def test_the_menu_of_filters_opens_and_filters(browser, site):
    visitor = Visitor(browser, site, SIZES["wide"], "en")
    visitor.sign_in("operator")
    visitor.open("/admin/orders/order/", "filters-before")
    page = visitor.page

    page.click("text=Filters")
    page.select_option("select[name=held]", "1")
    page.screenshot(path=f"{PICTURES}/filters.png") if PICTURES else None
    page.click("button:has-text('Apply')")
    page.wait_for_url("**held=1**")

    assert page.locator("#result_list tbody").count() == 10
    assert visitor.complaints == []


def test_one_more_leg_is_added_without_a_library(browser, site):
    visitor = Visitor(browser, site, SIZES["wide"], "en")
    visitor.sign_in("operator")
    visitor.open("/admin/logistics/lane/1/change/", "legs-before")
    page = visitor.page
    before = int(page.input_value("[name=legs-TOTAL_FORMS]"))

    page.click(".add-row")
    chosen = page.select_option(f"[name=legs-{before}-service]", index=1)

    assert chosen != [""]
    assert int(page.input_value("[name=legs-TOTAL_FORMS]")) == before + 1
    assert visitor.complaints == []


def test_the_authority_reads_trade(browser, site):
    visitor = Visitor(browser, site, SIZES["wide"], "ru")
    visitor.sign_in("authority")
    visitor.open("/admin/", "authority")

    assert visitor.page.locator("#trade tbody tr").count() >= 3
    assert visitor.page.locator("#stuck").count() == 0
    assert visitor.serious() + visitor.complaints == []
