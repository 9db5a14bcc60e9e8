"""Stock: on hand, reserved (being paid), allocated (paid); each change a movement row."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Offer
from orders.models import OrderLine

from .routing import Place


class Stock(models.Model):
    """Goods of one offer at one place under one regime."""

    class Regime(models.TextChoices):
        DOMESTIC = "domestic", _("domestic")
        BONDED = "bonded", _("bonded")

    place = models.ForeignKey(Place, models.PROTECT, related_name="stocks", verbose_name=_("place"))
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="stocks", verbose_name=_("offer"))
    regime = models.CharField(_("regime"), max_length=10, choices=Regime)
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)
    allocated = models.IntegerField(_("allocated"), default=0)
    is_binned = models.BooleanField(_("kept by bins"), default=False, db_default=False)
    is_serial = models.BooleanField(_("kept by serial numbers"), default=False, db_default=False)

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints = [
            models.UniqueConstraint(fields=["place", "offer", "regime"], name="stock_once"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, allocated__gte=0)
                & Q(on_hand__gte=F("reserved") + F("allocated")),
                name="stock_never_less_than_nothing",
            ),
        ]
        indexes = [models.Index(fields=["offer"], name="stock_by_offer")]

    def __str__(self) -> str:
        return f"{self.offer_id} at {self.place_id}"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved - self.allocated


class StockMove(models.Model):
    """A change of stock and its cause; append-only."""

    class Kind(models.TextChoices):
        RECEIVED = "RECEIVED", _("received")
        RESERVED = "RESERVED", _("reserved")
        RELEASED = "RELEASED", _("released")
        ALLOCATED = "ALLOCATED", _("allocated")
        PICKED = "PICKED", _("picked")
        RETURNED = "RETURNED", _("put back")
        COUNTED = "COUNTED", _("corrected by a count")

    stock = models.ForeignKey(Stock, models.PROTECT, related_name="moves", verbose_name=_("stock"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)
    allocated = models.IntegerField(_("allocated"), default=0)
    cause = models.CharField(_("cause"), max_length=120)
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField(_("happened"))

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        indexes = [models.Index(fields=["stock", "-id"], name="stock_move_by_stock")]

    def __str__(self) -> str:
        return f"{self.kind} {self.stock_id}"


class Reservation(models.Model):
    """Goods kept for one order line."""

    class State(models.TextChoices):
        RESERVED = "RESERVED", _("reserved")
        ALLOCATED = "ALLOCATED", _("allocated")
        PICKED = "PICKED", _("picked")
        RELEASED = "RELEASED", _("released")

    line = models.OneToOneField(OrderLine, models.PROTECT, related_name="reservation")
    stock = models.ForeignKey(
        Stock, models.PROTECT, related_name="reservations", verbose_name=_("stock")
    )
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RESERVED)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_has_goods")
        ]
        indexes = [models.Index(fields=["stock", "state"], name="reservation_by_stock")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.state}"
