"""Money asked of buyers, money that came, money given back, and what providers told us."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Delivery, Order, OrderLine
from payments import reasons
from storefront.lib import due
from storefront.lib.fields import MoneyField


class ChargeQuerySet(models.QuerySet["Charge"]):
    def open(self) -> "ChargeQuerySet":
        """Charges that are wanted and may still bring money."""
        return self.filter(is_wanted=True, state__in=["READY", "PENDING", "AUTHORISED"])


class Charge(due.Due):
    """One attempt to take the price of an order; its status is derived from its facts."""

    DUE_TASK = "storefront.tasks.drive_charge"
    DUE_CLOCK = "wall"

    class Method(models.TextChoices):
        CARD = "bank_card", _("Mir card")
        SBP = "sbp", _("SBP")
        INSTALLMENTS = "installments", _("Instalments")

    class State(models.TextChoices):
        READY = "READY", _("to be sent")
        PENDING = "PENDING", _("waits for the buyer")
        AUTHORISED = "AUTHORISED", _("held on the card")
        CAPTURED = "CAPTURED", _("captured")
        CANCELLED = "CANCELLED", _("cancelled")

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="charges", verbose_name=_("order")
    )
    key = models.UUIDField(_("idempotence key"), default=uuid.uuid4, unique=True, editable=False)
    provider = models.SlugField(_("provider"))
    method = models.CharField(_("method"), max_length=20, choices=Method)
    price = MoneyField(_("price"), max_digits=12, decimal_places=2, default_currency=None)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    is_wanted = models.BooleanField(_("wanted"), default=True)
    is_two_stage = models.BooleanField(_("held first, then taken"), default=False)

    provider_id = models.CharField(max_length=60, blank=True)
    page_url = models.URLField(_("payment page"), max_length=500, blank=True)
    party = models.CharField(_("cancelled by"), max_length=30, blank=True)
    reason = models.CharField(_("reason of the cancellation"), max_length=60, blank=True)
    title = models.CharField(_("paid with"), max_length=120, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.CharField(_("opened by"), max_length=60)

    objects = ChargeQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_id"],
                name="charge_provider_id_once",
                condition=~Q(provider_id=""),
            ),
            models.UniqueConstraint(
                fields=["order"],
                name="charge_one_wanted",
                condition=Q(is_wanted=True, state__in=["READY", "PENDING", "AUTHORISED"]),
            ),
            models.CheckConstraint(
                condition=Q(price__gt=Decimal(0), price_currency="RUB"), name="charge_in_rubles"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.key}"

    @property
    def reason_text(self) -> str:
        """Why it did not go through, in the reader's language."""
        return reasons.text(self.reason)

    @property
    def party_text(self) -> str:
        """Who ended it, in the reader's language."""
        return reasons.party(self.party)


class ChargeFactQuerySet(models.QuerySet["ChargeFact"]):
    def captured(self, currency: str = "RUB") -> "ChargeFactQuerySet":
        return self.filter(kind="CAPTURED", money_currency=currency)


class ChargeFact(models.Model):
    """Something a provider said of a charge, once per operation; append-only."""

    class Kind(models.TextChoices):
        AUTHORISED = "AUTHORISED", _("held on the card")
        CAPTURED = "CAPTURED", _("captured")
        REFUNDED = "REFUNDED", _("refunded")
        CANCELLED = "CANCELLED", _("cancelled")
        CHARGEBACK = "CHARGEBACK", _("taken back by the buyer's bank")
        RESTORED = "RESTORED", _("given back by the buyer's bank")

    charge = models.ForeignKey(
        Charge, models.PROTECT, related_name="facts", verbose_name=_("charge")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    operation = models.CharField(_("operation"), max_length=80)
    money = MoneyField(_("money"), max_digits=12, decimal_places=2, default_currency=None)
    fee = MoneyField(_("fee"), max_digits=12, decimal_places=2, default_currency=None)
    happened_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = ChargeFactQuerySet.as_manager()

    class Meta:
        verbose_name = _("charge fact")
        verbose_name_plural = _("charge facts")
        constraints = [
            models.UniqueConstraint(fields=["kind", "operation"], name="charge_fact_once"),
            models.CheckConstraint(
                condition=Q(money__gte=Decimal(0), fee__gte=Decimal(0)),
                name="charge_fact_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.operation}"


class RefundQuerySet(models.QuerySet["Refund"]):
    def living(self) -> "RefundQuerySet":
        """Refunds that were, or will be, given."""
        return self.exclude(state="REJECTED")


class Refund(due.Due):
    """Rubles to give back: the sum of its parts."""

    DUE_TASK = "payments.tasks.send_refund"
    DUE_CLOCK = "wall"

    class Reason(models.TextChoices):
        CAME_TOO_LATE = "CAME_TOO_LATE", _("paid after the order was closed")
        CAME_TWICE = "CAME_TWICE", _("paid twice")
        CANCELLED = "CANCELLED", _("order cancelled")
        LOST = "LOST", _("parcel lost or returned")
        PARTLY = "PARTLY", _("some of the order given back")
        DISPUTE = "DISPUTE", _("dispute decided for the buyer")
        BROKEN_PROMISE = "BROKEN_PROMISE", _("delivered later than promised")
        CHARGEBACK = "CHARGEBACK", _("taken back by the buyer's bank")
        PROVIDER = "PROVIDER", _("given back at the acquirer")

    class State(models.TextChoices):
        READY = "READY", _("to be sent")
        SENT = "SENT", _("sent")
        DONE = "DONE", _("done")
        REJECTED = "REJECTED", _("rejected")

    charge = models.ForeignKey(Charge, models.PROTECT, related_name="refunds")
    key = models.UUIDField(_("idempotence key"), default=uuid.uuid4, unique=True, editable=False)
    price = MoneyField(_("price"), max_digits=12, decimal_places=2, default_currency=None)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    again_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="again"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    provider_id = models.CharField(max_length=60, blank=True)
    answer = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.CharField(max_length=60)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gt=Decimal(0), price_currency="RUB"), name="refund_in_rubles"
            )
        ]

    def __str__(self) -> str:
        return f"{self.price} of {self.charge_id}"


class Bearer(models.TextChoices):
    """Who pays for what a buyer gets back; nobody, where the sale itself falls away."""

    SELLER = "SELLER", _("the seller")
    CARRIER = "CARRIER", _("the carrier")
    PLATFORM = "PLATFORM", _("the platform")


class RefundPartQuerySet(models.QuerySet["RefundPart"]):
    def decided(self) -> "RefundPartQuerySet":
        """What was decided, each once: a second try of a rejected refund decides nothing new."""
        return self.filter(is_again=False)


class RefundPart(models.Model):
    """What some rubles of a refund are for; append-only, and its refund is the sum of them.

    Goods carry a quantity; a price taken down without a return is goods of no quantity.
    """

    class Kind(models.TextChoices):
        GOODS = "GOODS", _("goods")
        FREIGHT = "FREIGHT", _("freight")
        DUTY = "DUTY", _("customs duty")
        COMPENSATION = "COMPENSATION", _("compensation")
        SURPLUS = "SURPLUS", _("money nobody asked for")

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="parts")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="refund_parts")
    line = models.ForeignKey(OrderLine, models.PROTECT, null=True, related_name="refund_parts")
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=0)
    money = MoneyField(_("money"), max_digits=12, decimal_places=2, default_currency=None)
    bearer = models.CharField(_("borne by"), max_length=10, choices=Bearer, blank=True)
    is_again = models.BooleanField(default=False)

    objects = RefundPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("part of a refund")
        verbose_name_plural = _("parts of refunds")
        constraints = [
            models.CheckConstraint(
                condition=Q(money__gt=Decimal(0), money_currency="RUB"),
                name="refund_part_in_rubles",
            ),
            models.CheckConstraint(
                condition=Q(kind="GOODS", delivery__isnull=False, line__isnull=False)
                | Q(
                    kind__in=["FREIGHT", "DUTY", "COMPENSATION"],
                    delivery__isnull=False,
                    line=None,
                    quantity=0,
                )
                | Q(kind="SURPLUS", delivery=None, line=None, quantity=0, bearer=""),
                name="refund_part_is_of_something",
            ),
            models.UniqueConstraint(
                fields=["delivery"],
                name="compensation_once",
                condition=Q(kind="COMPENSATION", is_again=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id} {self.kind} {self.money}"


class Notice(due.Due):
    """A call from a provider, stored raw before anything else; unsigned, so only a hint."""

    DUE_TASK = "storefront.tasks.receive"
    DUE_CLOCK = "wall"

    provider = models.SlugField(_("provider"))
    key = models.CharField(_("key"), max_length=200)
    event = models.CharField(_("event"), max_length=60, blank=True)
    object_id = models.CharField(_("object"), max_length=80, blank=True)
    body = models.BinaryField()
    source = models.GenericIPAddressField(_("source"), null=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["provider", "key"], name="notice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event} {self.object_id}"
