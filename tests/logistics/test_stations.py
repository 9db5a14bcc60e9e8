"""The stations of the floor: each scan answered once, weights twice, goods to their bin."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import translation

from logistics import floor, incidents, shipments, watch
from logistics.models import BinStock, FloorScan, Incident, ShipmentEvent, WeightDifference
from logistics.states import State
from logistics.stations import scans
from logistics.stocking import waves
from orders.models import Order
from storefront.lib import clock
from tests.factories import catalog, warehouse
from tests.logistics import story
from tests.logistics.story import Outside

pytestmark = pytest.mark.django_db


class Hands:
    """A worker with a scanner: each scan knows the one before it on its screen."""

    def __init__(self, actor: str = "user:mei") -> None:
        self.actor = actor
        self.last: dict[str, UUID] = {}

    def scan(self, step: str, code: str, key: UUID | None = None) -> FloorScan:
        scan = scans.Scan(key or uuid4(), step, code, self.last.get(step))
        self.last[step] = scan.key
        return scans.take(scan, actor=self.actor, now=clock.now())


@pytest.fixture
def mei(outside: Outside, settings: Any) -> Iterator[Hands]:
    settings.AUTOMATIC_HANDS = False
    with translation.override("en"):
        yield Hands()


def case() -> Any:
    """An offer of goods without numbers."""
    return catalog.offer(variant=catalog.variant(product=catalog.product(kind="case")))


def picked(hands: Hands, **order: Any) -> Order:
    made = story.paid_order(case(), **order)
    story.run(story.is_in(made, State.STOCKED))
    assert hands.scan("pick", story.parcel(made).number).tone == "good"
    return made


def packed(hands: Hands) -> Order:
    made = picked(hands)
    assert hands.scan("pack", story.parcel(made).number).tone == "good"
    return made


def test_a_parcel_goes_from_the_shelf_aboard_by_scans_alone(mei: Hands) -> None:
    order = packed(mei)
    number = story.parcel(order).number

    asked = mei.scan("weigh", number)
    planned = story.parcel(order).planned_weight_g
    weighed = mei.scan("weigh", f"{planned + 5} g")
    story.run(story.is_in(order, State.CLEARED))
    bagged = mei.scan("bag", number)
    aboard = mei.scan("load", story.parcel(order).bag.number)

    assert (asked.tone, asked.held) == ("next", {"number": number})
    assert (weighed.tone, weighed.answer["label"]) == ("good", ["parcel", number])
    assert (bagged.tone, aboard.tone, aboard.done) == ("good", "good", 1)
    parcel = story.parcel(order)
    assert (parcel.state, parcel.weight_g) == (State.LOADED, planned + 5)


def test_the_same_key_again_gets_the_same_answer_and_does_nothing(mei: Hands) -> None:
    order = picked(mei)
    key, number = uuid4(), story.parcel(order).number
    first = mei.scan("pack", number, key)
    before = FloorScan.objects.count(), ShipmentEvent.objects.count()

    again = Hands("user:other").scan("load", "something else", key)

    assert again == first
    assert (FloorScan.objects.count(), ShipmentEvent.objects.count()) == before


def test_a_different_weight_is_weighed_again_and_then_decided_by_the_desk(mei: Hands) -> None:
    order = packed(mei)
    number, planned = story.parcel(order).number, story.parcel(order).planned_weight_g

    mei.scan("weigh", number)
    first = mei.scan("weigh", str(planned * 2))
    second = mei.scan("weigh", str(planned * 2 + 1))

    assert (first.tone, first.held) == ("bad", {"number": number})
    assert "again" in first.answer["do"]
    assert (second.tone, second.held) == ("bad", {})
    assert "desk" in second.answer["do"]
    assert watch.board(now=clock.now()).differences == 1
    assert list(WeightDifference.objects.values_list("weight_g", flat=True)) == [
        planned * 2,
        planned * 2 + 1,
    ]
    incident = Incident.objects.get(kind="WEIGHT", closed_at=None)
    assert story.parcel(order).state == State.PICKED
    assert not shipments.may_cancel(order)

    incidents.answer(incident, text="two cases", actor="user:vera", now=clock.now())
    mei.scan("weigh", number)
    agreed = mei.scan("weigh", str(planned * 2))

    assert agreed.tone == "good"
    assert story.parcel(order).weight_g == planned * 2


def test_the_right_weight_after_a_wrong_one_closes_the_question(mei: Hands) -> None:
    order = packed(mei)
    number, planned = story.parcel(order).number, story.parcel(order).planned_weight_g
    for weight in (planned * 2, planned * 2, planned):
        mei.scan("weigh", number)
        last = mei.scan("weigh", str(weight))

    assert last.tone == "good"
    assert Incident.objects.get(kind="WEIGHT").closed_at is not None
    assert not story.parcel(order).has_incident


def test_what_is_no_weight_is_asked_for_again(mei: Hands) -> None:
    number = story.parcel(packed(mei)).number
    mei.scan("weigh", number)

    for weight in ("heavy", "0", "-5", "½", "99999999", "1.5", ""):
        said = mei.scan("weigh", weight)
        assert (said.tone, said.held) == ("bad", {"number": number})
    assert not WeightDifference.objects.exists()


def test_each_telephone_of_a_parcel_is_scanned_by_its_number(mei: Hands) -> None:
    order = story.paid_order(quantity=2)
    stock = order.lines.get().reservation.stock
    type(stock).objects.filter(pk=stock.pk).update(is_serial=True)
    story.run(story.is_in(order, State.STOCKED))
    number = story.parcel(order).number
    mei.scan("pick", number)
    one, two = warehouse.imei(), warehouse.imei()

    said = [mei.scan("pack", code).tone for code in (number, one, one, "123", two)]

    assert said == ["next", "next", "bad", "bad", "good"]
    assert story.parcel(order).packed_at is not None
    assert mei.scan("pack", number).tone == "bad"
    assert stock.serials.filter(state="PACKED").count() == 2


def test_goods_are_put_away_by_goods_pieces_and_bin(mei: Hands) -> None:
    offer = case()
    stock = warehouse.logistics.stock(offer, 7)
    warehouse.laid_out()

    said = [mei.scan("put-away", code) for code in (offer.article, "3", "A01-02-1-1")]
    wrong = [mei.scan("put-away", code).tone for code in (offer.article, "9", "NO-BIN")]
    rest = mei.scan("put-away", "a01-03-1-1")

    assert [one.tone for one in said] == ["next", "next", "good"]
    assert (wrong, rest.tone) == (["next", "bad", "bad"], "good")
    lying = BinStock.objects.filter(stock=stock).values_list("bin__code", "quantity")
    assert dict(lying) == {"A01-02-1-1": 3, "A01-03-1-1": 4}
    assert mei.scan("put-away", offer.article).tone == "bad"


def test_the_board_tells_what_a_departure_lacks(mei: Hands) -> None:
    order = picked(mei)

    board = watch.board(now=clock.now())

    queue = {one.step: one for one in board.queues}
    assert (queue["pick"].waiting, queue["pack"].waiting) == (0, 1)
    assert (queue["pick"].an_hour, queue["pick"].today, board.scans) == (1, 1, 1)
    assert [one.missing for one in board.closings] == [[("pack", 1)]]
    assert board.closings[0].closes_at == waves.closes_at(story.parcel(order))

    mei.scan("pack", story.parcel(order).number)
    board = watch.board(now=clock.now())
    assert [one.missing for one in board.closings] == [[("weigh", 1)]]


def test_the_board_counts_what_automatic_hands_did_too(outside: Outside, settings: Any) -> None:
    settings.AUTOMATIC_HANDS = True
    order = story.paid_order()

    story.run(story.is_in(order, State.LOADED))

    done = {one.step: one.today for one in watch.board(now=clock.now()).queues}
    at = {
        event.code: floor.midnight(event.happened_at) for event in story.parcel(order).events.all()
    }
    today = floor.midnight(clock.now())
    assert at["HUB_OUTBOUND"] == today
    assert (done["receive"], done["load"]) == (0, 1)
    steps = (("pick", "HUB_PICKED"), ("pack", "HUB_PACKED"), ("weigh", "HUB_PACKED"))
    assert all(done[step] == int(at[code] == today) for step, code in steps)
