"""Letters: of each order event one per side that should hear of it, and of sellers' money."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Seller
from payments.models import AccountChange, Payout, Settlement
from storefront.lib import due

PAID = ("CREDITED", "RETURNED")


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
    """A mail to a seller about his statement, his payout or his account; it waits to be sent."""

    DUE_TASK = "storefront.notifications.tasks.tell_seller"
    DUE_CLOCK = "wall"
    TAKEN_WITH = ("settlement__seller", "payout__seller", "change__seller")

    class Kind(models.TextChoices):
        STATEMENT = "STATEMENT", _("statement")
        CREDITED = "CREDITED", _("credited")
        RETURNED = "RETURNED", _("returned")
        PROPOSED = "PROPOSED", _("another account proposed")
        CONFIRMED = "CONFIRMED", _("account confirmed")
        REFUSED = "REFUSED", _("account refused")
        WITHDRAWN = "WITHDRAWN", _("change of account withdrawn")
        IN_FORCE = "IN_FORCE", _("account in force")

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
    change = models.ForeignKey(
        "payments.AccountChange",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("change of an account"),
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("letter to a seller")
        verbose_name_plural = _("letters to sellers")
        constraints = [
            models.UniqueConstraint(fields=["payout", "kind"], name="seller_letter_once"),
            models.UniqueConstraint(fields=["change", "kind"], name="seller_letter_once_a_step"),
            models.CheckConstraint(
                condition=Q(kind="STATEMENT", settlement__isnull=False, payout=None, change=None)
                | Q(kind__in=PAID, settlement=None, payout__isnull=False, change=None)
                | (
                    ~Q(kind__in=["STATEMENT", *PAID])
                    & Q(settlement=None, payout=None, change__isnull=False)
                ),
                name="seller_letter_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"

    @property
    def about(self) -> Settlement | Payout | AccountChange:
        """What the letter speaks of."""
        about = self.settlement or self.payout or self.change
        assert about is not None, "a letter is about one of the three"
        return about

    @property
    def seller(self) -> Seller:
        """Whose money it is."""
        return self.about.seller
