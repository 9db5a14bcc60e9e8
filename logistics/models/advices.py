"""What sellers announce to the border warehouse, what came of it, and numbers of single pieces."""

from typing import Self

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from catalog.models import Kind, Offer, Seller
from catalog.models.applications import paper_storage
from payments.models import ManualPosting

from .routing import Dated, Place
from .shipments import ShipmentItem
from .warehouse import Stock


class AdviceQuerySet(models.QuerySet["Advice"]):
    def open(self) -> "AdviceQuerySet":
        return self.filter(state__in=("ANNOUNCED", "RECEIVING"))


class Advice(models.Model):
    """A seller's advance notice of goods; goods of one regime, which come under one paper."""

    class State(models.TextChoices):
        ANNOUNCED = "ANNOUNCED", _("announced")
        RECEIVING = "RECEIVING", _("being received")
        RECEIVED = "RECEIVED", _("taken into the warehouse")
        CANCELLED = "CANCELLED", _("called off")

    number = models.CharField(_("number"), max_length=12, unique=True)
    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("place"))
    regime = models.CharField(_("regime"), max_length=10, choices=Stock.Regime)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ANNOUNCED)
    expected_on = models.DateField(_("expected"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    announced_at = models.DateTimeField(_("announced"))
    announced_by = models.CharField(max_length=60)
    began_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(max_length=60, blank=True)

    objects = AdviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("advance notice")
        verbose_name_plural = _("advance notices")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("RECEIVED", "CANCELLED"), closed_at__isnull=False)
                | Q(state__in=("ANNOUNCED", "RECEIVING"), closed_at__isnull=True),
                name="advice_closed_has_its_time",
            )
        ]
        indexes = [models.Index(fields=["seller", "-id"], name="advice_by_seller")]

    def __str__(self) -> str:
        return self.number


class AdviceLine(models.Model):
    """So many pieces of an offer in a notice; what came whole and damaged are sums of counts."""

    advice = models.ForeignKey(Advice, models.PROTECT, related_name="lines")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+", verbose_name=_("offer"))
    quantity = models.PositiveIntegerField(_("announced"))
    received = models.PositiveIntegerField(_("received whole"), default=0)
    damaged = models.PositiveIntegerField(_("damaged"), default=0)

    class Meta:
        verbose_name = _("line of a notice")
        verbose_name_plural = _("lines of notices")
        constraints = [
            models.UniqueConstraint(fields=["advice", "offer"], name="advice_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="advice_line_has_goods"),
        ]

    def __str__(self) -> str:
        return f"{self.advice_id}: {self.offer_id}"

    @property
    def difference(self) -> int:
        """Pieces that came, damaged ones too, beyond what was announced; below zero: missing."""
        return self.received + self.damaged - self.quantity


class AdviceCountQuerySet(models.QuerySet["AdviceCount"]):
    """Counts of receipts."""

    def damaged(self) -> Self:
        """Those that found damage, with how many pieces are decided about, as `decided`."""
        return self.filter(damaged__gt=0).annotate(decided=Coalesce(Sum("decisions__pieces"), 0))

    def undecided(self) -> Self:
        """Those of whose damaged pieces some wait for a decision."""
        return self.damaged().filter(decided__lt=F("damaged"))


class AdviceCount(models.Model):
    """What a worker found of a line at one time; append-only, once per key."""

    line = models.ForeignKey(AdviceLine, models.PROTECT, related_name="counts")
    key = models.CharField(_("key"), max_length=64, unique=True)
    whole = models.PositiveIntegerField(_("whole"))
    damaged = models.PositiveIntegerField(_("damaged"), default=0)
    note = models.CharField(_("note"), max_length=200, blank=True)
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField()

    objects = AdviceCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of a receipt")
        verbose_name_plural = _("counts of receipts")
        constraints = [
            models.CheckConstraint(
                condition=Q(whole__gt=0) | Q(damaged__gt=0), name="advice_count_of_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.whole} + {self.damaged}"


class DamagePicture(models.Model):
    """A picture of damaged pieces; for the seller and the floor alone."""

    count = models.ForeignKey(AdviceCount, models.PROTECT, related_name="pictures")
    file = models.FileField(upload_to="damages", storage=paper_storage)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("picture of damage")
        verbose_name_plural = _("pictures of damage")
        constraints = [
            models.UniqueConstraint(fields=["count", "digest"], name="damage_picture_once")
        ]

    def __str__(self) -> str:
        return str(self.file.name)


class DamageDecision(models.Model):
    """What became of damaged pieces of a count, as a person decided; append-only.

    `posting` is the wish to pay their seller, where the house bears the damage.
    """

    class Outcome(models.TextChoices):
        RETURN = "RETURN", _("back to the seller")
        WRITE_OFF = "WRITE_OFF", _("written off")
        SELL = "SELL", _("sold as another article")

    count = models.ForeignKey(AdviceCount, models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    pieces = models.PositiveIntegerField(_("pieces"))
    offer = models.ForeignKey(
        Offer, models.PROTECT, null=True, related_name="+", verbose_name=_("sold as")
    )
    posting = models.OneToOneField(
        ManualPosting, models.PROTECT, null=True, related_name="+", verbose_name=_("posting")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("decision about damage")
        verbose_name_plural = _("decisions about damage")
        constraints = [
            models.CheckConstraint(
                condition=Q(pieces__gt=0)
                & (Q(outcome="SELL", offer__isnull=False) | Q(offer=None) & ~Q(outcome="SELL")),
                name="damage_decision_of_pieces",
            )
        ]

    def __str__(self) -> str:
        return f"{self.count_id}: {self.pieces} {self.outcome}"


class SerialRule(Dated):
    """A kind of goods whose pieces are taken in and packed by number."""

    class Scheme(models.TextChoices):
        IMEI = "IMEI", "IMEI"

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    scheme = models.CharField(_("scheme"), max_length=10, choices=Scheme)

    class Meta:
        verbose_name = _("rule of serial numbers")
        verbose_name_plural = _("rules of serial numbers")
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="serial_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.scheme}"


class SerialQuerySet(models.QuerySet["Serial"]):
    """Pieces by their numbers."""

    def here(self) -> Self:
        """The last row of each number."""
        return self.exclude(state=Serial.State.CAME_BACK)


class Serial(models.Model):
    """One piece by its number, from receipt to the parcel it left in.

    A piece that is taken in again after its parcel ended has another row; the first one says so.
    """

    class State(models.TextChoices):
        IN_STOCK = "IN_STOCK", _("in the warehouse")
        PACKED = "PACKED", _("packed")
        CAME_BACK = "CAME_BACK", _("came back later")

    number = models.CharField(_("number"), max_length=20)
    scheme = models.CharField(_("scheme"), max_length=10, choices=SerialRule.Scheme)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.IN_STOCK)
    stock = models.ForeignKey(
        Stock, models.PROTECT, related_name="serials", verbose_name=_("stock")
    )
    count = models.ForeignKey(
        AdviceCount, models.PROTECT, null=True, blank=True, related_name="serials"
    )
    item = models.ForeignKey(
        ShipmentItem, models.PROTECT, null=True, blank=True, related_name="serials"
    )
    taken_at = models.DateTimeField(_("taken in"))
    packed_at = models.DateTimeField(_("packed"), null=True, blank=True)

    objects = SerialQuerySet.as_manager()

    class Meta:
        verbose_name = _("serial number")
        verbose_name_plural = _("serial numbers")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["PACKED", "CAME_BACK"], item__isnull=False)
                | Q(state="IN_STOCK", item__isnull=True),
                name="serial_packed_has_its_parcel",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(state="CAME_BACK"), name="serial_once"
            ),
        ]
        indexes = [models.Index(fields=["stock", "state"], name="serial_by_stock")]

    def __str__(self) -> str:
        return self.number
