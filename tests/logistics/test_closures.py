"""A service or a place is shut: parcels get another way, a later one or a person; buyers hear."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from logistics import closures, replanning, timeline
from logistics.closures import Notice, NotShut
from logistics.models import Closure, Departure, Leg, Replanned, Shipment
from logistics.states import State
from orders.models import Delivery, Order, OrderEvent
from storefront.lib import clock, due, kept
from storefront.notifications import sending
from storefront.notifications.models import Letter
from tests.factories import catalog
from tests.factories import orders as order_rows
from tests.logistics import story
from tests.logistics.story import NOW, Outside

pytestmark = pytest.mark.django_db
SOON = {"from_on": NOW.date() + timedelta(days=4), "until_on": NOW.date() + timedelta(days=9)}


def shut(days: float | None = 8, **fields: Any) -> Closure:
    given = {"kind": "CANCELLED", "source": "test", "service": "flight-hrb-svx", **fields}
    opens_at = None if days is None else NOW + timedelta(days=days)
    notice = Notice(closed_at=given.pop("closed_at", NOW), opens_at=opens_at, **given)
    closure = closures.enter(notice, actor="user:vera", now=clock.now())
    kept.forget()
    return closure


def settle(closure: Closure) -> Closure:
    """Let the machine look at every parcel, once and an hour later again."""
    for _batch in range(60):
        closure.refresh_from_db()
        if closure.due_at is None:
            return closure
        clock.set_virtual(max(clock.now(), closure.due_at))
        replanning.drive(due.claim(Closure, closure.pk), now=clock.now())
    raise AssertionError("it never ends")


def test_a_parcel_that_is_not_declared_takes_another_lane_at_the_agreed_freight(
    outside: Outside,
) -> None:
    order = story.paid_order(lane="air-svx")
    before = Delivery.objects.get(order=order)

    settle(shut(days=40))

    parcel = story.parcel(order)
    assert parcel.lane.code == "rail-mzl"
    codes = list(parcel.legs.order_by("position").values_list("service__code", flat=True))
    assert codes[:2] == ["export-rail", "train-hrb-mzl"]
    kept_one = Delivery.objects.get(order=order)
    assert (kept_one.lane, kept_one.freight) == (before.lane, before.freight)
    assert Replanned.objects.get().outcome == "ANOTHER"
    story.run(story.is_in(order, State.DELIVERED))
    assert story.parcel(order).departure.lane.code == "rail-mzl"


def test_a_short_closure_only_moves_the_parcel_to_a_later_flight(outside: Outside) -> None:
    order = story.paid_order(lane="air-svx", **SOON)
    leg = story.parcel(order).legs.get(service__code="flight-hrb-svx")

    settle(shut(days=2.5))

    parcel = story.parcel(order)
    later = parcel.legs.get(service__code="flight-hrb-svx")
    assert parcel.lane.code == "air-svx"
    assert later.planned_departs_at >= NOW + timedelta(days=2.5) > leg.planned_departs_at
    assert Replanned.objects.get().outcome == "LATER"


def test_bagged_parcels_of_a_cancelled_flight_go_by_the_next_that_runs(outside: Outside) -> None:
    order = story.paid_order(lane="air-svx")
    story.run(story.is_in(order, State.BAGGED))
    cancelled = story.parcel(order).departure

    closure = shut(days=6)
    settle(closure)
    story.run(story.is_in(order, State.DEPARTED))

    cancelled.refresh_from_db()
    parcel = story.parcel(order)
    assert cancelled.state == Departure.State.CANCELLED
    assert parcel.departure != cancelled
    assert parcel.departure.departs_at >= NOW + timedelta(days=6)
    assert cancelled.bags.filter(parcels__gt=0).count() == 0
    assert Departure.objects.get(pk=cancelled.pk).booked_g == 0


def test_a_declared_parcel_without_a_way_goes_to_a_person_and_its_buyer_hears(
    outside: Outside,
) -> None:
    order = story.paid_order(lane="road-sfh", city="vladivostok")
    story.run(story.is_in(order, State.CLEARED))
    place = {"service": "", "place": "suifenhe", "kind": "BORDER"}

    settle(shut(days=None, **place))

    hold = order.holds.get()
    assert (hold.reason, hold.owner) == ("LANE_CLOSED", "operator")
    assert Replanned.objects.get().outcome == "PERSON"
    event = OrderEvent.objects.get(order=order, kind="REROUTED")
    with translation.override("en"):
        assert closures.words(event.detail).startswith("The border is closed. We are looking")


def test_a_parcel_on_its_way_waits_at_the_closed_border(outside: Outside) -> None:
    order = story.paid_order(lane="road-sfh", city="vladivostok", **SOON)
    story.run(story.is_in(order, State.DEPARTED))
    here = clock.now()
    before = story.parcel(order).expected_on
    place = {"service": "", "place": "pogranichny", "kind": "QUEUE"}

    closure = shut(days=(here - NOW) / timedelta(days=1) + 7, closed_at=here, **place)
    settle(closure)

    parcel = story.parcel(order)
    assert Replanned.objects.get().outcome == "WAITS"
    assert parcel.expected_on >= before + timedelta(days=5)
    assert parcel.legs.filter(service__code="truck-hrb-sfh", departed_at__isnull=False).exists()
    assert OrderEvent.objects.filter(order=order, kind="DELAYED").count() == 1


def test_the_buyer_reads_why_and_when_in_the_mail_and_on_the_page(outside: Outside) -> None:
    order = story.paid_order(lane="air-svx")
    settle(shut(days=40, kind="WEATHER"))

    sending.announce(wall=clock.wall())
    letter = Letter.objects.get(event__kind="REROUTED")
    sending.send(due.claim(Letter, letter.pk), wall=clock.wall())

    with translation.override("en"):
        told = timeline.tell(order)
    entry = next(one for one in told.entries if one.text.startswith("Weather"))
    day = story.parcel(order).expected_on
    words = f"Weather, ice or flood. Expected on {day.day} {day:%B}."
    assert [(one.anew, one.reason) for one in told.outlooks] == [(words, "")]
    assert f"{day.day} {day:%B}" in entry.text
    assert mail.outbox[-1].to == [order.email]
    assert str(day.day) in mail.outbox[-1].body
    assert order.shown_number in mail.outbox[-1].body


def test_nobody_is_told_twice_and_what_is_not_stopped_stays(outside: Outside) -> None:
    rail = story.paid_order(lane="rail-mzl")
    air = story.paid_order(lane="air-svx")
    closure = shut(days=40)

    settle(closure)
    Closure.objects.filter(pk=closure.pk).update(due_at=clock.now())
    settle(closure)

    assert OrderEvent.objects.filter(order=air, kind__in=("REROUTED", "DELAYED")).count() == 1
    assert not OrderEvent.objects.filter(order=rail, kind="REROUTED").exists()
    assert Closure.objects.get().is_done


@pytest.mark.parametrize(
    "notice",
    [
        {"service": "", "place": ""},
        {"service": "flight-hrb-svx", "place": "suifenhe"},
        {"service": "no-such"},
        {"service": "", "place": "nowhere"},
        {"days": -1},
    ],
)
def test_a_closure_that_makes_no_sense_is_refused(outside: Outside, notice: dict[str, Any]) -> None:
    with pytest.raises(NotShut):
        shut(**notice)
    assert not Closure.objects.exists()


def test_the_database_refuses_a_closure_of_nothing(outside: Outside) -> None:
    closure = shut()
    with pytest.raises(IntegrityError), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(service="")


def test_a_closure_can_end_earlier_but_not_later(outside: Outside) -> None:
    closure = shut(days=8)

    closures.reopen(closure, at=NOW + timedelta(days=2))

    assert Closure.objects.get().opens_at == NOW + timedelta(days=2)
    with pytest.raises(NotShut):
        closures.reopen(closure, at=NOW + timedelta(days=4))
    with pytest.raises(NotShut):
        closures.reopen(closure, at=NOW - timedelta(days=4))


def many(count: int) -> None:
    """Paid parcels in the state they are planned in, made without the checkout."""
    offer = catalog.offer()
    story.paid_order(offer)
    first = Shipment.objects.get()
    legs = list(first.legs.order_by("position"))
    for number in range(1, count):
        order = order_rows.order(offer, part={"lane": "air-svx", "mode": "air", **story.LATE})
        parcel = Shipment.objects.create(
            number=f"LX{number:09d}CN",
            order=order,
            delivery=order.deliveries.get(),
            lane=first.lane,
            planned_weight_g=600,
            expected_on=first.expected_on,
            state_at=NOW,
            planned_at=NOW,
        )
        parcel.items.create(line=order.lines.get(), quantity=1)
        Leg.objects.bulk_create(
            Leg(
                shipment=parcel,
                position=leg.position,
                service_id=leg.service_id,
                planned_departs_at=leg.planned_departs_at,
                planned_arrives_at=leg.planned_arrives_at,
            )
            for leg in legs
        )


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_parcels_cost_a_statement_each_and_a_few_for_every_fifty(
    outside: Outside, count: int
) -> None:
    many(count)
    closure = shut(days=40)

    with CaptureQueriesContext(connection) as queries:
        settle(closure)

    assert Replanned.objects.filter(outcome="ANOTHER").count() == count
    assert Shipment.objects.filter(lane__code="rail-mzl").count() == count
    told = OrderEvent.objects.filter(kind="REROUTED")
    assert told.values("order").distinct().count() == Order.objects.count() == count
    passes = -(-count // replanning.BATCH) + 2  # two passes find nothing more
    assert len(queries) <= count + 36 * passes, len(queries)
    print(f"{count} parcels planned anew: {len(queries)} statements")
