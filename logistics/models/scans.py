"""What was scanned on the floor and what was answered; weights that differ from the declared."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .routing import Dated
from .shipments import Shipment


class FloorScan(models.Model):
    """A scan and its answer, kept under the key its scanner gave it; append-only.

    The same key again gets the same answer, and nothing is done twice. `held` is what the next
    scan of this hand is understood by: a parcel that waits for its weight, goods for their bin.
    `done` counts the parcels, or the kinds of goods, that the scan moved a step on.
    """

    key = models.UUIDField(_("key"), unique=True)
    after = models.UUIDField(null=True, blank=True)
    step = models.CharField(_("step"), max_length=10)
    code = models.CharField(_("scanned"), max_length=60)
    tone = models.CharField(_("answer"), max_length=4)
    answer = models.JSONField(default=dict)
    held = models.JSONField(default=dict)
    done = models.PositiveSmallIntegerField(default=0)
    waited_s = models.PositiveIntegerField(_("waited for the network, s"), default=0)
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        indexes = [models.Index(fields=["step", "happened_at"], name="floor_scan_by_step")]

    def __str__(self) -> str:
        return f"{self.step} {self.code}"


class WeightRule(Dated):
    """How far the scales may be from the declared weight: a share of it, and never less than."""

    tolerance_bps = models.PositiveIntegerField(_("tolerance, of ten thousand"))
    least_g = models.PositiveIntegerField(_("never less than, g"))

    class Meta:
        verbose_name = _("rule of weights")
        verbose_name_plural = _("rules of weights")
        constraints = [models.UniqueConstraint(fields=["valid_from"], name="weight_rule_once")]

    def __str__(self) -> str:
        return f"{self.tolerance_bps} from {self.valid_from}"


class WeightDifference(models.Model):
    """A weighing that differed from the declared weight by more than the rule lets; append-only."""

    shipment = models.ForeignKey(
        Shipment, models.PROTECT, related_name="weight_differences", verbose_name=_("parcel")
    )
    declared_g = models.PositiveIntegerField(_("declared weight, g"))
    weight_g = models.PositiveIntegerField(_("measured weight, g"))
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField(_("happened"))

    class Meta:
        verbose_name = _("difference of weight")
        verbose_name_plural = _("differences of weight")

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.weight_g}"
