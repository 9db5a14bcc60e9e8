"""Customs windows and carriers that do not answer, or answer slowly, as all workers know it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Circuit(models.Model):
    """How one dependency stands; without a row, or with nothing set, it is spoken to freely.

    Time: the wall clock, for it is about machines.
    """

    dependency = models.CharField(_("dependency"), max_length=40, unique=True)
    away_since = models.DateTimeField(_("does not answer since"), null=True, blank=True)
    probe_at = models.DateTimeField(_("tried again"), null=True, blank=True)
    probes = models.PositiveIntegerField(_("tries since"), default=0)  # in vain, since it went away
    slow_until = models.DateTimeField(_("one call at a time until"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("dependency")
        verbose_name_plural = _("dependencies")

    def __str__(self) -> str:
        return self.dependency
