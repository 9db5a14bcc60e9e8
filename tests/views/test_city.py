"""Choosing a city, and pages that may only be read."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_city_page_does_not_send_visitors_away(client):
    answer = client.post("/city/", {"city": "vladivostok", "next": "https://evil.example/"})

    assert answer["Location"] == "/"
    assert client.post("/city/", {"city": "atlantis"}).status_code == 200
    assert client.session["city"] == "vladivostok"


def test_a_city_is_not_chosen_by_a_foreign_form():
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/city/", {"city": "vladivostok"}).status_code == 403


def test_only_reading_is_allowed(client):
    assert client.post("/").status_code == 405
    assert client.post("/search/").status_code == 405
