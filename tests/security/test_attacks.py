"""What hostile words do at the doors that are open to all: they are refused, and nothing breaks."""

import json
import logging
import re
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from catalog.models import Offer, SellerMember
from logistics.carriers import cdek
from logistics.models import CarrierNotice
from orders.models import Order
from payments.models import Notice
from storefront.accounts.models import Try, User
from storefront.lib import clock
from tests.admin.world import PASSWORD
from tests.factories import catalog, orders, payments
from tests.factories import logistics as places
from tests.security.world import BACKEND
from tests.views.test_buying import agreed, put

pytestmark = pytest.mark.django_db

DEEP = b"[" * 60_000
NO_TEXT = [
    b"\xff\xfe",
    b"\x00",
    b'"\\ud800',
    b"NaN",
    b"1" * 5000,
    b"1e400",
    b'{"event": NaN}',
    DEEP,
]
HALF = "\ud800"  # of a pair: JSON may say it, no text holds it


def stranger(**options) -> Client:
    """A browser to which an error of ours is an answer, as it is to everybody outside."""
    return Client(raise_request_exception=False, **options)


def notices() -> dict[str, list[bytes]]:
    """Calls that say who is meant, in words that nobody can mean."""
    pay = {"type": "notification", "event": "payment.succeeded"}
    kept = {"id": "p-1", "status": "succeeded"}
    call = {"type": "ORDER_STATUS", "attributes": {"cdek_number": "1"}}
    wrong = [HALF, "a\0b", [1], {"a": 1}, 10**400, None, True, "x" * 5000]
    return {
        "/webhooks/yookassa/": [
            *(json.dumps({**pay, "event": one, "object": kept}).encode() for one in wrong),
            *(json.dumps({**pay, "object": {**kept, "id": one}}).encode() for one in wrong),
            *(json.dumps({**pay, "object": {**kept, "status": one}}).encode() for one in wrong[:2]),
            *(json.dumps({**pay, "object": one}).encode() for one in wrong),
        ],
        f"/webhooks/cdek/{cdek.hook_token()}/": [
            *(
                json.dumps({**call, "attributes": {"cdek_number": one}}).encode()
                for one in wrong[:4]
            ),
            *(json.dumps({**call, "attributes": one}).encode() for one in wrong),
            *(json.dumps({**call, "type": one}).encode() for one in wrong),
        ],
    }


def test_a_call_of_a_machine_that_nobody_can_mean_is_refused_and_not_kept():
    found = {
        (address, body[:60]): status
        for address, bodies in notices().items()
        for body in [*bodies, *NO_TEXT]
        if (status := stranger().post(address, body, "application/json").status_code) != 400
    }

    assert found == {}
    assert not Notice.objects.exists()
    assert not CarrierNotice.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["/orders/a%00b/", "/pay/return/%00/", "/way/%00.svg", "/orders/x/?q=%00", "/p/x%00/"],
)
def test_a_nul_in_an_address_finds_nothing(address):
    browser = stranger()
    browser.force_login(User.objects.create(email="anna@example.com"), backend=BACKEND)

    assert browser.get(address).status_code == 404


# Accounts


def at(name: str, **where) -> str:
    with translation.override("ru"):
        return reverse(name, kwargs=where)


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna@example.com", PASSWORD)


@pytest.fixture(autouse=True)
def _nothing_counted():
    """Tries of other tests do not count; refusals are told to no log, which takes longer."""
    cache.clear()
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def told(page: str, email: str) -> str:
    """A page without what differs from visitor to visitor: the address typed and the token."""
    return re.sub(r'value="[^"]*"', "", page.replace(email, ""))


@pytest.mark.parametrize(
    ("name", "field", "more"),
    [
        ("account_login", "login", {"password": "wrong"}),
        ("account_reset_password", "email", {}),
        ("account_signup", "email", {"password1": PASSWORD}),
    ],
)
def test_nobody_learns_here_who_has_an_account(anna, name, field, more):
    pages = []
    for email in (anna.email, "never@example.com"):
        answer = stranger().post(at(name), {field: email, **more}, follow=True)
        pages.append(
            (answer.status_code, answer.redirect_chain, told(answer.content.decode(), email))
        )

    assert pages[0] == pages[1]


def test_an_address_is_proved_by_a_code_before_an_account_opens():
    """A stranger who signs up with another's address gets nowhere, now or later."""
    given = {"email": "new@example.com", "password1": PASSWORD}
    browser, other = stranger(), stranger()
    browser.post(at("account_signup"), {**given, "next": "/orders/"})
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", mail.outbox[0].body, re.MULTILINE)[1]

    other.post(at("account_login"), {"login": given["email"], "password": PASSWORD})
    wrong = browser.post(at("account_email_verification_sent"), {"code": "AAAA-AAAA"})
    right = browser.post(at("account_email_verification_sent"), {"code": code})

    assert SESSION_KEY not in other.session
    assert (wrong.status_code, right.status_code, right.url) == (200, 302, "/orders/")
    assert SESSION_KEY in browser.session


def test_a_password_is_not_guessed_from_ever_new_addresses(anna):
    """Five wrong tries shut an account for a while, wherever they come from."""
    for number in range(5):
        tried = {"login": anna.email, "password": f"guess-{number}"}
        stranger(REMOTE_ADDR=f"203.0.113.{number}").post(at("account_login"), tried)

    late = stranger(REMOTE_ADDR="203.0.113.99", HTTP_X_FORWARDED_FOR="10.0.0.1")
    answer = late.post(at("account_login"), {"login": anna.email.upper(), "password": PASSWORD})

    assert answer.status_code == 200, "even the right one"
    assert SESSION_KEY not in late.session


def test_a_forged_header_of_a_proxy_brings_no_new_tries():
    tried = {"login": "x@example.com", "password": "x"}
    statuses = []
    for number in range(32):
        browser = stranger(HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
        statuses.append(
            browser.post(at("account_login"), {**tried, "login": f"{number}@x.ru"}).status_code
        )

    assert statuses[-1] == 429


EVIL = [
    "//evil.example/",
    "https://evil.example/",
    "https:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "http:///evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "https://testserver@evil.example/",
    "nowhere",
    "0",
    "home",
]


@pytest.mark.parametrize("wanted", EVIL)
def test_no_address_sends_a_visitor_to_a_stranger(anna, wanted):
    city = {"city": "ekaterinburg", "next": wanted}
    doors = [
        (at("account_login"), {"login": anna.email, "password": PASSWORD, "next": wanted}),
        (at("set_language"), {"language": "en", "next": wanted}),
        (at("city"), city),
        (at("cart_add"), {"offer": "0", "quantity": "1", "next": wanted}),
        (at("account_signup"), {"email": "new@example.com", "password1": PASSWORD, "next": wanted}),
    ]
    led = 0
    for address, posted in doors:
        answer = stranger(HTTP_REFERER=wanted.strip()).post(address, posted)
        where = answer.headers.get("Location", "/")
        led += "Location" in answer.headers
        assert answer.status_code < 500, (address, wanted)
        assert url_has_allowed_host_and_scheme(where, {"testserver"}), (address, where)
    assert led >= 3, "who is let in by no door is sent nowhere"


def test_who_signs_up_gives_himself_nothing():
    wish = {"is_staff": "1", "is_superuser": "1", "groups": "1", "desks": "staff", "id": "1"}
    stranger().post(at("account_signup"), {"email": "x@example.com", "password1": PASSWORD, **wish})

    user = User.objects.get(email="x@example.com")
    assert (user.is_staff, user.is_superuser, user.groups.count(), user.pk != 1) == (
        False,
        False,
        0,
        True,
    )


def test_a_key_of_the_session_is_new_after_signing_in_and_dead_after_signing_out(anna):
    browser = stranger()
    browser.post(at("city"), {"city": "ekaterinburg"})
    before = browser.cookies["session"].value
    browser.post(at("account_login"), {"login": anna.email, "password": PASSWORD})
    inside = browser.cookies["session"].value
    browser.post(at("account_logout"))

    thief = stranger()
    thief.cookies["session"] = inside
    assert before != inside
    assert thief.get(at("account")).status_code == 302


def test_a_person_who_is_shut_out_is_out_at_once(anna):
    browser = stranger()
    browser.force_login(anna, backend=BACKEND)
    assert browser.get(at("account")).status_code == 200

    User.objects.filter(pk=anna.pk).update(is_active=False)

    assert browser.get(at("account")).status_code == 302


@pytest.mark.parametrize("number", ["9" * 19, "9" * 5000, "٣", "²", "-1", "1e9", "a\0b"])
def test_a_number_that_no_row_can_have_is_of_no_row(number):
    """Python reads no number of 5000 digits, PostgreSQL none above 19; neither breaks a page."""
    seller, user = catalog.seller(), User.objects.create(email="boris@example.com")
    SellerMember.objects.create(user=user, seller=seller, role="OWNER")
    boris, offer = stranger(), catalog.offer(seller=seller)
    boris.force_login(user, backend=BACKEND)
    edit = at("seller_product_edit", pk=offer.pk)
    posts = [
        (at("seller_members"), {"action": "remove", "member": number}),
        (at("seller_members"), {"action": "take_back", "invitation": number}),
        (edit, {"action": "hide", "picture": number}),
        (edit, {"action": "arrange", "picture": number, "to": number}),
        (at("seller_notice_add"), {f"pieces-{number}": number, number: "1", "key": number}),
    ]
    asked = [
        *(boris.post(address, given) for address, given in posts),
        boris.post(at("seller_notice_add"), {"action": "find", "q": number}),
        boris.get(at("seller_product_add"), {"card": number, "variant": number}),
        boris.get(at("seller_products"), {"page": number, "q": number, "state": number}),
        boris.get(f"/seller/import/{quote(number)}/refused.csv"),
        boris.get(f"/seller/products/{quote(number)}/"),
    ]

    assert [answer.status_code for answer in asked if answer.status_code >= 500] == []


def test_a_password_is_not_guessed_while_the_cache_is_away(anna, settings):
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    for number in range(5):
        tried = {"login": anna.email, "password": f"guess-{number}"}
        stranger(REMOTE_ADDR=f"203.0.113.{number}").post(at("account_login"), tried)

    late = stranger(REMOTE_ADDR="203.0.113.99")
    late.post(at("account_login"), {"login": anna.email, "password": PASSWORD})

    assert SESSION_KEY not in late.session
    assert Try.objects.exists()
    assert cache.get("page") is None, "the rest is a miss"


def test_fields_no_form_has_are_read_by_none(client):
    """A buyer sets no price, no state and no owner; a seller approves nothing of his own."""
    payments.rate("11.87", on=orders.NOW.date())
    payments.rate("99.33", on=orders.NOW.date(), currency="EUR")
    wish = {"total": "1", "price": "1", "freight": "0", "duty": "0", "rate": "0.01", "user": "1"}
    wish |= {"state": "PAID", "paid_at": "2026-01-01", "number": "1", "expires_at": "2099-01-01"}
    offer, seller = catalog.offer("2999.00"), catalog.seller()
    places.stock(offer, 5)
    draft = catalog.offer(seller=seller)
    Offer.objects.filter(pk=draft.pk).update(state="DRAFT")
    user = User.objects.create(email="boris@example.com")
    SellerMember.objects.create(user=user, seller=seller, role="OWNER")
    boris = stranger()
    boris.force_login(user, backend=BACKEND)
    with clock.simulated(orders.NOW):
        put(client, offer)
        quoted = client.get("/checkout/").context["quote"]
        agreed(client, **wish)
        own = {"state": "APPROVED", "seller": offer.seller_id, "is_demo": "1", "action": "save"}
        boris.post(at("seller_product_edit", pk=draft.pk), {**own, "market": "x", "price_rub": "1"})

    order = Order.objects.get()
    assert order.total == quoted.total
    assert (order.state, order.user, order.paid_at) == ("PLACED", None, None)
    assert order.rate == Decimal("11.87")
    draft.refresh_from_db()
    assert (draft.state, draft.seller_id) == ("DRAFT", seller.pk)
