"""A visitor who walks the real pages: reads forms from the HTML and sends them."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from lxml import html

from catalog.models import Offer

ANNA = {
    "recipient": "Анна Тестова",
    "phone": "+79120000000",
    "email": "anna@example.com",
    "postcode": "620014",
    "street": "ул. Тестовая, 1",
    "method": "bank_card",
}
PAPERS = {
    "papers-surname": "Тестова",
    "papers-name": "Анна",
    "papers-birth_on": "1990-05-17",
    "papers-series": "4509",
    "papers-number": "271828",
    "papers-issued_on": "2015-06-01",
    "papers-issuer": "ОВД района Тестовый",
    "papers-unit_code": "770-001",
    "papers-inn": "500100732259",
}
AGREED = {"papers-agree_processing": "on", "papers-agree_transfer": "on"}
TOKEN = "csrfmiddlewaretoken"
NUMBER = re.compile(r"/orders/(\d{9})/")


@dataclass
class Buyer:
    """A browser with its cookies, at one address of the shop."""

    url: str
    web: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.web.trust_env = False

    def get(self, path: str, **more: object) -> requests.Response:
        """A page, followed to where it leads inside the shop."""
        answer = self.web.get(self.url + path, timeout=60, **more)
        assert answer.status_code == 200 or "allow_redirects" in more, answer.text[:2000]
        return answer

    def send(self, path: str, fields: dict[str, str]) -> requests.Response:
        """Send a form; the answer is given back as it is, not followed."""
        return self.web.post(self.url + path, data=fields, timeout=60, allow_redirects=False)

    def put_in_cart(self, *offers: Offer, quantity: int = 1) -> None:
        """Open each product's page and press its button."""
        for offer in offers:
            variant = offer.variant
            page = self.get(f"/p/{variant.product.slug}/?v={variant.slug}")
            fields = form(page, "/cart/add/")
            fields |= {"offer": str(offer.pk), "quantity": str(quantity)}
            answer = self.send("/cart/add/", fields)
            assert answer.status_code == 302, answer.status_code

    def checkout(self, **chosen: str) -> dict[str, str]:
        """The form of the checkout page, filled by Anna; empty, if the cart came back instead."""
        page = self.get("/checkout/", params=chosen)
        if not page.url.startswith(f"{self.url}/checkout/"):
            return {}
        fields = form(page, "")
        if "papers-inn" in page.text:
            fields |= PAPERS | AGREED
        return fields | ANNA | chosen | {"agree": "1"}

    def agree(self, fields: dict[str, str]) -> str:
        """Press the button; the order's number, or nothing if there is no order."""
        answer = self.send("/checkout/", fields)
        assert answer.status_code in (200, 302), answer.text[:2000]
        found = NUMBER.search(answer.headers.get("Location", ""))
        return found[1] if found else ""

    def buy(self, *offers: Offer, quantity: int = 1, **chosen: str) -> str:
        """From the product's page to the placed order."""
        self.put_in_cart(*offers, quantity=quantity)
        fields = self.checkout(**chosen)
        return self.agree(fields) if fields else ""

    def to_acquirer(self, number: str) -> str:
        """Follow the button to the acquirer's page; empty, while it is not there."""
        answer = self.get(f"/orders/{number}/pay/", allow_redirects=False)
        location = answer.headers.get("Location", "")
        return urlsplit(location).path.rpartition("/")[2] if "/pay/" in location else ""

    def cancel(self, number: str) -> requests.Response:
        page = self.get(f"/orders/{number}/")
        return self.send(f"/orders/{number}/cancel/", form(page, "/cancel/"))


def form(page: requests.Response, action: str) -> dict[str, str]:
    """The fields of the first form that is sent by POST to an address with such an end."""
    for found in html.fromstring(page.content).forms:
        given = found.get("action", "")
        fits = given.endswith(action) if action else not given
        if found.method == "POST" and fits:
            return {name: value for name, value in found.form_values() if name}
    raise AssertionError(f"there is no form for {action or 'itself'} on {page.url}")
