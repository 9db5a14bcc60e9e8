"""Carriers that answer and drop the reply: every parcel lies in their books once."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from logistics.models import Shipment
from logistics.states import State
from storefront.lib import due, identifiers
from tests import soak
from tests.factories import catalog, logistics, orders, payments
from tests.shop import LEASE_SECONDS, Shop, eventually

PARCELS, SOAK_PARCELS = 12, 1000
DROPPED = 0.3
CITIES = {"ruspost": ("air-svx", "ekaterinburg"), "cdek": ("road-hek", "khabarovsk")}
SLOW_MS = 3000
COPY = """
INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(t) || ({own})::jsonb)).*
FROM {table} t CROSS JOIN unnest(%s::text[]) WITH ORDINALITY c(number, n) WHERE t.id = %s
"""
OWN = {
    "orders_quote": "jsonb_build_object('id', md5(c.number)::uuid)",
    "orders_order": """jsonb_build_object('id', {key}, 'quote_id', md5(c.number)::uuid,
        'number', right(({key} + 900000000)::text, 9), 'form_key', c.number,
        'token_hash', c.number, 'street', t.street || ', ' || c.n)""",
    "orders_delivery": "jsonb_build_object('id', {key}, 'order_id', {key})",
    "logistics_shipment": """jsonb_build_object('id', {key}, 'order_id', {key},
        'delivery_id', {key}, 'number', c.number)""",
}


def test_lost_replies_make_no_second_parcel(shop: Shop) -> None:
    halves = dict.fromkeys(CITIES, PARCELS // 2)
    hand_all_over(
        shop,
        lambda: [waiting(shop, each).number for each, n in halves.items() for _ in range(n)],
    )


@pytest.mark.soak
def test_thousand_lost_replies_make_a_thousand_parcels(own_shop: Callable[..., Shop]) -> None:
    shop = own_shop("own", "beat")
    with shop.rows():
        half = SOAK_PARCELS // 2
        figures = hand_all_over(
            shop, lambda: [number for each in CITIES for number in many_waiting(shop, each, half)]
        )
        assert shop.books("parcels")["count"] == SOAK_PARCELS
    soak.keep("lost_pushes", figures)


def hand_all_over(shop: Shop, make: Callable[[], list[str]]) -> dict[str, object]:
    """Let parcels reach their carriers, which drop replies; what their books say then."""
    begun = time.monotonic()
    with dropping(shop, DROPPED):
        numbers = make()
        count = len(numbers)
        mine = Shipment.objects.filter(number__in=numbers)
        eventually(lambda: not pushed_on(shop, mine), seconds=60 + count, why="all are handed over")
    failures = sum(mine.values_list("attempt", flat=True)) - count
    found = Counter(times_in_books(shop, numbers).values())
    assert found == {1: count}
    assert failures > 0
    return {
        "parcels": count,
        "dropped_share": DROPPED,
        "further_attempts": failures,
        "parcels_at_carriers": found[1],
        "seconds": round(time.monotonic() - begun, 1),
    }


@contextmanager
def dropping(shop: Shop, share: float) -> Iterator[None]:
    for carrier in CITIES:
        shop.script(f"carriers.{carrier}", replies={"drop_share": share})
    try:
        yield
    finally:
        for carrier in CITIES:
            shop.script(f"carriers.{carrier}")


def waiting(shop: Shop, carrier: str) -> Shipment:
    """A cleared parcel at its terminal that must be handed over now."""
    parcel = arrived(shop, carrier)
    due.plan(parcel, shop.now())
    return parcel


def arrived(shop: Shop, carrier: str) -> Shipment:
    lane, city = CITIES[carrier]
    now = shop.now()
    goods = catalog.offer()
    part = orders.part(orders.line(goods, 1), origin="harbin", lane=lane, mode=lane.split("-")[0])
    order = orders.order(goods, body=orders.body(part, city=city))
    payments.paid(order)
    parcel = logistics.shipment(order, state=State.IMPORT_CLEARED, state_at=now, planned_at=now)
    Shipment.objects.filter(pk=parcel.pk).update(departure=logistics.arrived(parcel))
    return parcel


def many_waiting(shop: Shop, carrier: str, count: int) -> list[str]:
    """As `waiting`, for so many: one real order with its parcel, copied by SQL."""
    parcel = arrived(shop, carrier)
    keys = {
        "orders_quote": parcel.order.quote_id,
        "orders_order": parcel.order_id,
        "orders_delivery": parcel.delivery_id,
        "logistics_shipment": parcel.pk,
    }
    first = 1_000_000 * parcel.pk
    numbers = [identifiers.s10("LY", first // 100 + n, "CN") for n in range(count - 1)]
    for table, own in OWN.items():
        own = own.replace("{key}", f"{first} + c.n")
        shop.owner_sql(COPY.format(table=table, own=own), numbers, keys[table])
    everybody = [parcel.number, *numbers]
    Shipment.objects.filter(number__in=everybody).update(due_at=shop.now())
    return everybody


def pushed_on(shop: Shop, parcels: object) -> int:
    """How many are not at their carrier yet; who failed may try again at once, and is told once."""
    ordered = parcels.exclude(pushed_at=None).filter(failures=0, lease_until=None)
    left, now = parcels.exclude(pk__in=ordered), shop.now()
    put_off = left.filter(failures__gt=0, lease_until=None, due_at__gt=now)
    put_off.update(due_at=now, hinted_at=None)
    return left.count()


def times_in_books(shop: Shop, numbers: list[str]) -> Counter[str]:
    """How often each parcel lies in the carriers' books; a second order is kept as `number#n`."""
    listed = shop.books("parcels")["parcels"]
    references = [one["reference"].split("#")[0] for one in listed]
    return Counter(reference for reference in references if reference in set(numbers))


@pytest.mark.soak
def test_worker_that_stands_still_while_it_hands_over_makes_no_second_parcel(shop: Shop) -> None:
    shop.script("carriers.ruspost", replies={"delay_ms": SLOW_MS})
    parcel = waiting(shop, "ruspost")
    mine = Shipment.objects.filter(pk=parcel.pk)
    try:
        eventually(lambda: mine.exclude(pushed_at=None).exists(), why="the order is being made")
        shop.signal("own", signal.SIGSTOP)
        zombie = mine.values_list("attempt", flat=True).get()
        spare = shop.start("own", name="spare-own")
        time.sleep(2 * LEASE_SECONDS)
        eventually(lambda: mine.get().attempt > zombie, why="the spare worker takes it over")
        assert mine.get().track == ""
    finally:
        shop.signal("own", signal.SIGCONT)
        shop.script("carriers.ruspost")

    eventually(lambda: mine.get().track, why="it is handed over")
    shop.stop(spare.name)
    assert times_in_books(shop, [parcel.number]) == {parcel.number: 1}
    assert mine.get().events.values("source", "source_key").distinct().count() == (
        mine.get().events.count()
    )
