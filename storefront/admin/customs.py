"""The desk of customs: papers that were rejected or held, filings, every message as it was."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from logistics.customs import answers, filings, mending
from logistics.models import (
    CustomsMode,
    Declaration,
    DeclarationLine,
    DeclarationMessage,
    Filing,
    FilingMessage,
    ReturnRelief,
)

from . import cells, doing, filters
from .looking import Desk, Looking, Rows
from .rejects import Rejects
from .waiting import Waiting

TONES = {
    "READY": "",
    "SENT": "river",
    "HELD": "warn",
    "RELEASED": "good",
    "REJECTED": "bad",
    "REFUSED": "bad",
    "CANCELLED": "",
}
FILING_TONES = {"READY": "", "SENT": "river", "ACCEPTED": "good", "REJECTED": "bad"}


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
class DeclarationDesk(Rejects, Waiting, Looking):
    deeds_need = "logistics.change_declaration"
    actions = ("try_again", "mend")
    actions_detail = ("mend", "cancel_list", "goods_return", "try_again")
    list_display = (
        "reference",
        "standing",
        "parcel",
        "paper",
        "made",
        "work",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("direction", ChoicesDropdownFilter),
        "mode",
        "zone",
        filters.Unanswered,
        filters.Failing,
        filters.period("made_at", _("made")),
    )
    list_select_related = ("shipment",)
    search_fields = ("reference", "shipment__number", "inventory_number")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("reference", "parcel", "direction", "state_tag")}),
        (
            _("Answer of customs"),
            {"fields": ("verdict", "element", "remedy", "mended", "younger", "back_until")},
        ),
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
        told = answers.for_desk(declaration.decision)
        said = self.verdict(declaration) if declaration.reason else ""
        return cells.lines([state, *filter(None, (told, said))])

    @display(description=_("paper"), ordering="direction")
    def paper(self, declaration):
        window = f"{declaration.mode} {declaration.customs_code}"
        zone = declaration.zone
        return cells.lines([declaration.get_direction_display(), window, *filter(None, [zone])])

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


class FilingMessages(Messages):
    model = FilingMessage


@admin.register(Filing)
class FilingDesk(Waiting, Looking):
    """Arrivals, waybills, departures, cancellations, summaries of months, returns."""

    deeds_need = "logistics.change_filing"
    actions = ("try_again", "file_anew")
    actions_detail = ("file_anew", "try_again")
    list_display = ("reference", "kind", "standing", "about", "customs_code", "made", "work")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        filters.Failing,
        filters.period("made_at", _("made")),
    )
    list_select_related = ("departure", "declaration")
    search_fields = ("reference", "departure__number", "declaration__reference", "number")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("reference", "kind", "state_tag", "about", "verdict", "note")}),
        (_("Window"), {"fields": ("customs_code", "declarant_name", "number")}),
        (_("When"), {"fields": ("made", "sent", "ended", "attempt_number", "by")}),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )
    inlines = (FilingMessages,)

    state_tag = cells.stated(FILING_TONES)
    made = cells.dated("made_at", _("made"))
    sent = cells.dated("sent_at", _("sent"))
    ended = cells.dated("ended_at", _("ended"))

    @display(description=_("state and reason"), ordering="state")
    def standing(self, filing):
        state = cells.tag(filing.get_state_display(), FILING_TONES[filing.state])
        return cells.lines([state, *filter(None, [filing.reason])])

    @display(description=_("about"))
    def about(self, filing):
        if filing.month_on:
            return f"{filing.month_on:%Y-%m} {filing.declarant_name}"
        return cells.link(filing.departure or filing.declaration)

    @display(description=_("what customs say"))
    def verdict(self, filing):
        if filing.state != "REJECTED":
            return cells.NOTHING
        read = mending.advice(filing.answer_code, filing.reason)
        return cells.lines([read.title, filing.reason])

    @doing.deed(
        doing.Deed(
            title=_("File anew"),
            question=_("A new version is made from the facts as they are now. Send it?"),
            suits=lambda filing: filing.state == "REJECTED",
            icon="replay",
        )
    )
    def file_anew(self, filing, answers, hands):
        filings.again(filing, actor=hands.actor, now=hands.now)


@admin.register(CustomsMode)
class CustomsModeDesk(Desk):
    """A change is a new row with its first day."""

    list_display = (
        *("mode", "buyer", "is_bonded", "order_type", "documents", "limit_yuan"),
        *("simplified_yuan", "code_digits", "valid_from", "valid_until", "source"),
    )
    ordering = ("mode", "-valid_from")


@admin.register(ReturnRelief)
class ReturnReliefDesk(Desk):
    list_display = (
        *("rule", "modes", "exported_from", "exported_until", "months"),
        *("valid_from", "valid_until", "source"),
    )
    ordering = ("-valid_from",)
