"""Parcels of one recipient in one box: when, how they travel, and how they part again."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from logistics import boxes, joining, shipments, splitting
from logistics.customs import tariff
from logistics.joining import Candidate, Terms
from logistics.models import Box, Declaration, Shipment, Splitting
from logistics.states import State
from orders import holds
from orders.models import Delivery, Order
from storefront.lib import clock
from tests.factories import catalog
from tests.logistics import story
from tests.logistics.story import NOW, Outside

pytestmark = pytest.mark.django_db
HERE = {"street": "ул. Общая, 1", "price_rub": "4000"}


def candidate(key: int = 1, **facts: Any) -> Candidate:
    plain = Candidate(
        key=key,
        way=(1, 2, 3, 4),
        regime="domestic",
        sellers=frozenset({1}),
        weight_g=500,
        value_rub=Decimal(9000),
        duty_rub=Decimal(0),
        eur_rate=Decimal(100),
        leaves_at=NOW,
        leave_by=NOW + timedelta(days=2),
    )
    return replace(plain, **facts)


def terms(**facts: Any) -> Terms:
    rule = tariff.rule_for(NOW.date())
    cost = lambda grams: 200 + Decimal(-(-grams // 100)) * 40  # noqa: E731
    return Terms(**{"rule": rule, "heaviest_g": 15_000, "cost": cost, **facts})


@pytest.mark.parametrize(
    ("facts", "ground", "why"),
    [
        ({}, {}, ()),
        ({"sellers": frozenset({2})}, {}, ()),
        ({"value_rub": Decimal(11_000)}, {}, ()),
        ({"value_rub": Decimal("11000.01")}, {}, ("DUTY",)),
        ({"eur_rate": Decimal(89)}, {}, ("DUTY",)),
        ({"duty_rub": Decimal(1)}, {}, ("DUTY",)),
        ({"way": (1, 2, 3, 5)}, {}, ("OTHER_WAY",)),
        ({"regime": "bonded"}, {}, ("OTHER_REGIME",)),
        ({"weight_g": 14_501}, {}, ("TOO_HEAVY",)),
        ({"leaves_at": NOW + timedelta(days=3)}, {}, ("TOO_LATE",)),
        ({"leave_by": NOW - timedelta(hours=1)}, {}, ("TOO_LATE",)),
        ({"wants_papers": True}, {}, ("WANTS_PAPERS",)),
        ({}, {"is_for_own_use": False}, ("NOT_OWN_USE",)),
        ({}, {"cost": Decimal}, ("NOT_CHEAPER",)),
    ],
)
def test_what_is_cheaper_legal_and_in_time_goes_together(
    facts: dict[str, Any], ground: dict[str, Any], why: tuple[str, ...]
) -> None:
    verdict = joining.judge([candidate(), candidate(2, **facts)], terms(**ground))

    assert verdict.why == why
    assert verdict.by_platform == (facts.get("sellers") == frozenset({2}))


def test_the_saving_is_what_carriers_ask_less() -> None:
    verdict = joining.judge([candidate(), candidate(2, weight_g=450)], terms())

    assert verdict.saved == 200
    assert (verdict.weight_g, verdict.value_eur) == (950, Decimal("180.00"))
    assert joining.judge([candidate()], terms()).why == ("ALONE", "NOT_CHEAPER")


def pair() -> tuple[Order, Order]:
    """Two orders of one recipient from two sellers, planned one after the other."""
    goods = [catalog.offer(seller=catalog.seller()) for _order in range(2)]
    one, other = (story.paid_order(offer, **HERE) for offer in goods)
    return one, other


def states(*orders: Order) -> set[str]:
    return {story.parcel(order).state for order in orders}


def test_two_orders_of_two_sellers_travel_as_one_and_stay_two(outside: Outside) -> None:
    orders = pair()

    story.run()

    one, other = map(story.parcel, orders)
    box = Box.objects.get()
    assert states(*orders) == {State.DELIVERED}
    assert (box.state, box.lead, other.follows) == (Box.State.CLOSED, one, one)
    assert (one.bag, one.departure, one.track) == (other.bag, other.departure, other.track)
    assert box.saved.amount > 0
    assert one.departure is not None
    assert one.departure.vehicle is not None
    assert one.departure.vehicle.booked_parcels == 1
    assert one.departure.booked_g == (one.weight_g or 0) + (other.weight_g or 0)

    lists = Declaration.objects.filter(direction="EXPORT")
    assert {row.shipment_id for row in lists} == {one.pk, other.pk}
    assert {row.declarant_name for row in lists} == {box.declarant_name}
    paper = Declaration.objects.get(direction="IMPORT")
    assert paper.shipment == one
    assert {line.line.order_id for line in paper.lines.all()} == {order.pk for order in orders}

    for order in orders:
        delivery = Delivery.objects.get(order=order)
        assert (delivery.delivered_at, delivery.is_kept) == (one.ended_at, True)
        assert delivery.cleared_at is not None
        assert "DELIVERED" in story.codes(story.parcel(order))
        assert "HUB_JOINED" in story.codes(story.parcel(order))


def test_one_seller_stays_the_owner_of_what_is_all_his(outside: Outside) -> None:
    offer = catalog.offer()
    story.paid_order(offer, **HERE)
    story.paid_order(offer, **HERE)

    story.run(lambda: Declaration.objects.filter(direction="EXPORT").count() == 2)

    assert {row.declarant_code for row in Declaration.objects.all()} == {offer.seller.uscc}
    assert Box.objects.get().facts["by_platform"] is False


def test_a_box_does_not_wait_for_one_that_is_late(outside: Outside) -> None:
    one, other = pair()
    story.run(lambda: Box.objects.exists())
    holds.put(other, reason="TEST", owner="operator", actor="test", now=clock.now())
    wait_until = Box.objects.get().wait_until

    story.run(story.is_in(one, State.BAGGED))

    box = Box.objects.get()
    assert (box.state, box.reason) == (Box.State.PARTED, boxes.LATE)
    assert wait_until <= clock.now() <= wait_until + timedelta(minutes=1)
    assert story.parcel(one).departure.departs_at > clock.now()
    assert story.parcel(one).box_id is story.parcel(other).box_id is None
    assert "HUB_PARTED" in story.codes(story.parcel(one))


def test_the_other_goes_on_when_one_order_is_cancelled(outside: Outside) -> None:
    one, other = pair()
    story.run(lambda: Box.objects.exists())

    shipments.cancel(one, actor="test", now=clock.now())
    story.run(story.is_in(other, State.BAGGED))

    assert Box.objects.get().state == Box.State.PARTED
    assert story.parcel(one).state == State.CANCELLED
    assert story.parcel(other).follows is None


def test_a_person_may_part_a_box_before_it_is_bagged(outside: Outside) -> None:
    pair()
    story.run(lambda: Box.objects.exists())

    boxes.part(Box.objects.get(), text="too big", actor="user:7", now=clock.now())

    assert Box.objects.get().state == Box.State.PARTED
    with pytest.raises(boxes.Closed):
        boxes.part(Box.objects.get(), text="again", actor="user:7", now=clock.now())
    story.run()
    assert set(Shipment.objects.values_list("state", flat=True)) == {State.DELIVERED}
    assert Declaration.objects.filter(direction="IMPORT").count() == 2


def test_orders_that_pass_the_free_value_together_are_flagged_and_stay_apart() -> None:
    story.paid_order(street="ул. Общая, 1")

    last = story.paid_order(street="ул. Иная, 2")

    flag = Splitting.objects.get()
    assert (flag.kind, flag.order, flag.answered_at) == (Splitting.Kind.ORDERS, last, None)
    assert (flag.value_eur, flag.free_eur) == (Decimal("342.09"), Decimal("200.00"))
    assert len(flag.orders) == 2
    splitting.answer(flag, text="gifts for two", actor="user:7", now=clock.now())
    with pytest.raises(splitting.Answered):
        splitting.answer(flag, text="again", actor="user:8", now=clock.now())


def test_cheap_orders_are_not_flagged() -> None:
    pair()

    assert not Splitting.objects.exists()
