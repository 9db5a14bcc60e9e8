"""The desk of customs: papers that were rejected or held, and every message as it was."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from logistics.customs import answers
from logistics.models import Declaration, DeclarationLine, DeclarationMessage

from . import cells, filters
from .looking import Looking, Rows
from .waiting import Waiting

TONES = {
    "READY": "",
    "SENT": "river",
    "HELD": "warn",
    "RELEASED": "good",
    "REJECTED": "bad",
    "REFUSED": "bad",
}


class DeclarationRows(Rows):
    model = Declaration
    fields = ("name", "direction", "attempt_number", "mode", "state_tag", "reason", "made")
    ordering = ("pk",)

    state_tag = cells.stated(TONES)
    made = cells.dated("made_at", _("made"))

    @display(description=_("reference"))
    def name(self, declaration):
        return cells.link(declaration)


class Goods(Rows):
    model = DeclarationLine
    fields = ("position", "goods", "hs_code", "origin", "pieces", "weight", "yuan")
    ordering = ("position",)

    pieces = cells.counted("quantity", _("quantity"))
    weight = cells.counted("net_weight_g", _("net weight, g"))
    yuan = cells.priced("value", _("value"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("line")

    @display(description=_("goods"))
    def goods(self, line):
        return line.line.title


class Messages(Rows):
    """Messages name the recipient: who may not see buyers may not see them."""

    model = DeclarationMessage
    fields = ("moved", "direction", "kind", "guid", "text")
    ordering = ("pk",)

    moved = cells.dated("moved_at", _("moved"))

    @display(description=_("direction"))
    def direction(self, message):
        return cells.tag(_("sent") if message.is_ours else _("received"), "")

    @display(description=_("message"))
    def text(self, message):
        return cells.block(message.body)


@admin.register(Declaration)
class DeclarationDesk(Waiting, Looking):
    deeds_need = "logistics.change_declaration"
    actions = ("try_again",)
    actions_detail = ("try_again",)
    list_display = (
        "reference",
        "standing",
        "parcel",
        "paper",
        "zone",
        "made",
        "work",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("direction", ChoicesDropdownFilter),
        "mode",
        "zone",
        filters.Failing,
        filters.period("made_at", _("made")),
    )
    list_select_related = ("shipment",)
    search_fields = ("reference", "shipment__number", "inventory_number")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("reference", "parcel", "direction", "state_tag", "reason")}),
        (_("Window"), {"fields": ("mode", "customs_code", "zone", "inventory_number")}),
        (_("When"), {"fields": ("made", "sent", "ended", "attempt_number")}),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )
    inlines = (Goods, Messages)

    state_tag = cells.stated(TONES)
    made = cells.dated("made_at", _("made"))
    sent = cells.dated("sent_at", _("sent"))
    ended = cells.dated("ended_at", _("ended"))

    @display(description=_("state and reason"), ordering="state")
    def standing(self, declaration):
        state = cells.tag(declaration.get_state_display(), TONES[declaration.state])
        told = [answers.for_desk(declaration.decision), declaration.reason]
        return cells.lines([state, *filter(None, told)])

    @display(description=_("paper"), ordering="direction")
    def paper(self, declaration):
        window = f"{declaration.mode} {declaration.customs_code}"
        return cells.lines([declaration.get_direction_display(), window])

    @display(description=_("parcel"), ordering="shipment__number")
    def parcel(self, declaration):
        return cells.link(declaration.shipment)


@admin.register(DeclarationLine)
class DeclarationLineDesk(Looking):
    """Goods as declared: what the authority counts."""

    list_display = ("declaration", "goods", "hs_code", "origin", "pieces", "weight", "yuan")
    list_filter = (
        "declaration__zone",
        "declaration__mode",
        ("declaration__direction", ChoicesDropdownFilter),
        "origin",
        filters.period("declaration__made_at", _("made")),
    )
    list_select_related = ("declaration", "line")
    search_fields = ("hs_code", "declaration__reference")
    ordering = ("-pk",)
    fields = ("declaration", "position", "goods", "hs_code", "origin", "pieces", "weight", "yuan")

    pieces = cells.counted("quantity", _("quantity"))
    weight = cells.counted("net_weight_g", _("net weight, g"))
    yuan = cells.priced("value", _("value"))

    @display(description=_("goods"))
    def goods(self, line):
        return line.line.title
