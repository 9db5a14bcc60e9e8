"""Rates of exchange and what banks offer, append-only."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Rate(models.Model):
    """Rubles for one unit of a currency, as published for a day."""

    currency = models.CharField(_("currency"), max_length=3)
    rate_on = models.DateField(_("valid from"))
    rate = models.DecimalField(_("rubles for one"), max_digits=20, decimal_places=10)
    nominal = models.PositiveIntegerField(_("nominal"))
    published = models.DecimalField(_("published value"), max_digits=20, decimal_places=10)
    source = models.CharField(_("source"), max_length=60)
    payload_hash = models.CharField(_("hash of the answer"), max_length=64)
    fetched_at = models.DateTimeField(_("fetched"))
    is_held = models.BooleanField(_("held for a person"), default=False)

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "rate_on", "source"], name="rate_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=Decimal(0), nominal__gt=0), name="rate_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate} on {self.rate_on}"


class RatePayload(models.Model):
    """A file of rates as it came, byte for byte; rows point at it by its hash."""

    digest = models.CharField(_("hash"), max_length=64, unique=True)
    source = models.CharField(_("source"), max_length=60)
    body = models.BinaryField()
    fetched_at = models.DateTimeField(_("fetched"))

    class Meta:
        verbose_name = _("file of rates")
        verbose_name_plural = _("files of rates")

    def __str__(self) -> str:
        return f"{self.source} {self.digest[:12]}"


class DealRate(models.Model):
    """What a commercial bank asked and gave for one yuan at a moment; no deal is made by it."""

    bank = models.CharField(_("bank"), max_length=11)
    currency = models.CharField(_("currency"), max_length=3)
    buys = models.DecimalField(_("bank buys at"), max_digits=20, decimal_places=10)
    sells = models.DecimalField(_("bank sells at"), max_digits=20, decimal_places=10)
    offered_at = models.DateTimeField(_("offered"))
    valid_until = models.DateTimeField(_("valid until"))
    source = models.CharField(_("source"), max_length=60)
    payload_hash = models.CharField(_("hash of the answer"), max_length=64)

    class Meta:
        verbose_name = _("bank's rate")
        verbose_name_plural = _("banks' rates")
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "currency", "offered_at"], name="deal_rate_once"
            ),
            models.CheckConstraint(
                condition=Q(buys__gt=Decimal(0), sells__gte=models.F("buys")),
                name="deal_rate_has_a_spread",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=models.F("offered_at")), name="deal_rate_lives"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.currency} {self.buys} / {self.sells}"
