"""What banks took for passing our money on, as their statements say it."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .ledger import Journal
from .settlement import Conversion, Payout
from .statements import StatementLine


class BankFeeQuerySet(models.QuerySet["BankFee"]):
    def for_period(self, until: date) -> "BankFeeQuerySet":
        """The fees of the payouts of a period and of the deals made for it."""
        deals = Q(conversion__in=Conversion.objects.for_period(until))
        return self.filter(Q(payout__period_until=until) | deals)


class BankFee(models.Model):
    """A fee taken for a payout or a conversion, beside what its route's terms let expect.

    Append-only. Units: minor units of the account; below zero it was given back. Of several fees
    of one thing the first bears all that was expected.
    """

    line = models.OneToOneField(StatementLine, models.PROTECT, related_name="fee")
    journal = models.OneToOneField(
        Journal, models.PROTECT, related_name="fee", verbose_name=_("journal")
    )
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="fees")
    conversion = models.ForeignKey(Conversion, models.PROTECT, null=True, related_name="fees")
    currency = models.CharField(_("currency"), max_length=3)
    units = models.BigIntegerField(_("taken"))
    expected_units = models.BigIntegerField(_("by the terms"))

    objects = BankFeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("fee of a bank")
        verbose_name_plural = _("fees of banks")
        constraints = [
            models.CheckConstraint(
                condition=Q(payout=None) ^ Q(conversion=None), name="bank_fee_of_one_thing"
            ),
            models.CheckConstraint(condition=~Q(units=0), name="bank_fee_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id or self.conversion_id}: {self.units} {self.currency}"

    @property
    def about(self) -> str:
        """Our name of what the fee was taken for."""
        if self.payout is not None:
            return self.payout.message
        return self.conversion.reference if self.conversion is not None else ""

    @property
    def off(self) -> int:
        """How much more was taken than the terms say."""
        return self.units - self.expected_units
