"""Vehicles, the departures of lanes that ride on them, bags and their seals."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from storefront.lib import due

from .routing import Dated, Lane, Mode, Place, Service


def _within(what: str) -> models.CheckConstraint:
    """What is booked of one measure is never more than what is carried; no limit, if unknown."""
    room = Q(**{f"capacity_{what}": None}) | Q(**{f"booked_{what}__lte": F(f"capacity_{what}")})
    return models.CheckConstraint(condition=room, name=f"vehicle_within_{what}")


class Vehicle(models.Model):
    """One run of a service: what it carries, and how much all lanes together have booked on it."""

    service = models.ForeignKey(
        Service, models.PROTECT, related_name="+", verbose_name=_("service")
    )
    departs_at = models.DateTimeField(_("departs"))
    capacity_g = models.PositiveBigIntegerField(null=True, blank=True)
    capacity_parcels = models.PositiveIntegerField(null=True, blank=True)
    capacity_cm3 = models.PositiveBigIntegerField(null=True, blank=True)
    booked_g = models.PositiveBigIntegerField(default=0)
    booked_parcels = models.PositiveIntegerField(default=0)
    booked_cm3 = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints = [
            models.UniqueConstraint(fields=["service", "departs_at"], name="vehicle_once"),
            _within("g"),
            _within("parcels"),
            _within("cm3"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.departs_at:%y%m%d%H%M}"


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

    lane = models.ForeignKey(
        Lane, models.PROTECT, related_name="departures", verbose_name=_("lane")
    )
    service = models.ForeignKey(
        Service, models.PROTECT, related_name="departures", verbose_name=_("service")
    )
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="departures"
    )
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
                condition=Q(capacity_g=None) | Q(booked_g__lte=F("capacity_g")),
                name="departure_within_capacity",
            ),
            models.UniqueConstraint(
                fields=["master_bill"],
                name="departure_master_bill_once",
                condition=~Q(master_bill=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BagLimit(Dated):
    """What a bag may weigh, by mode or for every mode; dated."""

    mode = models.CharField(_("way"), max_length=10, choices=Mode, blank=True)
    limit_g = models.PositiveIntegerField(_("at most, g"))

    class Meta:
        verbose_name = _("limit of a bag")
        verbose_name_plural = _("limits of bags")
        constraints = [
            models.UniqueConstraint(fields=["mode", "valid_from"], name="bag_limit_once"),
            models.CheckConstraint(condition=Q(limit_g__gt=0), name="bag_limit_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.limit_g}"


class Bag(models.Model):
    """A sealed bag of parcels for one departure: one sorting centre, one mode."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("open")
        SEALED = "SEALED", _("sealed")
        LOADED = "LOADED", _("loaded")

    departure = models.ForeignKey(
        Departure, models.PROTECT, related_name="bags", verbose_name=_("departure")
    )
    number = models.CharField(_("number"), max_length=40, unique=True)
    destination = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("goes to")
    )
    mode = models.CharField(_("way"), max_length=10, choices=Mode, blank=True)
    seal = models.CharField(_("seal"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    weight_g = models.PositiveIntegerField(_("weight, g"), default=0)
    parcels = models.PositiveIntegerField(_("parcels"), default=0)

    class Meta:
        verbose_name = _("bag")
        verbose_name_plural = _("bags")
        constraints = [
            models.UniqueConstraint(fields=["seal"], name="bag_seal_once", condition=~Q(seal=""))
        ]

    def __str__(self) -> str:
        return self.number


class Seal(models.Model):
    """A seal that was put on a bag; append-only: another one has a reason."""

    bag = models.ForeignKey(Bag, models.PROTECT, related_name="seals", verbose_name=_("bag"))
    position = models.PositiveSmallIntegerField(_("position"))
    number = models.CharField(_("number"), max_length=20, unique=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    actor = models.CharField(_("actor"), max_length=60)
    put_at = models.DateTimeField(_("put on"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = [
            models.UniqueConstraint(fields=["bag", "position"], name="seal_position_once"),
            models.CheckConstraint(
                condition=Q(position=1) | ~Q(reason=""), name="seal_changed_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.number
