"""The operator's Monday: what the first page tells leads to where it is said and mended."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from logistics.models import Circuit, Closure, PointList
from storefront.lib import clock
from tests.admin import world
from tests.admin.test_deeds import deed
from tests.factories import catalog, orders

START = "/admin/"
# What mends the first row of each list an operator is led to, and how the row shows it.
MENDED: dict[str, tuple[str, dict[str, str], Callable]] = {
    "logistics.incident": ("answer", {"text": "found"}, lambda row: row.closed_at is not None),
    "orders.hold": ("lift", {"text": "papers are here"}, lambda row: row.lifted_at is not None),
    "logistics.pointlist": ("try_again", {}, lambda row: row.due_at <= clock.now()),
    "catalog.offer": ("approve", {}, lambda row: row.state == "LIVE"),
    "logistics.closure": ("reopen", {"at": "2030-01-01T00:00"}, lambda row: row.opens_at),
}


@pytest.fixture
def _monday(desks: None) -> None:
    """A cancelled flight, a carrier whose points did not come, a buyer long on the page."""
    now = clock.now()
    Closure.objects.create(
        kind="CANCELLED", service="flight-hrb-svx", closed_at=now, entered_at=now
    )
    nights = PointList.objects.filter(pk=PointList.objects.earliest("pk").pk)
    nights.update(failures=2, due_at=now, last_error="the carrier is away")
    world.pending(orders.order(catalog.offer()))


def links(page, section: str) -> list[str]:
    found = page.content.decode().split(f'id="{section}"', 1)[1].split("</section>", 1)[0]
    return [one.replace("&amp;", "&") for one in re.findall(r'<a href="([^"]+)"', found)]


def first_row(listed):
    (row, *_others) = listed.context["cl"].result_list
    label = row._meta
    page = reverse(f"admin:{label.app_label}_{label.model_name}_change", args=[row.pk])
    assert page in listed.content.decode()
    return row, page


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
def test_what_is_stuck_is_mended_where_the_first_page_leads(operator):
    mended = set()
    for address in links(operator.get(START), "stuck"):
        row, page = first_row(operator.get(address))
        shown = operator.get(page).content.decode()
        if row._meta.label_lower not in MENDED:
            continue
        name, answers, is_done = MENDED[row._meta.label_lower]
        assert deed(row, name) in shown, page

        operator.post(deed(row, name), {"sure": "1", **answers})

        row = type(row)._default_manager.get(pk=row.pk)
        assert is_done(row), page
        mended.add(row._meta.label_lower)
    assert mended >= {"logistics.incident", "orders.hold", "logistics.pointlist", "catalog.offer"}
    assert "logistics.closure" in mended


@pytest.mark.usefixtures("_monday")
def test_a_party_that_does_not_answer_is_told_on_the_first_page(operator):
    (address,) = [one for one in links(operator.get(START), "stuck") if "/circuit/" in one]

    listed = operator.get(address)

    assert listed.context["cl"].result_count == Circuit.objects.exclude(away_since=None).count()
    assert reverse("admin:logistics_circuit_again") in listed.content.decode()
