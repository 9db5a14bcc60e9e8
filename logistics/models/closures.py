"""Times in which a service or a place is shut, and what was done for the parcels it stops."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from storefront.lib import due

from .routing import Place
from .shipments import Shipment


class ClosureQuerySet(models.QuerySet["Closure"]):
    def shut(self, *, now: datetime) -> "ClosureQuerySet":
        """What is shut, or will be. Time: business."""
        return self.filter(Q(opens_at=None) | Q(opens_at__gt=now))


class Closure(due.Due):
    """A service, or everything through a place, does not run from an instant until another.

    It is due while parcels are still to be looked at.
    """

    DUE_TASK = "logistics.tasks.drive_closure"

    class Kind(models.TextChoices):
        CANCELLED = "CANCELLED", _("the carrier cancelled its runs")
        BORDER = "BORDER", _("the border is closed")
        WEATHER = "WEATHER", _("weather, ice or flood")
        QUEUE = "QUEUE", _("a queue at the border")
        HOLIDAY = "HOLIDAY", _("closed for holidays")
        ORDER = "ORDER", _("an order of the authorities")

    kind = models.CharField(_("reason"), max_length=10, choices=Kind)
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="closures",
        verbose_name=_("place"),
    )
    service = models.SlugField(_("service"), blank=True)
    closed_at = models.DateTimeField(_("closed from"))
    opens_at = models.DateTimeField(
        _("open again"), null=True, blank=True, help_text=_("empty: until further notice")
    )
    source = models.CharField(_("source"), max_length=200)
    entered_at = models.DateTimeField(_("entered"))
    entered_by = models.CharField(_("entered by"), max_length=60)

    is_done = models.BooleanField(_("all parcels looked at"), default=False, editable=False)

    objects = ClosureQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        constraints = [
            models.CheckConstraint(
                condition=Q(place=None, service__gt="") | Q(place__isnull=False, service=""),
                name="closure_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(opens_at__gt=F("closed_at")),
                name="closure_opens_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service or self.place_id} {self.closed_at:%Y-%m-%d %H:%M}"


class Replanned(models.Model):
    """What a closure meant for one parcel; written once, by the machine that looked at it."""

    class Outcome(models.TextChoices):
        ANOTHER = "ANOTHER", _("another way")
        LATER = "LATER", _("the same way, later")
        WAITS = "WAITS", _("waits on its way")
        PERSON = "PERSON", _("a person decides")

    closure = models.ForeignKey(Closure, models.PROTECT, related_name="replanned")
    shipment = models.ForeignKey(
        Shipment, models.PROTECT, related_name="replanned", verbose_name=_("parcel")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    lane_before = models.SlugField(_("lane before"))
    lane_after = models.SlugField(_("lane after"))
    expected_before = models.DateField(_("expected before"), null=True, blank=True)
    expected_on = models.DateField(_("expected now"), null=True, blank=True)

    class Meta:
        verbose_name = _("parcel planned anew")
        verbose_name_plural = _("parcels planned anew")
        constraints = [
            models.UniqueConstraint(fields=["closure", "shipment"], name="replanned_once")
        ]

    def __str__(self) -> str:
        return f"{self.closure_id}/{self.shipment_id} {self.outcome}"
