"""Periodic work: one due row per job and business day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.lib import due


class Job(due.Due):
    """A job to be run on a business day; running it plans the next one."""

    DUE_TASK = "storefront.tasks.run_job"

    class Kind(models.TextChoices):
        RATES = "RATES", _("fetch the central bank's rates")
        PAYOUTS = "PAYOUTS", _("pay the sellers")
        POSITION = "POSITION", _("look at the yuan we owe")
        PAPERS = "PAPERS", _("fetch registries and bank statements, and compare them")
        BOOKS = "BOOKS", _("cut and seal the books")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    run_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [models.UniqueConstraint(fields=["kind", "run_on"], name="job_once_a_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.run_on}"
