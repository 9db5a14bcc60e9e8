"""Chromium before a whole shop with the demo's goods and people in it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page

import storefront.settings
from storefront.management import world
from storefront.management.commands import load_reference
from tests.shop import NOW, Shop

WIDTHS = {"phone": 390, "desktop": 1280}


@pytest.fixture(scope="session")
def demo_shop(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Shop]:
    """A running shop with every product and every login of the demo world."""
    with django_db_blocker.unblock():
        made = Shop(tmp_path_factory.mktemp("demo"), DEMO="1").open()
        try:
            with made.rows():
                load_reference.Command().handle(verbosity=0)
                world.goods(now=NOW)
                with override_settings(PASSWORD_HASHERS=storefront.settings.PASSWORD_HASHERS):
                    world.people()  # as the shop's own processes will check them
            yield made
        finally:
            made.close()


@pytest.fixture
def demo(demo_shop: Shop, django_db_blocker: Any) -> Iterator[Shop]:
    with django_db_blocker.unblock(), demo_shop.rows():
        yield demo_shop


@dataclass
class Visitor:
    """A page that remembers everything that should not have happened on it."""

    page: Page
    url: str
    hosts: set[str]
    troubles: list[str] = field(default_factory=list)
    shots: Path | None = None
    heeds: frozenset[str] = frozenset({"minor", "moderate", "serious", "critical"})

    def watch(self) -> None:
        self.page.on("console", lambda m: self._note(m.type in {"error", "warning"}, m.text))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        self.page.on("response", lambda r: self._note(r.status >= 400, f"{r.status} {r.url}"))
        self.page.on("request", lambda r: self._note(self._is_foreign(r.url), f"foreign {r.url}"))

    def _note(self, is_bad: bool, text: str) -> None:
        if is_bad:
            self.troubles.append(text)

    def _is_foreign(self, url: str) -> bool:
        return url.startswith("http") and urlsplit(url).netloc not in self.hosts

    @property
    def width(self) -> int:
        return int((self.page.viewport_size or {})["width"])

    def goto(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_in(self, role: str, path: str) -> None:
        """Enter with a login of the demo by the Chinese door, and go where one works."""
        login = world.login(role)
        self.goto("/zh-hans/account/login/")
        self.page.fill("[name=login]", login["email"])
        self.page.fill("[name=password]", login["password"])
        with self.page.expect_navigation():
            self.page.locator("main form button").first.click()
        self.goto(path)

    def look(self, name: str) -> None:
        """Check the page as it stands: untroubled, not wider than the window, accessible."""
        self.page.wait_for_load_state()
        if self.shots:
            self.page.screenshot(path=self.shots / f"{name}-{self.width}.png", full_page=True)
        assert self.troubles == [], f"{name}: {self.troubles}"
        wide = "document.documentElement.scrollWidth - window.innerWidth"
        assert self.page.evaluate(wide) <= 0, f"{name} is wider than the window"
        found = Axe().run(self.page).response["violations"]
        told = [
            (rule["id"], [node["html"][:160] for node in rule["nodes"]])
            for rule in found
            if rule["impact"] in self.heeds
        ]
        assert told == [], f"{name}: {told}"
        self.troubles.clear()  # the tool's own styles offend the policy, the page does not


def enter(context: BrowserContext, demo: Shop) -> Visitor:
    """A new page in a browser's context, watched from its first moment."""
    hosts = {urlsplit(demo.url).netloc, urlsplit(demo.outside).netloc}
    shots = os.environ.get("SCREENSHOTS")
    made = Visitor(context.new_page(), demo.url, hosts, shots=Path(shots) if shots else None)
    made.watch()
    return made


@pytest.fixture(params=["phone", pytest.param("desktop", marks=pytest.mark.soak)])
def visitor(request: pytest.FixtureRequest, chromium: Browser, demo: Shop) -> Iterator[Visitor]:
    """A stranger with a phone; in the long run also one with a laptop."""
    context: BrowserContext = chromium.new_context(
        viewport={"width": WIDTHS[request.param], "height": 844}, locale="ru-RU"
    )
    yield enter(context, demo)
    context.close()
