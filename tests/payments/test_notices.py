"""Notices: kept raw, each once, answered at once; nobody else's are taken."""

import json
from datetime import UTC, datetime

import pytest
from django.test import RequestFactory

from payments import notices
from payments.models import Notice
from storefront.views import webhooks
from tests.payments.conftest import shared_data

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db
HERE = "127.0.0.1"


def body(event: str = "payment.succeeded", id: str = "p-1", status: str = "succeeded") -> bytes:
    told = {"type": "notification", "event": event, "object": {"id": id, "status": status}}
    return json.dumps(told).encode()


def post(content: bytes, *, provider: str = "yookassa", source: str = HERE, **told: str) -> int:
    request = RequestFactory(enforce_csrf_checks=True).post(
        f"/webhooks/{provider}/", content, "application/json", REMOTE_ADDR=source, **told
    )
    return webhooks.receive(request, provider).status_code


def test_a_notice_is_kept_as_it_came_and_due_at_once() -> None:
    notice = notices.keep("yookassa", body(), source=HERE, now_wall=NOW)

    notice.refresh_from_db()
    assert bytes(notice.body) == body()
    assert (notice.event, notice.object_id, notice.source) == ("payment.succeeded", "p-1", HERE)
    assert (notice.due_at, notice.received_at) == (NOW, NOW)


def test_a_notice_is_kept_once_and_every_other_one_too() -> None:
    for content in (body(), body(), body(status="canceled"), body(id="p-2"), body() + b" "):
        assert post(content) == 200

    assert Notice.objects.count() == 4


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{}", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b"[" * 60_000, 400),
        (b'{"event": "x", "object": "none"}', 400),
        (b'{"event": "x", "object": {"id": "p"}}', 400),
        (body(id="x" * 81), 400),
        (body(event="x" * 61), 400),
        (body(id="a\0b"), 400),
        (body() + b" " * 64 * 1024, 400),
        (body() + b" " * 3 * 1024 * 1024, 400),
    ],
    ids=range(12),
)
def test_garbage_is_refused_and_not_kept(content: bytes, status: int) -> None:
    assert post(content) == status
    assert not Notice.objects.exists()


def test_an_unknown_provider_is_not_found() -> None:
    assert post(body(), provider="paypal") == 404
    assert not Notice.objects.exists()


@pytest.mark.parametrize("source", ["203.0.113.7", "::1", "", "unix:"])
def test_a_stranger_is_turned_away(source: str) -> None:
    assert post(body(), source=source) == 403
    assert (
        post(body(), source=source, HTTP_X_FORWARDED_FOR=HERE, HTTP_FORWARDED=f"for={HERE}") == 403
    )
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("185.71.76.5", 200),
        ("77.75.156.35", 200),
        ("2a02:5180:0:2669::9", 200),
        ("185.71.76.32", 403),
        (HERE, 403),
    ],
)
def test_without_a_setting_only_the_providers_own_networks_count(
    settings: object, source: str, status: int
) -> None:
    settings.YOOKASSA_NETWORKS = []

    assert post(body(), source=source) == status


def test_only_posts_are_taken() -> None:
    request = RequestFactory().get("/webhooks/yookassa/")

    assert webhooks.receive(request, "yookassa").status_code == 405


def test_recorded_notices_are_kept_and_broken_ones_refused() -> None:
    path = shared_data("payments_yookassa") / "webhook_notifications.json"
    told = [json.dumps(one).encode() for one in json.loads(path.read_text("utf-8"))]
    statuses = {content: post(content) for content in told}

    assert set(statuses.values()) == {200, 400}
    assert Notice.objects.count() == list(statuses.values()).count(200)
