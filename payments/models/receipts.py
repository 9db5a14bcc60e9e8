"""Fiscal receipts, and the dated rules their lines follow."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Delivery, Order
from payments.models.charges import Charge, Refund
from storefront.lib import due
from storefront.lib.fields import MoneyField


class VatRule(models.Model):
    """How one kind of line is taxed and shown under a system of taxation, from a day on."""

    class Kind(models.TextChoices):
        GOODS = "GOODS", _("goods")
        FREIGHT = "FREIGHT", _("freight")
        DUTY = "DUTY", _("customs duty")
        ADVANCE = "ADVANCE", _("money nobody asked for")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    tax_system = models.PositiveSmallIntegerField(_("system of taxation"))
    vat_code = models.PositiveSmallIntegerField(_("code of VAT"))
    rate = models.CharField(_("rate of VAT"), max_length=10)
    subject = models.CharField(_("subject of payment"), max_length=30)
    agent_type = models.CharField(_("kind of agent"), max_length=30, blank=True)
    valid_from = models.DateField(_("valid from"))
    source = models.TextField(_("source"))

    class Meta:
        verbose_name = _("rule of VAT")
        verbose_name_plural = _("rules of VAT")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "tax_system", "valid_from"], name="vat_rule_once"
            ),
            models.CheckConstraint(
                condition=Q(vat_code__range=(1, 12), tax_system__range=(1, 6)),
                name="vat_rule_codes_are_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tax_system} {self.valid_from}"


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def shown(self, order: Order) -> "ReceiptQuerySet":
        """What a buyer sees of an order: the receipts that count, each in its last try."""
        found = self.filter(charge__order=order, again=None)
        return found.select_related("charge__order").order_by("pk")


class Receipt(due.Due):
    """A fiscal receipt of money that came, of goods handed over, or of money given back.

    Its body never changes; one that was rejected is followed by another.
    """

    DUE_TASK = "payments.tasks.send_receipt"
    DUE_CLOCK = "wall"

    class Kind(models.TextChoices):
        PREPAYMENT = "PREPAYMENT", _("prepayment")
        SETTLEMENT = "SETTLEMENT", _("full settlement")
        REFUND = "REFUND", _("refund")

    class State(models.TextChoices):
        READY = "READY", _("to be sent")
        SENT = "SENT", _("sent")
        REGISTERED = "REGISTERED", _("registered")
        REJECTED = "REJECTED", _("rejected")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="receipts")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="receipts")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="receipts")
    key = models.UUIDField(_("idempotence key"), default=uuid.uuid4, unique=True, editable=False)
    price = MoneyField(_("sum"), max_digits=12, decimal_places=2, default_currency=None)
    body = models.JSONField(_("as it is sent"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    provider_id = models.CharField(max_length=60, blank=True)
    answer = models.CharField(_("answer"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("made"))
    # By the wall, as charges and refunds keep it: the acquirer forgets a key by its own clock.
    asked_at = models.DateTimeField(_("asked"))
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True)
    again_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="again"
    )
    asked_by = models.CharField(_("asked by"), max_length=60)
    why_again = models.CharField(_("why again"), max_length=300, blank=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(
                fields=["charge"],
                name="receipt_prepayment_once",
                condition=Q(kind="PREPAYMENT", again_of=None),
            ),
            models.UniqueConstraint(
                fields=["delivery"],
                name="receipt_settlement_once",
                condition=Q(kind="SETTLEMENT", again_of=None),
            ),
            models.UniqueConstraint(
                fields=["refund"],
                name="receipt_refund_once",
                condition=Q(kind="REFUND", again_of=None),
            ),
            models.CheckConstraint(
                condition=Q(kind="PREPAYMENT", delivery=None, refund=None)
                | Q(kind="SETTLEMENT", delivery__isnull=False, refund=None)
                | Q(kind="REFUND", delivery=None, refund__isnull=False),
                name="receipt_is_of_something",
            ),
            models.CheckConstraint(
                condition=Q(price__gt=Decimal(0), price_currency="RUB"), name="receipt_in_rubles"
            ),
            models.CheckConstraint(
                condition=Q(again_of=None, why_again="")
                | (Q(again_of__isnull=False) & ~Q(why_again="")),
                name="receipt_again_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number the buyer sees."""
        return f"{self.charge.order.shown_number}-{self.pk}"
