"""Messages to Chinese customs that are not about one parcel's way out."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.lib import due

from .consolidation import Departure
from .customs import Declaration


class Filing(due.Due):
    """One such message: of a departure, of a list that is cancelled or comes back, of a month."""

    DUE_TASK = "logistics.tasks.drive_filing"

    class Kind(models.TextChoices):
        ARRIVAL = "CEB507", _("arrival at the supervised site")
        WAYBILLS = "CEB607", _("list of waybills under a master bill")
        DEPARTURE = "CEB509", _("departure")
        CANCELLATION = "CEB605", _("cancellation of a list")
        SUMMARY = "CEB701", _("summary of a month")
        RETURN = "CEB213", _("return of goods")

    class State(models.TextChoices):
        READY = "READY", _("to be sent")
        SENT = "SENT", _("sent")
        ACCEPTED = "ACCEPTED", _("accepted")
        REJECTED = "REJECTED", _("rejected, to be mended")

    kind = models.CharField(_("message"), max_length=6, choices=Kind)
    reference = models.CharField(_("reference"), max_length=30, unique=True)
    attempt_number = models.PositiveSmallIntegerField(_("attempt"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    customs_code = models.CharField(_("customs office"), max_length=8)
    departure = models.ForeignKey(
        Departure,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="filings",
        verbose_name=_("departure"),
    )
    declaration = models.ForeignKey(
        Declaration,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="filings",
        verbose_name=_("declaration"),
    )
    month_on = models.DateField(_("month"), null=True, blank=True)
    declarant_code = models.CharField(max_length=18, blank=True)
    declarant_name = models.CharField(_("declarant"), max_length=100, blank=True)
    note = models.CharField(_("why"), max_length=300, blank=True)
    actor = models.CharField(_("actor"), max_length=60)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    answer_code = models.IntegerField(_("code of the answer"), null=True, blank=True)
    number = models.CharField(_("number given by customs"), max_length=40, blank=True)
    made_at = models.DateTimeField(_("made"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("customs filing")
        verbose_name_plural = _("customs filings")
        constraints = [
            models.UniqueConstraint(
                fields=["departure", "kind", "attempt_number"],
                name="filing_once_a_departure",
                condition=Q(departure__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["declaration", "kind", "attempt_number"],
                name="filing_once_a_list",
                condition=Q(declaration__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["month_on", "customs_code", "declarant_code", "attempt_number"],
                name="filing_once_a_month",
                condition=Q(month_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class FilingMessage(models.Model):
    """One message of a filing, sent or received, as it was."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="messages")
    kind = models.CharField(_("kind"), max_length=30)
    guid = models.CharField("GUID", max_length=60)
    is_ours = models.BooleanField()
    body = models.TextField()
    moved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("message of a filing")
        verbose_name_plural = _("messages of filings")
        constraints = [
            models.UniqueConstraint(fields=["filing", "kind", "guid"], name="filing_message_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.guid}"
