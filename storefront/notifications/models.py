"""Letters: of each order event one per side that should hear of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.lib import due


class Letter(due.Due):
    """A mail about one order event; it waits until it is sent."""

    DUE_TASK = "storefront.notifications.tasks.drive_letter"
    DUE_CLOCK = "wall"

    event = models.ForeignKey(
        "orders.OrderEvent", models.PROTECT, related_name="letters", verbose_name=_("event")
    )
    template = models.SlugField(_("template"))
    language = models.CharField(_("language"), max_length=10)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.UniqueConstraint(fields=["event", "template"], name="letter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.event_id}"
