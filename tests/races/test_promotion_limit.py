"""Of orders in one moment a promotion gets as many as it has pieces, and ends once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connections, transaction

from catalog import asking, promotions
from catalog.models import AskedPrice, Offer, Promotion
from orders import lifecycle
from orders.models import Order
from orders.states import CancelReason
from storefront import tasks
from storefront.lib import clock
from tests import conftest
from tests.factories import catalog, orders
from tests.races.crowd import together
from tests.shop import rows_of

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
BUYERS, LIMIT = 20, 12


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker, worker_id: str) -> Iterator[None]:
    """A database of its own, in which work is committed for real."""
    name = f"promotion_{worker_id}"
    conftest.clone(name)
    with django_db_blocker.unblock(), rows_of(name):
        yield
        connections.close_all()
    conftest.owner_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def in_own_connection(deed):
    try:
        with clock.simulated(NOW), transaction.atomic(durable=True):
            return deed()
    except promotions.UsedUp:
        return None
    finally:
        connections.close_all()


def give_up(order: Order) -> Order:
    return lifecycle.cancel(order, reason=CancelReason.EXPIRED, actor="task:expire", now=NOW)


@pytest.mark.usefixtures("committed")
def test_twenty_orders_and_reprices_at_once_never_take_more_than_there_is():
    first = catalog.offer("100.00")
    second = catalog.offer("50.00", seller=first.seller)
    keys = [first.pk, second.pk]
    asking.refresh(keys, now=NOW - timedelta(days=40), because="APPROVED")
    row = promotions.promote(
        first.seller,
        promotions.Plan("双十二", NOW),
        discount=asking.Discount(rate_bps=1000),
        offers=keys,
        most_pieces=2 * LIMIT,
        actor="user:boris",
        now=NOW,
    )
    offers = list(Offer.objects.filter(pk__in=keys).order_by("pk"))
    turns = (offers, offers[::-1])
    deeds = [partial(orders.order, *turns[number % 2]) for number in range(BUYERS)]
    deeds += [
        partial(asking.reprice_many, {key: Decimal(price)}, actor="user:boris", now=NOW)
        for key, price in zip(keys * 2, (110, 60, 120, 70), strict=True)
    ]

    placed = together([partial(in_own_connection, deed) for deed in deeds])[:BUYERS]

    row = Promotion.objects.get(pk=row.pk)
    got = [order for order in placed if order]
    assert (len(got), Order.objects.count(), row.sold_pieces) == (LIMIT, LIMIT, 2 * LIMIT)
    assert (row.stopped_at, row.due_at) == (NOW, NOW)
    some = [partial(in_own_connection, partial(give_up, order)) for order in got[:5]]
    more = [partial(in_own_connection, deed) for deed in deeds[:BUYERS]]
    again = [order for order in together(some + more)[5:] if order]
    row = Promotion.objects.get(pk=row.pk)
    assert row.sold_pieces == 2 * (LIMIT - 5 + len(again)) <= 2 * LIMIT
    missing = 5 - len(again)
    assert len([1 for deed in deeds[:BUYERS] if in_own_connection(deed)]) == missing
    row = Promotion.objects.get(pk=row.pk)
    assert (row.sold_pieces, row.stopped_at, row.due_at) == (2 * LIMIT, NOW, NOW)
    together([partial(in_own_connection_plainly, row.pk)] * 4)
    for offer in Offer.objects.filter(pk__in=keys):
        assert offer.price.amount == asking.plain(offer)
        assert AskedPrice.objects.filter(offer=offer).latest_first()[0].price == offer.price
    assert Promotion.objects.get(pk=row.pk).due_at is None


def in_own_connection_plainly(key: int) -> None:
    """A task opens its own transaction."""
    try:
        with clock.simulated(NOW):
            tasks.promotion(id=key)
    finally:
        connections.close_all()
