"""What sellers sold and are owed by period, the yuan bought for it, and the payouts."""

import uuid
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Seller
from orders.models import OrderLine
from storefront.lib import due
from storefront.lib.fields import MoneyField

from .banks import Correspondence
from .ledger import Entry, Journal


class ConversionQuerySet(models.QuerySet["Conversion"]):
    def for_period(self, until: date) -> "ConversionQuerySet":
        """The deals made for the payouts of a period."""
        return self.filter(reference__startswith=f"FX-{until}-")


class Conversion(models.Model):
    """A deal with a bank: rubles sold, yuan bought; `choice` says why by this route."""

    reference = models.CharField(_("reference"), max_length=60, unique=True)
    bank = models.CharField(max_length=11)
    deal = models.CharField(max_length=60)
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    sold = MoneyField(max_digits=14, decimal_places=2, default_currency=None)
    bought = MoneyField(max_digits=14, decimal_places=2, default_currency=None)
    made_at = models.DateTimeField()
    route = models.ForeignKey(Correspondence, models.PROTECT, null=True, related_name="conversions")
    choice = models.JSONField(default=dict)

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


class SettlementQuerySet(models.QuerySet["Settlement"]):
    def for_member(self, user_id: int | None) -> "SettlementQuerySet":
        """The statements of the sellers this user belongs to."""
        return self.filter(seller__members__user=user_id)


class Settlement(models.Model):
    """A seller's statement of a period, frozen when the period was closed.

    Units: fen, as in the ledger; what is taken from the seller is negative. `carried` is what
    earlier statements say and no payout has taken: below zero the seller owes us.
    Time: the period ends at midnight in Moscow before `period_until`.
    """

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="settlements")
    period_from = models.DateField(_("period from"), null=True)
    period_until = models.DateField(_("period until"))

    carried_units = models.BigIntegerField(_("carried over"))
    sold_units = models.BigIntegerField(_("sold"))
    commission_units = models.BigIntegerField(_("commission"))
    refunded_units = models.BigIntegerField(_("refunds"))
    penalty_units = models.BigIntegerField(_("penalties"))
    storage_units = models.BigIntegerField(_("storage"))
    corrected_units = models.BigIntegerField(_("corrections"))
    net_units = models.BigIntegerField(_("net"))

    made_at = models.DateTimeField(_("made"))
    made_by = models.CharField(max_length=60)

    objects = SettlementQuerySet.as_manager()

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "period_until"], name="settlement_once_a_period"
            ),
            models.CheckConstraint(
                condition=Q(
                    net_units=F("carried_units")
                    + F("sold_units")
                    + F("commission_units")
                    + F("refunded_units")
                    + F("penalty_units")
                    + F("storage_units")
                    + F("corrected_units")
                ),
                name="settlement_net_is_sum",
            ),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True) | Q(period_from__lt=F("period_until")),
                name="settlement_period_in_order",
            ),
        ]

    def __str__(self) -> str:
        on = str(self.period_until).replace("-", "")
        return f"S-{on}-{self.seller_id}"


class SettlementLine(models.Model):
    """One thing a statement counts, with the entry of the ledger it is.

    Units: `gross`, `commission` and `net` in fen; `goods`, what the buyer paid, and `booked`, the
    gross at the rate of the quote, in kopecks.
    """

    class Kind(models.TextChoices):
        SALE = "SALE", _("sale")
        REFUND = "REFUND", _("refund")
        PENALTY = "PENALTY", _("penalty")
        STORAGE = "STORAGE", _("storage")
        CORRECTION = "CORRECTION", _("correction")
        CARRIED = "CARRIED", _("carried over")

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="settled")
    journal = models.ForeignKey(
        Journal, models.PROTECT, null=True, related_name="+", verbose_name=_("journal")
    )
    order_line = models.ForeignKey(
        OrderLine, models.PROTECT, null=True, related_name="settled", verbose_name=_("order line")
    )

    gross_units = models.BigIntegerField(_("price"), default=0)
    commission_units = models.BigIntegerField(_("commission"), default=0)
    net_units = models.BigIntegerField(_("to the seller"))
    goods_units = models.BigIntegerField(_("rubles of the buyer"), default=0)
    booked_units = models.BigIntegerField(_("rubles at the rate of the quote"), default=0)
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=10, null=True)
    rate_on = models.DateField(_("date of the rate"), null=True)

    class Meta:
        verbose_name = _("line of a settlement")
        verbose_name_plural = _("lines of settlements")
        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "position"], name="settlement_line_position_once"
            ),
            models.CheckConstraint(
                condition=Q(net_units=F("gross_units") + F("commission_units")),
                name="settlement_line_net_is_sum",
            ),
            models.CheckConstraint(
                condition=Q(kind="CARRIED") ^ Q(entry__isnull=False),
                name="settlement_line_has_its_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.settlement_id}/{self.position}"


class LeftOut(models.Model):
    """A sold line that a period did not pay, and why."""

    class Reason(models.TextChoices):
        NOT_DELIVERED = "NOT_DELIVERED", _("not with the buyer yet")
        IN_PROTECTION = "IN_PROTECTION", _("the buyer's protection still runs")
        ON_HOLD = "ON_HOLD", _("the order is stopped: a dispute or a question is open")
        NOT_CLEARED = "NOT_CLEARED", _("customs has not released the goods")
        NOT_RELEASED = "NOT_RELEASED", _("the money is not released yet")

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="left_out")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    net_units = models.BigIntegerField(_("to the seller"))

    class Meta:
        verbose_name = _("line left out")
        verbose_name_plural = _("lines left out")
        constraints = [
            models.UniqueConstraint(fields=["settlement", "order_line"], name="left_out_once")
        ]

    def __str__(self) -> str:
        return f"{self.settlement_id} without {self.order_line_id}"


class PayoutBatchQuerySet(models.QuerySet["PayoutBatch"]):
    def for_period(self, until: date) -> "PayoutBatchQuerySet":
        """The batches of a period: the first, and one for each payout sent again."""
        return self.filter(period_until=until)


class PayoutBatch(models.Model):
    """The payouts made at once, frozen: the digest is over whom, how much and where to.

    It is approved when none of its payouts waits for two people, and sent when the bank has all.
    """

    class State(models.TextChoices):
        FROZEN = "FROZEN", _("frozen")
        APPROVED = "APPROVED", _("approved")
        SENT = "SENT", _("sent")

    period_until = models.DateField(_("period until"))
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.FROZEN)
    payouts_n = models.PositiveIntegerField(_("payouts"))
    total = MoneyField(_("total"), max_digits=16, decimal_places=2, default_currency=None)
    digest = models.CharField(_("digest"), max_length=64)
    made_at = models.DateTimeField(_("made"))
    made_by = models.CharField(max_length=60)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = PayoutBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch of payouts")
        verbose_name_plural = _("batches of payouts")
        constraints = [
            models.UniqueConstraint(fields=["period_until", "number"], name="batch_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.period_until}/{self.number}"


class PayoutQuerySet(models.QuerySet["Payout"]):
    def ready(self) -> "PayoutQuerySet":
        """Payouts that are made and not yet in the ledger."""
        return self.filter(state__in=["WAITING", "READY"])

    def living(self) -> "PayoutQuerySet":
        """Payouts whose money the seller has or will have."""
        return self.exclude(state__in=["RETURNED", "CANCELLED"])


class Payout(due.Due):
    """What a seller is paid for a period; what was frozen when it was made never changes.

    `predecessor` is the payout that came back and that this one stands in for; `choice` is why
    this route was taken. Above a limit two people answer for it: one asks, another approves.
    """

    DUE_TASK = "payments.tasks.drive_payout"

    class State(models.TextChoices):
        WAITING = "WAITING", _("waits for two people")
        READY = "READY", _("to be sent")
        SENT = "SENT", _("sent")
        CREDITED = "CREDITED", _("credited")
        RETURNED = "RETURNED", _("returned")
        CANCELLED = "CANCELLED", _("cancelled")

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="payouts")
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, null=True, blank=True, related_name="payouts"
    )
    batch = models.ForeignKey(
        PayoutBatch, models.PROTECT, null=True, blank=True, related_name="payouts"
    )
    predecessor = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="successor"
    )
    period_until = models.DateField(_("period until"))
    money = MoneyField(_("payout"), max_digits=14, decimal_places=2, default_currency=None)
    creditor = models.CharField(_("beneficiary"), max_length=140, blank=True)
    account = models.CharField(_("account"), max_length=34, blank=True)
    cnaps = models.CharField("CNAPS", max_length=12, blank=True)
    message = models.CharField(max_length=35, unique=True)
    uetr = models.UUIDField(default=uuid.uuid4, unique=True)
    route = models.ForeignKey(
        Correspondence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payouts",
        verbose_name=_("route"),
    )
    choice = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    reason = models.CharField(_("reason"), max_length=10, blank=True)

    needs_two = models.BooleanField(_("needs two people"), default=False)
    asked_by = models.CharField(_("asked by"), max_length=60, blank=True)
    asked_why = models.CharField(_("why asked"), max_length=300, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    decided_why = models.CharField(_("why decided"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

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
                condition=~Q(state__in=["RETURNED", "CANCELLED"]),
            ),
            models.CheckConstraint(
                condition=Q(money__gt=Decimal(0), money_currency="CNY"), name="payout_in_yuan"
            ),
            models.CheckConstraint(
                condition=Q(asked_by="") | Q(decided_by="") | ~Q(asked_by=F("decided_by")),
                name="payout_decider_is_not_asker",
            ),
            models.CheckConstraint(
                condition=Q(needs_two=False)
                | Q(state__in=["WAITING", "CANCELLED"])
                | (~Q(asked_by="") & ~Q(decided_by="") & ~Q(decided_why="")),
                name="payout_has_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.message
