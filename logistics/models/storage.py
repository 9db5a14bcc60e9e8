"""What storing goods cost their sellers, period by period."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.lib import due


class StorageBill(due.Due):
    """The storage of one week for all sellers, due when the week is over."""

    DUE_TASK = "logistics.tasks.bill_storage"

    week_until = models.DateField(_("week until"), unique=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    sellers = models.PositiveIntegerField(_("sellers"), default=0)
    price_fen = models.BigIntegerField(_("taken, fen"), default=0)

    class Meta(due.Due.Meta):
        verbose_name = _("storage of a week")
        verbose_name_plural = _("storage of weeks")

    def __str__(self) -> str:
        return f"{self.week_until}"
