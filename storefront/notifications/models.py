"""Letters: one per order event that a buyer should hear of."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.lib import due


class Letter(due.Due):
    """A mail about one order event; it waits until it is sent."""

    DUE_TASK = "storefront.notifications.tasks.drive_letter"
    DUE_CLOCK = "wall"

    event = models.OneToOneField("orders.OrderEvent", models.PROTECT, related_name="letter")
    template = models.SlugField(_("template"))
    language = models.CharField(_("language"), max_length=10)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("letter")
        verbose_name_plural = _("letters")

    def __str__(self) -> str:
        return f"{self.template} {self.event_id}"
