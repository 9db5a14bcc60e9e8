"""Letters: of each order event one per side that should hear of it, and of sellers' money."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Seller
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


class SellerLetter(due.Due):
    """A mail to a seller about his statement or his payout; it waits until it is sent."""

    DUE_TASK = "storefront.notifications.tasks.tell_seller"
    DUE_CLOCK = "wall"
    TAKEN_WITH = ("settlement__seller", "payout__seller")

    class Kind(models.TextChoices):
        STATEMENT = "STATEMENT", _("statement")
        CREDITED = "CREDITED", _("credited")
        RETURNED = "RETURNED", _("returned")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    settlement = models.OneToOneField(
        "payments.Settlement",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("settlement"),
    )
    payout = models.ForeignKey(
        "payments.Payout", models.PROTECT, null=True, related_name="+", verbose_name=_("payout")
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("letter to a seller")
        verbose_name_plural = _("letters to sellers")
        constraints = [
            models.UniqueConstraint(fields=["payout", "kind"], name="seller_letter_once"),
            models.CheckConstraint(
                condition=Q(kind="STATEMENT", settlement__isnull=False, payout=None)
                | (~Q(kind="STATEMENT") & Q(settlement=None, payout__isnull=False)),
                name="seller_letter_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.settlement or self.payout}"

    @property
    def seller(self) -> Seller:
        """Whose money it is."""
        about = self.settlement or self.payout
        assert about is not None, "a letter is about one of the two"
        return about.seller
