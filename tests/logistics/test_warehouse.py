"""Stock: kept, given back, taken, and never sold twice."""

import os
from collections.abc import Callable, Iterator
from threading import Barrier, Thread

import psycopg2
import pytest
from django.db import connection, connections, transaction
from django.db.models import F, Sum
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from catalog.models import Offer, Product
from logistics import books, warehouse
from logistics.models import Reservation, Stock, StockMove
from orders.models import Order
from tests import conftest
from tests.factories import catalog, logistics, orders

NOW = orders.NOW
ANNA = {"actor": "user:7", "now": NOW}


def figures(stock: Stock) -> tuple[int, int, int]:
    stock.refresh_from_db()
    return stock.on_hand, stock.reserved, stock.allocated


def broken() -> list[str]:
    return [f"{name}: {fault}" for name, _count, faults in books.checks() for fault in faults]


@pytest.mark.django_db
def test_goods_are_reserved_allocated_and_picked() -> None:
    offer = catalog.offer()
    stock = logistics.stock(offer, 10)
    order = orders.order(offer, quantity=3)

    warehouse.reserve(order, **ANNA)
    assert figures(stock) == (10, 3, 0)

    warehouse.allocate(order, **ANNA)
    assert figures(stock) == (10, 0, 3)

    warehouse.pick(logistics.shipment(order), **ANNA)
    assert figures(stock) == (7, 0, 0)

    mine, parcel = f"order:{order.number}", f"shipment:{order.shipments.get().number}"
    moves = stock.moves.order_by("pk").filter(actor="user:7", happened_at=NOW)
    assert list(moves.values_list("kind", "cause", "on_hand", "reserved", "allocated")) == [
        ("RESERVED", mine, 0, 3, 0),
        ("ALLOCATED", mine, 0, -3, 3),
        ("PICKED", parcel, -3, 0, -3),
    ]
    assert stock.moves.count() == 1 + len(moves)
    assert order.lines.get().reservation.state == Reservation.State.PICKED


@pytest.mark.django_db
def test_available_counts_what_is_free_by_origin_in_one_query() -> None:
    both, far = catalog.offer(), catalog.offer()
    logistics.stock(both, 4)
    logistics.stock(both, 9, at="shenzhen")
    logistics.stock(both, 6, at="shenzhen", regime=Stock.Regime.BONDED)
    logistics.stock(far, 2, at="shenzhen")
    warehouse.reserve(orders.order(both, quantity=3), **ANNA)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = warehouse.available([both.pk, far.pk])

    assert found == {both.pk: {"harbin": 1, "shenzhen": 9}, far.pk: {"shenzhen": 2}}
    assert len(queries) == 1


@pytest.mark.django_db
def test_goods_are_taken_from_the_origin_of_their_delivery() -> None:
    offer = catalog.offer()
    harbin = logistics.stock(offer, 5)
    shenzhen = logistics.stock(offer, 5, at="shenzhen")

    warehouse.reserve(
        orders.order(offer, part={"origin": "shenzhen", "lane": "szx-air-svx"}), **ANNA
    )

    assert figures(harbin) == (5, 0, 0)
    assert figures(shenzhen) == (5, 1, 0)


@pytest.mark.django_db
def test_domestic_goods_go_before_bonded_ones() -> None:
    offer = catalog.offer()
    bonded = logistics.stock(offer, 5, regime=Stock.Regime.BONDED)
    domestic = logistics.stock(offer, 2)

    warehouse.reserve(orders.order(offer, quantity=2), **ANNA)
    warehouse.reserve(orders.order(offer, quantity=2), **ANNA)

    assert figures(domestic) == (2, 2, 0)
    assert figures(bonded) == (5, 2, 0)


@pytest.mark.django_db
def test_one_short_line_leaves_everything_as_it_was() -> None:
    plenty, scarce = catalog.offer(), catalog.offer()
    full = logistics.stock(plenty, 10)
    low = logistics.stock(scarce, 1)
    order = orders.order(plenty, scarce, quantity=2)

    with pytest.raises(warehouse.OutOfStock) as refusal:
        warehouse.reserve(order, **ANNA)

    assert refusal.value.facts["titles"] == "Телефон"
    assert (figures(full), figures(low)) == ((10, 0, 0), (1, 0, 0))
    assert not Reservation.objects.exists()


@pytest.mark.django_db
def test_two_lines_of_one_offer_are_counted_together() -> None:
    offer = catalog.offer()
    stock = logistics.stock(offer, 3)
    body = orders.body(orders.part(orders.line(offer, 2), orders.line(offer, 2)))

    with pytest.raises(warehouse.OutOfStock):
        warehouse.reserve(orders.order(offer, body=body), **ANNA)
    assert figures(stock) == (3, 0, 0)

    logistics.stock(offer, 1)
    warehouse.reserve(orders.order(offer, body=body), **ANNA)
    assert figures(stock) == (4, 4, 0)
    assert broken() == []


@pytest.mark.django_db
def test_a_line_is_served_from_the_row_that_earlier_lines_left_enough_in() -> None:
    offer = catalog.offer()
    domestic = logistics.stock(offer, 3)
    bonded = logistics.stock(offer, 2, regime=Stock.Regime.BONDED)
    body = orders.body(orders.part(orders.line(offer, 2), orders.line(offer, 2)))

    warehouse.reserve(orders.order(offer, body=body), **ANNA)

    assert (figures(domestic), figures(bonded)) == ((3, 2, 0), (2, 2, 0))


@pytest.mark.django_db
@pytest.mark.parametrize("is_paid", [False, True])
def test_what_is_released_is_free_again_and_once(is_paid: bool) -> None:
    offer = catalog.offer()
    stock = logistics.stock(offer, 4)
    order = orders.order(offer, quantity=3)
    warehouse.reserve(order, **ANNA)
    if is_paid:
        warehouse.allocate(order, **ANNA)

    warehouse.release(order, **ANNA)
    warehouse.release(order, **ANNA)

    assert figures(stock) == (4, 0, 0)
    released = stock.moves.get(kind=StockMove.Kind.RELEASED)
    assert (released.cause, released.actor) == (f"order:{order.number}", "user:7")
    assert order.lines.get().reservation.state == Reservation.State.RELEASED


@pytest.mark.django_db
def test_goods_that_were_given_back_are_not_allocated() -> None:
    offer = catalog.offer()
    stock = logistics.stock(offer, 4)
    order = orders.order(offer)
    warehouse.reserve(order, **ANNA)
    warehouse.release(order, **ANNA)

    with pytest.raises(warehouse.NotKept, match="больше не удерживается"):
        warehouse.allocate(order, **ANNA)

    assert figures(stock) == (4, 0, 0)


@pytest.mark.django_db
def test_allocating_twice_is_once() -> None:
    offer = catalog.offer()
    stock = logistics.stock(offer, 4)
    order = orders.order(offer)
    warehouse.reserve(order, **ANNA)

    warehouse.allocate(order, **ANNA)
    warehouse.allocate(order, **ANNA)

    assert figures(stock) == (4, 0, 1)
    assert stock.moves.count() == 3


@pytest.mark.django_db
def test_a_line_may_be_picked_into_two_parcels_and_one_put_back() -> None:
    offer = catalog.offer()
    stock = logistics.stock(offer, 5)
    order = orders.order(offer, quantity=3)
    warehouse.reserve(order, **ANNA)
    warehouse.allocate(order, **ANNA)
    one, two = logistics.shipment(order, quantity=2), logistics.shipment(order, quantity=1)
    early = orders.order(offer)
    warehouse.reserve(early, **ANNA)
    with pytest.raises(warehouse.NotKept, match="больше не удерживается"):
        warehouse.pick(logistics.shipment(early), **ANNA)  # it is not paid
    warehouse.release(early, **ANNA)

    warehouse.pick(one, **ANNA)
    assert figures(stock) == (3, 0, 1)
    warehouse.pick(two, **ANNA)
    assert figures(stock) == (2, 0, 0)
    with pytest.raises(warehouse.NotKept):
        warehouse.pick(two, **ANNA)

    warehouse.put_back(two, **ANNA)
    assert figures(stock) == (3, 0, 0)
    back = stock.moves.get(kind=StockMove.Kind.RETURNED)
    assert (back.cause, back.actor, back.happened_at) == (f"shipment:{two.number}", "user:7", NOW)
    assert order.lines.get().reservation.state == Reservation.State.RELEASED


@pytest.mark.django_db
def test_the_database_refuses_less_than_nothing() -> None:
    stock = logistics.stock(catalog.offer(), 2)

    with pytest.raises(IntegrityError, match="stock_never_less"), transaction.atomic():
        Stock.objects.filter(pk=stock.pk).update(reserved=3)
    with pytest.raises(IntegrityError, match="stock_never_less"), transaction.atomic():
        Stock.objects.filter(pk=stock.pk).update(reserved=-1)


@pytest.mark.django_db
def test_the_catalogue_hears_what_lies_free_in_harbin() -> None:
    product = catalog.product()
    mine, theirs = (catalog.offer(variant=catalog.variant(product=product)) for _ in range(2))
    logistics.stock(mine, 5)
    logistics.stock(theirs, 2)
    logistics.stock(theirs, 50, at="shenzhen")
    assert Product.objects.get(pk=product.pk).harbin_quantity == 7

    warehouse.reserve(orders.order(mine, quantity=4), **ANNA)

    assert Product.objects.get(pk=product.pk).harbin_quantity == 3


@pytest.mark.django_db
def test_many_receipts_are_one_shelf_each_and_nothing_is_no_receipt() -> None:
    place, offer = logistics.place(), catalog.offer()
    receipts = [warehouse.Receipt(place.pk, offer.pk, quantity) for quantity in (2, 3)]

    stocks = warehouse.receive_all(receipts, actor="task:test", now=NOW)

    assert {stock.pk for stock in stocks} == {Stock.objects.get(offer=offer).pk}
    assert figures(stocks[0]) == (5, 0, 0)
    with pytest.raises(ValueError, match="whole goods"):
        warehouse.receive_all([warehouse.Receipt(place.pk, offer.pk, 0)], actor="x", now=NOW)


@pytest.mark.django_db
def test_stock_is_locked_in_key_order_before_it_is_changed() -> None:
    offers = [catalog.offer(), catalog.offer()]
    for offer in offers:
        logistics.stock(offer, 5)
    order = orders.order(*reversed(offers))

    with CaptureQueriesContext(connection) as queries:
        warehouse.reserve(order, **ANNA)

    touched = [q["sql"] for q in queries if '"logistics_stock"' in q["sql"]]
    lock = 'ORDER BY "logistics_stock"."id" ASC FOR NO KEY UPDATE'
    first_change = next(n for n, sql in enumerate(touched) if sql.startswith("UPDATE"))
    assert touched[0].endswith(lock)
    assert all(sql.endswith(lock) for sql in touched[:first_change])
    assert sum(sql.startswith("UPDATE") for sql in touched) == 1


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker, worker_id: str) -> Iterator[None]:
    """A database of its own, in which work is committed for real."""
    name = f"race_{worker_id}"
    conftest.clone(name)
    with django_db_blocker.unblock():
        conftest._point(os.environ["TEST_APP_URL"], name)
        yield
        connections.close_all()
        conftest._point(os.environ["TEST_APP_URL"], f"test_{worker_id}")
    conftest.owner_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def race(
    jobs: list[Order], reserve: Callable[..., object] = warehouse.reserve
) -> list[BaseException | None]:
    """Reserve for all orders at the same moment, each in a thread and connection of its own."""
    gate = Barrier(len(jobs))
    ends: list[BaseException | None] = [None] * len(jobs)

    def run(n: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            with transaction.atomic(durable=True):
                reserve(jobs[n], actor=f"user:{n}", now=NOW)
        except BaseException as error:
            ends[n] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(n,)) for n in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return ends


def placed(offers: list[Offer], count: int) -> list[Order]:
    """Orders of one piece of each offer, every second one with its lines the other way round."""
    turns = (offers, offers[::-1])
    return [orders.order(*turns[n % 2]) for n in range(count)]


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("units", [1, 7])
def test_thirty_two_buyers_get_exactly_what_there_is(units: int) -> None:
    offers = [catalog.offer() for _ in range(3)]
    stocks = [logistics.stock(offer, units) for offer in offers]

    ends = race(placed(offers, 32))

    assert [end for end in ends if end and not isinstance(end, warehouse.OutOfStock)] == []
    assert ends.count(None) == units
    assert [figures(stock) for stock in stocks] == [(units, units, 0)] * 3
    assert Reservation.objects.count() == 3 * units
    assert broken() == []


def unguarded(order: Order, *, actor: str, now: object) -> None:
    """The control: looks first, takes later, as shops do that sell the last piece twice."""
    for line in order.lines.all():
        stock = Stock.objects.get(offer=line.offer)
        if stock.available < line.quantity:
            raise warehouse.OutOfStock(titles=line.title_ru)
        Stock.objects.filter(pk=stock.pk).update(reserved=F("reserved") + line.quantity)


@pytest.mark.usefixtures("committed")
def test_the_race_would_be_lost_without_locks() -> None:
    owner = conftest.with_name(os.environ["TEST_OWNER_URL"], connection.settings_dict["NAME"])
    drop_check(owner)
    offer = catalog.offer()
    sold = 0

    for _round in range(20):
        stock = logistics.stock(offer, 1)
        race(placed([offer], 16), unguarded)
        sold = Stock.objects.aggregate(sold=Sum("reserved"))["sold"]
        if sold > figures(stock)[0]:
            break

    assert sold > figures(stock)[0]


def drop_check(url: str) -> None:
    owner = psycopg2.connect(url)
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("ALTER TABLE logistics_stock DROP CONSTRAINT stock_never_less_than_nothing")
    owner.close()
