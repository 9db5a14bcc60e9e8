"""Boxes in which parcels of one recipient travel together, and orders that look parted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from storefront.lib import due
from storefront.lib.fields import MoneyField

from .shipments import Shipment


class BoxQuerySet(models.QuerySet["Box"]):
    """Boxes."""


class Box(due.Due):
    """Parcels of one recipient in one box: one number, one last mile, one paper in Russia.

    It is due while its parcels are being packed: then it is closed, or they part again. `lead`
    gives it its number and label; the others follow it. `facts` is what the rule weighed.
    Money: `saved` is rubles that carriers ask less of us.
    """

    DUE_TASK = "logistics.tasks.drive_box"

    class State(models.TextChoices):
        OPEN = "OPEN", _("being put together")
        CLOSED = "CLOSED", _("goes as one")
        PARTED = "PARTED", _("parted again")

    lead = models.ForeignKey(
        Shipment, models.PROTECT, related_name="led", verbose_name=_("number of the box")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    wait_until = models.DateTimeField(_("waits for all until"))
    saved = MoneyField(_("saved"), max_digits=10, decimal_places=2, default_currency=None)
    declarant_name = models.CharField(_("declarant"), max_length=100, blank=True)
    facts = models.JSONField(_("what was weighed"), default=dict)
    made_at = models.DateTimeField(_("put together"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    parted_at = models.DateTimeField(_("parted"), null=True, blank=True)
    reason = models.CharField(_("why it was parted"), max_length=200, blank=True)

    objects = BoxQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("box of several parcels")
        verbose_name_plural = _("boxes of several parcels")
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], name="box_one_a_lead", condition=~Q(state="PARTED")
            ),
            models.CheckConstraint(
                condition=Q(state="PARTED") ^ Q(parted_at=None), name="box_parted_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}+"


class Splitting(models.Model):
    """Goods of one recipient in several parcels that together pass what is free of duty."""

    class Kind(models.TextChoices):
        ORDER = "ORDER", _("one order in several parcels")
        ORDERS = "ORDERS", _("several orders in a short time")

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="+", verbose_name=_("the last order")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    orders = models.JSONField(_("orders"), default=list)
    value_eur = models.DecimalField(_("worth, EUR"), max_digits=12, decimal_places=2)
    free_eur = models.DecimalField(_("free, EUR"), max_digits=12, decimal_places=2)
    days = models.PositiveSmallIntegerField(_("days"), default=0)
    rule = models.CharField(_("rule"), max_length=50)
    reason = models.CharField(_("why"), max_length=500)
    found_at = models.DateTimeField(_("found"))
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("splitting under the limit")
        verbose_name_plural = _("splittings under the limit")
        constraints = [
            models.UniqueConstraint(fields=["order", "kind"], name="splitting_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None) | ~Q(answer=""), name="splitting_answer_has_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"
