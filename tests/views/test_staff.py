"""The floor's page: who may open it, what it shows, what a scan answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation

from logistics.models import FloorScan, Shipment
from logistics.states import State
from logistics.stations import scans
from orders import holds
from storefront.accounts.models import User
from storefront.lib import clock
from tests.logistics import story
from tests.logistics.conftest import *
from tests.logistics.story import Outside

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _floor(outside: Outside, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.AUTOMATIC_HANDS = False
    settings.STATIC_ROOT = tmp_path
    with translation.override("ru"):
        yield


@pytest.fixture
def vera(client: Client) -> Client:
    """Vera works on the floor."""
    user = User.objects.create_user("vera@example.com", "x", name="Вера")
    user.groups.add(Group.objects.get_or_create(name="floor")[0])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def stocked() -> Shipment:
    order = story.paid_order()
    story.run(story.is_in(order, State.STOCKED))
    return story.parcel(order)


def test_the_floor_is_for_its_workers_alone(client: Client) -> None:
    gleb = User.objects.create_user("gleb@example.com", "x")
    address, scan = reverse("staff_floor"), reverse("staff_step", args=["pick"])
    assert client.get(address).status_code == 302

    client.force_login(gleb, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(address).status_code == 404
    assert client.post(scan, {"code": stocked().number}).status_code == 404
    assert Shipment.objects.get().state == State.STOCKED


def test_a_superuser_may_look(client: Client) -> None:
    boss = User.objects.create_superuser("boss@example.com", "x")
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse("staff_floor")).status_code == 200


def send(client: Client, step: str, code: str, **more: Any) -> Any:
    headers = {"HX-Request": "true"} if more.pop("htmx", False) else {}
    given = {"key": str(uuid4()), "code": code, **more}
    return client.post(reverse("staff_step", args=[step]), given, headers=headers)


@pytest.mark.parametrize("step", list(scans.TASKS))
def test_each_task_has_its_screen_with_one_field(vera: Client, step: str) -> None:
    page = vera.get(reverse("staff_step", args=[step]))

    assert page.status_code == 200
    assert page.text.count('aria-current="page"') == 1
    assert page.text.count("<h1") == 1
    assert page.text.count("data-scan") == 1


def test_a_step_that_is_none_is_not_there(vera: Client) -> None:
    assert vera.get(reverse("staff_step", args=["fly"])).status_code == 404
    assert send(vera, "fly", "x").status_code == 404


def test_the_list_shows_what_waits_with_its_cut_off_and_marks_what_is_held(vera: Client) -> None:
    parcel = stocked()
    holds.put(parcel.order, reason="ASK", owner="operator", actor="test", now=clock.now())

    page = vera.get(reverse("staff_step", args=["pick"]))

    assert parcel.number in page.text
    assert parcel.order.shown_number in page.text
    assert parcel.lane.title_ru in page.text
    assert 'datetime="2026-11-24T' in page.text
    assert 'class="tag bad"' in page.text


@pytest.mark.parametrize("htmx", [True, False])
def test_a_good_scan_is_green_and_moves_the_parcel(vera: Client, htmx: bool) -> None:
    parcel = stocked()

    page = send(vera, "pick", parcel.number, htmx=htmx)

    assert page.status_code == 200
    assert 'data-tone="good"' in page.text
    assert ("<html" in page.text) is not htmx
    parcel.refresh_from_db()
    assert parcel.state == State.PICKED
    user = User.objects.get(email="vera@example.com")
    assert parcel.events.get(code="HUB_PICKED").actor == f"user:{user.pk}"


def test_a_form_that_is_sent_again_gets_the_same_answer(vera: Client) -> None:
    parcel, key = stocked(), str(uuid4())

    first = send(vera, "pick", parcel.number, key=key)
    again = send(vera, "pick", parcel.number, key=key)
    other = send(vera, "pick", parcel.number)

    assert 'data-tone="good"' in first.text
    assert 'data-tone="good"' in again.text
    assert again["X-Floor-Scan"] == key
    assert 'data-tone="bad"' in other.text
    assert FloorScan.objects.count() == 2


def test_a_wrong_scan_says_what_was_scanned_expected_and_to_be_done(vera: Client) -> None:
    parcel = stocked()

    page = send(vera, "load", parcel.number)

    assert 'data-tone="bad"' in page.text
    said = FloorScan.objects.get().answer
    assert said["number"] == parcel.number
    assert said["expected"]
    assert said["do"] in page.text
    parcel.refresh_from_db()
    assert parcel.state == State.STOCKED


@pytest.mark.parametrize("code", ["", "<b>x</b>", "\0", "½" * 90, "LX300000008CN"])
def test_rubbish_is_refused_and_stays_text(vera: Client, code: str) -> None:
    for step in scans.TASKS:
        page = send(vera, step, code, key="none", after="none", waited="-1")

        assert page.status_code == 200
        assert 'data-tone="bad"' in page.text
        assert "<b>x</b>" not in page.text.lower()


@pytest.mark.parametrize("count", [1, 20])
def test_the_screen_and_the_board_cost_the_same_for_one_and_for_twenty(
    vera: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _parcel in range(count):
        stocked()
    for address in (reverse("staff_step", args=["pick"]), reverse("staff_floor")):
        vera.get(address)

    with django_assert_num_queries(11):
        page = vera.get(reverse("staff_step", args=["pick"]))
    with django_assert_num_queries(13):
        whole = vera.get(reverse("staff_floor"))

    assert page.text.count("LX3") >= count
    assert f'<p class="figure">{count}</p>' in whole.text
