"""Postings that people ask for: what, why, who asked, and who else decided."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .ledger import Journal

IS_A_PERSON = "user:"


class ManualPosting(models.Model):
    """A wish to post, or to take a journal back; a second person posts or refuses it."""

    class Decision(models.TextChoices):
        NONE = "", _("waits for a second person")
        POSTED = "POSTED", _("posted")
        REFUSED = "REFUSED", _("refused")

    legs = models.JSONField(_("entries"), default=list)
    reverses = models.ForeignKey(Journal, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    occurred_at = models.DateTimeField(_("occurred"))

    asked_by = models.CharField(_("asked by"), max_length=60)
    asked_at = models.DateTimeField(_("asked"))

    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision, default=Decision.NONE, blank=True
    )
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    journal = models.OneToOneField(
        Journal, models.PROTECT, null=True, related_name="manual", verbose_name=_("journal")
    )

    class Meta:
        verbose_name = _("manual posting")
        verbose_name_plural = _("manual postings")
        constraints = [
            models.CheckConstraint(
                condition=Q(legs=[], reverses__isnull=False)
                | (~Q(legs=[]) & Q(reverses__isnull=True)),
                name="manual_has_legs_or_a_journal",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & Q(asked_by__startswith=IS_A_PERSON),
                name="manual_has_a_reason_and_a_person",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by="", decided_at=None, journal=None)
                | Q(decision="POSTED", decided_at__isnull=False, journal__isnull=False)
                | Q(decision="REFUSED", decided_at__isnull=False, journal=None) & ~Q(note=""),
                name="manual_is_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decision="")
                | Q(decided_by__startswith=IS_A_PERSON) & ~Q(decided_by=F("asked_by")),
                name="manual_needs_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.reason}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a second person."""
        return self.decision == self.Decision.NONE

    @property
    def key(self) -> str:
        """The key its journal is posted under."""
        return f"manual:{self.pk}"
