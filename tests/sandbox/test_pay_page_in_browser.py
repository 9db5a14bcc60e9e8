"""The acquirer's page in Chromium: redirects, narrow screens, accessibility, no noise."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import axe_playwright_python
import pytest

from tests.sandbox.conftest import order_payment

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"))

pytestmark = pytest.mark.browser


@pytest.fixture
def browser(chromium):
    return chromium


@pytest.fixture(scope="module")
def shop():
    """A page to come back to, on an origin of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = b"<!doctype html><title>back</title><h1>Back in the shop</h1>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format, *args):
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/pay/return/1/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(browser, request):
    width = getattr(request, "param", 390)
    context = browser.new_context(viewport={"width": width, "height": 844})
    found = context.new_page()
    noise = []
    found.on("console", lambda message: noise.append(message.text))
    found.on("pageerror", lambda wrong: noise.append(str(wrong)))
    yield found
    context.close()
    assert noise == []


def pay_url(sandbox, back, locale="ru_RU", key="k"):
    confirmation = {"type": "redirect", "return_url": back, "locale": locale}
    return order_payment(sandbox, key=key, confirmation=confirmation)["confirmation"][
        "confirmation_url"
    ]


def findings(page):
    """What axe finds; its script is put in by the browser itself, past the page's policy."""
    session = page.context.new_cdp_session(page)
    session.send("Page.enable")
    world = session.send("Page.createIsolatedWorld", {"frameId": _frame(session)})
    context = world["executionContextId"]
    session.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8"), "contextId": context})
    answer = session.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run().then(r => JSON.stringify(r.violations.map(v => v.id)))",
            "contextId": context,
            "awaitPromise": True,
        },
    )
    session.detach()
    return answer["result"]["value"]


def _frame(session):
    return session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("page", [320, 1280], indirect=True)
@pytest.mark.parametrize("locale", ["ru_RU", "en_US", "zh_CN"])
def test_a_wrong_form_a_refusal_a_code_and_back_to_the_shop(sandbox, page, shop, locale):
    page.goto(pay_url(sandbox, shop, locale))
    seen = [(findings(page), fits(page))]

    page.fill("#number", "2200 0000 0000 0054")
    page.click("button.main")
    seen.append((findings(page), fits(page)))
    page.click("a[href*='2200000000000020']")
    page.click("button.main")
    assert page.locator("[role=alert]").count() == 1
    seen.append((findings(page), fits(page)))
    page.click("summary")
    page.click("a[href*='2200000000000053']")
    page.click("button.main")
    seen.append((findings(page), fits(page)))
    page.fill("#code", "12345678")
    page.click("button.main")

    assert page.url == shop
    assert seen == [("[]", True)] * 4


@pytest.mark.parametrize("page", [320, 1280], indirect=True)
def test_the_qr_code_is_drawn_and_paid(sandbox, page, shop):
    page.goto(f"{pay_url(sandbox, shop)}?method=sbp&still=1")
    drawn = page.evaluate("document.querySelector('.qr-code').naturalWidth > 0")

    assert (drawn, findings(page), fits(page)) == (True, "[]", True)
    page.click("button.main")
    assert page.url == shop


def test_who_waits_beside_the_qr_code_is_taken_back_when_it_was_paid(sandbox, page, shop):
    url = pay_url(sandbox, shop)
    page.goto(f"{url}?method=sbp")
    sandbox.post(f"/_/pay/{url.rsplit('/', 1)[1]}", json={"method": "sbp"}).raise_for_status()

    page.wait_for_url(shop, timeout=8000)
    page.goto(url)
    assert page.locator("h1").inner_text() == "Оплачено"
    assert (findings(page), fits(page)) == ("[]", True)


@pytest.mark.parametrize("path", ["/", "/_/", "/mail/"])
def test_the_own_pages_are_in_order(sandbox, page, path):
    page.goto(sandbox.url + path)

    assert (findings(page), fits(page)) == ("[]", True)
