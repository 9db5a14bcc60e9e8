"""The seller's notices and the warehouse's floor, as their people and others get them."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from catalog.models import SellerMember
from logistics.models import Advice, BinCount, DamagePicture, Shipment, Stock, Wave
from logistics.states import State
from storefront.accounts.models import User
from tests.factories import catalog, logistics, warehouse
from tests.logistics import story
from tests.logistics.conftest import *
from tests.logistics.story import Outside

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _world(outside: Outside, settings: Any, tmp_path) -> Iterator[None]:
    settings.AUTOMATIC_HANDS = False
    settings.PAPERS_ROOT = settings.STATIC_ROOT = tmp_path
    with translation.override("en"):
        yield


def visitor(name: str, *, seller=None, group: str = "") -> Client:
    user = User.objects.create_user(f"{name}@example.com", "x")
    if seller:
        SellerMember.objects.create(user=user, seller=seller, role="OWNER")
    if group:
        user.groups.add(Group.objects.get_or_create(name=group)[0])
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def mei() -> Client:
    return visitor("mei", group="floor")


def case() -> Any:
    """An offer of goods without numbers."""
    return catalog.offer(variant=catalog.variant(product=catalog.product(kind="case")))


def announced(desk: Client, goods: str, **said: str) -> Any:
    given = {"regime": "domestic", "expected_on": "2026-11-27", "key": warehouse.key(), **said}
    return desk.post(reverse("seller_notice_add"), {"goods": goods, **given})


def test_a_seller_announces_goods_and_sees_what_came_of_them(mei: Client):
    offer = case()
    boris = visitor("boris", seller=offer.seller)

    refused = announced(boris, "NO-SUCH 3\nrubbish")
    done = announced(boris, f"{offer.article}\t5")
    advice = Advice.objects.get()
    photo = io.BytesIO()
    Image.new("RGB", (30, 30), "red").save(photo, "PNG")
    photo.seek(0)
    photo.name = "damage.png"
    counted = mei.post(
        reverse("staff_notice", args=[advice.number]),
        {
            "goods": offer.article,
            "key": warehouse.key(),
            "whole": "3",
            "damaged": "1",
            "note": "wet",
            "pictures": photo,
        },
    )
    mei.post(reverse("staff_notice_close", args=[advice.number]))
    page = boris.get(reverse("seller_notice", args=[advice.number]))

    assert refused.status_code == 200
    assert "NO-SUCH" in refused.text
    assert done.status_code == 302
    assert 'data-tone="good"' in counted.text
    assert Stock.objects.get(offer=offer).on_hand == 3
    assert "1 piece did not come." in page.text
    assert "1 piece came damaged." in page.text
    picture = reverse("seller_notice_picture", args=[advice.number, DamagePicture.objects.get().pk])
    gleb = visitor("gleb", seller=catalog.seller())
    assert gleb.get(picture).status_code == 404
    assert gleb.get(reverse("seller_notice", args=[advice.number])).status_code == 404
    answer = boris.get(picture)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    answer.close()


def test_what_is_scanned_with_a_sign_that_no_text_has_is_not_in_the_notice(mei: Client):
    advice = warehouse.advice(case())

    page = mei.post(reverse("staff_notice", args=[advice.number]), {"goods": "a\0b"})

    assert page.status_code == 200
    assert 'data-tone="bad"' in page.text


def test_the_list_of_notices_costs_the_same_for_one_and_for_many(django_assert_max_num_queries):
    offer = case()
    boris = visitor("boris", seller=offer.seller)
    warehouse.advice(offer)
    boris.get(reverse("seller_notices"))
    for _round in range(12):
        warehouse.advice(offer)

    with django_assert_max_num_queries(16):
        page = boris.get(reverse("seller_notices"))

    assert page.text.count("ANNOUNCED") == 13
    assert boris.get(reverse("seller_stock")).text.count(reverse("seller_notices")) == 1


def test_looking_for_goods_keeps_what_was_typed_and_a_notice_is_called_off(mei: Client):
    offer = case()
    boris = visitor("boris", seller=offer.seller)

    looked = announced(boris, f"{offer.article} 7", action="find", q=offer.article)
    boris.post(reverse("seller_notice_add"), {
        "regime": "bonded", "expected_on": "2026-11-27", "key": "k", f"pieces-{offer.pk}": "4",
    })  # fmt: skip
    advice = Advice.objects.get()
    boris.post(reverse("seller_notice_cancel", args=[advice.number]))

    advice.refresh_from_db()
    assert f'name="pieces-{offer.pk}" value="7"' in looked.text
    assert (advice.regime, advice.lines.get().quantity, advice.state) == ("bonded", 4, "CANCELLED")
    assert "There is no such notice" in mei.post(reverse("staff_notices"), {"number": "A1"}).text


@pytest.mark.parametrize("room", ["notices", "bins", "waves", "counts"])
def test_the_rooms_of_the_warehouse_are_for_the_floor_alone(mei: Client, room: str):
    page = mei.get(reverse(f"staff_{room}"))

    assert page.status_code == 200
    assert page.text.count('aria-current="page"') == 1
    assert visitor("gleb").get(reverse(f"staff_{room}")).status_code == 404


def says(page: Any, pieces: int) -> bool:
    """Whether a number of pieces stands on a page; names of goods may have its digits."""
    main = page.text.split("<main")[1]
    return bool(re.search(rf"(value=\"|>\s*){pieces}\b", main))


def test_goods_are_put_away_picked_in_a_wave_and_counted(mei: Client):
    order = story.paid_order()
    story.run(story.is_in(order, State.STOCKED))
    warehouse.laid_out()
    stock = Stock.objects.get()

    carried = mei.post(
        reverse("staff_bins"),
        {"source": "dock-d", "goods": stock.offer.article, "pieces": "100", "target": "a01-01-1-1"},
    )
    apart = mei.post(
        reverse("staff_bins"),
        {"source": "A01-01-1-1", "goods": stock.offer.article, "target": "B04-01-1-1"},
    )
    mei.post(reverse("staff_waves"))
    wave = reverse("staff_wave", args=[Wave.objects.get().pk])
    wrong = mei.post(wave, {"bin": "A02-01-1-1", "action": "pick"})
    right = mei.post(wave, {"bin": "A01-01-1-1", "action": "pick"})
    counting = mei.post(reverse("staff_counts"), {"bin": "A01-01-1-1"})
    blind = mei.get(counting["Location"])
    counted = mei.post(counting["Location"], {f"pieces-{stock.pk}": "98"})

    assert 'data-tone="good"' in carried.text
    assert 'data-tone="bad"' in apart.text
    assert "Not bin A02-01-1-1: go to A01-01-1-1." in wrong.text
    assert Shipment.objects.get().number in right.text
    assert Shipment.objects.get().state == State.PICKED
    assert not says(blind, 99)
    assert BinCount.objects.get().state == "SECOND"
    assert not says(counted, 98)
    assert logistics.place().layout.aisles == 4
    assert mei.get(reverse("staff_bin", args=["A01-01-1-1"])).status_code == 200
