"""What lies long costs its seller, and what sells fast is to be sent: both from what happened."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from logistics import warehouse as stocks
from logistics.models import StorageBill
from logistics.stocking import advices, ageing, fees, supply
from logistics.tasks import bill_storage
from orders.models import Order, Term
from payments.models import Journal
from storefront.lib import clock
from tests.factories import catalog, logistics, orders, warehouse
from tests.logistics.test_advices import found
from tests.logistics.test_bins import allocated

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CAME = logistics.NOW - 40 * DAY


@pytest.fixture(autouse=True)
def _terms() -> None:
    rows = {
        "storage_free_days": 30,
        "storage_day_fen": 20,
        "supply_window_days": 28,
        "supply_lead_days": 10,
        "supply_cover_days": 14,
    }
    for key, value in rows.items():
        Term.objects.get_or_create(
            key=key,
            valid_from=date(2025, 1, 1),
            defaults={"value": value, "unit": "-", "source": "test"},
        )


def came(offer, quantity: int, at, where: str = "harbin-warehouse") -> None:
    place = logistics.place(where)
    stocks.receive(place, offer, quantity, regime="domestic", actor="task:test", now=at)


def test_the_oldest_pieces_leave_first_and_the_rest_keep_their_day():
    offer = catalog.offer()
    came(offer, 5, CAME)
    came(offer, 4, CAME + 20 * DAY)
    came(offer, 9, CAME, "shenzhen")
    stocks.pick(logistics.shipment(allocated(offer, 3)), actor="user:mei", now=logistics.NOW)

    layers = ageing.layers(logistics.NOW.date())

    assert [(layer.came_on, layer.pieces) for layer in layers] == [
        (CAME.date(), 2),
        ((CAME + 20 * DAY).date(), 4),
    ]
    before = ageing.layers((CAME + DAY).date())
    assert [layer.pieces for layer in before] == [5]
    assert ageing.bands(logistics.NOW.date(), seller=offer.seller) == [
        (1, 30, 4), (31, 60, 2), (61, 90, 0), (91, 180, 0), (181, None, 0),
    ]  # fmt: skip
    a_day_old, long_ago = CAME.date() + 29 * DAY, CAME.date() + 180 * DAY
    assert ageing.bands(a_day_old, seller=offer.seller)[:2] == [(1, 30, 9), (31, 60, 0)]
    assert ageing.bands(long_ago, seller=offer.seller)[3:] == [(91, 180, 4), (181, None, 2)]
    assert ageing.layers(logistics.NOW.date(), seller=catalog.seller()) == []


def test_a_week_is_charged_for_the_days_beyond_the_free_ones_once():
    offer = catalog.offer()
    came(offer, 10, CAME)
    until = CAME.date() + 33 * DAY  # the last day charged is the 33rd: three beyond the free ones
    bill = StorageBill.objects.create(week_until=until, due_at=logistics.NOW)

    assert fees.of_week(until) == {offer.seller_id: Decimal("6.00")}
    with clock.simulated(logistics.NOW):
        bill_storage(id=bill.pk)
        bill_storage(id=bill.pk)

    bill.refresh_from_db()
    assert (bill.sellers, bill.price_fen, bill.due_at) == (1, 600, None)
    assert bill.done_at == logistics.NOW
    journal = Journal.objects.get(kind="storage")
    assert (journal.source, journal.actor) == (f"storage until {until}", "task:storage")
    assert journal.occurred_at == logistics.NOW
    assert journal.key == f"storage:{offer.seller.slug}:{until}"
    following = StorageBill.objects.get(done_at=None)
    assert following.week_until == until + 7 * DAY
    assert following.due_at.isoformat() == f"{following.week_until}T01:00:00+00:00"


def test_the_bill_of_this_week_is_planned_for_monday_once():
    fees.ensure(now=logistics.NOW)
    fees.ensure(now=logistics.NOW + DAY)

    bill = StorageBill.objects.get()
    assert (bill.week_until, bill.week_until.isoweekday()) == (date(2026, 11, 30), 1)


def sold(offer, quantity: int) -> None:
    order = orders.order(offer, quantity=quantity)
    Order.objects.filter(pk=order.pk).update(paid_at=logistics.NOW - 3 * DAY)


def test_what_runs_out_before_more_can_come_is_to_be_sent():
    fast, slow, announced = (catalog.offer(seller=s) for s in [catalog.seller()] * 3)
    for offer, free in ((fast, 5), (slow, 50), (announced, 5)):
        came(offer, free, CAME)
        sold(offer, 28)
    warehouse.advice(announced, 30)

    needs = supply.needs(fast.seller, now=logistics.NOW)

    (need,) = needs
    assert (need.offer, need.free, need.sold, need.days_left) == (fast, 5, 28, 5)
    assert (need.coming, need.days, need.send) == (0, 28, 24 - 5)
    came(slow, 3, logistics.NOW)
    gone = orders.order(fast, quantity=99)  # long ago, unpaid or not from Harbin: no sale
    orders.order(fast, quantity=99)
    Order.objects.filter(pk=gone.pk).update(paid_at=logistics.NOW - 29 * DAY)
    far = orders.order(fast, part={"origin": "shenzhen", "lane": "szx-air-svx"}, quantity=99)
    Order.objects.filter(pk=far.pk).update(paid_at=logistics.NOW)
    sold(announced, 5 * 28)
    late, again = supply.needs(fast.seller, now=logistics.NOW)
    assert (again.offer, again.sold) == (fast, 28)
    assert (late.offer, late.free, late.coming, late.days_left) == (announced, 5, 30, 0)
    assert late.send == 6 * 24 - 35
    assert supply.needs(catalog.seller(), now=logistics.NOW) == []


def test_a_sellers_own_notices_say_how_long_his_goods_take(settings, tmp_path):
    settings.PAPERS_ROOT = tmp_path
    offer = catalog.offer(variant=catalog.variant(product=catalog.product(kind="case")))
    assert supply.pace(offer.seller, now=logistics.NOW).lead_days == 10

    for days in (3, 4, 4, 4, 6):
        assert not supply.pace(offer.seller, now=logistics.NOW).is_measured
        advice = warehouse.advice(offer)
        later = {"actor": "user:mei", "now": logistics.NOW + days * DAY}
        advices.receive(advice.lines.get(), found(whole=5), **later)
        advices.close(advice, **later)

    pace = supply.pace(offer.seller, now=logistics.NOW)
    assert (pace.lead_days, pace.is_measured) == (6, True)
    assert (pace.days, pace.cover_days) == (28, 14)
