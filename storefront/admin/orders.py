"""The desk of orders: what buyers agreed to, what became of it, and stop signs."""

import re

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from orders import holds
from orders.models import City, Handover, Hold, Order, OrderEvent, Quote, Term
from orders.states import CancelReason
from storefront.flows import cancellation
from storefront.lib.refusal import Refusal

from . import cells, doing, filters
from .logistics import SHIPMENT_TONES
from .looking import Desk, Looking
from .parts import Charges, Deliveries, Events, Holds, Lines, Parcels
from .waiting import Waiting

TONES = {"PLACED": "warn", "PAID": "river", "COMPLETED": "good", "CANCELLED": ""}
REASONS = [
    (reason.value, reason.label)
    for reason in (Hold.Reason.BUYER_ASKS, Hold.Reason.LOOKS_WRONG, Hold.Reason.PAPERS)
]


class NoHold(Refusal):
    """There is no open stop sign."""

    code = "no_hold"


class Stop(forms.Form):
    """Why an order is stopped, and whose desk looks at it."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=REASONS, widget=widgets.UnfoldAdminSelectWidget
    )
    owner = forms.ChoiceField(
        label=_("Desk"), choices=Hold.Desk.choices, widget=widgets.UnfoldAdminSelectWidget
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=widgets.UnfoldAdminTextareaWidget({"rows": 3}),
    )


class Answer(doing.Reason):
    """What was found out about a stopped order."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, label=gettext("Answer"), **kwargs)


LIFT = doing.Deed(
    title=_("Lift the hold"),
    question=_("The order goes on. Lift the hold?"),
    form=Answer,
    suits=lambda row: row.lifted_at is None if isinstance(row, Hold) else row.is_held,
    icon="play_arrow",
)


@admin.register(Order)
class OrderDesk(Waiting, Looking):
    """Orders; cancelling and stopping are flows, everything else is only looked at."""

    deeds_need = "orders.change_order"
    actions = ("cancel", "stop", "lift")
    actions_detail = ("stop", "lift", "cancel")
    list_display = (
        "shown_number",
        "state_tag",
        "to_whom",
        "city_now",
        "rub",
        "merchants",
        "parcels",
        "sign",
        "placed",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        filters.HoldOpen,
        filters.OrderMode,
        ("city", RelatedDropdownFilter),
        filters.period("placed_at", _("placed")),
        filters.period("closed_at", _("closed")),
        filters.Failing,
    )
    list_select_related = ("city",)
    search_fields = ("number", "email", "phone", "shipments__number")
    search_help_text = _("Number of the order or parcel, e-mail, phone")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": (("shown_number", "state_tag", "sign"), ("cancel_reason", "language"))}),
        (
            _("Recipient"),
            {
                "fields": (
                    ("recipient", "phone", "email"),
                    ("city_now", "postcode", "street", "point"),
                )
            },
        ),
        (_("Sum"), {"fields": (("goods_rub", "freight_rub", "duty_rub"), ("rub", "rate_text"))}),
        (
            _("When"),
            {"fields": (("placed", "paid", "closed"), ("expires", "work", "last_failure"))},
        ),
    )
    compressed_fields = False
    inlines = (Lines, Deliveries, Charges, Parcels, Holds, Events)

    state_tag = cells.stated(TONES)
    goods_rub = cells.priced("goods", _("goods"))
    freight_rub = cells.priced("freight", _("freight"))
    duty_rub = cells.priced("duty", _("duty"))
    rub = cells.priced("total", _("total"))
    placed = cells.dated("placed_at", _("placed"))
    expires = cells.dated("expires_at", _("reservation ends"))
    paid = cells.dated("paid_at", _("paid"))
    closed = cells.dated("closed_at", _("closed"))

    def get_queryset(self, request):
        open_holds = Hold.objects.filter(order=OuterRef("pk"), lifted_at=None)
        return (
            super()
            .get_queryset(request)
            .annotate(is_held=Exists(open_holds))
            .prefetch_related("lines__seller", "shipments")
        )

    def get_search_results(self, request, queryset, search_term):
        """Numbers may be written as they are shown: 61-204-883-5, +7 912 345-67-89."""
        if re.fullmatch(r"[\d\s()+-]+", search_term):
            search_term = re.sub(r"[\s()-]", "", search_term)
        return super().get_search_results(request, queryset, search_term)

    @display(description=_("order"), ordering="number")
    def shown_number(self, order):
        return order.shown_number

    @display(description=_("recipient"))
    def to_whom(self, order):
        return cells.lines([cells.person(order.recipient), cells.phone(order.phone)])

    @display(description=_("city"), ordering="city__slug")
    def city_now(self, order):
        return order.city.title

    @display(description=_("sellers"))
    def merchants(self, order):
        return cells.lines(sorted({line.seller.name for line in order.lines.all()}))

    @display(description=_("parcels"))
    def parcels(self, order):
        tones = SHIPMENT_TONES
        return cells.lines(
            [
                cells.tag(one.get_state_display(), tones.get(one.state, ""))
                for one in order.shipments.all()
            ]
        )

    @display(description=_("hold"), ordering="is_held")
    def sign(self, order):
        return cells.tag(_("on hold"), "bad") if order.is_held else cells.NOTHING

    @display(description=_("rubles for one yuan"))
    def rate_text(self, order):
        return f"{order.rate.normalize():f} ({cells.day(order.rate_on)})"

    @doing.deed(
        doing.Deed(
            title=_("Cancel the order"),
            question=_(
                "The goods go back to stock and paid money to the buyer. Cancel these orders?"
            ),
            suits=cancellation.may_cancel,
            icon="cancel",
            is_grave=True,
        )
    )
    def cancel(self, order, answers, hands):
        cancellation.cancel(order, reason=CancelReason.OPERATOR, actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Put on hold"),
            question=_("Nothing moves until a person lifts the hold. Stop these orders?"),
            form=Stop,
            suits=lambda order: order.closed_at is None,
            icon="front_hand",
        )
    )
    def stop(self, order, answers, hands):
        holds.put(order, actor=hands.actor, now=hands.now, **answers)

    @doing.deed(LIFT)
    def lift(self, order, answers, hands):
        open_ones = list(order.holds.filter(lifted_at=None))
        if not open_ones:
            raise NoHold(gettext("No hold is open on this order."))
        for hold in open_ones:
            holds.lift(hold, answer=answers["text"], actor=hands.actor, now=hands.now)


@admin.register(Hold)
class HoldDesk(Looking):
    deeds_need = "orders.change_hold"
    actions = ("lift",)
    actions_detail = ("lift",)
    list_display = ("order_link", "reason", "owner", "note", "placed", "placer", "lifted")
    list_filter = (filters.Open, ("owner", ChoicesDropdownFilter))
    list_select_related = ("order",)
    list_display_links = ("reason",)
    search_fields = ("order__number", "reason", "note")
    ordering = ("-pk",)

    placed = cells.dated("placed_at", _("put"))
    lifted = cells.dated("lifted_at", _("lifted"))

    @display(description=_("order"), ordering="order__number")
    def order_link(self, hold):
        return cells.link(hold.order)

    @doing.deed(LIFT)
    def lift(self, hold, answers, hands):
        holds.lift(hold, answer=answers["text"], actor=hands.actor, now=hands.now)


@admin.register(OrderEvent)
class OrderEventDesk(Looking):
    list_display = ("when", "order", "kind", "by", "facts", "told")
    list_filter = ("kind", filters.period("happened_at", _("happened")))
    list_select_related = ("order",)
    search_fields = ("order__number", "actor")
    ordering = ("-pk",)

    when = cells.dated("happened_at", _("happened"))
    told = cells.dated("announced_at", _("announced"))
    facts = cells.detailed()


@admin.register(Quote)
class QuoteDesk(Looking):
    list_display = ("key", "rub", "made", "valid")
    ordering = ("-made_at",)
    fields = (*list_display, "cart", "digest", "text")

    key = cells.plain("pk", _("key"))
    rub = cells.priced("total", _("total"))
    made = cells.dated("made_at", _("made"))
    valid = cells.dated("valid_until", _("valid until"))
    text = cells.stored("body", _("body of the quote"))


@admin.register(Handover)
class HandoverDesk(Looking):
    list_display = ("order_link", "merchant", "until", "handed", "by")
    list_filter = (("seller", RelatedDropdownFilter),)
    list_display_links = ("until",)
    list_select_related = ("delivery__order", "seller")
    ordering = ("-due_at",)

    until = cells.dated("due_at", _("hand over until"))
    handed = cells.dated("handed_at", _("handed over"))

    @display(description=_("order"))
    def order_link(self, handover):
        return cells.link(handover.delivery.order)

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, handover):
        return handover.seller.name


@admin.register(City)
class CityDesk(Desk):
    list_display = ("slug", "title_ru", "title_zh", "region_ru", "timezone", "people")
    search_fields = ("slug", "title_ru", "title_zh", "title_en")
    ordering = ("-population",)

    people = cells.counted("population", _("population"))


@admin.register(Term)
class TermDesk(Desk):
    list_display = ("key", "value", "unit", "valid_from", "source")
    list_filter = ("key",)
    ordering = ("key", "-valid_from")
