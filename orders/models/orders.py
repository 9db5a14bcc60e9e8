"""Orders, their deliveries and lines, and what happened to them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Offer, Seller, language
from orders.states import CancelReason, State
from storefront.lib import due, identifiers
from storefront.lib.fields import MoneyField

from .carts import Quote
from .reference import City


class OrderQuerySet(models.QuerySet["Order"]):
    def for_buyer(self, user_id: int | None) -> "OrderQuerySet":
        return self.filter(user=user_id) if user_id else self.none()

    def for_visitor(self, user_id: int | None, numbers: list[str]) -> "OrderQuerySet":
        """Orders of a signed-in buyer, and those this session placed or opened by a link."""
        return self.for_buyer(user_id) | self.filter(number__in=numbers)


class Order(due.Due):
    """An agreement with a buyer; its row is the mutex of its life."""

    DUE_TASK = "storefront.tasks.expire_order"
    DUE_CLOCK = "wall"

    number = models.CharField(_("number"), max_length=9, unique=True)
    form_key = models.CharField(max_length=64, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="orders"
    )
    quote = models.OneToOneField(Quote, models.PROTECT, related_name="order")
    language = models.CharField(_("language"), max_length=10)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLACED)
    cancel_reason = models.CharField(
        _("reason of the cancellation"), max_length=20, choices=CancelReason, blank=True
    )

    recipient = models.CharField(_("recipient"), max_length=120)
    phone = models.CharField(_("phone"), max_length=20)
    email = models.EmailField(_("e-mail"))
    city = models.ForeignKey(City, models.PROTECT, related_name="+")
    postcode = models.CharField(_("postcode"), max_length=6)
    street = models.CharField(_("address"), max_length=300)
    point = models.CharField(_("point of issue"), max_length=40, blank=True)

    goods = MoneyField(_("goods"), max_digits=12, decimal_places=2, default_currency=None)
    freight = MoneyField(_("freight"), max_digits=12, decimal_places=2, default_currency=None)
    duty = MoneyField(_("duty"), max_digits=12, decimal_places=2, default_currency=None)
    total = MoneyField(_("total"), max_digits=12, decimal_places=2, default_currency=None)
    rate = models.DecimalField(_("rubles for one yuan"), max_digits=20, decimal_places=10)
    rate_on = models.DateField(_("date of the rate"))

    placed_at = models.DateTimeField(_("placed"))
    expires_at = models.DateTimeField(_("reservation ends"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("goods") + F("freight") + F("duty")), name="order_total_is_sum"
            ),
            models.CheckConstraint(
                condition=Q(
                    goods_currency="RUB",
                    freight_currency="RUB",
                    duty_currency="RUB",
                    total_currency="RUB",
                ),
                name="order_in_rubles",
            ),
            models.CheckConstraint(
                condition=Q(state="CANCELLED") ^ Q(cancel_reason=""), name="order_cancel_has_reason"
            ),
        ]
        indexes = [
            *due.Due.Meta.indexes,
            models.Index(fields=["user", "-id"], name="order_by_user"),
            models.Index(fields=["state", "-id"], name="order_by_state"),
            models.Index(fields=["phone", "paid_at"], name="order_by_phone"),
        ]

    def __str__(self) -> str:
        return self.shown_number

    @property
    def shown_number(self) -> str:
        """61-204-883-5"""
        return identifiers.shown_order_number(self.number)

    @property
    def awaits_payment(self) -> bool:
        return self.state == State.PLACED


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries."""


class Delivery(due.Due):
    """The lines of one order that come from one origin by one way.

    `cleared_at`, `delivered_at` and `is_kept` are written downward by logistics.
    It is due when its protection period ends.
    """

    DUE_TASK = "storefront.tasks.release_delivery"

    class Origin(models.TextChoices):
        HARBIN = "harbin", _("Harbin")
        SHENZHEN = "shenzhen", _("Shenzhen")

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="deliveries", verbose_name=_("order")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    origin = models.CharField(_("origin"), max_length=10, choices=Origin)
    lane = models.SlugField(_("lane"))
    mode = models.CharField(_("way"), max_length=10)
    freight = MoneyField(_("freight"), max_digits=12, decimal_places=2, default_currency=None)
    duty = MoneyField(_("duty"), max_digits=12, decimal_places=2, default_currency=None)
    weight_g = models.PositiveIntegerField(_("planned weight, g"))

    promised_from_on = models.DateField(_("promised from"))
    promised_until_on = models.DateField(_("promised until"))
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    is_kept = models.BooleanField(_("promise kept"), null=True, blank=True)
    released_at = models.DateTimeField(_("money released"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="delivery_position_once"),
            models.CheckConstraint(
                condition=Q(promised_from_on__lte=F("promised_until_on")),
                name="delivery_window_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"


class OrderLineQuerySet(models.QuerySet["OrderLine"]):
    def for_member(self, user_id: int | None) -> "OrderLineQuerySet":
        """Lines of the sellers this user belongs to."""
        return self.filter(seller__members__user=user_id)


class OrderLine(models.Model):
    """Goods of one seller in an order, all facts frozen at the sale."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", verbose_name=_("order"))
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+", verbose_name=_("offer"))
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    title_ru = models.CharField(max_length=300)
    title_zh = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    quantity = models.PositiveSmallIntegerField(_("quantity"))

    price_cny = MoneyField(_("price"), max_digits=12, decimal_places=2, default_currency=None)
    price_rub = MoneyField(_("price"), max_digits=12, decimal_places=2, default_currency=None)
    commission_bps = models.PositiveIntegerField(_("commission, basis points"))
    commission = MoneyField(_("commission"), max_digits=12, decimal_places=2, default_currency=None)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="line_position_once"),
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0,
                    price_cny_currency="CNY",
                    price_rub_currency="RUB",
                    commission_currency="CNY",
                ),
                name="line_has_goods_and_currencies",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}:{self.position}"

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return str(getattr(self, f"title_{language()}"))


class Handover(models.Model):
    """What one seller must hand over in Shenzhen for one delivery."""

    delivery = models.ForeignKey(
        Delivery, models.PROTECT, related_name="handovers", verbose_name=_("delivery")
    )
    seller = models.ForeignKey(
        Seller, models.PROTECT, related_name="handovers", verbose_name=_("seller")
    )
    due_at = models.DateTimeField(_("hand over until"))
    handed_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    actor = models.CharField(_("actor"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [models.UniqueConstraint(fields=["delivery", "seller"], name="handover_once")]

    def __str__(self) -> str:
        return f"{self.delivery_id} by {self.seller_id}"


class OrderEvent(models.Model):
    """A fact of an order's life: its history, and the queue of letters at once."""

    class Kind(models.TextChoices):
        PLACED = "PLACED", _("order placed")
        PAID = "PAID", _("order paid")
        HELD = "HELD", _("stopped")
        HOLD_LIFTED = "HOLD_LIFTED", _("stop lifted")
        HANDED_OVER = "HANDED_OVER", _("seller handed the goods over")
        SHIPPED = "SHIPPED", _("parcel left Harbin")
        CLEARED = "CLEARED", _("released by customs")
        PROMISE_MOVED = "PROMISE_MOVED", _("promise moved")
        DELAYED = "DELAYED", _("parcel is late")
        REROUTED = "REROUTED", _("planned anew")
        TROUBLE = "TROUBLE", _("trouble with a parcel")
        OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY", _("out for delivery")
        READY_FOR_PICKUP = "READY_FOR_PICKUP", _("ready for pickup")
        DELIVERED = "DELIVERED", _("delivery arrived")
        FAILED = "FAILED", _("delivery failed")
        RECEIVED = "RECEIVED", _("buyer confirmed receipt")
        COMPLETED = "COMPLETED", _("order completed")
        CANCELLED = "CANCELLED", _("order cancelled")
        REFUNDING = "REFUNDING", _("refund begun")
        PARTLY_REFUNDED = "PARTLY_REFUNDED", _("some money given back")
        REFUNDED = "REFUNDED", _("money given back")
        COMPENSATED = "COMPENSATED", _("compensated for lateness")
        RECEIPT_REJECTED = "RECEIPT_REJECTED", _("fiscal receipt rejected")
        IDENTITY_ASKED = "IDENTITY_ASKED", _("recipient's papers asked for")
        IDENTITY_REMINDED = "IDENTITY_REMINDED", _("reminded of the recipient's papers")
        IDENTITY_GIVEN = "IDENTITY_GIVEN", _("recipient's papers given")
        DISPUTE_OPENED = "DISPUTE_OPENED", _("dispute opened")
        DISPUTE_ANSWERED = "DISPUTE_ANSWERED", _("seller answered the dispute")
        DISPUTE_PROPOSED = "DISPUTE_PROPOSED", _("decision proposed")
        DISPUTE_SENT_BACK = "DISPUTE_SENT_BACK", _("proposed decision sent back")
        DISPUTE_DECIDED = "DISPUTE_DECIDED", _("dispute decided")
        DISPUTE_RETURNED = "DISPUTE_RETURNED", _("goods came back")
        DISPUTE_NOT_RETURNED = "DISPUTE_NOT_RETURNED", _("goods did not come back")
        DISPUTE_SILENT = "DISPUTE_SILENT", _("seller did not answer in time")
        DISPUTE_WITHDRAWN = "DISPUTE_WITHDRAWN", _("dispute withdrawn")
        CHARGEBACK_ANSWERED = "CHARGEBACK_ANSWERED", _("chargeback answered")
        CHARGEBACK_BEARER = "CHARGEBACK_BEARER", _("bearer of a chargeback decided")

    order = models.ForeignKey(Order, models.PROTECT, related_name="events", verbose_name=_("order"))
    kind = models.CharField(_("event"), max_length=30, choices=Kind)
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    detail = models.JSONField(_("detail"), default=dict)
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        indexes = [
            models.Index(fields=["order", "id"], name="order_event_by_order"),
            models.Index(
                fields=["id"], name="order_event_unannounced", condition=Q(announced_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"
