"""The last units are sold exactly once, however many buyers press the button together."""

import os
import time
from functools import partial
from typing import Any

import psycopg2
import pytest

from catalog.models import Offer
from logistics import warehouse
from logistics.models import Stock
from tests import soak
from tests.buyer import Buyer
from tests.conftest import clone, with_name
from tests.factories import catalog, logistics
from tests.races.crowd import in_turn, together
from tests.shop import Shop, check, eventually, rows_of

BUYERS = 32
LAST = {1: 1, 7: 1, 50: 2}  # units on the shelf, and how many each buyer wants
ROUNDS, SOAK_ROUNDS = {1: 2, 7: 2, 50: 1}, 20
TWIN_ROUNDS, TWIN_UNITS, THINKING = 5, 7, 0.02


@pytest.mark.parametrize("units", [1, 7, pytest.param(50, marks=pytest.mark.soak)])
def test_last_units_are_sold_exactly_once(shop: Shop, units: int) -> None:
    for _round in range(ROUNDS[units]):
        sell_out(shop, units)


@pytest.mark.soak
@pytest.mark.parametrize("units", LAST)
def test_last_units_are_sold_exactly_once_in_many_rounds(shop: Shop, units: int) -> None:
    begun = time.monotonic()
    rounds = [sell_out(shop, units) for _round in range(SOAK_ROUNDS)]

    soak.keep(
        f"last_{units}",
        {
            "buyers": BUYERS,
            "units": units,
            "rounds": SOAK_ROUNDS,
            "sold_each_round": sorted(set(rounds)),
            "oversold": sum(max(0, sold - units) for sold in rounds),
            "left_over": sum(max(0, units - sold) for sold in rounds),
            "seconds": round(time.monotonic() - begun, 1),
        },
    )


def sell_out(shop: Shop, units: int) -> int:
    """A race; half of the winners pay, the others' goods come back and are raced for again."""
    offer = shop.goods(units)
    wanted = LAST[units]
    first = race(shop, offer, wanted, buyers=BUYERS)
    assert len(first) * wanted == units
    paying, leaving = first[: (len(first) + 1) // 2], first[(len(first) + 1) // 2 :]
    pay(shop, paying)
    shop.let_reservations_end(*leaving)
    free = len(leaving) * wanted
    eventually(lambda: left(offer) == free, why=f"{free} pieces come back")
    second = race(shop, offer, wanted, buyers=2 * len(leaving)) if free else []
    assert len(second) * wanted == free
    pay(shop, second)
    eventually(lambda: stands(offer) == (units, 0, units), why="every unit is sold and paid")
    captured = [one for one in shop.payments_of(*first, *second) if one["status"] == "succeeded"]
    assert len(captured) == len(paying) + len(second)
    check(shop)
    return len(captured) * wanted


def race(shop: Shop, offer: Offer, quantity: int, *, buyers: int) -> list[str]:
    """All have filled the page, then all agree at once; the numbers of those who got goods."""
    crowd = [shop.buyer() for _ in range(buyers)]
    forms = in_turn([partial(ready, buyer, offer, quantity) for buyer in crowd])
    answers = together([partial(one.agree, form) for one, form in zip(crowd, forms, strict=True)])
    for buyer in crowd:
        buyer.web.close()
    return [number for number in answers if number]


def ready(buyer: Buyer, offer: Offer, quantity: int) -> dict[str, str]:
    buyer.put_in_cart(offer, quantity=quantity)
    fields = buyer.checkout()
    assert fields, "the goods were gone before the race"
    return fields


def pay(shop: Shop, numbers: list[str]) -> None:
    for number in numbers:
        assert shop.pay(number)["outcome"] == "paid"


def left(offer: Offer) -> int:
    return sum(warehouse.available([offer.pk]).get(offer.pk, {}).values())


def stands(offer: Offer) -> tuple[int, int, int]:
    """On hand, reserved, allocated."""
    return Stock.objects.values_list("on_hand", "reserved", "allocated").get(offer=offer)


def sell_unguarded(url: str, stock_id: int) -> bool:
    """What a careless shop does: look, think a moment, write what was true before."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT on_hand - reserved - allocated FROM logistics_stock WHERE id = %s",
                [stock_id],
            )
            if cursor.fetchone()[0] < 1:
                return False
            time.sleep(THINKING)
            cursor.execute(
                "UPDATE logistics_stock SET reserved = reserved + 1 WHERE id = %s", [stock_id]
            )
            return True
    except psycopg2.errors.CheckViolation:
        return False
    finally:
        connection.close()


def sell_carelessly(url: str, units: int) -> int:
    """How many of so many units the careless shop sells to the same crowd."""
    stock = logistics.stock(catalog.offer(), units)
    deeds = [partial(sell_unguarded, url, stock.pk) for _ in range(BUYERS)]
    return sum(together(deeds))


def test_same_crowd_oversells_where_nothing_guards_the_stock(
    django_db_setup: None, django_db_blocker: Any, worker_id: str
) -> None:
    """The control twin: were the race not real, the test above would prove nothing."""
    name = f"unguarded_{worker_id}"
    clone(name)
    url = with_name(os.environ["TEST_OWNER_URL"], name)
    drop_the_rule(url)

    with django_db_blocker.unblock(), rows_of(name):
        sold = [sell_carelessly(url, TWIN_UNITS) for _round in range(TWIN_ROUNDS)]

    assert max(sold) > TWIN_UNITS


def test_database_alone_refuses_what_the_careless_shop_sells(
    django_db_setup: None, django_db_blocker: Any, worker_id: str
) -> None:
    name = f"guarded_{worker_id}"
    clone(name)

    with django_db_blocker.unblock(), rows_of(name):
        sold = sell_carelessly(with_name(os.environ["TEST_OWNER_URL"], name), TWIN_UNITS)

    assert sold == TWIN_UNITS


def drop_the_rule(url: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'c'"
            " AND conrelid = 'logistics_stock'::regclass"
        )
        rules = [name for (name,) in cursor.fetchall()]
        assert rules
        for name in rules:
            cursor.execute(f'ALTER TABLE logistics_stock DROP CONSTRAINT "{name}"')
    connection.close()
