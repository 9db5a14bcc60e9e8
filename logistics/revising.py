"""A service changes from a day on: another dated row, the one before ends; never in place."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from storefront.lib import kept, locks
from storefront.lib.refusal import Refusal

from .models import Service

SAME = ("code", "mode", "carrier", "origin_id", "target_id", "is_step", "calendar", "office_id")
KEPT = ("capacity_parcels", "capacity_cm3", "volumetric_divisor", "not_carried", "valid_until")


class WrongRow(Refusal):
    """A row of a service that cannot follow the one before."""

    code = "wrong_row"


@dataclass(frozen=True)
class Terms:
    """What a service is like from a day on.

    Time: `departs` is local to its origin; `weekdays` are ISO days.
    """

    valid_from: date
    weekdays: tuple[int, ...]
    departs: time | None
    cutoff_hours: Decimal
    hours_p50: Decimal
    hours_p90: Decimal
    capacity_g: int | None
    source: str


@transaction.atomic
def supersede(service: Service, terms: Terms) -> Service:
    """Let a service run by other terms from a day on.

    Lanes and parcels keep naming the first row; what runs on a day is decided by the dates.
    Locks: every row of the service.
    Raises: WrongRow.
    """
    rows = locks.rows(Service.objects.filter(code=service.code))
    row = next(one for one in rows if one.pk == service.pk)
    _check(row, terms, rows)
    values: dict[str, Any] = {name: getattr(row, name) for name in (*SAME, *KEPT)}
    made = Service.objects.create(
        **values,
        valid_from=terms.valid_from,
        weekdays=sorted(set(terms.weekdays)),
        departs=terms.departs,
        cutoff_hours=terms.cutoff_hours,
        hours_p50=terms.hours_p50,
        hours_p90=terms.hours_p90,
        capacity_g=terms.capacity_g,
        source=terms.source,
    )
    Service.objects.filter(pk=row.pk).update(valid_until=terms.valid_from)
    transaction.on_commit(kept.forget)
    return made


def _check(row: Service, terms: Terms, rows: list[Service]) -> None:
    """Raises: WrongRow."""
    is_within = row.valid_until is None or terms.valid_from < row.valid_until
    if terms.valid_from <= row.valid_from or not is_within:
        raise WrongRow(_("The change must begin within the period of this row."))
    if not 0 < terms.hours_p50 <= terms.hours_p90:
        raise WrongRow(_("Nine of ten take no less than half of them, and more than nothing."))
    if not row.is_step and (terms.departs is None or not terms.weekdays):
        raise WrongRow(_("A service with a timetable needs its days and its hour."))
    if any(not 1 <= day <= 7 for day in terms.weekdays):
        raise WrongRow(_("Days are 1, Monday, to 7, Sunday."))
    if any(one.valid_from == terms.valid_from for one in rows):
        raise WrongRow(_("A row begins on that day already."))


def revise(service: Service, *, capacity_kg: int | None, **terms: Any) -> Service:
    """As `supersede`, by what a form asks.

    Raises: WrongRow.
    """
    weekdays = tuple(terms.pop("weekdays"))
    capacity_g = capacity_kg * 1000 if capacity_kg else None
    return supersede(service, Terms(weekdays=weekdays, capacity_g=capacity_g, **terms))
