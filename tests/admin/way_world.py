"""What happened to the parcels of the desks' world: legs, boxes, troubles, papers."""

from datetime import datetime, timedelta

from django.db import transaction
from moneyed import Money

from logistics import incidents
from logistics.customs import identities, vault
from logistics.models import (
    Bag,
    BagLimit,
    Box,
    CarrierNotice,
    Closure,
    Declaration,
    Departure,
    Filing,
    IdentityAccess,
    IdentityRule,
    Incident,
    Lane,
    Service,
    Shipment,
    Splitting,
)
from logistics.states import State
from orders.models import Order
from tests.factories import logistics
from tests.factories.papers import ANNA

BODY = "<CEB311Message><consignee>Анна Тестова</consignee></CEB311Message>"


def movement(order: Order, number: int, now: datetime) -> None:
    state = list(State)[number % len(State)]
    lane = Lane.objects.get(code="air-svx")
    service = Service.objects.get(code="flight-hrb-svx")
    departure = Departure.objects.create(
        lane=lane,
        service=service,
        number=f"SVX-{number:04d}",
        closes_at=now + timedelta(hours=number - 5),
        departs_at=now + timedelta(hours=number),
        arrives_at=now + timedelta(hours=number + 9),
        capacity_g=2_000_000,
        booked_g=1_000 * number,
    )
    bag = Bag.objects.create(departure=departure, number=f"BAG-{number:04d}", parcels=1)
    shipment = logistics.shipment(
        order,
        state=state,
        state_at=now - timedelta(hours=3 + number),
        planned_at=now - timedelta(days=1),
        departure=departure,
        bag=bag,
        weight_g=431,
        expected_on=now.date() + timedelta(days=number),
        failures=number % 3,
        due_at=now,
        last_error="the carrier does not answer" if number % 3 else "",
    )
    shipment.legs.create(
        position=1, service=service, planned_departs_at=now, planned_arrives_at=now
    )
    shipment.events.create(
        code="PRE_ADVICE", source="task", source_key="1", actor="task:test", happened_at=now
    )
    closure = Closure.objects.create(
        kind="WEATHER",
        service="flight-hrb-svx",
        closed_at=now - timedelta(days=200 - number),
        opens_at=now - timedelta(days=199 - number),
        source="test",
        entered_at=now,
        entered_by="test",
    )
    closure.replanned.create(shipment=shipment, outcome="LATER", lane_before="air-svx")
    _together(shipment, now)
    _papers(shipment, number, now)
    _trouble(shipment, number, now)


def _together(shipment: Shipment, now: datetime) -> None:
    """A box of one parcel, a flag, a limit of bags: what the desks of consolidation show."""
    box = Box.objects.create(
        lead=shipment,
        wait_until=now,
        saved=Money(310, "RUB"),
        declarant_name="test",
        facts={"parcels": [shipment.number], "value_eur": "90.00"},
        made_at=now,
    )
    Shipment.objects.filter(pk=shipment.pk).update(box=box)
    Splitting.objects.create(
        order=shipment.order,
        kind=Splitting.Kind.ORDERS,
        orders=[shipment.order.number],
        value_eur=342,
        free_eur=200,
        days=5,
        rule="row-a",
        reason="test",
        found_at=now,
    )
    BagLimit.objects.create(
        mode="air",
        limit_g=30_000,
        valid_from=now.date() + timedelta(days=shipment.pk % 10_000),
        source="test",
    )


def _trouble(shipment: Shipment, number: int, now: datetime) -> None:
    """An exception with a parcel, every other one past its deadline, and a call about it."""
    with transaction.atomic():
        kind = Incident.Kind.HELD if number % 2 else Incident.Kind.UNDELIVERABLE
        opened_at = now - timedelta(days=3 * number)
        incidents.open(shipment, kind, cause="test", actor="task:test", now=opened_at)
    CarrierNotice.objects.create(
        carrier="cdek",
        key=f"{number}",
        number=f"10{number:08d}",
        body=b'{"type": "ORDER_STATUS"}',
        source="127.0.0.1",
        received_at=now,
    )


def _papers(shipment: Shipment, number: int, now: datetime) -> None:
    states = ["RELEASED", "REJECTED", "HELD", "SENT"]
    paper = Declaration.objects.create(
        shipment=shipment,
        direction="EXPORT",
        mode="9610",
        customs_code="1901",
        zone=("Harbin", "Heihe", "Suifenhe")[number % 3],
        reference=f"{shipment.order.number}-{number}",
        state=states[number % 4],
        reason="originCountry" if number % 4 == 1 else "",
        made_at=now - timedelta(days=number * 3),
    )
    line = shipment.order.lines.get()
    paper.lines.create(
        position=1,
        line=line,
        hs_code="8517130000",
        origin="CN",
        quantity=1,
        net_weight_g=190,
        value=line.price_cny,
    )
    _identity(shipment.order, now)
    paper.messages.create(kind="CEB311", guid=f"g-{number}", is_ours=True, body=BODY, moved_at=now)
    filing = Filing.objects.create(
        kind="CEB605",
        reference=f"X-{number}-1",
        state=("REJECTED", "ACCEPTED")[number % 2],
        customs_code="1924",
        declaration=paper,
        actor="user:1",
        made_at=now,
    )
    filing.messages.create(kind="CEB605", guid="g", is_ours=True, body="<a/>", moved_at=now)


def _identity(order: Order, now: datetime) -> None:
    """Sealed papers, agreed to and looked at once."""
    rule = IdentityRule.objects.get(rule="payments-due")
    row = identities.open_for(order, rule, ANNA, actor="guest", now=now)
    vault.read(row, vault.Reading(IdentityAccess.Purpose.OPERATOR, "user:1", "a test"))
