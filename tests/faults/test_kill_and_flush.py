"""Workers die while they work and the broker forgets everything: each order arrives once."""

import time
from collections.abc import Callable
from functools import partial

import pytest

from catalog.models import Offer
from logistics.models import Departure, Shipment
from orders.models import Delivery, Order, OrderEvent
from payments.models import ChargeFact, Job, Journal, Refund
from tests import soak
from tests.faults.havoc import Havoc
from tests.races.crowd import in_turn
from tests.shop import Shop, check, eventually

ORDERS, SOAK_ORDERS = 12, 300
FLUSHES = 5
GOODS, PIECES = 6, 1000
HANDS = 4
SPEED = 200_000  # a business day in less than half a second
PATIENCE, SOAK_PATIENCE = 150, 900
CALM, SOAK_CALM = 6, 300  # the havoc ends when so many have arrived


def test_paid_orders_arrive_once_though_workers_die(own_shop: Callable[..., Shop]) -> None:
    shop = own_shop(SWEEP_SECONDS="0.5")
    with shop.rows():
        live_through(shop, ORDERS, calm=CALM, seconds=PATIENCE)


@pytest.mark.soak
def test_three_hundred_paid_orders_arrive_once(own_shop: Callable[..., Shop]) -> None:
    shop = own_shop(SWEEP_SECONDS="0.5")
    with shop.rows():
        figures = live_through(shop, SOAK_ORDERS, calm=SOAK_CALM, seconds=SOAK_PATIENCE)
    soak.keep("kill_and_flush", figures)


def live_through(shop: Shop, count: int, *, calm: int, seconds: float) -> dict[str, object]:
    """So many buyers pay while everything breaks; what the outside world has counted."""
    begun = time.monotonic()
    offers = [shop.goods(PIECES) for _ in range(GOODS)]
    with Havoc(shop, flushes=FLUSHES) as havoc:
        numbers: list[str] = []
        for part in range(FLUSHES - 2):
            deeds = [
                partial(buy_and_pay, shop, offers[n % GOODS], comes_back=n % 3 > 0)
                for n in range(part, count, FLUSHES - 2)
            ]
            numbers += in_turn(deeds, hands=HANDS)
            havoc.flush()
        paid_after = time.monotonic() - begun
        Job.objects.update(due_at=None)  # a year of days would go by with all their jobs of money
        shop.hurry(SPEED)
        for some in (calm // 4, calm // 2):
            eventually(lambda some=some: arrived() >= some, seconds=seconds)
            havoc.flush()
        eventually(lambda: arrived() >= calm, seconds=seconds, why=f"{calm} orders arrive")
    eventually(lambda: arrived() == count, seconds=seconds, why="all orders arrive")
    eventually(lambda: completed() == count, seconds=seconds, why="all orders are completed")
    eventually(lambda: not unpaid(), seconds=seconds, why="what is given back has left")
    shop.hurry(1)
    assert havoc.flushes_left == 0
    assert havoc.kills >= count // 2
    assert len(set(numbers)) == count
    each_once(shop, numbers)
    check(shop)
    return {
        "orders": count,
        "kills": havoc.kills,
        "flushes": FLUSHES,
        "delivered": OrderEvent.objects.filter(kind="DELIVERED").count(),
        "payments_at_acquirer": len(shop.payments_of(*numbers)),
        "parcels_at_carriers": shop.books("parcels")["count"],
        "seconds_until_paid": round(paid_after, 1),
        "seconds": round(time.monotonic() - begun, 1),
    }


def buy_and_pay(shop: Shop, offer: Offer, *, comes_back: bool) -> str:
    """One buyer; a third of them closes the browser on the acquirer's page."""
    buyer = shop.buyer()
    number = buyer.buy(offer)
    payment = eventually(partial(buyer.to_acquirer, number), why="the acquirer's page opens")
    assert shop.pay_there(payment)["outcome"] == "paid"
    if comes_back:
        buyer.get(f"/pay/return/{number}/")
    buyer.web.close()
    return number


def arrived() -> int:
    return Delivery.objects.exclude(delivered_at=None).count()


def completed() -> int:
    return Order.objects.filter(state="COMPLETED").count()


def unpaid() -> int:
    return Refund.objects.filter(state__in=["READY", "SENT"]).count()


def each_once(shop: Shop, numbers: list[str]) -> None:
    """Counted in the books of the world outside, and in ours."""
    count = len(numbers)
    payments = shop.payments_of(*numbers)
    assert (len(payments), {one["status"] for one in payments}) == (count, {"succeeded"})
    assert shop.books("payments")["created"] == count
    late = Delivery.objects.filter(order__number__in=numbers, is_kept=False).count()
    given = Refund.objects.values_list("reason", flat=True)
    assert set(given) <= {"BROKEN_PROMISE"}
    assert shop.books("payments")["refunds"] == len(given) <= late
    assert ChargeFact.objects.filter(kind="CAPTURED").count() == count
    assert Journal.objects.filter(kind="captured").count() == count
    assert OrderEvent.objects.filter(kind="DELIVERED").count() == count
    parcels = shop.books("parcels")
    ours = set(Shipment.objects.values_list("number", flat=True))
    assert len(ours) == count
    assert (parcels["count"], {one["reference"] for one in parcels["parcels"]}) == (count, ours)
    booked = Departure.objects.exclude(master_bill="").values_list("number", flat=True)
    consigned = shop.books("consignments")
    assert {one["reference"] for one in consigned["consignments"]} == set(booked)
    assert consigned["count"] == len(booked)
