"""Bags and the departures they travel on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.lib import due

from .routing import Lane, Service


class Departure(due.Due):
    """One run of the main service of a lane; it is due when its carrier must be asked."""

    DUE_TASK = "logistics.tasks.drive_departure"
    TAKEN_WITH = ("service", "lane__import_customs")

    class State(models.TextChoices):
        OPEN = "OPEN", _("loading")
        CLOSED = "CLOSED", _("closed")
        BOOKED = "BOOKED", _("handed to the carrier")
        DEPARTED = "DEPARTED", _("departed")
        AT_BORDER = "AT_BORDER", _("at the border")
        ARRIVED = "ARRIVED", _("arrived")
        CANCELLED = "CANCELLED", _("does not run")

    lane = models.ForeignKey(Lane, models.PROTECT, related_name="departures")
    service = models.ForeignKey(Service, models.PROTECT, related_name="departures")
    number = models.CharField(_("number"), max_length=40, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    closes_at = models.DateTimeField(_("closes"))
    departs_at = models.DateTimeField(_("departs"))
    arrives_at = models.DateTimeField(_("arrives"))
    departed_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    capacity_g = models.PositiveBigIntegerField(null=True, blank=True)
    booked_g = models.PositiveBigIntegerField(default=0)
    master_bill = models.CharField(_("master bill"), max_length=40, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("departure")
        verbose_name_plural = _("departures")
        constraints = [
            models.UniqueConstraint(fields=["lane", "departs_at"], name="departure_once"),
            models.CheckConstraint(
                condition=Q(capacity_g=None) | Q(booked_g__lte=models.F("capacity_g")),
                name="departure_within_capacity",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Bag(models.Model):
    """A sealed bag of parcels for one departure."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("open")
        SEALED = "SEALED", _("sealed")
        LOADED = "LOADED", _("loaded")

    departure = models.ForeignKey(Departure, models.PROTECT, related_name="bags")
    number = models.CharField(_("number"), max_length=40, unique=True)
    seal = models.CharField(_("seal"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    weight_g = models.PositiveIntegerField(_("weight, g"), default=0)
    parcels = models.PositiveIntegerField(_("parcels"), default=0)

    class Meta:
        verbose_name = _("bag")
        verbose_name_plural = _("bags")

    def __str__(self) -> str:
        return self.number
