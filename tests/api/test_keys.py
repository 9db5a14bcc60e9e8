"""Twice is once: the same key gets the same answer, and what it asked for is done one time."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import OperationalError, connections
from django.test import Client

from catalog import access
from catalog.models import AccessReply
from logistics.models import StockMove
from storefront.flows import interface
from storefront.lib import clock
from tests.api.conftest import System, system
from tests.conftest import clone
from tests.factories import catalog as make
from tests.shop import rows_of

HANDS = 6
TEN = {"quantity": 10}


def said(answer) -> tuple[int, str]:
    return answer.status_code, answer.content.decode()


@pytest.mark.django_db
def test_same_request_gets_the_same_answer_and_happens_once(erp):
    make.offer(seller=erp.seller, article="A")

    first = erp.post("/stock/A/arrivals", TEN, key="k")
    again = erp.post("/stock/A/arrivals", TEN, key="k")

    assert said(first) == said(again) == (200, '{"article":"A","shenzhen":10}')
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert StockMove.objects.count() == 1
    assert said(erp.post("/stock/A/arrivals", TEN, key="other"))[1].endswith(":20}")


@pytest.mark.django_db
def test_refusals_are_answers_too(erp):
    make.offer(seller=erp.seller, article="A", state="DRAFT")

    first = erp.post("/products/A/pause", key="k")
    again = erp.post("/products/A/pause", key="k")

    assert said(first) == said(again)
    assert (first.status_code, first["Content-Type"]) == (409, again["Content-Type"])
    assert again["Idempotent-Replayed"] == "true"


@pytest.mark.django_db
def test_key_of_another_request_is_refused(erp, other):
    for system_ in (erp, other):
        make.offer(seller=system_.seller, article="A")
        make.offer(seller=system_.seller, article="B")
    erp.post("/stock/A/arrivals", TEN, key="k")

    for answer in (
        erp.post("/stock/A/arrivals", {"quantity": 11}, key="k"),
        erp.post("/stock/B/arrivals", TEN, key="k"),
        erp.post("/products/A/pause", key="k"),
    ):
        assert answer.status_code == 422
        assert json.loads(answer.content)["code"] == "key_reused"
    assert other.post("/stock/A/arrivals", TEN, key="k").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("key", [None, "", "a b", "ключ", "x" * 81, "a\tb"])
def test_write_without_a_proper_key_is_not_done(erp, key):
    make.offer(seller=erp.seller, article="A")
    headers = erp.headers() | ({} if key is None else {"Idempotency-Key": key})

    answer = Client().post(
        "/api/v1/stock/A/arrivals", TEN, content_type="application/json", headers=headers
    )

    assert answer.status_code == 400
    assert json.loads(answer.content)["code"] == "key_missing"
    assert not StockMove.objects.exists()


@pytest.mark.django_db
def test_key_in_use_is_told_with_the_time_to_wait(erp):
    make.offer(seller=erp.seller, article="A")
    erp.post("/stock/A/arrivals", TEN, key="k")
    AccessReply.objects.update(status=None, body="", asked_at=clock.wall())

    answer = erp.post("/stock/A/arrivals", TEN, key="k")

    assert answer.status_code == 409
    assert json.loads(answer.content)["code"] == "still_running"
    assert 0 < int(answer["Retry-After"]) <= 60


@pytest.mark.django_db
def test_crash_after_the_deed_leaves_no_lock_and_no_second_deed(erp):
    make.offer(seller=erp.seller, article="A")
    erp.post("/stock/A/arrivals", TEN, key="k")
    died_at = clock.wall() - access.LEASE - timedelta(seconds=1)
    AccessReply.objects.update(status=None, body="", asked_at=died_at)

    answer = erp.post("/stock/A/arrivals", TEN, key="k")

    assert said(answer) == (200, '{"article":"A","shenzhen":10}')
    assert StockMove.objects.count() == 1
    assert AccessReply.objects.get().status == 200


@pytest.mark.django_db
def test_what_broke_may_be_tried_again_with_its_key(erp, monkeypatch):
    make.offer(seller=erp.seller, article="A")

    def busy(*args, **kwargs):
        raise OperationalError("canceling statement due to lock timeout")

    with monkeypatch.context() as patch:
        patch.setattr(interface.holdings, "bring", busy)
        answer = erp.post("/stock/A/arrivals", TEN, key="k")

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert erp.post("/stock/A/arrivals", TEN, key="k").status_code == 200


@pytest.mark.django_db
def test_values_that_cannot_be_read_use_up_no_key(erp):
    make.offer(seller=erp.seller, article="A")

    assert erp.post("/stock/A/arrivals", {"quantity": "ten"}, key="k").status_code == 422
    assert erp.post("/stock/A/arrivals", TEN, key="k").status_code == 200


@pytest.fixture
def committing(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A database of this test's own, in which requests of several threads really commit."""
    name = f"keys_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    clone(name)
    with django_db_blocker.unblock(), rows_of(name):
        yield
        connections.close_all()


def test_many_at_once_with_one_key_do_it_once(committing):
    erp = system()
    offer = make.offer(seller=erp.seller, article="A")

    for round_ in range(5):
        answers = at_once(erp, f"round-{round_}")

        statuses = sorted(answer.status_code for answer in answers)
        assert set(statuses) <= {200, 409}
        assert statuses[0] == 200
        assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
        last = erp.post("/stock/A/arrivals", TEN, key=f"round-{round_}")
        assert json.loads(last.content)["shenzhen"] == 10 * (round_ + 1)
        assert StockMove.objects.filter(stock__offer=offer).count() == round_ + 1
    assert not AccessReply.objects.filter(status=None).exists()


def at_once(erp: System, key: str) -> list:
    start = Barrier(HANDS)

    def ask(_number: int):
        start.wait(30)
        try:
            return erp.post("/stock/A/arrivals", TEN, key=key)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(ask, range(HANDS)))
