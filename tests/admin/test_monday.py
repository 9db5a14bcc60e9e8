"""The operator's Monday: what the first page tells leads to where it is said and mended."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from logistics.models import Circuit, Closure, PointList, Shipment
from payments.models import Charge, Rate, Refund
from storefront.lib import clock
from tests.admin import world
from tests.admin.test_deeds import deed
from tests.factories import catalog, orders

START = "/admin/"


def is_due(row) -> bool:
    return row.due_at is not None and row.due_at <= max(clock.now(), clock.wall())


def is_filed_again(rejected) -> bool:
    made = rejected.shipment.declarations.latest("attempt_number")
    return made != rejected and made.state == "READY"


def has_rate(held) -> bool:
    return Rate.objects.filter(rate_on=held.rate_on, is_held=False).exists()


# What mends a row of each list that is told on the first page, by whose hands, and how it shows.
VERDICT = {"outcome": "NONE", "text": "the picture is of another parcel"}
MODEL = {"element": "gmodel", "line": "1", "text": "HONOR|X9b"}
MENDED: dict[str, tuple[str, str, dict[str, str], Callable]] = {
    "logistics.incident": ("operator", "answer", {"text": "found"}, lambda row: row.closed_at),
    "logistics.pointlist": ("operator", "try_again", {}, is_due),
    "logistics.closure": (
        "operator",
        "reopen",
        {"at": "2030-01-01T00:00"},
        lambda r: r.opens_at is not None,
    ),
    "logistics.declaration": ("operator", "mend", MODEL, is_filed_again),
    "logistics.shipment": ("operator", "try_again", {}, is_due),
    "orders.hold": ("operator", "lift", {"text": "papers are here"}, lambda row: row.lifted_at),
    "catalog.offer": ("operator", "approve", {}, lambda row: row.state == "LIVE"),
    "payments.charge": ("operator", "try_again", {}, is_due),
    "payments.refund": ("operator", "try_again", {}, is_due),
    "payments.dispute": ("operator", "decide", VERDICT, lambda row: row.state == "CLOSED"),
    "payments.break": ("finance", "close", {"text": "a fee"}, lambda row: row.state != "OPEN"),
    "payments.rate": ("finance", "confirm", {}, has_rate),
}
ELSEWHERE = {"logistics.circuit"}  # mended in its list, see below


@pytest.fixture
def _monday(desks: None) -> None:
    """A cancelled flight, a carrier whose points did not come, a buyer long on the page."""
    now = clock.now()
    Closure.objects.create(
        kind="CANCELLED", service="flight-hrb-svx", closed_at=now, entered_at=now
    )
    nights = PointList.objects.filter(pk=PointList.objects.earliest("pk").pk)
    asked = world.pending(orders.order(catalog.offer()))
    away = {"failures": 2, "due_at": clock.wall() + timedelta(days=9), "last_error": "is away"}
    Charge.objects.filter(pk=asked.pk).update(**away)
    Refund.objects.filter(state="READY").update(**away)
    Shipment.objects.filter(failures__gt=0).update(**away)
    nights.update(**away)


def links(page, section: str) -> list[str]:
    found = page.content.decode().split(f'id="{section}"', 1)[1].split("</section>", 1)[0]
    return [one.replace("&amp;", "&") for one in re.findall(r'<a href="([^"]+)"', found)]


def mendable(listed, mender, name: str):
    """The first row of a list whose page offers to mend it."""
    for row in listed.context["cl"].result_list:
        label = row._meta
        page = reverse(f"admin:{label.app_label}_{label.model_name}_change", args=[row.pk])
        assert page in listed.content.decode()
        if deed(row, name) in mender.get(page).content.decode():
            return row
    return None


@pytest.mark.usefixtures("_monday")
@pytest.mark.parametrize("section", ["stuck", "queues"])
def test_every_count_of_the_first_page_leads_to_its_rows(operator, section):
    found = links(operator.get(START), section)

    assert found
    for address in found:
        listed = operator.get(address)
        assert listed.status_code == 200, address  # an unknown filter is sent on, not shown
        assert urlsplit(address).query in listed.request["QUERY_STRING"]


@pytest.mark.usefixtures("_monday")
def test_what_is_stuck_is_mended_where_the_first_page_leads(sign_in):
    hands = {role: sign_in(role) for role in ("operator", "finance")}
    mended, left = set(), []
    for address in links(hands["operator"].get(START), "stuck"):
        listed = hands["operator"].get(address)
        kind = listed.context["cl"].opts.label_lower
        if kind in ELSEWHERE:
            continue
        who, name, answers, is_done = MENDED[kind]
        row = mendable(listed, hands[who], name)
        if row is None:
            left.append(address)
            continue

        assert not is_done(row), address
        hands[who].post(deed(row, name), {"sure": "1", **answers})

        row.refresh_from_db()
        assert is_done(row), address
        mended.add(kind)
    assert left == []
    assert mended == set(MENDED)


@pytest.mark.usefixtures("_monday")
def test_four_hundred_orders_cost_no_statement_more(operator):
    lists = [START, *links(operator.get(START), "stuck"), *links(operator.get(START), "queues")]

    def costs() -> dict[str, int]:
        found = {}
        for address in lists:
            operator.get(address)
            with CaptureQueriesContext(connection) as queries:
                operator.get(address)
            found[address] = len(queries)
        return found

    before, offer = costs(), catalog.offer()
    for _number in range(400):
        world.pending(orders.order(offer))

    assert costs() == before
    assert f'<b class="n">{401}</b>' in operator.get(START).content.decode()


@pytest.mark.usefixtures("_monday")
def test_a_party_that_does_not_answer_is_told_on_the_first_page(operator):
    (address,) = [one for one in links(operator.get(START), "stuck") if "/circuit/" in one]

    listed = operator.get(address)

    assert listed.context["cl"].result_count == Circuit.objects.exclude(away_since=None).count()
    assert reverse("admin:logistics_circuit_again") in listed.content.decode()
