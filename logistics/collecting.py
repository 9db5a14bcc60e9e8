"""Goods from Shenzhen: handed over by their sellers, carried to Harbin, taken in there."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from orders import days, lifecycle
from orders.models import Handover
from storefront.lib import due, http

from . import calendars, departures, expecting, moving, network, runs, tracking, vocabulary
from .carriers import Event, linehaul
from .models import Leg, Shipment, Stage
from .moving import Fact
from .states import Code, State

ACTOR = "task:shipments"
HANDS = "task:hands"
LATER = timedelta(hours=2)
IN_HARBIN: dict[str, str] = {Code.LINEHAUL_ARRIVED: Code.HUB_INBOUND}


def is_handed(shipment: Shipment) -> bool:
    """Whether every seller has brought his part of the parcel's delivery."""
    return not _missing(shipment).exists()


def _missing(shipment: Shipment) -> QuerySet[Handover]:
    return Handover.objects.filter(delivery=shipment.delivery_id, handed_at=None)


def has_arrived(shipment: Shipment) -> bool:
    """Whether the carrier has brought the parcel to Harbin."""
    return shipment.events.filter(code=Code.HUB_INBOUND).exists()


def drive(shipment: Shipment, *, now: datetime) -> None:
    """Take a claimed parcel that is awaited one step on.

    Raises: the errors of lib.http; Zombie.
    """
    if not is_handed(shipment):
        _wait_for_sellers(shipment, now=now)
    elif not shipment.events.filter(code=Code.SELLER_HANDED_OVER).exists():
        _hand_to_carrier(shipment, now=now)
    else:
        _follow(shipment, now=now)


def _wait_for_sellers(shipment: Shipment, *, now: datetime) -> None:
    ready_at = _hands_over_at(shipment)
    if not settings.AUTOMATIC_HANDS or now < ready_at:
        with moving.claimed(shipment) as row:
            expecting.update(row, now=now, actor=ACTOR)
            due.finish(shipment, at=ready_at if settings.AUTOMATIC_HANDS else now + LATER)
        return
    with moving.claimed(shipment):
        for handover in _missing(shipment).order_by("pk"):
            lifecycle.hand_over(handover, actor=HANDS, now=now)
        due.finish(shipment, at=now)


def _hands_over_at(shipment: Shipment) -> datetime:
    """When automatic sellers hand over: so many minutes of China's working days later."""
    stage = Stage.objects.filter(state=State.AWAITED).first()
    known = network.current().calendars
    return calendars.elapse(
        shipment.planned_at,
        timedelta(minutes=stage.minutes_p50 if stage else 0),
        zone=days.CHINA,
        rests=lambda day: known.is_off("CN", day),
    )


def _hand_to_carrier(shipment: Shipment, *, now: datetime) -> None:
    """Put the parcel on the next line haul to Harbin."""
    with moving.claimed(shipment) as row:
        handed = Handover.objects.filter(delivery=row.delivery_id).order_by("-handed_at").first()
        at = handed.handed_at if handed and handed.handed_at else now
        leg = _first_leg(row)
        run = runs.next_of(leg.service, row.lane_id, ready=at) if leg else None
        if leg is None or run is None:
            due.finish(shipment, at=now + timedelta(hours=6))
            return
        Leg.objects.filter(pk=leg.pk).update(
            planned_departs_at=run.departs_at, planned_arrives_at=run.arrives_at
        )
        place = leg.service.origin.code
        fact = Fact(Code.SELLER_HANDED_OVER, at, "sellers", "handed", place=place)
        moving.note(row, fact, actor=ACTOR)
        expecting.update(row, now=now, actor=ACTOR)
        due.finish(shipment, at=now)


def _first_leg(shipment: Shipment) -> Leg | None:
    legs = shipment.legs.select_related("service__origin", "service__target")
    return legs.order_by("position").first()


def _follow(shipment: Shipment, *, now: datetime) -> None:
    leg = _first_leg(shipment)
    assert leg is not None, "a parcel handed to a carrier has its leg"
    events = _ask(shipment, leg)
    facts = [vocabulary.fact_of(event, source=leg.service.carrier) for event in events]
    at = _next_look(leg, events, now=now)
    if not tracking.news([shipment.pk], facts) and not expecting.has_moved(shipment, now=now):
        due.finish(shipment, at=at)
        return
    with moving.claimed(shipment) as row:
        for fact in facts:
            tracking.travel([row], fact)
            moving.note(row, _in_harbin(fact), actor=ACTOR)
        expecting.update(row, now=now, actor=ACTOR)
        due.finish(shipment, at=at)


def _ask(shipment: Shipment, leg: Leg) -> list[Event]:
    """What its carrier says of the parcel; it is handed over to him who knows nothing of it."""
    try:
        return linehaul.track(leg.service.carrier, shipment.number)
    except http.Refused as refusal:
        if refusal.status != 404:
            raise
    linehaul.book(_manifest(shipment, leg))
    return linehaul.track(leg.service.carrier, shipment.number)


def _manifest(shipment: Shipment, leg: Leg) -> linehaul.Manifest:
    service = leg.service
    stretch = linehaul.Stretch(
        service=service.code,
        mode=service.mode,
        origin=service.origin.code,
        target=service.target.code,
        departs_at=leg.planned_departs_at,
        arrives_at=leg.planned_arrives_at,
    )
    return linehaul.Manifest(
        carrier=service.carrier,
        reference=shipment.number,
        pieces=1,
        weight_g=shipment.planned_weight_g,
        bags=(shipment.number,),
        stretches=(stretch,),
    )


def _in_harbin(fact: Fact) -> Fact:
    """A fact of the line haul as the parcel knows it: its end is where Harbin takes goods in."""
    return replace(fact, code=IN_HARBIN.get(fact.code, fact.code))


def _next_look(leg: Leg, events: list[Event], *, now: datetime) -> datetime | None:
    if any(event.code == Code.LINEHAUL_ARRIVED for event in events):
        return now if settings.AUTOMATIC_HANDS else None
    left = next((e.happened_at for e in events if e.code == Code.LINEHAUL_DEPARTED), None)
    times = departures.Times(leg.planned_departs_at, left, leg.planned_arrives_at)
    return departures.next_look(times, now=now)
