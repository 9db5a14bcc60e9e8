"""Months of the books: who proposed to close one, who else decided, and what it stood at."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .fx import Rate
from .ledger import Journal
from .manual import IS_A_PERSON


class MonthQuerySet(models.QuerySet["Month"]):
    def closed(self) -> "MonthQuerySet":
        return self.filter(decision=Month.Decision.CLOSED)

    def open(self) -> "MonthQuerySet":
        return self.filter(decision=Month.Decision.NONE)


class Month(models.Model):
    """A wish to close a month; a second person closes or refuses it.

    Once it is closed the database moves whatever happened before `until_at` to that instant.
    """

    class Decision(models.TextChoices):
        NONE = "", _("waits for a second person")
        CLOSED = "CLOSED", pgettext_lazy("month", "closed")
        REFUSED = "REFUSED", pgettext_lazy("month", "refused")

    first_on = models.DateField(_("month"))
    until_at = models.DateTimeField(_("until"))

    asked_by = models.CharField(_("asked by"), max_length=60)
    asked_at = models.DateTimeField(_("asked"))

    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision, default=Decision.NONE, blank=True
    )
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    rate = models.ForeignKey(
        Rate, models.PROTECT, null=True, related_name="+", verbose_name=_("rate")
    )
    revaluation = models.OneToOneField(
        Journal, models.PROTECT, null=True, related_name="+", verbose_name=_("revaluation")
    )

    objects = MonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("month of the books")
        verbose_name_plural = _("months of the books")
        constraints = [
            models.UniqueConstraint(
                fields=["first_on"], name="month_once", condition=~Q(decision="REFUSED")
            ),
            models.CheckConstraint(
                condition=Q(first_on__day=1, asked_by__startswith=IS_A_PERSON),
                name="month_is_a_month_of_a_person",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by="", decided_at=None, revaluation=None)
                | Q(decision="CLOSED", decided_at__isnull=False, rate__isnull=False)
                | Q(decision="REFUSED", decided_at__isnull=False, revaluation=None) & ~Q(note=""),
                name="month_is_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decision="")
                | Q(decided_by__startswith=IS_A_PERSON) & ~Q(decided_by=F("asked_by")),
                name="month_needs_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on:%Y-%m}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a second person."""
        return self.decision == self.Decision.NONE
