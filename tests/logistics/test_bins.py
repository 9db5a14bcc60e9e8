"""Bins: their pieces are the stock's, each regime in its own, the oldest leave first."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction
from django.db.models import F
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from logistics import warehouse as stocks
from logistics.models import BinMove, BinStock, Stock
from logistics.stocking import bins
from tests.factories import catalog, logistics, orders, warehouse
from tests.factories.warehouse import MEI, NOW, put_away, shelf
from tests.logistics.test_advices import broken
from tests.logistics.test_warehouse import committed

__all__ = ["committed"]
BEFORE_BINS = 9  # statements of picking a parcel's only line, as they were without bins


def lying(stock: Stock) -> dict[str, int]:
    rows = BinStock.objects.filter(stock=stock).order_by("bin__walk", "came_on")
    found: dict[str, int] = {}
    for code, pieces in rows.values_list("bin__code", "quantity"):
        found[code] = found.get(code, 0) + pieces
    return found


def allocated(offer, quantity: int = 1):
    order = orders.order(offer, quantity=quantity)
    stocks.reserve(order, **MEI)
    stocks.allocate(order, **MEI)
    return order


@pytest.mark.django_db
def test_what_lay_there_is_on_the_dock_and_what_comes_too():
    stock = logistics.stock(catalog.offer(), 3)
    far = logistics.stock(catalog.offer(), 2, at="shenzhen")

    warehouse.laid_out()
    logistics.stock(stock.offer, 2)
    fresh = logistics.stock(catalog.offer(), 4, regime="bonded")

    far.refresh_from_db()
    assert lying(stock) == {"DOCK-D": 5}
    assert lying(fresh) == {"DOCK-B": 4}
    assert (far.is_binned, lying(far)) == (False, {})
    assert broken() == []


@pytest.mark.django_db
def test_pieces_are_put_away_and_picked_the_oldest_first():
    warehouse.laid_out()
    stock = logistics.stock(catalog.offer(), 4)
    put_away(stock, 4, "A02-03-1-1")
    later = NOW + timedelta(days=2)
    stocks.receive(
        logistics.place(), stock.offer, 3, regime="domestic", actor="task:test", now=later
    )
    put_away(stock, 3, "A01-01-1-1")

    stocks.pick(logistics.shipment(allocated(stock.offer, 5)), **MEI)

    assert lying(stock) == {"A01-01-1-1": 2}
    assert bins.suggest(stock) == shelf("A01-01-1-1")
    assert BinMove.objects.filter(stock=stock, cause__startswith="shipment:").count() == 2
    assert broken() == []


@pytest.mark.django_db
def test_bonded_and_domestic_goods_lie_apart():
    warehouse.laid_out()
    stock = logistics.stock(catalog.offer(), 4)
    assert shelf("B04-01-1-1").regime == "bonded"

    with pytest.raises(bins.OtherRegime):
        put_away(stock, 1, "B04-01-1-1")
    with pytest.raises(bins.NotThere):
        put_away(stock, 5, "A01-01-1-1")
    with pytest.raises(IntegrityError, match="is not for stock"), transaction.atomic():
        BinStock.objects.create(
            bin=shelf("B04-01-1-1"), stock=stock, came_on=NOW.date(), quantity=1
        )

    assert lying(stock) == {"DOCK-D": 4}


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["bins", "stock"])
def test_the_database_refuses_bins_that_hold_other_than_the_books(who: str):
    warehouse.laid_out()
    stock = logistics.stock(catalog.offer(), 4)

    with pytest.raises(IntegrityError, match="its bins hold"), transaction.atomic():
        upset(stock, who)


def upset(stock: Stock, who: str) -> None:
    if who == "bins":
        BinStock.objects.filter(stock=stock).update(quantity=5)
    else:
        Stock.objects.filter(pk=stock.pk).update(on_hand=F("on_hand") - 1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_a_place_without_bins_costs_no_statement_more():
    stock = logistics.stock(catalog.offer(), 9)
    parcels = [logistics.shipment(allocated(stock.offer)) for _ in range(2)]

    with CaptureQueriesContext(connection) as plain:
        stocks.pick(parcels[0], **MEI)

    assert not [q for q in plain if '"logistics_bin' in q["sql"]]
    assert len([q for q in plain if "SAVEPOINT" not in q["sql"]]) == BEFORE_BINS


@pytest.mark.usefixtures("committed")
def test_two_workers_at_one_bin_never_take_a_piece_twice():
    warehouse.laid_out()
    stock = logistics.stock(catalog.offer(), 12)
    put_away(stock, 6, "A01-01-1-1")
    parcels = [logistics.shipment(allocated(stock.offer)) for _ in range(6)]
    jobs = [lambda parcel=parcel: stocks.pick(parcel, **MEI) for parcel in parcels]
    moves = [("A01-01-1-1", "A02-01-1-1"), ("DOCK-D", "A01-01-1-1")] * 4
    jobs += [
        lambda source=source, target=target: put_away(stock, 2, target, source=source)
        for source, target in moves
    ]

    faults = _at_once(jobs)

    stock.refresh_from_db()
    assert [fault for fault in faults if not isinstance(fault, bins.NotThere)] == []
    assert stock.on_hand == 6 == sum(lying(stock).values())
    assert broken() == []


def _at_once(jobs) -> list[BaseException]:
    gate, faults = Barrier(len(jobs)), []

    def run(job) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            with transaction.atomic(durable=True):
                job()
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return faults
