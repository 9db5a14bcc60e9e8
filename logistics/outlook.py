"""What a buyer reads of a parcel besides its history: what comes next, why it is late, what is
wrong and what follows from it, by when.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import closures, usual
from .models import Incident, Leg, Replanned, Shipment, ShipmentEvent
from .states import Code, State

S = State
LATE = timedelta(hours=6)
Words = str | Promise
NEXT: dict[State, Words] = {
    S.PLANNED: gettext_lazy("the goods are collected in Harbin"),
    S.AWAITED: gettext_lazy("the goods come from Shenzhen"),
    S.STOCKED: gettext_lazy("the goods are collected in Harbin"),
    S.PICKED: gettext_lazy("the parcel is packed"),
    S.PACKED: gettext_lazy("Chinese customs"),
    S.DECLARED: gettext_lazy("Chinese customs"),
    S.CLEARED: gettext_lazy("departure"),
    S.BAGGED: gettext_lazy("departure"),
    S.LOADED: gettext_lazy("departure"),
    S.DEPARTED: gettext_lazy("arrival in Russia"),
    S.AT_BORDER: gettext_lazy("Russian customs"),
    S.IMPORT_CLEARED: gettext_lazy("the carrier takes it to your city"),
    S.LAST_MILE: gettext_lazy("at your door"),
}
UNDER_WAY = frozenset({S.IMPORT_CLEARED, S.LAST_MILE})
GONE = UNDER_WAY | {S.DEPARTED, S.AT_BORDER}
HOLDS = frozenset({Code.EXPORT_CUSTOMS_HOLD, Code.IMPORT_CUSTOMS_HOLD})
K = Incident.Kind
TROUBLES: dict[str, tuple[Words, Words]] = {
    K.HELD: (
        gettext_lazy("Customs are looking at the parcel."),
        gettext_lazy("This is usual; we answer their questions. You need do nothing."),
    ),
    K.REFUSED: (
        gettext_lazy("Customs did not let the parcel through."),
        gettext_lazy("It goes back, and all you paid is returned to you."),
    ),
    K.DAMAGED: (
        gettext_lazy("The parcel was damaged on its way."),
        gettext_lazy("We look at it and write to you; you can open a dispute for your money."),
    ),
    K.LOST: (
        gettext_lazy("The carrier has lost the parcel."),
        gettext_lazy(
            "All you paid for it is returned to you; we settle the rest with the carrier."
        ),
    ),
    K.RETURNED: (
        gettext_lazy("The parcel is on its way back to us."),
        gettext_lazy("When it is back, all you paid is returned to you."),
    ),
    K.UNDELIVERABLE: (
        gettext_lazy("The parcel could not be handed to you."),
        gettext_lazy("The carrier keeps it for you: call them, or answer our letter."),
    ),
    K.SILENT: (
        gettext_lazy("We have not heard of the parcel for too long."),
        gettext_lazy("We asked the carrier. If it is not found, all you paid is returned to you."),
    ),
}


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a parcel, what follows, and until when we know more.

    Time: the day of the deadline in the buyer's city is for the page to tell.
    """

    kind: str
    what: str
    next: str
    by: datetime


@dataclass(frozen=True)
class Outlook:
    """What comes next for a parcel."""

    shipment: Shipment
    step: str
    step_on: date | None
    reason: str
    expected_on: date | None
    kept_until: date | None
    anew: str
    troubles: tuple[Trouble, ...]


def of(shipment: Shipment) -> Outlook:
    """The outlook of a parcel; events, legs, exceptions, new plans were fetched with it."""
    events = sorted(shipment.events.all(), key=lambda event: event.happened_at)
    legs = sorted(shipment.legs.all(), key=lambda leg: leg.position)
    state = State(shipment.state)
    is_over = state in State.ends()
    promised = shipment.delivery.promised_until_on
    is_late = bool(shipment.expected_on and shipment.expected_on > promised and not is_over)
    return Outlook(
        shipment,
        step="" if is_over else str(_step(shipment, events)),
        step_on=None if is_over else _step_on(state, shipment, legs),
        reason=_reason(shipment, events, legs) if is_late else "",
        expected_on=shipment.expected_on if is_late else None,
        kept_until=None if is_over else shipment.kept_until,
        anew="" if is_over else _anew(shipment, state, is_late=is_late),
        troubles=tuple(map(_trouble, _open(shipment))),
    )


def _replanned(shipment: Shipment) -> Replanned | None:
    """How the parcel was last planned anew."""
    return max(shipment.replanned.all(), key=lambda one: one.pk, default=None)


def _anew(shipment: Shipment, state: State, *, is_late: bool) -> str:
    """Why a parcel was planned anew and what day it has now, until it is on that way.

    Of a late parcel the reason of the delay says it already.
    """
    last = _replanned(shipment)
    if last is None:
        return ""
    is_open = last.outcome == Replanned.Outcome.PERSON
    waits = last.outcome == Replanned.Outcome.WAITS
    if (is_late and not is_open) or state in (UNDER_WAY if waits or is_open else GONE):
        return ""
    day = shipment.expected_on
    shown = day.isoformat() if day and not is_open else ""
    detail = {"closure": last.closure.kind, "expected_on": shown}
    return closures.words(detail)


def _open(shipment: Shipment) -> list[Incident]:
    found = shipment.incidents.all() if shipment.has_incident else ()
    return [one for one in found if one.closed_at is None and one.kind in TROUBLES]


def _trouble(incident: Incident) -> Trouble:
    what, following = words(incident.kind)
    return Trouble(incident.kind, what, following, incident.answer_by)


def words(kind: str) -> tuple[str, str]:
    """What happened and what follows, for the buyer; nothing for what is not told."""
    what, following = TROUBLES.get(kind, ("", ""))
    return str(what), str(following)


def _step(shipment: Shipment, events: list[ShipmentEvent]) -> Words:
    state = State(shipment.state)
    last = events[-1].code if events else ""
    if state == S.LAST_MILE and last == Code.READY_FOR_PICKUP:
        return _("it waits for you at the point of issue")
    if state == S.LAST_MILE and last == Code.OUT_FOR_DELIVERY:
        return _("the courier is on his way to you")
    if state == S.LAST_MILE and shipment.order.point:
        return _("at your point of issue")
    return NEXT[state]


def _step_on(state: State, shipment: Shipment, legs: list[Leg]) -> date | None:
    """The day of the next step, where the timetable says one; else that of the door."""
    departure = shipment.departure
    if state in {S.CLEARED, S.BAGGED, S.LOADED} and departure is not None:
        return departure.departs_at.date()
    if state == S.DEPARTED:
        ahead = [leg for leg in legs if leg.arrived_at is None and leg.departed_at is not None]
        if ahead and ahead[0].departed_at is not None:
            late = ahead[0].departed_at - ahead[0].planned_departs_at
            takes = usual.service(ahead[0].service.code)
            if takes is not None:
                return (ahead[0].departed_at + takes).date()
            return (ahead[0].planned_arrives_at + max(late, timedelta(0))).date()
    return shipment.expected_on if state in {S.IMPORT_CLEARED, S.LAST_MILE} else None


def _before(replanned: Replanned) -> date:
    return replanned.expected_before or date.min


def _reason(shipment: Shipment, events: list[ShipmentEvent], legs: list[Leg]) -> str:
    """Why a parcel is late, from what really happened; the last thing that held it up counts."""
    last = _replanned(shipment)
    if last is not None and (not last.expected_on or last.expected_on > _before(last)):
        return last.closure.get_kind_display()
    codes = {event.code for event in events}
    if Code.DELIVERY_FAILED in codes:
        return _("the carrier did not find anybody at home")
    if codes & HOLDS:
        return _("customs inspected it")
    for leg in reversed(legs):
        if leg.departed_at and leg.departed_at - leg.planned_departs_at > LATE:
            place = leg.service.origin.title
            return _("it left late: %(place)s") % {"place": place}
        if leg.arrived_at and leg.arrived_at - leg.planned_arrives_at > LATE:
            place = leg.service.target.title
            return _("it arrived late: %(place)s") % {"place": place}
    if shipment.state == S.LAST_MILE:
        return _("the carrier in your region needs longer than usual")
    return _("a departure on its way was missed or moved")
