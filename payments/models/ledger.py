"""The ledger: accounts, journals and their entries in whole minor units.

Balance, immutability and same-transaction rules are enforced by triggers (migration
`ledger_guards`); this module only gives the tables their shape.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .fx import Rate


class Account(models.Model):
    """A place where money of one currency stands for one purpose and one party."""

    code = models.CharField(_("code"), max_length=80, unique=True)
    purpose = models.SlugField(_("purpose"))
    party = models.SlugField(_("party"), blank=True)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["purpose", "party", "currency"], name="account_once"),
            models.UniqueConstraint(fields=["id", "currency"], name="account_has_one_currency"),
        ]

    def __str__(self) -> str:
        return self.code


class Journal(models.Model):
    """One event in money: its entries sum to zero in each currency."""

    kind = models.SlugField(_("kind"))
    key = models.CharField(_("idempotency key"), max_length=120, unique=True)
    occurred_at = models.DateTimeField(_("occurred"))
    booked_at = models.DateTimeField(_("booked"), auto_now_add=True)
    actor = models.CharField(_("actor"), max_length=60)
    source = models.CharField(_("source"), max_length=120)
    rate = models.ForeignKey(Rate, models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversal")

    class Meta:
        verbose_name = _("journal")
        verbose_name_plural = _("journals")

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Entry(models.Model):
    """One leg: positive is debit, negative is credit."""

    journal = models.ForeignKey(Journal, models.PROTECT, related_name="entries")
    line = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries")
    currency = models.CharField(max_length=3)
    units = models.BigIntegerField(_("minor units"))
    order_number = models.CharField(_("order"), max_length=9, blank=True)
    order_line = models.PositiveSmallIntegerField(_("line"), null=True)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(fields=["journal", "line"], name="entry_line_once"),
            models.CheckConstraint(condition=~Q(units=0), name="entry_not_zero"),
            models.CheckConstraint(condition=Q(line__gte=1, line__lte=50), name="entry_fifty_legs"),
        ]
        indexes = [
            models.Index(fields=["account", "id"], include=["units"], name="entry_by_account"),
            models.Index(fields=["order_number"], name="entry_by_order"),
        ]

    def __str__(self) -> str:
        return f"{self.journal_id}/{self.line}"
