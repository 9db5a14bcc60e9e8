"""The window a buyer was promised: fixed at payment, judged at his door."""

from datetime import UTC, date, datetime, timedelta

import pytest

from logistics import promises
from logistics.models import Lane
from orders.models import Delivery, Order
from storefront.lib import kept
from tests.factories import catalog, orders

pytestmark = pytest.mark.django_db
NOW = orders.NOW


@pytest.fixture(autouse=True)
def _fresh_network() -> object:
    kept.forget()
    yield
    kept.forget()


@pytest.fixture
def order() -> Order:
    """Anna was shown the 28th to the 30th of November."""
    return orders.order(catalog.offer())


def window(order: Order) -> tuple[date, date]:
    delivery = order.deliveries.get()
    return delivery.promised_from_on, delivery.promised_until_on


def test_money_in_time_fixes_what_was_shown(order: Order) -> None:
    moved = promises.fix(order, actor="task:receive", now=NOW + timedelta(minutes=20))

    assert moved == []
    assert window(order) == (date(2026, 11, 28), date(2026, 11, 30))
    assert not order.events.filter(kind="PROMISE_MOVED").exists()


def test_money_a_day_later_moves_the_window_and_the_buyer_is_told(order: Order) -> None:
    moved = promises.fix(order, actor="task:receive", now=NOW + timedelta(days=1))

    assert window(order) == (date(2026, 11, 29), date(2026, 12, 1))
    assert [delivery.position for delivery in moved] == [1]
    event = order.events.get(kind="PROMISE_MOVED")
    assert event.detail == {"delivery": 1, "from_on": "2026-11-29", "until_on": "2026-12-01"}


def test_a_window_never_becomes_earlier_than_was_shown(order: Order) -> None:
    Delivery.objects.update(
        promised_from_on=date(2026, 12, 20), promised_until_on=date(2026, 12, 24)
    )

    assert promises.fix(order, actor="task:receive", now=NOW) == []
    assert window(order) == (date(2026, 12, 20), date(2026, 12, 24))


def test_a_lane_that_was_closed_meanwhile_holds_the_order_and_refuses_nothing(
    order: Order,
) -> None:
    Lane.objects.filter(code="air-svx").update(valid_until=NOW.date())
    kept.forget()

    promises.fix(order, actor="task:receive", now=NOW)

    assert window(order) == (date(2026, 11, 28), date(2026, 11, 30))
    assert order.holds.get().reason == "LANE_CLOSED"


@pytest.mark.parametrize(
    ("delivered_at", "is_kept"),
    [
        (datetime(2026, 11, 25, 8, tzinfo=UTC), True),  # early is kept
        (datetime(2026, 11, 30, 18, 59, tzinfo=UTC), True),  # one minute to midnight there
        (datetime(2026, 11, 30, 19, 0, tzinfo=UTC), False),
    ],
)
def test_the_last_day_counts_whole_in_the_buyers_city(
    order: Order, delivered_at: datetime, is_kept: bool
) -> None:
    assert promises.judge(order.deliveries.get(), delivered_at=delivered_at) is is_kept


def test_keeping_is_counted_per_lane(order: Order) -> None:
    orders.order(catalog.offer(), part={"lane": "rail-mzl", "mode": "rail"})
    late = orders.order(catalog.offer())
    Delivery.objects.filter(order=order).update(is_kept=True, delivered_at=NOW)
    Delivery.objects.filter(order=late).update(is_kept=False, delivered_at=NOW + timedelta(days=30))

    found = promises.kept_by_lane()

    assert found == [promises.Kept(lane="air-svx", mode="air", delivered=2, kept=1)]
    assert found[0].share_bps == 5000
    assert promises.kept_by_lane(since=NOW + timedelta(days=1))[0].kept == 0
