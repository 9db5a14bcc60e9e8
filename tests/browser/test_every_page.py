"""Every page there is, by the table of the resolver: clean, quiet, light and never too wide."""

import gzip
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import override_settings
from django.urls import translate_url
from playwright.sync_api import Browser, BrowserContext, Page

from storefront.lib import clock
from tests.security import addresses, policy
from tests.security.world import NOW, World
from tests.shop import Shop, own_shop

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("pages")]
__all__ = ["own_shop"]
LANGUAGES = ("ru", "zh-hans", "en")
WIDTHS = (320, 390, 768, 1280)
MOST_BYTES = 150 * 1024  # of markup, styles, scripts and letters as the browser has them, unpacked;
# of desks as they are sent, packed: Unfold's own styles and scripts are 500 KB when unpacked
WEIGH = """performance.getEntries()
  .filter((e) => e.entryType === "navigation" || /(\\.(css|js|woff2?)|jsi18n\\/)$/.test(e.name))
  .map((e) => [e.name, e.decodedBodySize])"""
# Letters are wider than the one sign they stand for: the font has no such icon.
WORDS = """[...document.querySelectorAll(".material-symbols-outlined")]
  .filter((e) => e.scrollWidth > 1.9 * parseFloat(getComputedStyle(e).fontSize))
  .map((e) => e.textContent.trim())"""
# Desks ask for the theme once, when they are opened.
DARKEN = "dark => document.documentElement.classList.toggle('dark', dark)"
GRAVE = {"serious", "critical"}  # the frame of the desks is Unfold's, see DECISIONS
DOORS, PLACES = policy.doors(), {place.name: place for place in addresses.walk()}
# Pages that end the session that looks at them.
LEAVES = {"account_logout", "admin:logout"}
FIRST = ("anna", "boris", "gleb", "floor", "operator", "authority")


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: object
) -> Iterator[tuple[Shop, World]]:
    """The world of all addresses behind a real web process, at a standing clock."""
    shop = Shop(tmp_path_factory.mktemp("pages"), SECRET_KEY=settings.SECRET_KEY)
    roots = {f"{root}_ROOT": str(shop.folder / root.lower()) for root in ("MEDIA", "PAPERS")}
    with django_db_blocker.unblock(), override_settings(**roots):  # type: ignore[attr-defined]
        try:
            shop.open("web")
            clock._write(shop.folder / "clock.json", clock.Anchor(datetime.now(UTC), NOW, 0.0))
            with shop.rows(), clock.simulated(NOW):
                yield shop, World()
        finally:
            shop.close()


def who_looks(name: str) -> str | None:
    """Somebody who is let in and gets a page, or nobody."""
    door = DOORS[name]
    if name in LEAVES or "GET" not in door.methods or 200 not in door.gives or not door.inside:
        return None
    return next((role for role in FIRST if role in door.inside), sorted(door.inside)[0])


def looked_at() -> list[tuple[str, str]]:
    """Addresses with the language of each: every page of ours in all, a standard desk in one."""
    found = []
    for name in DOORS:
        if who_looks(name) is None or name.startswith("api:"):
            continue
        is_desk = name.startswith(("admin:", "admin/"))
        one = LANGUAGES[crc32(name.encode()) % len(LANGUAGES)]
        found += [(name, each) for each in ((one,) if is_desk else LANGUAGES)]
    wanted = os.environ.get("PAGES", "")  # a word of the names to look at while mending
    return [(name, language) for name, language in found if wanted in name]


class Walker:
    """A browser of one person that notes whatever is wrong with the pages it is led to."""

    def __init__(self, chromium: Browser, made: tuple[Shop, World], role: str) -> None:
        self.shop, self.world = made
        self.context: BrowserContext = chromium.new_context(viewport={"width": 390, "height": 844})
        self.context.set_default_timeout(60_000)
        if role != "anonymous":
            cookies = self.world.cookies[role].items()
            self.context.add_cookies(
                [{"name": name, "value": one.value, "url": self.shop.url} for name, one in cookies]
            )
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.page.on(
            "console", lambda m: m.type in {"error", "warning"} and self.said.append(m.text)
        )
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def faults(self, name: str, language: str) -> Iterator[str]:
        """What is wrong with one address in one language, at every width and in both themes."""
        self.said.clear()
        path = addresses.path(self.world, PLACES[name])
        is_desk = path.startswith("/admin/")
        if is_desk:
            cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language}
            self.context.add_cookies([cookie | {"url": self.shop.url}])
        else:
            path = translate_url(path, language)
        answer = self.context.request.get(self.shop.url + path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return
        if "<html" not in answer.text():
            return  # a part of a page
        self.page.emulate_media(color_scheme="light")
        self.page.goto(self.shop.url + path)
        self.page.wait_for_load_state()
        where = f"{name} {language}"
        yield from (f"{where} says {text[:200]}" for text in self.said)
        yield from (f"{where} {fault}" for fault in self._too_heavy(is_desk))
        yield from (f"{where} shows no icon: {word}" for word in self.page.evaluate(WORDS))
        yield from (f"{where} {fault}" for fault in self._too_wide())
        heeds = GRAVE if is_desk else GRAVE | {"minor", "moderate"}
        for theme, width in (("light", 390), ("dark", 1280)):
            self.page.set_viewport_size({"width": width, "height": 844})
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            if is_desk:
                self.page.evaluate(DARKEN, theme == "dark")
            yield from (f"{where} {theme} {fault}" for fault in self._offends(heeds))
            self._keep(f"{name}-{language}-{theme}-{width}")

    def _too_heavy(self, is_desk: bool) -> Iterator[str]:
        sizes = dict(self.page.evaluate(WEIGH))
        if is_desk:
            sizes = {url: self._packed(url) for url in sizes}
        if sum(sizes.values()) > MOST_BYTES:
            yield f"weighs {sum(sizes.values())}: {sizes}"

    @cache  # noqa: B019  it lives as long as its one test
    def _packed(self, url: str) -> int:
        """How many bytes are sent of it: the tests' shop packs no files, the real one does."""
        return len(gzip.compress(self.context.request.get(url).body()))

    def _too_wide(self) -> Iterator[str]:
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 844})
            over = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if over > 0:
                yield f"is {over} px wider than {width}"

    def _offends(self, heeds: set[str]) -> Iterator[str]:
        for rule in Axe().run(self.page).response["violations"]:
            if rule["impact"] in heeds:
                nodes = [node["html"][:140] for node in rule["nodes"]]
                yield f"{rule['id']} ({len(nodes)}): {nodes[:3]}"

    def _keep(self, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            path = Path(folder) / f"{name.replace('/', '_')}.png"
            self.page.screenshot(path=path, full_page=True)


@pytest.fixture
def walker(chromium: Browser, made: tuple[Shop, World]) -> Iterator[Callable[[str], Walker]]:
    opened: list[Walker] = []

    def come(role: str) -> Walker:
        opened.append(Walker(chromium, made, role))
        return opened[-1]

    yield come
    for each in opened:
        each.context.close()


@pytest.mark.parametrize("role", ["anonymous", *policy.ROLES[1:]])
def test_every_page_of_a_person_is_clean(walker: Callable[[str], Walker], role: str) -> None:
    mine = [(name, language) for name, language in looked_at() if who_looks(name) == role]
    if not mine:
        pytest.skip("somebody else looks at what he may see")
    person = walker(role)
    found = []
    for name, language in mine:
        for fault in person.faults(name, language):
            print(fault, flush=True)  # a long walk tells as it goes
            found.append(fault)

    assert found == []
