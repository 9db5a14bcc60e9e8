"""Drives due rows as the simulation does, and speaks to the sandbox behind the product's back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import requests
from django.db import connection

from catalog.models import Offer
from logistics import shipments, tasks, warehouse
from logistics.models import Box, Courier, Declaration, Departure, Filing, Incident, Shipment
from logistics.states import State
from orders.models import Order
from storefront.lib import clock
from tests.factories import catalog, logistics, payments
from tests.factories import orders as order_rows

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LATE = {"from_on": date(2026, 12, 20), "until_on": date(2026, 12, 31)}
TASKS: dict[Any, Callable[..., None]] = {
    Shipment: tasks.drive_shipment,
    Declaration: tasks.drive_declaration,
    Departure: tasks.drive_departure,
    Box: tasks.drive_box,
    Filing: tasks.drive_filing,
    Courier: tasks.ask_courier,
    Incident: tasks.drive_incident,
}


class Outside:
    """What the tests ask of the sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url

    def reset(self) -> None:
        requests.post(f"{self.url}/_/reset", timeout=5).raise_for_status()
        self.shares(all=0)

    def shares(self, **shares: float) -> None:
        requests.put(f"{self.url}/_/shares", json=shares, timeout=5).raise_for_status()

    def script(self, party: str, **script: Any) -> None:
        body = {"script": script}
        requests.put(f"{self.url}/_/shops/{party}", json=body, timeout=5).raise_for_status()

    def messages(self) -> list[str]:
        """The kinds of the customs messages that really arrived at the Chinese window."""
        listed = self.books("customs")["customs"]
        return sorted(row["kind"] for row in listed if row["kind"].startswith("CEB"))

    def books(self, name: str) -> Any:
        answer = requests.get(f"{self.url}/_/books/{name}", timeout=5)
        answer.raise_for_status()
        return answer.json()


def paid_order(
    *offers: Offer,
    origin: str = "harbin",
    lane: str = "air-svx",
    regime: str = "domestic",
    quantity: int = 1,
    city: str = "ekaterinburg",
    **part: Any,
) -> Order:
    """An order that is paid, with its goods allocated and its parcels planned."""
    goods = offers or (catalog.offer(),)
    at = "harbin-warehouse" if origin == "harbin" else "shenzhen"
    for offer in goods:
        logistics.stock(offer, 100, at=at, regime=regime)
    price = str(part.pop("price_rub", "16990"))
    lines = [order_rows.line(offer, quantity, price) for offer in goods]
    whose = {name: part.pop(name) for name in ("street", "phone") if name in part}
    given = {"origin": origin, "lane": lane, "mode": lane_mode(lane), **LATE, **part}
    point = {"point": given.pop("point", "")}
    body = order_rows.body(order_rows.part(*lines, **given), city=city, **point)
    order = order_rows.order(*goods, quantity=quantity, body=body, **whose)
    warehouse.reserve(order, actor="test", now=NOW)
    payments.paid(order)
    warehouse.allocate(order, actor="test", now=NOW)
    shipments.plan(order, now=clock.now(), actor="test")
    return order


def lane_mode(lane: str) -> str:
    return next(word for word in lane.split("-") if word in {"air", "rail", "road", "river"})


def parcel(order: Order) -> Shipment:
    return order.shipments.get()


FIRST = " UNION ALL ".join(
    f"(SELECT due_at, {number}, id FROM {model._meta.db_table}"
    f" WHERE due_at IS NOT NULL ORDER BY due_at, id LIMIT 1)"
    for number, model in enumerate(TASKS)
)


def step() -> bool:
    """Run the row that is due first, at its instant; False, if nothing waits."""
    with connection.cursor() as cursor:
        cursor.execute(f"{FIRST} ORDER BY 1, 2 LIMIT 1")
        first = cursor.fetchone()
    if first is None:
        return False
    at, number, pk = first
    clock.set_virtual(max(at, clock.now()))
    list(TASKS.values())[number](id=pk)
    return True


def run(until: Callable[[], bool] | None = None, *, days: int = 60, limit: int = 3000) -> None:
    """Let time pass until a condition holds, or until nothing waits any more."""
    end = clock.now() + timedelta(days=days)
    for _step in range(limit):
        if (until and until()) or clock.now() > end or not step():
            break
    else:
        raise AssertionError("it never comes to rest")
    assert until is None or until(), "that never happened"


def is_in(order: Order, state: State) -> Callable[[], bool]:
    return lambda: parcel(order).state == state


def codes(shipment: Shipment) -> list[str]:
    return list(shipment.events.order_by("happened_at", "pk").values_list("code", flat=True))
