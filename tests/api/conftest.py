"""A seller's system with its token, and another seller whose rows it must never see."""

import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from catalog import access
from catalog.models import Seller
from logistics import shipments, warehouse
from orders import lifecycle
from orders.models import Handover
from storefront.lib import clock
from tests.factories import catalog as make
from tests.factories import logistics as place
from tests.factories import orders as sell

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_keys = itertools.count(1)


@dataclass
class System:
    """A seller's own system: speaks JSON with its token, every write with a key of its own."""

    seller: Seller
    secret: str

    def get(self, path: str, **params: Any) -> HttpResponse:
        return Client().get(f"/api/v1{path}", params, headers=self.headers())

    def put(self, path: str, body: Any, **more: Any) -> HttpResponse:
        return self.send("PUT", path, body, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> HttpResponse:
        return self.send("POST", path, body, **more)

    def send(
        self, method: str, path: str, body: Any, *, key: str = "", kind: str = "application/json"
    ) -> HttpResponse:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
        headers = self.headers() | {"Idempotency-Key": key or f"key-{next(_keys)}"}
        return Client().generic(method, f"/api/v1{path}", raw, kind, headers=headers)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", "Accept-Language": "en"}


def system(seller: Seller | None = None) -> System:
    seller = seller or make.seller()
    _token, secret = access.issue(seller, name="ERP", actor="user:1", now_wall=clock.wall())
    return System(seller, secret)


def sold(seller: Seller, *, quantity: int = 2, **facts: Any) -> Handover:
    """A paid order of goods that lie in Shenzhen."""
    offer = make.offer(seller=seller, **facts)
    place.stock(offer, at="shenzhen")
    part = {"origin": "shenzhen", "lane": "szx-air-svx"}
    order = sell.order(offer, quantity=quantity, part=part)
    warehouse.reserve(order, actor="test", now=NOW)
    lifecycle.mark_paid(order, actor="test", now=NOW - timedelta(days=1))
    warehouse.allocate(order, actor="test", now=NOW)
    shipments.plan(order, actor="test", now=NOW)
    return Handover.objects.get(delivery__order=order)


@pytest.fixture
def erp(db) -> System:
    return system()


@pytest.fixture
def other(db) -> System:
    return system()
