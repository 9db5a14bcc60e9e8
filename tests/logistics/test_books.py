"""The books of stock see each way in which they could be wrong."""

import pytest
from django.db import connection

from logistics import books, warehouse
from logistics.models import Reservation, Stock
from orders.models import Order
from tests.factories import catalog, logistics, orders

pytestmark = pytest.mark.django_db
ANNA = {"actor": "user:7", "now": orders.NOW}


def faults() -> dict[str, list[str]]:
    return {name: found for name, _count, found in books.checks() if found}


@pytest.fixture
def order() -> Order:
    """A paid order in its parcel."""
    offer = catalog.offer()
    logistics.stock(offer, 10)
    order = orders.order(offer, quantity=2)
    warehouse.reserve(order, **ANNA)
    warehouse.allocate(order, **ANNA)
    Order.objects.filter(pk=order.pk).update(state="PAID", paid_at=orders.NOW)
    logistics.shipment(order)
    return order


def test_right_books_have_no_faults_and_say_what_they_looked_at(order: Order) -> None:
    counts = {name: count for name, count, _faults in books.checks()}

    assert faults() == {}
    assert counts["stock: reserved = sum of reservations"] == 1
    assert counts["shipments = lines of paid orders"] == 1
    assert len(counts) == 16


def test_stock_that_differs_from_its_reservations_and_movements_is_found(order: Order) -> None:
    stock = Stock.objects.get()
    Stock.objects.filter(pk=stock.pk).update(allocated=3, on_hand=11)

    assert faults() == {
        "stock: allocated = sum of reservations": [f"{stock.pk}: 3 is not 2"],
        "stock: allocated = sum of movements": [f"{stock.pk}: 3 is not 2"],
        "stock: on_hand = sum of movements": [f"{stock.pk}: 11 is not 10"],
    }


def test_a_paid_line_without_a_parcel_is_found_unless_the_order_is_held(order: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM logistics_shipmentitem")
    line = order.lines.get()

    assert faults() == {"shipments = lines of paid orders": [f"{line.pk}: 2 is not 0"]}

    order.holds.create(
        reason="LANE_CLOSED", owner="operator", placed_at=orders.NOW, placed_by="test"
    )
    assert faults() == {}


def test_a_parcel_without_money_is_found(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(paid_at=None)

    assert list(faults()) == ["shipments: none without money"]


def test_goods_kept_for_a_cancelled_order_are_found(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(state="CANCELLED", cancel_reason="BUYER")
    kept = Reservation.objects.get()

    assert faults() == {"reservations follow their orders": [f"{kept.pk}: 2 is not 0"]}
