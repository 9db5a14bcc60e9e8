"""The tasks claim, take a step, and give the row back whatever happens outside."""

from datetime import timedelta
from typing import Any

import pytest

from logistics import driving, moving, tasks
from logistics.models import Declaration, Departure, Shipment
from logistics.states import State
from storefront.lib import clock, due
from tests.logistics import story
from tests.logistics.story import NOW, Outside

pytestmark = pytest.mark.django_db


def test_a_row_that_is_not_due_is_left_alone(outside: Outside) -> None:
    order = story.paid_order()
    parcel = story.parcel(order)
    due.plan(parcel, NOW + timedelta(hours=1))

    tasks.drive_shipment(id=parcel.pk, later_keyword=1)

    assert story.parcel(order).state == State.PLANNED


def test_a_row_that_is_not_there_is_no_error(outside: Outside) -> None:
    tasks.drive_shipment(id=0)
    tasks.drive_declaration(id=0)
    tasks.drive_departure(id=0)

    assert not Shipment.objects.exists()


def test_an_outside_that_is_away_is_tried_again_later(outside: Outside, settings: Any) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.DECLARED))
    there, settings.CUSTOMS_CN_URL = settings.CUSTOMS_CN_URL, "http://127.0.0.1:1"
    paper = Declaration.objects.get()

    tasks.drive_declaration(id=paper.pk)

    paper.refresh_from_db()
    assert (paper.state, paper.failures, paper.lease_until) == ("READY", 1, None)
    assert paper.last_error
    assert paper.due_at is not None
    assert paper.due_at > clock.now()
    settings.CUSTOMS_CN_URL = there
    story.run()
    assert story.parcel(order).state == State.DELIVERED


def test_a_zombie_changes_nothing(outside: Outside) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.STOCKED))
    clock.set_virtual(NOW + timedelta(hours=2))
    zombie = due.claim(Shipment, story.parcel(order).pk)
    assert zombie is not None
    moving.plan(zombie, clock.now())
    story.step()
    assert story.parcel(order).state == State.PICKED

    with pytest.raises(due.Zombie):
        driving.drive(zombie, now=clock.now())

    assert story.parcel(order).events.filter(code="HUB_PICKED").count() == 1


def test_dropped_replies_of_every_party_make_nothing_twice(outside: Outside) -> None:
    trouble = {"drop_share": 0.3}
    for party in ("customs.cn", "customs.ru", "carriers.linehaul", "carriers.lastmile"):
        outside.script(party, replies=trouble)
    orders = [story.paid_order() for _order in range(3)]

    story.run()

    assert {story.parcel(order).state for order in orders} == {State.DELIVERED}
    assert outside.books("parcels")["count"] == 3
    assert outside.books("consignments")["count"] == Departure.objects.count()
