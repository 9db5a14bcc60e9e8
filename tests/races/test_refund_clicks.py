"""Twenty operators press "give back" in one moment: no more leaves than came."""

import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

import psycopg2
import pytest
from django.db import IntegrityError, connections, transaction
from djmoney.money import Money

from orders import lifecycle
from orders.models import OrderLine
from payments import parts, refunds
from payments.models import Bearer, Charge, Refund, RefundPart
from storefront.lib import clock
from tests import conftest
from tests.factories import catalog, orders, payments
from tests.factories.payments import NOW
from tests.races.crowd import together
from tests.shop import rows_of

CLICKS = 20
PIECES = 3
PRICE = Decimal("16990.00")


@pytest.fixture
def database(django_db_setup: None, django_db_blocker, worker_id: str) -> Iterator[str]:
    """A database of its own, in which work is committed for real."""
    name = f"refunds_{worker_id}"
    conftest.clone(name)
    with django_db_blocker.unblock(), rows_of(name):
        yield name
        connections.close_all()
    conftest.owner_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def sold() -> OrderLine:
    """Three phones, paid."""
    order = orders.order(catalog.offer(), quantity=PIECES)
    payments.paid(order)
    return order.lines.get()


def press(deed: Callable[[], object]) -> str:
    try:
        with clock.simulated(NOW), transaction.atomic(durable=True):
            deed()
        return "given"
    except parts.TooMuch:
        return "refused"
    finally:
        connections.close_all()


def click(line: OrderLine, asked: Callable[[], list[parts.Part]]) -> None:
    order = lifecycle.lock(line.order_id)
    opened = refunds.spread(order, asked(), reason="PARTLY", actor="user:vera", now=NOW)
    if not opened:
        raise parts.TooMuch


def given(charge: Charge) -> Decimal:
    return sum((row.price.amount for row in charge.refunds.all()), Decimal(0))


@pytest.mark.usefixtures("database")
def test_twenty_clicks_give_back_three_phones_and_no_more():
    line = sold()
    one = partial(click, line, lambda: [parts.goods(line, 1, bearer=Bearer.SELLER)])

    answers = together([partial(press, one)] * CLICKS)

    assert sorted(answers) == ["given"] * PIECES + ["refused"] * (CLICKS - PIECES)
    assert given(Charge.objects.get()) == PIECES * PRICE
    assert RefundPart.objects.count() == PIECES


@pytest.mark.usefixtures("database")
def test_twenty_clicks_for_money_alone_end_at_what_was_captured():
    """Each asks for 5 000 of the 51 610 rubles; ten fit whole, and the last gets the rest."""
    line = sold()
    many = partial(click, line, lambda: [parts.surplus(Decimal(5000))])

    answers = together([partial(press, many)] * CLICKS)

    charge = Charge.objects.get()
    assert answers.count("given") == 11
    assert given(charge) == charge.price.amount == PIECES * PRICE + 640


def unguarded(line: OrderLine) -> None:
    """The control twin: checks and writes without a lock."""
    charge = Charge.objects.get()
    if refunds.left(charge) < PRICE:
        raise parts.TooMuch
    refund = Refund.objects.create(
        charge=charge, price=Money(PRICE, "RUB"), reason="PARTLY", asked_at=NOW, asked_by="gleb"
    )
    parts.write(refund, [parts.surplus(PRICE)])


def test_the_control_twin_without_locks_and_triggers_gives_too_much(database: str):
    """So the crowd is big enough to show what the guards are for."""
    connections.close_all()
    owner = conftest.with_name(os.environ["TEST_OWNER_URL"], database)
    run_as_owner(owner, "ALTER TABLE payments_refund DISABLE TRIGGER within_captured")
    line = sold()

    answers = together([partial(press, partial(unguarded, line))] * CLICKS)

    assert answers.count("given") > PIECES
    assert given(Charge.objects.get()) > PIECES * PRICE + 640


def test_the_database_alone_stops_a_crowd_that_takes_no_lock(database: str):
    line = sold()

    def pushed() -> str:
        try:
            return press(partial(unguarded, line))
        except IntegrityError:
            return "stopped"

    answers = together([pushed] * CLICKS)

    assert answers.count("given") == PIECES
    assert given(Charge.objects.get()) == PIECES * PRICE


def run_as_owner(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
