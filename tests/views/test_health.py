"""Machines ask whether it is alive and ready; staff asks about all of it."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches

from storefront import tasks

pytestmark = pytest.mark.django_db


def test_the_process_answers(client):
    assert client.get("/healthz").content == b"ok\n"


def test_a_migrated_database_is_ready(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (200, b"ready\n")


@pytest.mark.parametrize("path", ["/deepz", "/metrics"])
def test_strangers_see_nothing(client, path, settings):
    settings.STAFF_TOKEN = "right"

    assert client.get(path).status_code == 404
    assert client.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 404


def test_no_token_is_no_key(client, settings):
    settings.STAFF_TOKEN = ""

    assert client.get("/deepz", headers={"Authorization": "Bearer "}).status_code == 404


def test_staff_sees_the_age_of_each_queue(client):
    caches["default"].clear()
    vera = get_user_model().objects.create_user("vera@example.com", "secret", is_staff=True)
    client.force_login(vera)

    before = client.get("/deepz").json()["queues"]
    tasks.heartbeat(queue="customs")
    after = client.get("/deepz").json()["queues"]

    assert set(before.values()) == {None}
    assert after["customs"]
    assert after["mail"] is None


def test_a_token_opens_the_figures(client, settings):
    settings.STAFF_TOKEN = "right"

    answer = client.get("/metrics", headers={"Authorization": "Bearer right"})

    assert b"sungari_hints_lost_total" in answer.content
