"""Exceptions: opened and closed by what happens to a parcel, each on a desk until a deadline.

What counts as one, whose it is, until when and what follows are dated rows (`IncidentRule`).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from moneyed import Money

from orders import lifecycle
from storefront.lib import due, kept, locks
from storefront.lib.refusal import Refusal

from .models import Incident, IncidentRule, Shipment, ShipmentEvent

Kind = Incident.Kind
ACTOR = "task:incidents"
EVERY = "*"


class Closed(Refusal):
    """The exception is closed already."""

    code = "incident_closed"


@dataclass(frozen=True)
class Rule:
    """A rule as it is read: what opens and closes it, in codes."""

    row: IncidentRule
    opens: frozenset[str]
    closes: frozenset[str]


@dataclass(frozen=True)
class Rules:
    """All rules that hold on a day, by their kind, and every code that opens one."""

    by_kind: dict[str, Rule]
    opening: frozenset[str]


@kept.for_a_minute
def rules(on: date) -> Rules:
    """The rules of a day; one query a minute."""
    rows = IncidentRule.objects.filter(valid_from__lte=on).order_by("kind", "-valid_from")
    valid = [
        row for row in rows.distinct("kind") if row.valid_until is None or on < row.valid_until
    ]
    found = {row.kind: Rule(row, _codes(row.opens_on), _codes(row.closes_on)) for row in valid}
    return Rules(found, frozenset().union(*(rule.opens for rule in found.values())))


def _codes(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split("|")))


def heard(shipment: Shipment, code: str, *, at: datetime, cause: str, actor: str) -> None:
    """Open what an event opens and close what it closes; no statement for what does neither.

    Locks: the caller holds the order and the shipment.
    """
    known = rules(at.date())
    if shipment.has_incident:
        _close_all(shipment, known, code, at=at)
    if code not in known.opening:
        return
    for rule in known.by_kind.values():
        if code in rule.opens and _is_enough(shipment, rule):
            _open(shipment, rule.row, cause=cause or code, at=at, actor=actor)


def _is_enough(shipment: Shipment, rule: Rule) -> bool:
    if rule.row.after < 2:
        return True
    times = ShipmentEvent.objects.filter(shipment=shipment, code__in=rule.opens).count()
    return times >= rule.row.after


def _close_all(shipment: Shipment, known: Rules, code: str, *, at: datetime) -> None:
    open_ones = Incident.objects.filter(shipment=shipment, closed_at=None)
    closed = 0
    rows = list(open_ones)
    for incident in rows:
        rule = known.by_kind.get(incident.kind)
        if rule and (code in rule.closes or EVERY in rule.closes):
            close(incident, answer=code, actor=ACTOR, now=at)
            closed += 1
    if closed == len(rows):
        _mark(shipment, has_incident=False)


def _mark(shipment: Shipment, *, has_incident: bool) -> None:
    if shipment.has_incident != has_incident:
        Shipment.objects.filter(pk=shipment.pk).update(has_incident=has_incident)
        shipment.has_incident = has_incident


def open(
    shipment: Shipment, kind: Incident.Kind, *, cause: str, actor: str, now: datetime
) -> Incident | None:
    """Open an exception of a kind; None, where no rule holds on that day.

    Locks: the caller holds the order and the shipment.
    """
    rule = rules(now.date()).by_kind.get(kind)
    return _open(shipment, rule.row, cause=cause, at=now, actor=actor) if rule else None


def _open(
    shipment: Shipment, rule: IncidentRule, *, cause: str, at: datetime, actor: str
) -> Incident:
    answer_by = at + timedelta(hours=rule.answer_hours)
    incident, is_new = Incident.objects.get_or_create(
        shipment=shipment,
        kind=rule.kind,
        closed_at=None,
        defaults={
            "rule": rule,
            "owner": rule.owner,
            "cause": cause[:300],
            "opened_at": at,
            "answer_by": answer_by,
            "due_at": answer_by,
            "given_back": Money(0, "RUB"),
        },
    )
    if is_new:
        _mark(shipment, has_incident=True)
        if rule.tells_buyer:
            lifecycle.record(
                shipment.order,
                "TROUBLE",
                actor=actor,
                now=at,
                parcel=shipment.number,
                trouble=rule.kind,
                until_on=answer_by.date().isoformat(),
            )
    return incident


def close(incident: Incident, *, answer: str, actor: str, now: datetime) -> bool:
    """Write down how an exception ended, once.

    Locks: the caller holds the shipment.
    """
    open_one = Incident.objects.filter(pk=incident.pk, closed_at=None)
    done = open_one.update(closed_at=now, closed_by=actor, answer=answer[:500])
    if done:
        due.plan(incident, None)
    return bool(done)


def answer(incident: Incident, *, text: str, actor: str, now: datetime) -> None:
    """A person of the desk says what was found and done; the exception is closed.

    Locks: the order, the shipment.
    Raises: Closed.
    """
    shipment = hold(incident)
    if not close(incident, answer=text, actor=actor, now=now):
        raise Closed(_("This exception is closed already."))
    if not open_of(shipment).exists():
        _mark(shipment, has_incident=False)


def hold(incident: Incident) -> Shipment:
    """Locks: the order, then the shipment of an exception; in the caller's transaction."""
    lifecycle.lock(Shipment.objects.values_list("order_id", flat=True).get(pk=incident.shipment_id))
    return locks.row(Shipment.objects.all(), incident.shipment_id)


def open_of(shipment: Shipment) -> QuerySet[Incident]:
    """The open exceptions of a parcel, oldest first."""
    return Incident.objects.filter(shipment=shipment, closed_at=None).order_by("opened_at", "pk")


def note_refund(shipment: Shipment, price: Money) -> None:
    """Write on the open exceptions of a parcel what its buyer gets back.

    Locks: the caller holds the shipment.
    """
    if shipment.has_incident:
        open_of(shipment).update(given_back=price)
