"""Facts of carriers in any order, any number of times, with the same result."""

import itertools
import random
from datetime import timedelta

import pytest

from logistics import moving, tracking
from logistics.models import Shipment
from logistics.moving import Fact
from logistics.states import Code, State
from orders.models import Delivery, OrderEvent
from storefront.lib import clock
from tests.logistics import story
from tests.logistics.story import NOW, Outside

pytestmark = pytest.mark.django_db
WAY = [
    (Code.LINEHAUL_ACCEPTED, "harbin-airport"),
    (Code.LINEHAUL_DEPARTED, "harbin-airport"),
    (Code.LINEHAUL_ARRIVED, "koltsovo"),
    (Code.LASTMILE_ACCEPTED, "Екатеринбург"),
    (Code.AT_DELIVERY_OFFICE, "Екатеринбург"),
    (Code.OUT_FOR_DELIVERY, "Екатеринбург"),
    (Code.DELIVERED, "Екатеринбург"),
]


def facts() -> list[Fact]:
    return [
        Fact(code, NOW + timedelta(days=number + 2), "carrier", f"event-{number}", place=place)
        for number, (code, place) in enumerate(WAY)
    ]


def loaded(outside: Outside) -> Shipment:
    order = story.paid_order()
    story.run(story.is_in(order, State.LOADED))
    return story.parcel(order)


def told(parcel: Shipment, *news: Fact) -> Shipment:
    with moving.locked(parcel) as row:
        tracking.apply(row, news, actor="test")
    return Shipment.objects.get(pk=parcel.pk)


@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_any_repeats_end_the_same(outside: Outside, seed: int) -> None:
    parcel = loaded(outside)
    news = facts() * 3
    random.Random(seed).shuffle(news)

    for fact in news:
        parcel = told(parcel, fact)

    delivery = Delivery.objects.get(pk=parcel.delivery_id)
    assert parcel.state == State.DELIVERED
    assert delivery.delivered_at == facts()[-1].at
    assert parcel.events.filter(source="carrier").count() == len(WAY)
    events = OrderEvent.objects.filter(order=parcel.order)
    for kind in ("SHIPPED", "CLEARED", "DELIVERED", "OUT_FOR_DELIVERY"):
        assert events.filter(kind=kind).count() == 1


def test_an_event_that_skips_states_walks_through_them(outside: Outside) -> None:
    parcel = told(loaded(outside), facts()[-1])

    assert parcel.state == State.DELIVERED
    assert parcel.delivery.cleared_at == facts()[-1].at


def test_a_late_event_is_kept_and_changes_nothing(outside: Outside) -> None:
    parcel = told(loaded(outside), facts()[3])

    late = told(parcel, facts()[1])

    assert (late.state, late.state_at) == (State.LAST_MILE, facts()[3].at)
    assert late.events.filter(source_key="event-1").exists()


@pytest.mark.parametrize(
    ("first", "second"), list(itertools.permutations(["LOST", "DELIVERED", "DESTROYED"], 2))
)
def test_the_first_end_stays(outside: Outside, first: str, second: str) -> None:
    parcel = loaded(outside)

    told(parcel, Fact(first, NOW + timedelta(days=3), "carrier", "a"))
    parcel = told(parcel, Fact(second, NOW + timedelta(days=4), "carrier", "b"))

    assert parcel.state == first
    assert parcel.events.filter(source="carrier").count() == 2


def test_a_parcel_that_has_not_left_the_centre_is_not_moved_by_a_carrier(outside: Outside) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.PACKED))

    parcel = told(story.parcel(order), facts()[-1])

    assert parcel.state == State.PACKED
    assert parcel.events.filter(code="DELIVERED").exists()


def test_an_unknown_code_is_kept_as_it_came(outside: Outside) -> None:
    parcel = told(
        loaded(outside), Fact("CUSTOMS_DOG_BARKED", NOW + timedelta(days=3), "carrier", "dog")
    )

    assert parcel.state == State.LOADED
    assert parcel.events.get(source_key="dog").code == "CUSTOMS_DOG_BARKED"


def test_repeated_and_late_events_of_the_outside_change_nothing(outside: Outside) -> None:
    outside.shares(event_repeated=1, parcel_failed=1)
    order = story.paid_order()

    story.run()

    parcel = story.parcel(order)
    codes = story.codes(parcel)
    assert parcel.state == State.DELIVERED
    assert codes.count("OUT_FOR_DELIVERY") == 2
    assert codes.count("DELIVERY_FAILED") == 1
    assert codes.count("DELIVERED") == 1


def test_the_expected_day_follows_what_really_happens(outside: Outside) -> None:
    order = story.paid_order(lane="rail-mzl")
    planned = story.parcel(order).expected_on
    outside.script("carriers.linehaul", refuse=[{"what": "late", "reason": "96", "times": 1}])

    story.run(story.is_in(order, State.DEPARTED))
    parcel = story.parcel(order)
    left = parcel.legs.get(service__code="train-hrb-mzl")
    assert left.departed_at is not None
    assert left.departed_at - left.planned_departs_at > timedelta(days=3)
    assert planned is not None
    assert parcel.expected_on is not None
    assert timedelta(days=2) <= parcel.expected_on - planned <= timedelta(days=7)

    story.run()
    assert abs((story.parcel(order).expected_on - clock.now().date()).days) <= 1
