"""What is shut and when: entered by an operator, known to routing, told to buyers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import dateformat
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from catalog.models import language
from storefront.lib import due, kept, locks
from storefront.lib.refusal import Refusal

from . import windows
from .models import Closure, Departure, Place, Replanned, Service, Shipment
from .network import CUSTOMS
from .states import State

NOT_STOPPED = frozenset({State.LAST_MILE})


class NotShut(Refusal):
    """What should be shut is not there, or its times are the wrong way round."""

    code = "not_shut"


@dataclass(frozen=True)
class Notice:
    """What an operator was told: a place or a service, why, from when until when, by whom.

    Time: aware instants; without `opens_at` until further notice.
    """

    kind: str
    closed_at: datetime
    opens_at: datetime | None
    source: str
    place: str = ""
    service: str = ""


@transaction.atomic
def enter(notice: Notice, *, actor: str, now: datetime) -> Closure:
    """Shut a place or a service; every parcel that it stops is planned anew soon.

    Raises: NotShut.
    """
    if bool(notice.place) == bool(notice.service):
        raise NotShut(_("Name a place or a service, one of them."))
    if notice.opens_at is not None and notice.opens_at <= notice.closed_at:
        raise NotShut(_("It must open after it closes."))
    if notice.service and not Service.objects.filter(code=notice.service).exists():
        raise NotShut(_("There is no such service."))
    place = Place.objects.filter(code=notice.place).first()
    if notice.place and place is None:
        raise NotShut(_("There is no such place."))
    closure = Closure.objects.create(
        kind=notice.kind,
        place=place,
        service=notice.service,
        closed_at=notice.closed_at,
        opens_at=notice.opens_at,
        source=notice.source,
        entered_at=now,
        entered_by=actor,
        due_at=now,
    )
    windows.forget(now=now)
    transaction.on_commit(kept.forget)
    due.wake(Closure.DUE_TASK, id=closure.pk)
    return closure


@transaction.atomic
def reopen(closure: Closure, *, at: datetime) -> None:
    """Let something run again from an instant, earlier than was thought; later is another closure.

    Locks: the closure.
    Raises: NotShut.
    """
    row = locks.row(Closure.objects.all(), closure.pk)
    if at <= row.closed_at:
        raise NotShut(_("It must open after it closes."))
    if row.opens_at is not None and at > row.opens_at:
        raise NotShut(_("It opens earlier already: enter another closure for the days after."))
    Closure.objects.filter(pk=row.pk).update(opens_at=at)
    windows.forget(now=at)
    transaction.on_commit(kept.forget)


def services(closure: Closure) -> QuerySet[Service]:
    """Every dated row of the services that a closure stops."""
    if closure.place is None:
        return Service.objects.filter(code=closure.service)
    here = Q(origin=closure.place)
    crossing = Q(target=closure.place) & ~Q(origin__country=closure.place.country)
    return Service.objects.filter(here | crossing)


def counted(rows: QuerySet[Closure]) -> QuerySet[Closure]:
    """Closures with how many parcels were planned anew for each, as `found`."""
    return rows.annotate(found=Count("replanned"))


def stopped(closure: Closure, *, now: datetime) -> QuerySet[Shipment]:
    """Parcels not planned anew yet that would use what is shut, in the order of their keys."""
    ahead = Q(legs__planned_arrives_at__gt=closure.closed_at)
    if closure.closed_at <= now:
        ahead |= ~Q(legs__service__carrier=CUSTOMS)  # late already, and not through
    within = Q() if closure.opens_at is None else Q(legs__planned_departs_at__lt=closure.opens_at)
    rows = Shipment.objects.filter(
        ahead,
        within,
        ended_at=None,
        legs__service__in=services(closure),
        legs__departed_at=None,
        legs__arrived_at=None,
    )
    done = Replanned.objects.filter(closure=closure).values("shipment")
    return rows.exclude(state__in=NOT_STOPPED).exclude(pk__in=done).order_by("pk").distinct()


@transaction.atomic
def cancel_departures(closure: Closure, *, now: datetime) -> int:
    """Departures that still load and now do not run; their bagged parcels take the next ones."""
    state = Departure.State
    rows = Departure.objects.filter(
        service__in=services(closure),
        state__in=(state.OPEN, state.CLOSED),
        departs_at__gte=closure.closed_at,
    )
    if closure.opens_at is not None:
        rows = rows.filter(departs_at__lt=closure.opens_at)
    cancelled = rows.update(state=state.CANCELLED, due_at=None)
    left = Shipment.objects.filter(
        state=State.BAGGED, departure__state=state.CANCELLED, due_at=None
    )
    left.update(due_at=now, hinted_at=None)
    return cancelled


def in_words(day: str) -> str:
    """A day, given as it is kept, without its year and in the reader's language."""
    form = "n月j日" if language() == "zh" else "j E"
    return dateformat.format(date.fromisoformat(day), form)


def words(detail: dict[str, Any]) -> str:
    """What a buyer is told of a parcel that was planned anew: why, and the new day."""
    if not detail.get("closure"):
        return ""
    why = capfirst(str(Closure.Kind(detail["closure"]).label))
    if not detail.get("expected_on"):
        return _("%(why)s. We are looking for another way and will write to you.") % {"why": why}
    day = in_words(detail["expected_on"])
    if not detail.get("until_on"):
        return _("%(why)s. Expected on %(day)s.") % {"why": why, "day": day}
    last = in_words(detail["until_on"])
    text = _("%(why)s. Expected on %(day)s, on %(last)s at the latest.")
    return text % {"why": why, "day": day, "last": last}
