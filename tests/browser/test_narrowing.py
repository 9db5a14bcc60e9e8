"""A buyer finds his phone with the keyboard alone."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visitor, enter
from tests.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
MOST_STOPS = 250
SHELF = "/c/smartphones/"


SEEN = [(360, "dark")]
IN_THE_LONG_RUN = [(1280, "light"), (360, "light"), (1280, "dark")]


@pytest.fixture(
    params=[*SEEN, *(pytest.param(one, marks=pytest.mark.soak) for one in IN_THE_LONG_RUN)],
    ids=str,
)
def buyer(request: pytest.FixtureRequest, chromium: Browser, demo: Shop) -> Iterator[Visitor]:
    """Somebody without a mouse, before a small screen or a large one, by day or by night."""
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 780}, locale="ru-RU", color_scheme=scheme
    )
    made = enter(context, demo)
    made.scheme = scheme  # type: ignore[attr-defined]
    yield made
    context.close()


def tab_to(page: Page, selector: str) -> None:
    """Walk with the tabulator until the focus is there, as long as a patient person would."""
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by Tab")


def settled(page: Page, name: str, chips: int) -> None:
    """The list has followed: the address says so, the chips say so, the focus is where it was."""
    expect(page.locator("#results .chip:not(.plain)")).to_have_count(chips)
    page.wait_for_function("name => new URLSearchParams(location.search).get(name)", arg=name)
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-settling')")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def total(page: Page) -> int:
    text = page.locator("#how-many").text_content() or ""
    return int(re.sub(r"\D", "", text))


def test_five_choices_by_keyboard_alone(buyer):
    page, is_phone = buyer.page, buyer.page.viewport_size["width"] < 900
    buyer.goto(SHELF)
    everything = total(page)
    buyer.look(f"narrowing-before-{buyer.scheme}")
    if is_phone:
        first_card = page.locator(".grid .card").first
        before = first_card.bounding_box()["y"]
        tab_to(page, "#sheet > summary")
        page.keyboard.press("Enter")
        expect(page.locator("#facet-list")).to_be_visible()
        assert first_card.bounding_box()["y"] == before, "the choices do not push the goods away"

    tab_to(page, "#harbin-1")
    page.keyboard.press("Space")
    settled(page, "harbin", 1)
    assert focused(page) == "harbin-1"
    assert 0 < total(page) < everything

    tab_to(page, "#price-high")
    for _press in range(4):
        page.keyboard.press("ArrowLeft")
    settled(page, "to", 2)
    assert focused(page) == "price-high"
    assert page.input_value("#price-to") == page.input_value("#price-high")
    by_price = total(page)

    tab_to(page, "#facet-list [name=brand]")
    brand = focused(page)
    page.keyboard.press("Space")
    settled(page, "brand", 3)
    assert focused(page) == brand
    assert 0 < total(page) <= by_price

    tab_to(page, "#facet-list [name=ram]")
    page.keyboard.press("Space")
    settled(page, "ram", 4)

    tab_to(page, "#screen-low")
    page.keyboard.press("ArrowRight")
    settled(page, "screen_from", 5)
    assert focused(page) == "screen-low"
    left = total(page)
    assert left > 0
    buyer.look(f"narrowing-five-{buyer.scheme}")

    if is_phone:
        tab_to(page, "[data-close-sheet]")
        page.keyboard.press("Enter")
        expect(page.locator("#facet-list")).to_be_hidden()
        assert page.evaluate("document.activeElement.matches('#sheet > summary')")
    address = page.url
    assert all(any(given) for given in parse_qs(urlsplit(address).query, True).values())
    page.goto(address)
    assert total(page) == left, "the address alone leads to the same goods"
    buyer.look(f"narrowing-kept-{buyer.scheme}")

    tab_to(page, "#results .chip")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != address)
    expect(page.locator("#results .chip:not(.plain)")).to_have_count(4)
    assert total(page) >= left


def test_what_was_found_is_said_aloud(buyer):
    page = buyer.page
    buyer.goto(SHELF)
    page.evaluate(
        """() => {
            window.said = [];
            const place = document.querySelector("[role=status]:has(#how-many)");
            new MutationObserver(() => window.said.push(place.textContent.trim()))
                .observe(place, { childList: true, subtree: true, characterData: true });
        }"""
    )
    if buyer.page.viewport_size["width"] < 900:
        page.locator("#sheet > summary").press("Enter")

    page.locator("#facet-list [name=nfc]").press("Space")
    settled(page, "nfc", 1)

    assert page.evaluate("window.said").pop() == page.locator("#how-many").text_content().strip()


def test_escape_closes_the_choices_and_a_stray_focus_too(buyer):
    page = buyer.page
    if page.viewport_size["width"] >= 900:
        pytest.skip("a large screen shows them always")
    buyer.goto(SHELF)
    page.locator("#sheet > summary").press("Enter")
    tab_to(page, "#harbin-1")

    page.keyboard.press("Escape")
    expect(page.locator("#facet-list")).to_be_hidden()

    page.locator("#sheet > summary").press("Enter")
    page.locator("[data-close-sheet]").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#facet-list")).to_be_hidden()
    assert buyer.troubles == []


def test_the_choices_work_without_scripts(chromium, demo):
    context = chromium.new_context(java_script_enabled=False, locale="ru-RU")
    page = context.new_page()
    page.goto(demo.url + SHELF)
    brand = page.locator("#facet-list [name=brand]").first
    wanted = brand.get_attribute("value")
    brand.check()
    page.fill("[name=to]", "40 000")
    page.locator(".without-js").first.click()

    page.wait_for_url("**brand=**")
    assert parse_qs(urlsplit(page.url).query)["brand"] == [wanted]
    expect(page.locator("#results .chip:not(.plain)")).to_have_count(2)
    expect(page.locator("input[type=range]").first).to_be_hidden()
    context.close()


@pytest.mark.parametrize("language", ["", "/zh-hans", "/en"])
def test_a_product_of_several_sellers_and_a_sellers_front_are_clean(buyer, language):
    page = buyer.page
    buyer.goto(f"{language}/p/apple-iphone-16/")
    buyer.look(f"bids{language.replace('/', '-')}-{buyer.scheme}")
    page.locator(".bid .who a").first.click()
    page.wait_for_url("**/s/**")
    buyer.look(f"store{language.replace('/', '-')}-{buyer.scheme}")
    assert page.locator('script[type="application/ld+json"]').count() == 2


def test_a_list_that_did_not_come_is_told_of_until_one_comes(buyer):
    page, note, chips = buyer.page, ".trouble", "#results .chip:not(.plain)"
    buyer.goto(SHELF)
    if page.viewport_size["width"] < 900:
        page.locator("#sheet > summary").press("Enter")
    for answer in (
        lambda route: route.fulfill(status=500, body="no"),
        lambda route: route.abort("internetdisconnected"),
    ):
        page.route(re.compile(r"/c/smartphones/"), answer, times=1)
        page.locator("#harbin-1").press("Space")
        expect(page.locator(note)).to_be_attached()
        page.wait_for_timeout(300)
        expect(page.locator(note)).to_be_attached()
        expect(page.locator(chips)).to_have_count(0)

    page.locator("#harbin-1").press("Space")
    expect(page.locator(chips)).to_have_count(1)
    expect(page.locator(note)).to_have_count(0)
    buyer.troubles.clear()  # the browser itself complains of both
