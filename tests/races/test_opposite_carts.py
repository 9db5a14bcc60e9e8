"""Carts with the same goods in another order: nobody waits for somebody who waits for him."""

import random
import time
from functools import partial

import pytest

from logistics.models import Reservation
from tests import soak
from tests.buyer import Buyer
from tests.races.crowd import in_turn, together
from tests.shop import Shop, check

CLIENTS, ROUNDS = 16, 1
SOAK_CLIENTS, SOAK_ROUNDS = 32, 10
GOODS, LINES = 5, 3


def test_carts_in_opposite_order_all_become_orders(shop: Shop) -> None:
    assert buy_crosswise(shop, CLIENTS, ROUNDS) == CLIENTS * ROUNDS


@pytest.mark.soak
def test_many_carts_in_opposite_order_all_become_orders(shop: Shop) -> None:
    begun = time.monotonic()
    before = deadlocks(shop)
    placed = buy_crosswise(shop, SOAK_CLIENTS, SOAK_ROUNDS)

    figures = {"clients": SOAK_CLIENTS, "rounds": SOAK_ROUNDS, "lines": LINES, "goods": GOODS}
    figures |= {"placed": placed, "deadlocks": deadlocks(shop) - before}
    soak.keep("opposite_carts", {**figures, "seconds": round(time.monotonic() - begun, 1)})
    assert placed == SOAK_CLIENTS * SOAK_ROUNDS


def buy_crosswise(shop: Shop, clients: int, rounds: int) -> int:
    """Each takes three of five goods, half of them backwards; how many orders came of it."""
    offers = [shop.goods(clients * rounds) for _ in range(GOODS)]
    chance = random.Random(7)
    before = deadlocks(shop)
    numbers: list[str] = []
    for _round in range(rounds):
        crowd = [shop.buyer() for _ in range(clients)]
        choices = [chance.sample(offers, LINES) for _ in crowd]
        forms = in_turn(
            [partial(ready, one, choice) for one, choice in zip(crowd, choices, strict=True)]
        )
        numbers += together(
            [partial(one.agree, form) for one, form in zip(crowd, forms, strict=True)]
        )
        for one in crowd:
            one.web.close()
    assert deadlocks(shop) == before
    kept = Reservation.objects.filter(line__order__number__in=numbers, state="RESERVED")
    assert kept.count() == len(numbers) * LINES
    check(shop)
    return len({number for number in numbers if number})


def ready(buyer: Buyer, offers: list) -> dict[str, str]:
    buyer.put_in_cart(*offers)
    fields = buyer.checkout()
    assert fields
    return fields


def deadlocks(shop: Shop) -> int:
    """As PostgreSQL has counted them; each connection reports within a second."""
    time.sleep(1.2)
    ((count,),) = shop.owner_sql(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    return int(count)
