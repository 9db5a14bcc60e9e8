"""What carriers' codes mean, who is asked when, and what went wrong with parcels."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.states import Code
from orders.models import Hold
from storefront.lib import due
from storefront.lib.fields import MoneyField

from .routing import Dated
from .shipments import Shipment


class CarrierCode(Dated):
    """A carrier's own code in our vocabulary; `*` stands for every attribute of an operation.

    Where one code means two things, `country` of the event tells them apart.
    """

    carrier = models.SlugField(_("carrier"))
    raw = models.CharField(_("carrier's code"), max_length=60)
    country = models.CharField(_("country"), max_length=2, blank=True)
    code = models.CharField(_("event"), max_length=30, choices=Code)

    class Meta:
        verbose_name = _("code of a carrier")
        verbose_name_plural = _("codes of carriers")
        constraints = [
            models.UniqueConstraint(
                fields=["carrier", "raw", "country", "valid_from"], name="carrier_code_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.raw}"


class Patience(Dated):
    """How long a parcel may be silent after an event before its carrier is asked about it.

    Time: business hours of the house's clock; `code` is the last event heard, `*` any other.
    """

    code = models.CharField(_("event"), max_length=30)
    silent_hours = models.PositiveIntegerField(_("silent, hours"))

    class Meta:
        verbose_name = _("patience")
        verbose_name_plural = _("patience with silent parcels")
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="patience_once")]

    def __str__(self) -> str:
        return self.code


class Courier(due.Due):
    """A carrier to the door as it is asked: all its open parcels at once, every so often.

    `ticket` is an answer being prepared; it may be fetched when the row is due.
    """

    DUE_TASK = "logistics.tasks.ask_courier"

    code = models.SlugField(_("carrier"), unique=True)
    look_minutes = models.PositiveIntegerField(_("asked every, minutes"))
    ticket_minutes = models.PositiveIntegerField(_("answer takes, minutes"))
    most = models.PositiveIntegerField(_("parcels at once"))
    source = models.CharField(_("source"), max_length=200)
    ticket = models.CharField(_("ticket"), max_length=80, blank=True)
    asked_from = models.PositiveBigIntegerField(default=0)

    class Meta(due.Due.Meta):
        verbose_name = _("carrier to the door")
        verbose_name_plural = _("carriers to the door")

    def __str__(self) -> str:
        return self.code


class CarrierNotice(due.Due):
    """A call from a carrier, kept raw before anything else, each once; it is only a hint."""

    DUE_TASK = "logistics.tasks.hear_carrier"
    DUE_CLOCK = "wall"

    carrier = models.SlugField(_("carrier"))
    key = models.CharField(_("key"), max_length=80)
    number = models.CharField(_("number"), max_length=40)
    body = models.BinaryField()
    source = models.GenericIPAddressField(_("from"))
    received_at = models.DateTimeField(_("received"))
    outcome = models.CharField(_("outcome"), max_length=60, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("notice of a carrier")
        verbose_name_plural = _("notices of carriers")
        constraints = [
            models.UniqueConstraint(fields=["carrier", "key"], name="carrier_notice_once")
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.number}"


class IncidentRule(Dated):
    """What counts as an exception, whose desk it is, until when, and what follows from it.

    `opens_on` and `closes_on` are events; it opens at the so-and-so-many-eth of them.
    """

    class Then(models.TextChoices):
        ESCALATE = "escalate", _("the desk is reminded")
        GIVE_UP = "give_up", _("the parcel counts as lost, the money goes back")

    class Money(models.TextChoices):
        NONE = "none", _("nothing is paid")
        REFUND = "refund", _("the buyer gets all of it back")
        DISPUTE = "dispute", _("decided in a dispute")

    kind = models.SlugField(_("kind"))
    opens_on = models.CharField(_("opens on"), max_length=200, blank=True)
    after = models.PositiveSmallIntegerField(_("after so many"), default=1)
    closes_on = models.CharField(_("closes on"), max_length=200, blank=True)
    owner = models.CharField(_("desk"), max_length=20, choices=Hold.Desk)
    answer_hours = models.PositiveIntegerField(_("hours to answer"))
    then = models.CharField(_("at the deadline"), max_length=10, choices=Then)
    money = models.CharField(_("money"), max_length=10, choices=Money)
    tells_buyer = models.BooleanField(_("the buyer is written to"), default=False)

    class Meta:
        verbose_name = _("rule of exceptions")
        verbose_name_plural = _("rules of exceptions")
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="incident_rule_once")
        ]

    def __str__(self) -> str:
        return self.kind


class Incident(due.Due):
    """An exception with a parcel: whose desk it is, until when, and how it ended."""

    DUE_TASK = "logistics.tasks.drive_incident"

    class Kind(models.TextChoices):
        HELD = "HELD", _("held")
        REFUSED = "REFUSED", _("refused")
        DAMAGED = "DAMAGED", _("damaged")
        LOST = "LOST", _("lost")
        RETURNED = "RETURNED", _("sent back")
        UNDELIVERABLE = "UNDELIVERABLE", _("cannot be delivered")
        SILENT = "SILENT", _("not heard of")
        CONTRADICTION = "CONTRADICTION", _("carriers contradict themselves")
        WEIGHT = "WEIGHT", _("weighs otherwise than declared")

    shipment = models.ForeignKey(
        Shipment, models.PROTECT, related_name="incidents", verbose_name=_("parcel")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    rule = models.ForeignKey(IncidentRule, models.PROTECT, related_name="+", verbose_name=_("rule"))
    owner = models.CharField(_("desk"), max_length=20, choices=Hold.Desk)
    cause = models.CharField(_("cause"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    answer_by = models.DateTimeField(_("answer by"))
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    given_back = MoneyField(_("given back"), max_digits=12, decimal_places=2, default_currency=None)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(max_length=60, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    objects: models.Manager["Incident"] = models.Manager()

    class Meta(due.Due.Meta):
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        indexes = [
            *due.Due.Meta.indexes,
            models.Index(fields=["shipment"], name="incident_by_shipment"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "kind"], name="incident_once", condition=Q(closed_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.shipment_id}"
