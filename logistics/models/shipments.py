"""Parcels, what is in them, where they are to go and where they have been."""

from collections.abc import Sequence
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.states import Code, State
from orders.models import Delivery, Order, OrderLine
from storefront.lib import due

from .consolidation import Bag, Departure
from .routing import Lane, Place, Service
from .warehouse import Stock

FINISHING = [
    Code.SELLER_HANDED_OVER,
    Code.HUB_PACKED,
    Code.EXPORT_CUSTOMS_CLEARED,
    Code.IMPORT_CUSTOMS_CLEARED,
    Code.DELIVERED,
]
"""Events that end a step whose time is measured."""


class NumberRange(models.Model):
    """A range of parcel numbers of the Universal Postal Union; taken under a lock."""

    service = models.CharField(_("service"), max_length=2)
    country = models.CharField(_("country"), max_length=2)
    next_serial = models.PositiveIntegerField(_("next number"))
    last_serial = models.PositiveIntegerField(_("last number"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("number range")
        verbose_name_plural = _("number ranges")
        constraints = [
            models.UniqueConstraint(fields=["service", "country"], name="number_range_once"),
            models.CheckConstraint(
                condition=Q(next_serial__lte=models.F("last_serial") + 1),
                name="number_range_not_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}{self.country}"


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    def under_way(self) -> "ShipmentQuerySet":
        return self.exclude(state__in=State.ends())


class Shipment(due.Due):
    """A parcel: one box, one waybill number, one recipient."""

    DUE_TASK = "logistics.tasks.drive_shipment"
    TAKEN_WITH = (
        "order__city",
        "delivery",
        "lane__terminal",
        "lane__import_customs",
        "departure__service",
    )
    DUE_ALIKE = ("state",)
    DUE_TOGETHER: ClassVar = dict.fromkeys(("PLANNED", "STOCKED", "PICKED", "PACKED"), 50)
    held_stocks: "Sequence[Stock]" = ()  # rows of stock that whoever locked the parcel holds too

    known_items: "Sequence[ShipmentItem] | None" = None  # its contents, if they were read with it
    known_legs: "Sequence[Leg] | None" = None

    number = models.CharField(_("number"), max_length=13, unique=True)
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="shipments", verbose_name=_("order")
    )
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="shipments")
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PLANNED)
    lane = models.ForeignKey(Lane, models.PROTECT, related_name="+", verbose_name=_("lane"))
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )

    wants_papers = models.BooleanField(_("waits for the recipient's papers"), default=False)
    planned_weight_g = models.PositiveIntegerField(_("planned weight, g"))
    weight_g = models.PositiveIntegerField(_("measured weight, g"), null=True, blank=True)
    volume_cm3 = models.PositiveIntegerField(_("planned volume, cm³"), default=0)
    leave_by = models.DateTimeField(_("must leave by"), null=True, blank=True)
    box = models.ForeignKey("Box", models.PROTECT, null=True, blank=True, related_name="shipments")
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        verbose_name=_("in the box of"),
    )
    packed_at = models.DateTimeField(_("packed"), null=True, blank=True)
    departure = models.ForeignKey(
        Departure,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shipments",
        verbose_name=_("departure"),
    )
    bag = models.ForeignKey(
        Bag, models.PROTECT, null=True, blank=True, related_name="shipments", verbose_name=_("bag")
    )
    carrier = models.SlugField(_("last carrier"), blank=True)
    track = models.CharField(_("number of the last carrier"), max_length=40, blank=True)
    pushed_at = models.DateTimeField(null=True, blank=True, editable=False)  # wall, to the carrier
    expected_on = models.DateField(_("expected"), null=True, blank=True)
    ready_at = models.DateTimeField(_("waits at its point since"), null=True, blank=True)
    kept_until = models.DateField(_("kept at its point until"), null=True, blank=True)
    state_at = models.DateTimeField(_("in this state since"))
    planned_at = models.DateTimeField(_("planned"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    has_incident = models.BooleanField(_("has an exception"), default=False)

    objects = ShipmentQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        indexes = [
            *due.Due.Meta.indexes,
            models.Index(fields=["state", "state_at"], name="shipment_by_state"),
            models.Index(
                fields=["carrier", "id"],
                name="shipment_with_carrier",
                condition=Q(ended_at=None) & ~Q(track=""),
            ),
            models.Index(fields=["track"], name="shipment_by_track", condition=~Q(track="")),
            models.Index(
                fields=["lane", "leave_by", "id"],
                name="shipment_to_bag",
                condition=Q(state=State.CLEARED),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(follows=None) | Q(box__isnull=False), name="shipment_follows_in_a_box"
            )
        ]

    def __str__(self) -> str:
        return self.number


class ShipmentItem(models.Model):
    """So many pieces of an order line in a parcel."""

    shipment = models.ForeignKey(
        Shipment, models.PROTECT, related_name="items", verbose_name=_("parcel")
    )
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="items")
    quantity = models.PositiveSmallIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("content of a parcel")
        verbose_name_plural = _("contents of parcels")
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="shipment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_item_has_goods"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.line_id}"


class Leg(models.Model):
    """A planned and a real stretch of a parcel's way."""

    shipment = models.ForeignKey(
        Shipment, models.CASCADE, related_name="legs", verbose_name=_("parcel")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    service = models.ForeignKey(
        Service, models.PROTECT, related_name="+", verbose_name=_("service")
    )
    planned_departs_at = models.DateTimeField()
    planned_arrives_at = models.DateTimeField()
    departed_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        constraints = [
            models.UniqueConstraint(fields=["shipment", "position"], name="leg_once"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id}/{self.position}"


class ShipmentEvent(models.Model):
    """A scan or a message about a parcel; append-only, unique by its source."""

    shipment = models.ForeignKey(
        Shipment, models.PROTECT, related_name="events", verbose_name=_("parcel")
    )
    code = models.CharField(_("event"), max_length=30, choices=Code)
    source = models.CharField(_("source"), max_length=40)
    source_key = models.CharField(_("key at the source"), max_length=120)
    place = models.CharField(_("place"), max_length=80, blank=True)
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("parcel event")
        verbose_name_plural = _("parcel events")
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "source", "source_key"], name="shipment_event_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["happened_at"],
                name="shipment_event_finishing",
                condition=Q(code__in=FINISHING),
            ),
            models.Index(
                fields=["happened_at"],
                name="shipment_event_in_centre",
                condition=Q(source="centre"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.code}"
