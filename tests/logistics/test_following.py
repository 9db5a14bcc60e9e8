"""Parcels with their last carriers: asked about together, missed when silent, given up in time."""

import itertools
import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation

from logistics import failing, following, incidents, moving, tasks, timeline, tracking
from logistics.carriers import cdek, lastmile
from logistics.models import CarrierNotice, Courier, Incident, LastMile, Shipment, ShipmentEvent
from logistics.moving import Fact
from logistics.states import Code, State
from orders.models import Order, OrderEvent
from payments.models import Refund
from storefront.lib import clock, kept
from tests.factories import catalog, logistics, payments
from tests.factories import orders as order_rows
from tests.logistics import story
from tests.logistics.story import NOW, Outside

pytestmark = pytest.mark.django_db
QUIET_ROUND = 7  # claim, parcels, ticket, finish
NEWS = 16  # of a parcel with news: locks, the facts, the state, the day, the next instant
HISTORY = (Code.LASTMILE_ACCEPTED, Code.OUT_FOR_DELIVERY, Code.DELIVERY_FAILED, Code.DELIVERED)


def with_carrier(carrier: str = "ruspost") -> Order:
    """A paid order whose parcel is taken in by a carrier to the door right now."""
    goods = catalog.offer()
    part = {"origin": "harbin", "lane": "air-svx", "mode": "air", **story.LATE}
    delivery = order_rows.part(order_rows.line(goods, 1), **part)
    order = order_rows.order(goods, body=order_rows.body(delivery, city="ekaterinburg"))
    payments.paid(order)
    parcel = logistics.shipment(order, state=State.IMPORT_CLEARED, state_at=NOW, planned_at=NOW)
    LastMile.objects.update(carrier=carrier)
    kept.forget()
    told = following.parcel_of(parcel, NOW)
    assert told is not None
    drawer = lastmile.drawer(carrier)
    drawer.hand_over(told)
    clock.set_virtual(clock.now() + timedelta(minutes=1))
    track, due_at = drawer.hand_over(told), NOW + timedelta(hours=72)
    Shipment.objects.filter(pk=parcel.pk).update(carrier=carrier, track=track, due_at=due_at)
    following.expect(carrier, now=clock.now())
    return order


def facts() -> list[Fact]:
    return [
        Fact(code, NOW + timedelta(days=10 + day), "ruspost", f"{day}", place="620014")
        for day, code in enumerate(HISTORY)
    ]


def told(parcel: Shipment, *news: Fact) -> Shipment:
    with moving.locked(parcel) as row:
        tracking.apply(row, news, actor="test")
    return Shipment.objects.get(pk=parcel.pk)


@pytest.mark.parametrize("carrier", ["ruspost", "cdek", "somebody"])
def test_every_carrier_brings_a_parcel_to_its_door(outside: Outside, carrier: str) -> None:
    LastMile.objects.update(carrier=carrier)
    kept.forget()
    order = story.paid_order()

    story.run()

    parcel = story.parcel(order)
    assert (parcel.state, parcel.carrier) == (State.DELIVERED, carrier)
    events = parcel.events.filter(source=carrier)
    assert set(events.values_list("code", flat=True)) <= set(Code.values)
    assert Courier.objects.get(code=carrier).due_at is None


def test_one_round_asks_for_all_parcels_of_a_carrier(
    outside: Outside, django_assert_max_num_queries
) -> None:
    orders = [with_carrier() for _order in range(3)]
    courier = Courier.objects.get(code="ruspost")
    clock.set_virtual(NOW + timedelta(hours=20))
    with django_assert_max_num_queries(QUIET_ROUND):
        tasks.ask_courier(id=courier.pk)
    clock.set_virtual(NOW + timedelta(hours=20, minutes=15))

    with django_assert_max_num_queries(QUIET_ROUND + 2 + NEWS * len(orders)):
        tasks.ask_courier(id=courier.pk)

    states = {story.parcel(order).state for order in orders}
    assert states <= {State.LAST_MILE, State.DELIVERED}
    assert Courier.objects.get(code="ruspost").ticket == ""


def test_all_orders_of_a_history_with_repeats_end_the_same(outside: Outside) -> None:
    order = with_carrier()
    parcel = story.parcel(order)
    ends = set()

    for way in itertools.permutations(facts()):
        with_repeats = [*way, *way[:2]]
        ends.add(_end_of(parcel, with_repeats))

    assert len(ends) == 1


def _end_of(parcel: Shipment, way: list[Fact]) -> tuple[object, ...]:
    """What the parcel comes to by one order of hearing; then everything is taken back."""
    point = transaction.savepoint()
    for fact in way:
        parcel = told(parcel, fact)
    delivery = parcel.delivery
    delivery.refresh_from_db()
    kinds = OrderEvent.objects.filter(order=parcel.order_id).values_list("kind", flat=True)
    keys = parcel.events.filter(source="ruspost").values_list("source_key", flat=True)
    found = (parcel.state, delivery.delivered_at, delivery.is_kept, *sorted(kinds), *sorted(keys))
    transaction.savepoint_rollback(point)
    return found


def test_a_silent_parcel_is_asked_about_then_reported_then_given_up(outside: Outside) -> None:
    refuse = [{"what": "parcel", "reason": "SILENT", "times": 1}]
    outside.script("carriers.ruspost", refuse=refuse)
    order = with_carrier()

    clock.set_virtual(NOW + timedelta(days=4))
    tasks.drive_shipment(id=story.parcel(order).pk)
    parcel = story.parcel(order)
    assert parcel.state == State.LAST_MILE
    assert parcel.due_at is not None
    clock.set_virtual(parcel.due_at)
    tasks.drive_shipment(id=parcel.pk)

    incident = Incident.objects.get()
    parcel = story.parcel(order)
    last = parcel.events.filter(source="ruspost").latest("happened_at").happened_at
    assert (incident.kind, incident.owner, parcel.has_incident) == ("SILENT", "operator", True)
    assert incident.opened_at - last == following.patience("LASTMILE_ACCEPTED", on=NOW.date())
    outlook = timeline.tell(order).outlooks[0]
    assert [trouble.kind for trouble in outlook.troubles] == ["SILENT"]
    assert OrderEvent.objects.filter(order=order, kind="TROUBLE").count() == 1

    clock.set_virtual(incident.answer_by)
    tasks.drive_incident(id=incident.pk)
    tasks.drive_shipment(id=parcel.pk)

    parcel = story.parcel(order)
    assert parcel.state == State.LOST
    assert Refund.objects.get().price == order.total
    lost = Incident.objects.get(kind="LOST")
    assert lost.given_back == order.total
    assert Incident.objects.get(pk=incident.pk).reminded_at == incident.answer_by


def test_news_of_a_silent_parcel_closes_the_matter(outside: Outside) -> None:
    order = with_carrier()
    parcel = story.parcel(order)
    with moving.locked(parcel) as row:
        incidents.open(row, Incident.Kind.SILENT, cause="", actor="test", now=NOW)

    parcel = told(parcel, facts()[0])

    closed = Incident.objects.get()
    assert (parcel.has_incident, closed.answer) == (False, "LASTMILE_ACCEPTED")
    assert closed.due_at is None


def test_what_customs_hold_is_theirs_until_they_release_it(outside: Outside) -> None:
    parcel = story.parcel(with_carrier())

    told(parcel, Fact(Code.IMPORT_CUSTOMS_HOLD, NOW, "customs.ru", "held"))
    held = Incident.objects.get()
    told(parcel, Fact(Code.IMPORT_CUSTOMS_CLEARED, NOW + timedelta(days=1), "customs.ru", "free"))

    assert (held.kind, held.owner, held.closed_at) == ("HELD", "customs", None)
    assert Incident.objects.get().closed_at == NOW + timedelta(days=1)


def test_the_second_failed_attempt_is_for_a_person_and_the_buyer_hears(outside: Outside) -> None:
    parcel = story.parcel(with_carrier())

    told(parcel, Fact(Code.DELIVERY_FAILED, NOW, "ruspost", "a"))
    assert not Incident.objects.exists()
    told(parcel, Fact(Code.DELIVERY_FAILED, NOW + timedelta(days=1), "ruspost", "b"))

    assert Incident.objects.get().kind == "UNDELIVERABLE"
    assert OrderEvent.objects.get(kind="TROUBLE").detail["trouble"] == "UNDELIVERABLE"


def test_another_end_is_for_a_person(outside: Outside) -> None:
    parcel = story.parcel(with_carrier())

    told(parcel, Fact(Code.LOST, NOW, "ruspost", "a"))
    parcel = told(parcel, facts()[-1])

    assert parcel.state == State.LOST
    assert Incident.objects.filter(kind="CONTRADICTION", closed_at=None).exists()


def test_damage_is_reported_and_lost_is_confirmed_once(outside: Outside) -> None:
    order = with_carrier()
    parcel = story.parcel(order)
    failing.report_damage(parcel, text="wet", actor="user:1", now=clock.now())
    incident = Incident.objects.get(kind="DAMAGED")
    assert incident.cause == "wet"

    failing.confirm_lost(incident, text="burnt", actor="user:1", now=clock.now())

    assert story.parcel(order).state == State.LOST
    with pytest.raises(incidents.Closed):
        failing.confirm_lost(incident, text="burnt", actor="user:1", now=clock.now())
    tasks.drive_shipment(id=parcel.pk)
    assert Refund.objects.count() == 1


def test_unknown_codes_are_shown_raw_to_operators_and_as_on_the_way_to_buyers(
    outside: Outside,
) -> None:
    order = with_carrier()
    told(story.parcel(order), Fact("8/77", NOW, "ruspost", "odd", place="620014"))

    with translation.override("en"):
        entry = next(one for one in timeline.tell(order).entries if "620014" in one.text)

    assert entry.title == "On the way"
    assert ShipmentEvent.objects.get(source_key="odd").get_code_display() == "8/77"


# Calls of carriers


def call(client: Client, body: dict[str, object], *, token: str = "", **facts: object) -> int:
    address = f"/webhooks/cdek/{token or cdek.hook_token()}/"
    answer = client.post(address, json.dumps(body), "application/json", **facts)
    return answer.status_code


def status(track: str) -> dict[str, object]:
    facts = {"cdek_number": track, "status_code": "4", "code": "DELIVERED"}
    return {"type": "ORDER_STATUS", "uuid": "x", "attributes": facts}


def test_a_call_is_a_hint_kept_once_and_the_order_is_read_again(
    outside: Outside, client: Client
) -> None:
    order = with_carrier("cdek")
    track = story.parcel(order).track
    clock.set_virtual(clock.now() + timedelta(hours=10))

    assert [call(client, status(track)) for _again in range(3)] == [200, 200, 200]

    notice = CarrierNotice.objects.get()
    tasks.hear_carrier(id=notice.pk)
    parcel = story.parcel(order)
    assert parcel.state == State.LAST_MILE, "the call says delivered, the order does not"
    assert parcel.events.filter(source="cdek", code="LASTMILE_ACCEPTED").count() == 1
    assert call(client, status(track)) == 200
    tasks.hear_carrier(id=notice.pk)
    assert CarrierNotice.objects.get().outcome == f"{parcel.events.count()} new"


def test_forged_calls_are_not_kept(outside: Outside, client: Client) -> None:
    assert call(client, status("1"), token="guessed") == 403
    stranger = {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}
    assert call(client, status("1"), **stranger) == 403
    assert call(client, {"type": "ORDER_STATUS", "attributes": {}}) == 400
    assert call(client, {"type": "PRINT_FORM"}) == 400
    assert client.post("/webhooks/nobody/x/", "{}", "application/json").status_code == 404
    assert not CarrierNotice.objects.exists()
