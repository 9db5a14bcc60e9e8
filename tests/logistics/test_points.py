"""Points of issue: fetched every night, offered where parcels may go, brought to and kept at."""

from datetime import timedelta

import pytest

from catalog import pricing
from logistics import composition, labels, points, promises, routing, tasks
from logistics.models import Courier, LastMile, Point, PointList
from logistics.states import Code, State
from orders.models import OrderEvent
from storefront.lib import clock, kept
from tests.factories import catalog, logistics
from tests.factories import orders as order_rows
from tests.logistics import story
from tests.logistics.story import NOW, Outside

pytestmark = pytest.mark.django_db


def fetched() -> PointList:
    points.ensure(now=clock.now())
    row = PointList.objects.get(due_at__isnull=False)
    tasks.fetch_points(id=row.pk)
    return PointList.objects.get(pk=row.pk)


def test_a_night_fetches_the_list_ends_what_is_gone_and_plans_the_next(outside: Outside) -> None:
    logistics.point("GONE1")

    row = fetched()

    found = Point.objects.open(order_rows.city(), on=NOW.date())
    assert (row.done_at, row.due_at) == (NOW, None)
    open_now = Point.objects.filter(valid_until=None).count()
    assert (row.found_n, row.ended_n) == (open_now, 1)
    assert sorted(found.values_list("code", flat=True)) == ["DEMO620000", "DEMO620001"]
    assert Point.objects.get(code="GONE1").valid_until == NOW.date()
    assert {one.source for one in found} == {"CDEK API v2, deliverypoints, as fetched"}
    following = PointList.objects.get(run_on=NOW.date() + timedelta(days=1))
    assert following.due_at is not None


def test_points_are_found_by_index_and_words_and_heavy_parcels_are_not_for_them() -> None:
    city, on = order_rows.city(), NOW.date()
    near, far = (
        logistics.point("A1", postcode="620014"),
        logistics.point("B1", postcode="620100", address="Мира, 1"),
    )
    logistics.point("C1", postcode="620100", heaviest_g=1000)
    logistics.point("D1", city=order_rows.city("moscow"), postcode="101000")
    logistics.point("E1", valid_until=on)

    def codes(words: str) -> list[str]:
        return [one.code for one in points.near(city, words, heaviest_g=5000, on=on)]

    assert codes("620017") == [near.code]
    assert codes("мира") == [far.code]
    assert codes("") == [near.code, far.code]
    LastMile.objects.filter(to_point=True, city=city).delete()
    assert codes("") == []


def test_a_cart_to_a_point_goes_by_its_own_last_mile_or_not_at_all() -> None:
    offer = catalog.offer()
    logistics.stock(offer, 5)
    kept.forget()
    city, lines = order_rows.city(), list(order_rows.cart(offer).lines.all())
    terms = composition.Terms(
        rate=order_rows.body().rate,
        eur_rate=order_rows.body().eur_rate,
        rate_on=NOW.date(),
        margins=pricing.margins(NOW.date()),
    )

    def basket(at: Point | None) -> composition.Basket:
        wish = composition.Wish(city, {}, at)
        return composition.compose(lines, wish=wish, terms=terms, now=NOW)

    door, there = basket(None), basket(logistics.point())

    assert there.body.point == "DEMO620000"
    assert there.body.freight < door.body.freight
    assert {way.carrier for way in there.groups[0].ways} == {"cdek"}
    assert there.body.digest != door.body.digest
    with pytest.raises(composition.PointClosed):
        basket(logistics.point("TINY1", heaviest_g=100))


def test_a_parcel_waits_at_its_point_and_has_kept_its_promise_when_it_is_there(
    outside: Outside,
) -> None:
    fetched()
    order = story.paid_order(point="DEMO620001")

    story.run(lambda: bool(story.parcel(order).ready_at))
    waiting = story.parcel(order)
    story.run()

    parcel, delivery = story.parcel(order), order.deliveries.get()
    assert (parcel.state, parcel.carrier) == (State.DELIVERED, "cdek")
    assert waiting.state == State.LAST_MILE
    assert waiting.kept_until == (waiting.ready_at + timedelta(days=14)).date()
    assert waiting.expected_on == promises.day_in(order.city, waiting.ready_at)
    assert delivery.delivered_at > waiting.ready_at
    assert Code.READY_FOR_PICKUP in story.codes(parcel)
    told = OrderEvent.objects.get(order=order, kind=Code.READY_FOR_PICKUP)
    assert told.detail["kept_until"] == waiting.kept_until.isoformat()
    assert Courier.objects.get(code="cdek").due_at is None


def test_what_is_fetched_late_from_its_point_came_in_time(outside: Outside) -> None:
    fetched()
    order = story.paid_order(point="DEMO620000")
    story.run(lambda: bool(story.parcel(order).ready_at))
    ready = promises.day_in(order.city, story.parcel(order).ready_at)
    order.deliveries.update(promised_from_on=ready, promised_until_on=ready)

    story.run()

    delivery = order.deliveries.get()
    assert promises.day_in(order.city, delivery.delivered_at) > ready
    assert delivery.is_kept is True
    assert not OrderEvent.objects.filter(order=order, kind="DELAYED").exists()


def test_the_label_names_the_point(outside: Outside) -> None:
    order = story.paid_order(point="DEMO620000")

    sheets = labels.make("parcel", story.parcel(order).number, now=NOW)

    assert "DEMO620000" in labels.render(sheets, "zpl").decode()
    assert routing.goal_of(order).to_point
