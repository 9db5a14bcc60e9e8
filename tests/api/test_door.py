"""What holds for every request: who may ask, how much, in which form, and how refusals look."""

import json

import pytest
from django.conf import settings as all_settings
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from redis.exceptions import ConnectionError as NoCache

from catalog import access
from catalog.models import AccessReply
from storefront.accounts.models import User
from storefront.api import products
from storefront.lib import clock
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
PRICE = {"price": {"amount": "10.00", "currency": "CNY"}}


def problem(answer, status: int, code: str) -> dict:
    """The parts of a problem document, checked for being one."""
    body = json.loads(answer.content)
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "code", "detail", "errors"}
    assert body["type"] == f"urn:sungari:problem:{code}"
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer sgr_no", "Basic c2dyX25v", "sgr_x", "Bearer " + "x" * 999],
)
def test_without_a_valid_token_nothing_is_told(header):
    headers = {} if header is None else {"Authorization": header}

    answer = Client().get("/api/v1/products", headers=headers)

    problem(answer, 401, "unauthorized")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_revoked_token_is_refused_at_its_next_request(erp):
    assert erp.get("/shop").status_code == 200

    access.revoke(access.live(erp.seller).get(), now_wall=clock.wall())

    problem(erp.get("/shop"), 401, "unauthorized")


def test_cookies_open_nothing_and_none_are_set(erp):
    user = User.objects.create(email="boris@example.com")
    erp.seller.members.create(user=user, role="OWNER")
    visitor = Client()
    visitor.force_login(user)

    problem(visitor.get("/api/v1/products"), 401, "unauthorized")

    answer = erp.get("/products")
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Access-Control-Allow-Origin" not in answer
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("asked", "spoken", "text"),
    [
        ("zh-CN,zh;q=0.9", "zh-hans", "product"),
        ("ru-RU", "ru", "product"),
        ("fr", "en", "There is nothing here, or it is not yours."),
        ("", "en", "There is nothing here, or it is not yours."),
        ("\x00;;q=x", "en", "There is nothing here, or it is not yours."),
    ],
)
def test_words_are_the_callers(erp, asked, spoken, text):
    headers = erp.headers() | {"Accept-Language": asked}

    answer = Client().get("/api/v1/products/nothing", headers=headers)

    body = problem(answer, 404, "not_found")
    assert answer["Content-Language"] == spoken
    assert "Accept-Language" in answer["Vary"]
    with translation.override(spoken):
        told = translation.gettext("There is nothing here, or it is not yours.")
    assert body["detail"] == told
    assert spoken != "en" or body["detail"] == text


@pytest.mark.parametrize(
    "path", ["", "nothing", "products/", "openapi", "v2/products", "%00", "../x"]
)
def test_unknown_address_is_a_problem_not_a_page(path):
    problem(Client().get(f"/api/v1/{path}"), 404, "not_found")


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "POST"])
def test_other_methods_are_named(erp, method):
    answer = Client().generic(method, "/api/v1/categories", headers=erp.headers())

    assert answer.status_code == 405
    assert answer["Allow"] == "GET"
    if method != "HEAD":
        problem(answer, 405, "method_not_allowed")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe\xfa",
        b'{"price": NaN}',
        b'{"price": -Infinity}',
        b"[" * 100_000,
        b"1" * 5_000,
        b'{"a": 1} x',
        b'"\x00"',
    ],
    ids=["cut", "empty", "bytes", "nan", "infinity", "deep", "long", "more", "nul"],
)
def test_what_is_no_json_is_refused(erp, body):
    make.offer(seller=erp.seller, article="A")

    answer = erp.put("/prices/A", body)

    status, code = (422, "invalid") if body == b"" else (400, "not_json")
    problem(answer, status, code)
    assert not AccessReply.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        5,
        "text",
        {"price": None},
        {"price": "10"},
        {"price": {"amount": 10, "currency": "CNY"}},
        {"price": {"amount": "1e5", "currency": "CNY"}},
        {"price": {"amount": "１０", "currency": "CNY"}},
        {"price": {"amount": "10.001", "currency": "CNY"}},
        {"price": {"amount": "-1", "currency": "CNY"}},
        {"price": {"amount": "9" * 4000, "currency": "CNY"}},
        {"price": {"amount": "10\n", "currency": "CNY"}},
        {"price": {"amount": "10", "currency": "C\x00Y"}},
        {"price": {"amount": "10", "currency": "CNY"}, "\ud800": 1},
        {"price": {"amount": "10", "currency": "\udfff"}},
    ],
)
def test_wrong_values_are_named(erp, body):
    offer = make.offer(seller=erp.seller, article="A")

    answer = erp.put("/prices/A", body if body is not None else b"null")

    errors = problem(answer, 422, "invalid")["errors"]
    assert errors
    assert all(set(each) == {"field", "code", "message"} for each in errors)
    offer.refresh_from_db()
    assert str(offer.price.amount) == "1299.00"


def test_field_and_reason_are_told_in_the_callers_language(erp):
    body = {"items": [{"article": "A", **PRICE}, {"article": "B" * 61, "cost": 1}]}

    told = {
        each["field"]: (each["code"], each["message"])
        for each in json.loads(erp.post("/prices", body).content)["errors"]
    }

    assert told == {
        "items.1.article": ("string_too_long", "Longer than 60 characters."),
        "items.1.price": ("missing", "This is needed."),
        "items.1.cost": ("extra_forbidden", "There is no such field."),
    }


def test_misspelt_filter_does_not_answer_with_everything(erp):
    make.offer(seller=erp.seller)

    errors = problem(erp.get("/products", sate="LIVE"), 422, "invalid")["errors"]

    assert errors == [
        {"field": "sate", "code": "extra_forbidden", "message": "There is no such parameter."}
    ]


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "multipart/form-data"])
def test_body_of_another_kind_is_refused(erp, kind):
    problem(erp.send("PUT", "/prices/A", PRICE, kind=kind), 415, "not_json")


def test_body_that_is_too_large_is_not_read(erp):
    most = all_settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    problem(erp.put("/prices/A", b" " * (most + 1)), 413, "too_large")
    problem(erp.put("/prices/A", b" " * most), 400, "not_json")


@pytest.mark.parametrize(
    "article", ["%00", "%0a", "%ff", "%ED%A0%80", "x" * 61, "%2e%2e%2f", "a%2Fb"]
)
def test_strange_article_numbers_find_nothing(erp, article):
    answer = erp.get(f"/products/{article}")

    assert answer.status_code in (404, 422)
    problem(answer, answer.status_code, "not_found" if answer.status_code == 404 else "invalid")


def test_token_that_asks_too_often_is_told_to_wait(erp, other, settings):
    settings.API_REQUESTS_A_MINUTE = 3
    for _n in range(3):
        assert erp.get("/shop").status_code == 200

    answer = erp.get("/shop")

    problem(answer, 429, "too_many_requests")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert other.get("/shop").status_code == 200


def test_shop_goes_on_while_the_cache_is_away(erp, settings, monkeypatch):
    settings.API_REQUESTS_A_MINUTE = 1

    def away(*args, **kwargs):
        raise NoCache("away")

    monkeypatch.setattr(cache._cache, "get_client", away)

    assert [erp.get("/shop").status_code for _n in range(3)] == [200, 200, 200]


def test_what_breaks_inside_is_told_without_a_word_of_it(erp, monkeypatch, caplog):
    def broken(seller):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(products.showing, "offers", broken)

    answer = erp.get("/products")

    assert "secret" not in json.dumps(problem(answer, 500, "broken"))
    assert "secret of the house" in caplog.text
