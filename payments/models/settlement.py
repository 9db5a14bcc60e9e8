"""Rubles sold for yuan, and yuan paid to sellers."""

import uuid
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Seller
from storefront.lib import due
from storefront.lib.fields import MoneyField


class ConversionQuerySet(models.QuerySet["Conversion"]):
    def for_period(self, until: date) -> "ConversionQuerySet":
        """The deals made for the payouts of a period."""
        return self.filter(reference__startswith=f"FX-{until}-")


class Conversion(models.Model):
    """A deal with a bank: rubles sold, yuan bought."""

    reference = models.CharField(max_length=60, unique=True)
    bank = models.CharField(max_length=11)
    deal = models.CharField(max_length=60)
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    sold = MoneyField(max_digits=14, decimal_places=2, default_currency=None)
    bought = MoneyField(max_digits=14, decimal_places=2, default_currency=None)
    made_at = models.DateTimeField()

    objects = ConversionQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        constraints = [
            models.CheckConstraint(
                condition=Q(sold_currency="RUB", bought_currency="CNY"),
                name="conversion_rubles_to_yuan",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class PayoutQuerySet(models.QuerySet["Payout"]):
    def ready(self) -> "PayoutQuerySet":
        """Payouts that are made and not yet in the ledger."""
        return self.filter(state="READY")


class Payout(due.Due):
    """What a seller is paid for a period."""

    DUE_TASK = "payments.tasks.drive_payout"

    class State(models.TextChoices):
        READY = "READY", _("to be sent")
        SENT = "SENT", _("sent")
        CREDITED = "CREDITED", _("credited")
        RETURNED = "RETURNED", _("returned")

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="payouts")
    period_until = models.DateField(_("period until"))
    money = MoneyField(_("payout"), max_digits=14, decimal_places=2, default_currency=None)
    message = models.CharField(max_length=35, unique=True)
    uetr = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    reason = models.CharField(_("reason"), max_length=10, blank=True)
    made_at = models.DateTimeField(_("made"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = PayoutQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "period_until"],
                name="payout_once",
                condition=~Q(state="RETURNED"),
            ),
            models.CheckConstraint(
                condition=Q(money__gt=Decimal(0), money_currency="CNY"), name="payout_in_yuan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller_id} until {self.period_until}"
