"""The scales against the declared weight: a difference is weighed twice, then a desk decides."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from storefront.lib import kept
from storefront.lib.refusal import Refusal

from . import incidents, moving
from .models import Incident, Shipment, WeightDifference, WeightRule

KIND = Incident.Kind.WEIGHT
WHOLE = 10_000


class WrongWeight(Refusal):
    """The scales show something that was not declared."""

    code = "weight"


@dataclass(frozen=True)
class Difference:
    """What came of a weighing that differs: weigh again, or the desk has it.

    Units: `declared_g` may be missed by `tolerance_g` to both sides.
    """

    weight_g: int
    declared_g: int
    tolerance_g: int
    is_with_desk: bool


@kept.for_a_minute
def rule(on: date) -> WeightRule:
    """The rule of a day; one query a minute."""
    rows = WeightRule.objects.filter(valid_from__lte=on).order_by("-valid_from")
    return next(row for row in rows if row.valid_until is None or on < row.valid_until)


def tolerance(shipment: Shipment, *, on: date) -> int:
    """How many grams the scales may be off.

    Rounding: down to the gram.
    """
    known = rule(on)
    return max(known.least_g, shipment.planned_weight_g * known.tolerance_bps // WHOLE)


def check(shipment: Shipment, weight_g: int, *, now: datetime) -> None:
    """Let a weight pass that is the declared one, or one that the desk has agreed to.

    Locks: the caller holds the parcel.
    Raises: WrongWeight.
    """
    if not weight_g:
        raise WrongWeight(_("Weigh the parcel first: the weight is missing."))
    allowed = tolerance(shipment, on=now.date())
    if abs(weight_g - shipment.planned_weight_g) <= allowed:
        return
    agreed = _agreed(shipment)
    if agreed is None or abs(weight_g - agreed) > allowed:
        raise WrongWeight(
            _("The scales show %(shown)s g, planned are %(planned)s g. Check the contents.")
            % {"shown": weight_g, "planned": shipment.planned_weight_g}
        )


def _agreed(shipment: Shipment) -> int | None:
    """The weight that was measured last before the desk closed its question."""
    answered = Incident.objects.filter(shipment=shipment, kind=KIND).order_by("-pk").first()
    if answered is None or answered.closed_at is None:
        return None
    rows = WeightDifference.objects.filter(
        shipment=shipment, happened_at__lte=answered.closed_at
    ).order_by("-pk")
    return rows.values_list("weight_g", flat=True).first()


def differ(shipment: Shipment, weight_g: int, *, actor: str, now: datetime) -> Difference:
    """Keep a weight that `check` has refused; the second one in a row goes to the desk.

    Locks: the order, the parcel.
    """
    with moving.locked(shipment) as row:
        last = Incident.objects.filter(shipment=row, kind=KIND).order_by("-pk").first()
        earlier = WeightDifference.objects.filter(shipment=row)
        if last is not None and last.closed_at is not None:
            earlier = earlier.filter(happened_at__gt=last.closed_at)
        is_second = earlier.exists()
        found = {"declared_g": row.planned_weight_g, "weight_g": weight_g}
        WeightDifference.objects.create(shipment=row, actor=actor, happened_at=now, **found)
        if is_second:
            cause = f"{row.planned_weight_g} g / {weight_g} g"
            incidents.open(row, KIND, cause=cause, actor=actor, now=now)
        allowed = tolerance(row, on=now.date())
        return Difference(weight_g, row.planned_weight_g, allowed, is_second)
