"""Pages are packed for slow lines, what is written as it goes is not."""

import gzip

import pytest

from storefront.lib import clock
from tests.views.shelf import NOW, shelf

pytestmark = pytest.mark.django_db


def test_a_page_is_packed_for_whoever_can_unpack_it(client):
    with clock.simulated(NOW):
        plain = client.get("/")
        packed = client.get("/", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) * 2 < len(plain.content)
    assert gzip.decompress(packed.content).startswith(b"<!doctype html>")


def test_what_is_written_as_it_goes_is_not_packed(client):
    shelf()

    written = client.get("/sitemap-shelves.xml", headers={"Accept-Encoding": "gzip"})

    assert written.streaming
    assert "Content-Encoding" not in written.headers
