"""A buyer without a mouse and with a screen reader: from the front page to the money back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from orders import tokens
from orders.models import Order
from payments.models import Dispute
from tests.browser.conftest import Visitor
from tests.browser.test_disputing import answered, delivered
from tests.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
FARTHEST = 150  # steps of the Tab key that somebody would still go
WORDS = {
    "recipient": "Анна Тестова",
    "phone": "+7 912 000-00-01",
    "email": "anna@example.com",
    "postcode": "620014",
    "street": "ул. Тестовая, 1, кв. 2",
}
CARD = {"number": "2200000000000012", "expiry": "12/30", "cvc": "123"}

# Where the focus is, and whether an eye could tell: the ring may stand on what is around it.
HERE = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const isRinged = (element, further) => {
    const style = getComputedStyle(element);
    const has = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return has || (further > 0 && isRinged(element.parentElement, further - 1));
  };
  const box = at.getBoundingClientRect();
  return { html: at.outerHTML.slice(0, 160), tabIndex: at.tabIndex, isRinged: isRinged(at, 3),
    isSeen: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth };
}"""
HEADINGS = """[...document.querySelectorAll("h1, h2, h3, h4")]
  .filter((heading) => heading.checkVisibility()).map((heading) => Number(heading.tagName[1]))"""
DESCRIBED = """(at) => (at.getAttribute("aria-describedby") || "").split(" ").filter(Boolean)
  .map((id) => document.getElementById(id)?.textContent.trim() || "")"""
CONTROLS = {"button", "link", "textbox", "searchbox", "combobox", "spinbutton", "radio", "checkbox"}
SETTLED = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"


@dataclass
class Hands:
    """Two hands on a keyboard, and an ear that hears what the page says of itself."""

    page: Page
    titles: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def is_on(self, wanted: str) -> bool:
        return bool(self.page.evaluate("(css) => document.activeElement?.matches(css)", wanted))

    def go_to(self, wanted: str, *, key: str = "Tab") -> None:
        """Tab to what is wanted; every step on the way can be seen."""
        passed = []
        for _ in range(FARTHEST):
            self.press(key)
            here = self.page.evaluate(HERE)
            if here is None:  # the browser's own bar, between the end and the beginning
                passed.append("-")
                assert passed.count("-") < 2, f"{wanted} is not on the way: {passed}"
                continue
            passed.append(here["html"])
            assert here["isRinged"], f"no ring on {here['html']}"
            assert here["isSeen"], f"out of sight: {here['html']}"
            assert here["tabIndex"] == 0, f"out of order: {here['html']}"
            if self.is_on(wanted):
                return
        raise AssertionError(f"{wanted} is too far: {passed}")

    def fill(self, words: dict[str, str]) -> None:
        for name, value in words.items():
            self.go_to(f"[name={name}]")
            self.write(value)

    def read(self, title: str) -> None:
        """The page says where one is, its headings have no holes, each control has a name."""
        expect(self.page).to_have_title(re.compile(title))
        self.titles.append(self.page.title())
        levels = self.page.evaluate(HEADINGS)
        assert levels.count(1) == 1, f"{title}: {levels}"
        steps = zip([0, *levels], levels, strict=False)
        assert all(there <= here + 1 for here, there in steps), f"{title}: {levels}"
        assert list(self._nameless()) == [], title

    def _nameless(self) -> Iterator[str]:
        session = self.page.context.new_cdp_session(self.page)
        for node in session.send("Accessibility.getFullAXTree")["nodes"]:
            role = node.get("role", {}).get("value")
            if not node["ignored"] and role in CONTROLS and not node["name"]["value"].strip():
                yield f"{role} {node.get('properties')}"
        session.detach()


@pytest.fixture
def hands(visitor: Visitor) -> Hands:
    visitor.page.set_default_timeout(15_000)
    return Hands(visitor.page)


def test_a_phone_is_found_and_bought_by_keys_alone(
    hands: Hands, visitor: Visitor, demo: Shop
) -> None:
    page = hands.page
    visitor.goto("/")
    hands.press("Tab")
    assert hands.is_on(".skip")
    hands.press("Enter")
    assert hands.is_on("main")
    hands.read("Сунгари")

    _find(hands)
    hands.go_to(".card .title")
    hands.press("Enter")
    page.wait_for_url("**/p/**")
    hands.read("Смартфон .+ · Сунгари")
    hands.go_to("form[action$='/cart/add/'] button")
    hands.press("Enter")
    page.wait_for_url("**/cart/")
    hands.read("Корзина")
    _change_the_quantity(hands)
    hands.go_to("main a.button[href$='/checkout/']")
    hands.press("Enter")
    page.wait_for_url("**/checkout/")
    hands.read("Оформление заказа")
    _agree(hands)

    page.wait_for_url(f"{demo.outside}/pay/**")
    hands.fill(CARD)
    hands.press("Enter")
    page.wait_for_url("**/pay/return/**")
    page.wait_for_selector("#paid a.button[href*='/orders/']")
    hands.read("Оплата")
    assert page.locator("#paid").get_attribute("role") == "status"
    hands.go_to("#paid a.button")
    hands.press("Enter")
    page.wait_for_url("**/orders/**")
    hands.read(r"Заказ \d")
    number = re.search(r"/orders/(\d{9})/", page.url)
    assert number
    assert Order.objects.get(number=number[1]).paid_at
    assert len(set(hands.titles)) == len(hands.titles), hands.titles
    assert visitor.troubles == []


def _find(hands: Hands) -> None:
    """Search with a slip of the finger, then narrow; the focus stays where the hand was."""
    page = hands.page
    hands.go_to("#find", key="Shift+Tab")
    hands.write("смартфн redmi")
    hands.press("Enter")
    page.wait_for_url("**/search/**")
    hands.read("смартфн redmi")
    before = page.locator("#how-many").inner_text()
    is_sheet = page.locator("#sheet > summary").is_visible()
    if is_sheet:
        hands.go_to("#sheet > summary")
        hands.press("Enter")
    hands.go_to("#choices [name=harbin]")
    hands.press("Space")
    page.wait_for_url("**harbin=1**")
    expect(page.locator("#choices [name=harbin]")).to_be_focused()
    expect(page.locator("#how-many")).to_have_text(re.compile(r"\d+ товар"))
    assert page.locator("[role=status] #how-many").count() == 1
    assert before
    if is_sheet:
        hands.press("Escape")
        assert hands.is_on("#sheet > summary")


def _change_the_quantity(hands: Hands) -> None:
    """One more and one less: the button stays under the finger, the sum is said."""
    page = hands.page
    told = page.locator("[role=status] #told")
    before = told.inner_text()
    hands.go_to("[id^=more-]")
    hands.press("Enter")
    expect(page.locator("[id^=pieces-]")).to_have_value("2")
    expect(told).not_to_have_text(before)
    page.wait_for_function(SETTLED)
    assert hands.is_on("[id^=more-]")
    hands.go_to("[id^=less-]", key="Shift+Tab")
    hands.press("Space")
    expect(page.locator("[id^=pieces-]")).to_have_value("1")
    expect(told).to_have_text(before)
    page.wait_for_function(SETTLED)
    assert hands.is_on("[id^=less-]")


def _agree(hands: Hands) -> None:
    """What is missing is said at once and at its field; another way with its sum and date."""
    page = hands.page
    hands.go_to("button[name=agree]")
    hands.press("Enter")
    expect(page).to_have_title(re.compile("^Ошибка: Оформление заказа"))
    assert hands.is_on(".note.bad[role=alert]")
    for name in WORDS:
        control = page.locator(f"[name={name}]")
        assert control.get_attribute("aria-invalid") == "true"
        assert "Обязательное поле." in control.evaluate(DESCRIBED)

    told = page.locator("[role=status] #told")
    before = told.inner_text()
    hands.go_to("fieldset.lanes :checked")
    hands.press("ArrowDown")
    expect(told).not_to_have_text(before)
    assert hands.is_on("fieldset.lanes :checked")
    hands.fill(WORDS)
    hands.go_to("[name=method]:checked")
    hands.go_to("button[name=agree]")
    hands.press("Enter")


def test_a_dispute_is_opened_and_its_money_read_by_keys_alone(
    hands: Hands, visitor: Visitor
) -> None:
    order, page = delivered(), hands.page
    visitor.goto(f"/o/{tokens.guest(order.form_key)}/")
    hands.read(r"Заказ \d")
    hands.go_to("a[href*='/dispute']")
    hands.press("Enter")
    hands.read("Что-то не так")

    hands.go_to("main form button.button")
    hands.press("Enter")
    expect(page).to_have_title(re.compile("^Ошибка: "))
    assert hands.is_on(".note.bad[role=alert]")
    hands.go_to("[name=kind]")
    hands.press("Space", "ArrowDown")
    hands.go_to("[name=wanted]")
    hands.press("Space")
    hands.go_to("[name=text]")
    hands.write("Разбит угол, коробка мокрая; экран цел.")
    hands.go_to("main form button.button")
    hands.press("Enter")
    hands.read("^Спор")

    answered(Dispute.objects.get(delivery__order=order))
    hands.go_to("main a[href*='/orders/']")
    hands.press("Enter")
    hands.read(r"^Заказ \d")
    expect(page.get_by_text("Вам возвращено")).to_be_visible()
    assert visitor.troubles == []
