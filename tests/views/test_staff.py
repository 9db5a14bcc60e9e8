"""The floor's page: who may open it, what it shows, what a scan answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation

from logistics.models import Shipment
from logistics.states import State
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
    address, scan = reverse("staff_floor"), reverse("staff_scan")
    assert client.get(address).status_code == 302

    client.force_login(gleb, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(address).status_code == 404
    assert client.post(scan, {"step": "pick", "number": stocked().number}).status_code == 404
    assert Shipment.objects.get().state == State.STOCKED


def test_a_superuser_may_look(client: Client) -> None:
    boss = User.objects.create_superuser("boss@example.com", "x")
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse("staff_floor")).status_code == 200


@pytest.mark.parametrize("step", ["receive", "pick", "pack", "bag", "load"])
def test_each_step_has_its_page(vera: Client, step: str) -> None:
    page = vera.get(reverse("staff_floor"), {"step": step})

    assert page.status_code == 200
    assert f'name="step" value="{step}"' in page.text
    assert page.text.count('aria-current="page"') == 1
    assert page.text.count("<h1") == 1
    assert ('name="weight"' in page.text) is (step == "pack")


def test_a_step_that_is_none_is_not_there(vera: Client) -> None:
    assert vera.get(reverse("staff_floor"), {"step": "fly"}).status_code == 404
    assert vera.post(reverse("staff_scan"), {"step": "fly", "number": "x"}).status_code == 404
    assert vera.get(reverse("staff_scan")).status_code == 405


def test_the_list_shows_what_waits_with_its_cut_off(vera: Client) -> None:
    parcel = stocked()

    page = vera.get(reverse("staff_floor"), {"step": "pick"})

    assert parcel.number in page.text
    assert parcel.order.shown_number in page.text
    assert parcel.lane.title_ru in page.text
    assert 'datetime="2026-11-24T' in page.text


def test_a_held_parcel_is_marked(vera: Client) -> None:
    parcel = stocked()
    holds.put(parcel.order, reason="ASK", owner="operator", actor="test", now=clock.now())

    page = vera.get(reverse("staff_floor"), {"step": "pick"})

    assert 'class="tag bad"' in page.text


@pytest.mark.parametrize("htmx", [True, False])
def test_a_good_scan_is_green_and_moves_the_parcel(vera: Client, htmx: bool) -> None:
    parcel = stocked()
    headers = {"HX-Request": "true"} if htmx else {}

    page = vera.post(
        reverse("staff_scan"), {"step": "pick", "number": parcel.number}, headers=headers
    )

    assert page.status_code == 200
    assert 'data-tone="good"' in page.text
    assert ("<html" in page.text) is not htmx
    parcel.refresh_from_db()
    assert parcel.state == State.PICKED
    user = User.objects.get(email="vera@example.com")
    assert parcel.events.get(code="HUB_PICKED").actor == f"user:{user.pk}"


def test_a_wrong_scan_is_red_and_says_why(vera: Client) -> None:
    parcel = stocked()

    page = vera.post(reverse("staff_scan"), {"step": "load", "number": parcel.number})

    assert page.status_code == 200
    assert 'data-tone="bad"' in page.text
    assert parcel.number in page.text
    parcel.refresh_from_db()
    assert parcel.state == State.STOCKED


@pytest.mark.parametrize("weight", ["", "heavy", "-500", "½", "99999999999999"])
def test_a_weight_that_is_none_is_refused(vera: Client, weight: str) -> None:
    parcel = stocked()
    vera.post(reverse("staff_scan"), {"step": "pick", "number": parcel.number})

    page = vera.post(
        reverse("staff_scan"), {"step": "pack", "number": parcel.number, "weight": weight}
    )

    assert 'data-tone="bad"' in page.text
    parcel.refresh_from_db()
    assert (parcel.state, parcel.weight_g) == (State.PICKED, None)


def test_a_weight_is_kept(vera: Client) -> None:
    parcel = stocked()
    vera.post(reverse("staff_scan"), {"step": "pick", "number": parcel.number})

    vera.post(reverse("staff_scan"), {"step": "pack", "number": parcel.number, "weight": "510"})

    parcel.refresh_from_db()
    assert (parcel.state, parcel.weight_g) == (State.PACKED, 510)


def test_markup_in_a_number_stays_text(vera: Client) -> None:
    page = vera.post(reverse("staff_scan"), {"step": "pick", "number": "<b>x</b>"})

    assert "<b>x</b>" not in page.text.lower()


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_costs_the_same_for_one_and_for_twenty(
    vera: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _parcel in range(count):
        stocked()
    vera.get(reverse("staff_floor"), {"step": "pick"})

    with django_assert_num_queries(8):
        page = vera.get(reverse("staff_floor"), {"step": "pick"})

    assert page.text.count("LX3") >= count
