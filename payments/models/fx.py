"""Rates of exchange, append-only."""

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
    payload_hash = models.CharField(max_length=64)
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
