"""The desk of consolidation: what travels together and why, bags and seals, flagged splittings."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from logistics import boxes, consolidation, splitting
from logistics.models import Bag, BagLimit, Box, Seal, Shipment, Splitting

from . import cells, doing, filters
from .looking import Desk, Looking, Rows
from .network import PERIOD

BOX_TONES = {"OPEN": "warn", "CLOSED": "good", "PARTED": ""}


class Answer(doing.Reason):
    """What was found out."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, label=gettext("Answer"), **kwargs)


class SealNumber(doing.Reason):
    """The number on a seal; the reason only where it takes the place of another."""

    number = doing.forms.CharField(max_length=20, widget=widgets.UnfoldAdminTextInputWidget())

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, label=gettext("Reason, if another was there"), **kwargs)
        self.fields["number"].label = gettext("Number of the seal")
        self.fields["text"].required = False
        self.order_fields(["number", "text"])


class Inside(Rows):
    """What lies in a bag or a box."""

    model = Shipment
    fk_name = "bag"
    fields = ("number", "order_number", "state", "weight", "in_box_of")
    ordering = ("pk",)
    verbose_name_plural = _("parcels")
    per_page = 50

    weight = cells.counted("weight_g", _("weight, g"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("order", "follows")

    @display(description=_("order"))
    def order_number(self, shipment):
        return shipment.order.shown_number

    @display(description=_("in the box of"))
    def in_box_of(self, shipment):
        return shipment.follows.number if shipment.follows else cells.NOTHING


class InBox(Inside):
    fk_name = "box"
    fields = ("number", "order_number", "state", "weight")


class Seals(Rows):
    model = Seal
    fields = ("position", "number", "when", "actor", "reason")
    ordering = ("position",)

    when = cells.dated("put_at", _("put on"))


@admin.register(Bag)
class BagDesk(Looking):
    """A bag with its manifest and its seals."""

    deeds_need = "logistics.change_departure"
    actions_detail = ("put_seal",)
    list_display = (
        "number",
        "departure",
        "goes_to",
        "mode",
        "seal",
        "state",
        "parcels_n",
        "weight",
    )
    list_filter = (("state", ChoicesDropdownFilter), ("mode", ChoicesDropdownFilter))
    list_select_related = ("departure", "destination")
    search_fields = ("number", "seal", "departure__number")
    ordering = ("-pk",)
    fields = ("number", "departure", "goes_to", "mode", "seal", "state", "parcels_n", "weight")
    inlines = (Inside, Seals)

    parcels_n = cells.counted("parcels", _("parcels"))
    weight = cells.counted("weight_g", _("weight, g"))

    @display(description=_("goes to"), ordering="destination__code")
    def goes_to(self, bag):
        return bag.destination.title if bag.destination else cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Put a seal on"),
            question=_("A seal is written down once; another one in its place needs a reason."),
            form=SealNumber,
            suits=lambda bag: bag.state != Bag.State.LOADED,
            icon="lock",
        )
    )
    def put_seal(self, bag, answers, hands):
        given = {"actor": hands.actor, "now": hands.now, "reason": answers["text"]}
        consolidation.seal(bag, answers["number"], **given)


@admin.register(BagLimit)
class BagLimitDesk(Desk):
    list_display = ("mode", "limit_g", *PERIOD)
    ordering = ("mode", "-valid_from")


@admin.register(Box)
class BoxDesk(Looking):
    """Parcels that travel as one: what was weighed, what it saves, who declares."""

    deeds_need = "logistics.change_shipment"
    actions_detail = ("part",)
    list_display = (
        "lead_number",
        "state_tag",
        "parcels_n",
        "worth",
        "cheaper",
        "declarant_name",
        "until",
        "reason",
    )
    list_display_links = ("lead_number",)
    list_filter = (("state", ChoicesDropdownFilter), filters.period("made_at", _("put together")))
    list_select_related = ("lead",)
    search_fields = ("lead__number", "shipments__number")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("lead_number", "state_tag", "declarant_name", "parcels_n")}),
        (_("Why together"), {"fields": ("cheaper", "worth", "heavy", "leaves")}),
        (_("When"), {"fields": ("made", "until", "closed", "parted", "reason")}),
    )
    inlines = (InBox,)

    state_tag = cells.stated(BOX_TONES)
    cheaper = cells.priced("saved", _("saved"))
    made = cells.dated("made_at", _("put together"))
    until = cells.dated("wait_until", _("waits for all until"))
    closed = cells.dated("closed_at", _("closed"))
    parted = cells.dated("parted_at", _("parted"))

    @display(description=_("number of the box"), ordering="lead__number")
    def lead_number(self, box):
        return box.lead.number

    @display(description=_("parcels"))
    def parcels_n(self, box):
        return cells.figure(len(box.facts.get("parcels", ())))

    @display(description=_("worth, EUR"))
    def worth(self, box):
        return cells.figure(box.facts.get("value_eur", ""))

    @display(description=_("weight, g"))
    def heavy(self, box):
        return cells.figure(box.facts.get("weight_g", ""))

    @display(description=_("leaves"))
    def leaves(self, box):
        return box.facts.get("leaves_at", cells.NOTHING)

    @doing.deed(
        doing.Deed(
            title=_("Part the box"),
            question=_("Every parcel goes on alone. Why?"),
            form=doing.Reason,
            suits=lambda box: box.state == Box.State.OPEN,
            icon="call_split",
        )
    )
    def part(self, box, answers, hands):
        boxes.part(box, text=answers["text"], actor=hands.actor, now=hands.now)


class Unanswered(filters.YesNo):
    title = _("open")
    parameter_name = "open"

    def condition(self):
        return Q(answered_at=None)


@admin.register(Splitting)
class SplittingDesk(Looking):
    """Goods parted under the free value; a person looks, and says what he thinks."""

    deeds_need = "logistics.change_splitting"
    actions = ("answer_it",)
    actions_detail = ("answer_it",)
    list_display = ("order_link", "kind_tag", "worth", "free", "reason", "found", "answered")
    list_display_links = ("kind_tag",)
    list_filter = (
        Unanswered,
        ("kind", ChoicesDropdownFilter),
        filters.period("found_at", _("found")),
    )
    list_select_related = ("order",)
    search_fields = ("order__number",)
    ordering = ("answered_at", "-pk")
    fields = (
        "order_link",
        "kind_tag",
        "reason",
        "worth",
        "free",
        "all_orders",
        "rule",
        "found",
        "answer",
        "answered",
        "answered_by",
    )

    worth = cells.counted("value_eur", _("worth, EUR"))
    free = cells.counted("free_eur", _("free, EUR"))
    found = cells.dated("found_at", _("found"))
    answered = cells.dated("answered_at", _("answered"))

    @display(description=_("order"), ordering="order__number")
    def order_link(self, found):
        return cells.link(found.order)

    @display(description=_("kind"), ordering="kind")
    def kind_tag(self, found):
        return cells.tag(found.get_kind_display(), "" if found.answered_at else "warn")

    @display(description=_("orders"))
    def all_orders(self, found):
        return cells.lines(found.orders)

    @doing.deed(
        doing.Deed(
            title=_("Answer"),
            question=_("What is it? A hold is put on the order itself."),
            form=Answer,
            suits=lambda found: found.answered_at is None,
            icon="task_alt",
        )
    )
    def answer_it(self, found, answers, hands):
        splitting.answer(found, text=answers["text"], actor=hands.actor, now=hands.now)
