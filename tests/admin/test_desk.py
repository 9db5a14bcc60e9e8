"""The start page says what is, links to what it counts, and keeps to what one may know."""

import os
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from catalog.models import Offer
from logistics import figures, incidents
from logistics.models import Closure, Declaration, Incident, PointList, Shipment
from orders.models import Hold, Order
from payments.models import Refund
from storefront.admin import desk, navigation
from storefront.cache import FILLING
from storefront.lib import clock
from tests.admin import world
from tests.admin.conftest import COUNT
from tests.factories import catalog, orders

START = "/admin/"


def test_the_start_page_costs_a_fixed_number_of_queries(operator):
    operator.get(START)
    with CaptureQueriesContext(connection) as before:
        operator.get(START)
    for _number in range(3):
        world.pending(orders.order(catalog.offer(), now=clock.now()))
    with CaptureQueriesContext(connection) as after:
        operator.get(START)

    assert len(after) == len(before) <= 31


@pytest.mark.usefixtures("desks")
def test_the_day_is_counted_from_its_rows():
    now = clock.now()
    since = now - timedelta(hours=2, minutes=30)

    found = figures.day(since, now + timedelta(seconds=1))

    placed = [order for order in Order.objects.all() if order.placed_at >= since]
    assert found.placed == len(placed) == 3
    assert found.paid == 3
    assert found.captured == sum(order.total.amount for order in placed)


@pytest.mark.usefixtures("desks")
def test_parcels_are_counted_by_state():
    standing = {one.state: one for one in figures.parcels()}

    under_way = Shipment.objects.under_way()
    assert sum(one.parcels for one in standing.values()) == under_way.count()
    assert set(standing) == set(under_way.values_list("state", flat=True))
    oldest = under_way.filter(state="PLANNED").earliest("state_at").state_at
    assert standing["PLANNED"].oldest_at == oldest


@pytest.mark.usefixtures("desks")
def test_waiting_work_is_counted_by_kind_with_what_fails():
    found = {one.kind: one for one in figures.queues(now=clock.now(), wall=clock.wall())}

    parcels = found["logistics.shipment"]
    assert parcels.ready == COUNT
    assert parcels.failing == Shipment.objects.filter(failures__gt=0).count()
    assert parcels.error == "the carrier does not answer"
    assert found["payments.refund"].ready == COUNT
    assert found["payments.refund"].failing == 0


def test_a_silent_queue_is_told_from_a_working_one(operator, settings):
    here = {**settings.CACHES["default"], "LOCATION": os.environ["TEST_REDIS_URL"]}
    settings.CACHES = {"default": here}
    wall = clock.wall()
    cache.set("heartbeat:bank", wall.isoformat())
    cache.set("heartbeat:mail", (wall - timedelta(hours=2)).isoformat())
    cache.delete("heartbeat:customs")

    shown = {row["label"]: row["tone"] for row in operator.get(START).context["workers"]}

    assert set(shown) == set(settings.QUEUES)
    assert (shown["bank"], shown["mail"], shown["customs"]) == ("good", "bad", "bad")


def test_what_is_stuck_links_to_the_list_it_counts(root):
    world.pending(orders.order(catalog.offer()))
    late = Shipment.objects.filter(state="PLANNED").latest("pk").delivery
    late.promised_from_on = late.promised_until_on = clock.now().date() - timedelta(days=1)
    late.save()
    moved = Shipment.objects.earliest("pk")
    incidents.open(moved, Incident.Kind.SILENT, cause="", actor="test", now=clock.now())
    now = clock.now()
    nights = PointList.objects.filter(pk=PointList.objects.earliest("pk").pk)
    nights.update(failures=2, due_at=now, last_error="the carrier is away")
    Closure.objects.create(kind="CANCELLED", service="flight", closed_at=now, entered_at=now)

    shown = {row["label"]: row for row in root.get(START).context["stuck"]}

    assert {desk.STUCK[what][0] for what in desk.STUCK} == set(shown)
    for row in shown.values():
        address = urlsplit(row["url"])
        found = root.get(f"{address.path}?{address.query}").context["cl"].result_count
        assert found == row["rows"], row


@pytest.mark.usefixtures("desks")
def test_what_is_stuck_is_counted_from_its_rows():
    found = {one.what: one for one in figures.stuck(now=clock.now(), wall=clock.wall())}

    assert found["holds"].rows == Hold.objects.filter(lifted_at=None).count() == 10
    assert found["declarations"].rows == 10
    assert found["refunds"].rows == Refund.objects.count() == COUNT
    assert found["offers"].rows == Offer.objects.filter(state="REVIEW").count() == COUNT
    assert found["rates"].rows == 1
    assert "charges" not in found


@pytest.mark.usefixtures("desks")
def test_trade_counts_released_exports_only():
    rows = figures.trade(clock.now() - timedelta(days=366))

    released = Declaration.objects.filter(state="RELEASED")
    assert sum(row.parcels for row in rows) == released.count() == 5
    assert sum(row.net_weight_g for row in rows) == 5 * 190
    assert sum(row.value for row in rows) == sum(
        line.value.amount for paper in released for line in paper.lines.all()
    )
    assert {row.currency for row in rows} == {"CNY"}


def test_the_authority_sees_trade_and_parcels_and_no_orders(authority):
    context = authority.get(START).context

    assert context["trade"]
    assert context["parcels"]
    assert "today" not in context
    assert "stuck" not in context
    shown = [
        str(entry["title"])
        for group in context["sidebar_navigation"]
        for entry in group["items"]
        if entry["has_permission"]
    ]
    assert len(shown) == 6  # five lists and the start page


def test_every_list_has_its_place_in_the_navigation(root):
    addresses = [
        link(None) if callable(link) else str(link)
        for group in navigation.NAVIGATION
        for link in (entry["link"] for entry in group["items"])
    ]

    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        assert resolve(urlsplit(address).path).url_name
        if "?" in address:
            assert root.get(address).context["cl"].has_active_filters


def test_a_demo_that_fills_itself_says_so_on_the_start_page(operator, settings):
    settings.DEMO = True
    operator.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "The demo is filling" not in operator.get(START).content.decode()

    cache.set(FILLING, clock.now() - timedelta(days=30))

    assert "The demo is filling" in operator.get(START).content.decode()
