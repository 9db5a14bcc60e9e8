"""Stop signs on orders: why, whose desk looks at them, and how they were lifted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .orders import Order


class Hold(models.Model):
    """A stop sign that any stage can put on an order: a flag with a reason and an owner."""

    class Desk(models.TextChoices):
        OPERATOR = "operator", _("operators")
        FINANCE = "finance", _("finance")
        CUSTOMS = "customs", _("customs")
        FLOOR = "floor", _("floor")
        BUYER = "buyer", _("the buyer")

    class Reason(models.TextChoices):
        BUYER_ASKS = "BUYER_ASKS", _("the buyer asks something")
        LOOKS_WRONG = "LOOKS_WRONG", _("something looks wrong")
        PAPERS = "PAPERS", _("papers are missing")
        CHARGEBACK = "CHARGEBACK", _("the buyer's bank took the money back")
        CUSTOMS_ASKS = "CUSTOMS_ASKS", _("customs asks something")
        CUSTOMS_REJECTED = "CUSTOMS_REJECTED", _("customs rejected the papers twice")
        LANE_CLOSED = "LANE_CLOSED", _("there is no way left for a parcel")
        NOT_COVERED = "NOT_COVERED", _("the books do not cover what is to be released")
        NO_LAST_MILE = "NO_LAST_MILE", _("nobody delivers at this address")
        NO_RECIPIENT_PAPERS = (
            "NO_RECIPIENT_PAPERS",
            _("the recipient's papers came too late"),
        )
        PAYMENT_DIFFERS = "PAYMENT_DIFFERS", _("another sum was paid than asked")
        PERSONAL_USE = "PERSONAL_USE", _("too much for personal use")
        RECIPIENT_PAPERS = "RECIPIENT_PAPERS", _("waits for the recipient's papers")
        REFUND_REJECTED = "REFUND_REJECTED", _("a refund was rejected")
        REFUND_UNASKED = "REFUND_UNASKED", _("the acquirer refunded what nobody asked for")
        SCREENING = "SCREENING", _("the recipient may be on a sanctions list")

    order = models.ForeignKey(Order, models.PROTECT, related_name="holds", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=40, choices=Reason)
    note = models.CharField(_("note"), max_length=500, blank=True)
    owner = models.CharField(_("desk"), max_length=20, choices=Desk)
    placed_at = models.DateTimeField(_("placed"))
    placed_by = models.CharField(_("placed by"), max_length=60)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.CharField(_("lifted by"), max_length=60, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "reason"], name="hold_once", condition=Q(lifted_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.reason}"
