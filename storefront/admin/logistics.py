"""The desk of movement: parcels, departures, customs papers and stock."""

from django.contrib import admin
from django.db.models import F, Value
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from logistics import bills, failing
from logistics.models import (
    Bag,
    Departure,
    Leg,
    Reservation,
    Shipment,
    ShipmentEvent,
    ShipmentItem,
    Stock,
    StockMove,
)
from logistics.states import MISHAPS, State
from storefront.lib import clock

from . import cells, doing, filters
from .customs import DeclarationRows
from .looking import Looking, Rows
from .waiting import Waiting

SHIPMENT_TONES = {
    **{state.value: "river" for state in State},
    **{state.value: "bad" for state in MISHAPS},
    "PLANNED": "",
    "AWAITED": "warn",
    "CANCELLED": "",
    "DELIVERED": "good",
}
DEPARTURE_TONES = {"OPEN": "warn", "CLOSED": "warn", "ARRIVED": "good"}
BEFORE_LOADING = frozenset(list(State)[: list(State).index(State.LOADED)])


class Contents(Rows):
    model = ShipmentItem
    fields = ("goods", "pieces")

    pieces = cells.counted("quantity", _("quantity"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("line")

    @display(description=_("goods"))
    def goods(self, item):
        return item.line.title


class Legs(Rows):
    model = Leg
    fields = ("position", "service", "should_leave", "left", "should_arrive", "arrived")
    ordering = ("position",)

    should_leave = cells.dated("planned_departs_at", _("should leave"))
    left = cells.dated("departed_at", _("left"))
    should_arrive = cells.dated("planned_arrives_at", _("should arrive"))
    arrived = cells.dated("arrived_at", _("arrived"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("service")


class Events(Rows):
    model = ShipmentEvent
    fields = ("when", "code", "place", "source", "raw", "by", "recorded")
    ordering = ("-happened_at", "-pk")
    verbose_name_plural = _("history")

    when = cells.dated("happened_at", _("happened"))
    recorded = cells.dated("recorded_at", _("recorded"))

    @display(description=_("as the carrier said it"))
    def raw(self, event):
        words = (event.detail.get("raw"), event.detail.get("text"))
        return " ".join(filter(None, words)) or cells.NOTHING


class OrderLane:
    """The lane of a row by its title, and its order without a link where it may not be opened."""

    @display(description=_("lane"), ordering="lane__code")
    def lane_now(self, row):
        return row.lane.title


@admin.register(Shipment)
class ShipmentDesk(OrderLane, Waiting, Looking):
    """Parcels; their recipients are found on the order's page, which has its own permission."""

    deeds_need = "logistics.change_shipment"
    actions = ("try_again",)
    actions_detail = ("damaged", "try_again")
    list_display = (
        "number",
        "standing",
        "order_number",
        "way",
        "cut_off",
        "slack",
        "work",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        filters.Late,
        filters.Failing,
        ("lane", RelatedDropdownFilter),
        ("place", RelatedDropdownFilter),
        filters.period("planned_at", _("planned")),
    )
    list_select_related = ("order", "lane", "delivery", "departure")
    search_fields = ("number", "order__number", "track", "bag__number", "departure__number")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("number", "order_number", "state_tag", "age", "lane_now", "place")}),
        (_("Way"), {"fields": ("departure", "bag", "cut_off", "slack", "expected_on")}),
        (_("Box"), {"fields": ("planned_weight_g", "weight", "carrier", "track")}),
        (_("Work"), {"fields": ("planned", "ended", "work", "last_failure")}),
    )
    inlines = (Contents, Events, Legs, DeclarationRows)

    state_tag = cells.stated(SHIPMENT_TONES)
    weight = cells.counted("weight_g", _("weight, g"))
    planned = cells.dated("planned_at", _("planned"))
    ended = cells.dated("ended_at", _("ended"))

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(read_at=Value(clock.now()))

    @display(description=_("order"), ordering="order__number")
    def order_number(self, shipment):
        return shipment.order.shown_number

    @display(description=_("lane and departure"), ordering="departure__departs_at")
    def way(self, shipment):
        departure = [shipment.departure.number] if shipment.departure else []
        return cells.lines([shipment.lane.title, *departure])

    @display(description=_("state and since when"), ordering="state_at")
    def standing(self, shipment):
        state = cells.tag(shipment.get_state_display(), SHIPMENT_TONES[shipment.state])
        return cells.lines([state, self.age(shipment)])

    @display(description=_("in this state"), ordering="state_at")
    def age(self, shipment):
        return cells.span(shipment.read_at - shipment.state_at)

    @display(description=_("cut-off"), ordering="departure__closes_at")
    def cut_off(self, shipment):
        if shipment.departure is None:
            return cells.NOTHING
        closes_at = shipment.departure.closes_at
        if State(shipment.state) not in BEFORE_LOADING:
            return cells.moment(closes_at)
        if closes_at < shipment.read_at:
            return cells.tag(_("missed"), "bad")
        return cells.tag(cells.span(closes_at - shipment.read_at), "warn")

    @doing.deed(
        doing.Deed(
            title=_("Report damage"),
            question=_("What is damaged? An exception is opened and the buyer is told."),
            form=doing.Reason,
            suits=lambda shipment: State(shipment.state) not in State.ends(),
            icon="broken_image",
        )
    )
    def damaged(self, shipment, answers, hands):
        failing.report_damage(shipment, text=answers["text"], actor=hands.actor, now=hands.now)

    @display(description=_("slack"))
    def slack(self, shipment):
        """Days between the day expected and the last day promised; less than none is late."""
        if shipment.expected_on is None or shipment.ended_at is not None:
            return cells.NOTHING
        days = (shipment.delivery.promised_until_on - shipment.expected_on).days
        sign = "\u2212" if days < 0 else "+"
        words = _("%(days)s d") % {"days": f"{sign}{abs(days)}"}
        return cells.tag(words, "bad" if days < 0 else "good")


class Bags(Rows):
    model = Bag
    fields = ("number", "seal", "state", "parcels_n", "weight")
    ordering = ("number",)

    parcels_n = cells.counted("parcels", _("parcels"))
    weight = cells.counted("weight_g", _("weight, g"))


@admin.register(Departure)
class DepartureDesk(OrderLane, Waiting, Looking):
    deeds_need = "logistics.change_departure"
    actions = ("try_again",)
    actions_detail = ("try_again",)
    list_display = ("number", "state_tag", "lane_now", "closes", "departs", "load", "bill")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("lane", RelatedDropdownFilter),
        filters.Failing,
    )
    list_select_related = ("lane", "service", "vehicle")
    search_fields = ("number", "master_bill")
    ordering = ("-departs_at",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "number",
                    "state_tag",
                    "lane_now",
                    "service",
                    "load",
                    "vehicle_load",
                    "bill",
                )
            },
        ),
        (_("When"), {"fields": ("closes", "departs", "arrives", "left", "arrived")}),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )
    inlines = (Bags,)

    state_tag = cells.stated(DEPARTURE_TONES)
    closes = cells.dated("closes_at", _("closes"))
    departs = cells.dated("departs_at", _("departs"))
    arrives = cells.dated("arrives_at", _("arrives"))
    left = cells.dated("departed_at", _("left"))
    arrived = cells.dated("arrived_at", _("arrived"))

    @display(description=_("master bill"), ordering="master_bill")
    def bill(self, departure):
        return bills.shown(departure) or cells.NOTHING

    @display(description=_("load of the vehicle, all lanes"))
    def vehicle_load(self, departure):
        vehicle = departure.vehicle
        if vehicle is None:
            return cells.NOTHING
        pairs = (
            (vehicle.booked_g, vehicle.capacity_g),
            (vehicle.booked_parcels, vehicle.capacity_parcels),
            (vehicle.booked_cm3, vehicle.capacity_cm3),
        )
        return cells.lines(
            [
                f"{booked} / {most or cells.NOTHING} {unit}"
                for (booked, most), unit in zip(pairs, ("g", "pcs", "cm³"), strict=True)
            ]
        )

    @display(description=_("load"), ordering="booked_g")
    def load(self, departure):
        booked = f"{departure.booked_g / 1000:g}"
        if not departure.capacity_g:
            return cells.figure(_("%(kg)s kg") % {"kg": booked})
        room = f"{departure.capacity_g / 1000:g}"
        return cells.figure(_("%(kg)s of %(room)s kg") % {"kg": booked, "room": room})


@admin.register(ShipmentEvent)
class ShipmentEventDesk(Looking):
    list_display = ("when", "shipment", "code", "place", "source", "by")
    list_filter = (
        ("code", ChoicesDropdownFilter),
        "source",
        filters.period("happened_at", _("happened")),
    )
    list_select_related = ("shipment",)
    search_fields = ("shipment__number", "source_key")
    ordering = ("-pk",)

    when = cells.dated("happened_at", _("happened"))


class Moves(Rows):
    model = StockMove
    fields = ("when", "kind", "on_hand", "reserved", "allocated", "cause", "by")
    ordering = ("-pk",)
    per_page = 50

    when = cells.dated("happened_at", _("happened"))


class Reservations(Rows):
    model = Reservation
    fields = ("order_link", "quantity", "state")
    ordering = ("-pk",)
    per_page = 50

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("line__order")

    @display(description=_("order"))
    def order_link(self, reservation):
        return cells.link(reservation.line.order)


@admin.register(Stock)
class StockDesk(Looking):
    list_display = ("goods", "merchant", "place_now", "regime", "hand", "kept", "paid", "free")
    list_filter = (
        ("place", RelatedDropdownFilter),
        ("regime", ChoicesDropdownFilter),
        ("offer__seller", RelatedDropdownFilter),
    )
    list_select_related = ("offer__variant__product", "offer__seller", "place")
    search_fields = ("offer__article", "offer__variant__slug", "offer__variant__barcode")
    ordering = ("-pk",)
    fields = ("goods", "merchant", "place_now", "regime", "hand", "kept", "paid", "free")
    inlines = (Moves, Reservations)

    hand = cells.counted("on_hand", _("on hand"))
    kept = cells.counted("reserved", _("reserved"))
    paid = cells.counted("allocated", _("allocated"))
    free = cells.counted("free", _("available"))

    def get_queryset(self, request):
        free = F("on_hand") - F("reserved") - F("allocated")
        return super().get_queryset(request).annotate(free=free)

    @display(description=_("goods"), ordering="offer__variant__slug")
    def goods(self, stock):
        return f"{stock.offer.variant.product.title} {stock.offer.variant.memory}"

    @display(description=_("seller"), ordering="offer__seller__slug")
    def merchant(self, stock):
        return stock.offer.seller.name

    @display(description=_("place"), ordering="place__code")
    def place_now(self, stock):
        return stock.place.title


@admin.register(StockMove)
class StockMoveDesk(Looking):
    list_display = ("when", "stock", "kind", "hand", "kept", "paid", "cause", "by")
    list_filter = (("kind", ChoicesDropdownFilter), filters.period("happened_at", _("happened")))
    list_select_related = ("stock",)
    search_fields = ("cause", "actor", "stock__offer__article")
    ordering = ("-pk",)

    when = cells.dated("happened_at", _("happened"))
    hand = cells.counted("on_hand", _("on hand"))
    kept = cells.counted("reserved", _("reserved"))
    paid = cells.counted("allocated", _("allocated"))
