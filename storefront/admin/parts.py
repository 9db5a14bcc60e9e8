"""The parts of an order's page: lines, deliveries, money, parcels, stop signs, history."""

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from logistics.models import Shipment
from logistics.models.routing import Mode
from orders.models import Delivery, Hold, OrderEvent, OrderLine
from payments.models import Charge, ChargeFact, Refund
from storefront.templatetags import dates

from . import cells
from .logistics import SHIPMENT_TONES
from .looking import Rows
from .payments import CHARGE_TONES


class Lines(Rows):
    model = OrderLine
    fields = ("position", "goods", "merchant", "pieces", "yuan", "rub", "fee")
    ordering = ("position",)

    pieces = cells.counted("quantity", _("quantity"))
    yuan = cells.priced("price_cny", _("yuan"))
    rub = cells.priced("price_rub", _("rubles"))
    fee = cells.priced("commission", _("commission"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("seller", "offer")

    @display(description=_("goods"))
    def goods(self, line):
        return cells.link(line.offer, line.title)

    @display(description=_("seller"))
    def merchant(self, line):
        return line.seller.name


class Deliveries(Rows):
    model = Delivery
    fields = ("position", "origin", "lane", "way", "ruble", "tax", "window", "arrived", "promise")
    ordering = ("position",)

    ruble = cells.priced("freight", _("freight"))
    tax = cells.priced("duty", _("duty"))
    arrived = cells.dated("delivered_at", _("delivered"))

    @display(description=_("way"))
    def way(self, delivery):
        return Mode(delivery.mode).label

    @display(description=_("promised"))
    def window(self, delivery):
        return dates.window(delivery.promised_from_on, delivery.promised_until_on)

    @display(description=_("promise"))
    def promise(self, delivery):
        if delivery.is_kept is None:
            return cells.NOTHING
        kept = delivery.is_kept
        return cells.tag(_("kept") if kept else _("broken"), "good" if kept else "bad")


class Charges(Rows):
    model = Charge
    fields = ("name", "method", "price_rub", "state_tag", "facts", "given_back")
    ordering = ("pk",)

    price_rub = cells.priced("price", _("price"))
    state_tag = cells.stated(CHARGE_TONES)

    def get_queryset(self, request):
        kept = Prefetch("facts", ChargeFact.objects.order_by("pk"))
        given = Prefetch("refunds", Refund.objects.order_by("pk"))
        return super().get_queryset(request).prefetch_related(kept, given)

    @display(description=_("charge"))
    def name(self, charge):
        return cells.link(charge, cells.moment(charge.opened_at))

    @display(description=_("facts"))
    def facts(self, charge):
        return cells.lines(
            [
                f"{fact.get_kind_display()} {cells.rubles(fact.money)} "
                f"{cells.moment(fact.happened_at)}"
                for fact in charge.facts.all()
            ]
        )

    @display(description=_("refunds"))
    def given_back(self, charge):
        return cells.lines(
            [
                cells.link(one, f"{cells.rubles(one.price)} {one.get_state_display()}")
                for one in charge.refunds.all()
            ]
        )


class Parcels(Rows):
    model = Shipment
    fields = ("name", "state_tag", "lane", "weighed", "since", "expected_on")
    ordering = ("pk",)

    state_tag = cells.stated(SHIPMENT_TONES)
    weighed = cells.counted("weight_g", _("weight, g"))
    since = cells.dated("state_at", _("since"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("lane")

    @display(description=_("number"))
    def name(self, shipment):
        return cells.link(shipment)


class Holds(Rows):
    model = Hold
    fields = ("reason", "note", "owner", "placed", "placer", "lifted", "lifter", "answer")
    ordering = ("-pk",)

    placed = cells.dated("placed_at", _("put"))
    lifted = cells.dated("lifted_at", _("lifted"))


class Events(Rows):
    model = OrderEvent
    fields = ("when", "kind", "by", "facts", "told")
    ordering = ("-pk",)
    verbose_name_plural = _("history")

    when = cells.dated("happened_at", _("happened"))
    told = cells.dated("announced_at", _("announced"))
    facts = cells.detailed()
