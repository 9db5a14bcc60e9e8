"""The desk of the border warehouse: notices, bins, waves, counts to decide, numbers of pieces."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from logistics.models import (
    Advice,
    AdviceLine,
    Bin,
    BinCount,
    BinCountEntry,
    BinStock,
    Layout,
    PickStop,
    Serial,
    SerialRule,
    StorageBill,
    Wave,
)
from logistics.stocking import bins, counts

from . import cells, doing
from .looking import Desk, Looking, Rows
from .waiting import Waiting

ADVICE_TONES = {"ANNOUNCED": "river", "RECEIVING": "warn", "RECEIVED": "good", "CANCELLED": ""}
COUNT_TONES = {"OPEN": "warn", "SECOND": "warn", "DIFFERS": "bad", "AGREED": "good", "BOOKED": ""}
WAVE_TONES = {"OPEN": "warn", "DONE": "good"}
SERIAL_TONES = {"IN_STOCK": "river", "PACKED": "good", "CAME_BACK": ""}


class Goods:
    """The goods of a row that points to stock, or to an offer."""

    @display(description=_("goods"))
    def goods(self, row):
        offer = row.offer if hasattr(row, "offer") else row.stock.offer
        return cells.lines([offer.variant.product.title, offer.article])


class AdviceLines(Goods, Rows):
    model = AdviceLine
    fields = ("goods", "announced", "whole", "broken", "off")

    announced = cells.counted("quantity", _("announced"))
    whole = cells.counted("received", _("received whole"))
    broken = cells.counted("damaged", _("damaged"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("offer__variant__product")

    @display(description=_("difference"))
    def off(self, line):
        return cells.figure(f"{line.difference:+}") if line.difference else cells.NOTHING


@admin.register(Advice)
class AdviceDesk(Looking):
    list_display = (
        "number",
        "state_tag",
        "merchant",
        "place_now",
        "regime",
        "expected_on",
        "closed",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("regime", ChoicesDropdownFilter),
        ("seller", RelatedDropdownFilter),
    )
    list_select_related = ("seller", "place")
    search_fields = ("number", "seller__slug", "lines__offer__article")
    ordering = ("-pk",)
    fields = (
        "number",
        "state_tag",
        "merchant",
        "place_now",
        "regime",
        "expected_on",
        "note",
        "closed",
    )
    inlines = (AdviceLines,)

    state_tag = cells.stated(ADVICE_TONES)
    closed = cells.dated("closed_at", _("closed"))

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, advice):
        return advice.seller.name

    @display(description=_("place"), ordering="place__code")
    def place_now(self, advice):
        return advice.place.title


class Lying(Goods, Rows):
    model = BinStock
    fields = ("goods", "came_on", "pieces", "for_waves")
    ordering = ("came_on",)

    pieces = cells.counted("quantity", _("pieces"))
    for_waves = cells.counted("claimed", _("of them for waves"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("stock__offer__variant__product")


@admin.register(Bin)
class BinDesk(Looking):
    deeds_need = "logistics.change_bincount"
    actions = ("ask_count",)
    actions_detail = ("ask_count",)
    list_display = ("code", "kind", "regime", "aisle", "rack", "level", "position", "is_open")
    list_filter = (
        ("regime", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("place", RelatedDropdownFilter),
    )
    search_fields = ("code", "contents__stock__offer__article")
    ordering = ("place", "walk")
    fields = ("code", "place", "kind", "regime", "aisle", "rack", "level", "position", "is_open")
    inlines = (Lying,)

    @doing.deed(
        doing.Deed(
            title=_("Ask for a count"),
            question=_("The floor will count these bins without seeing the books. Go on?"),
            icon="fact_check",
        )
    )
    def ask_count(self, row, answers, hands):
        counts.open(row, actor=hands.actor, now=hands.now)


class Entries(Goods, Rows):
    model = BinCountEntry
    fields = ("turn", "goods", "books", "found", "off", "by", "when")
    ordering = ("turn", "stock")

    books = cells.counted("expected", _("in the books"))
    found = cells.counted("counted", _("counted"))
    when = cells.dated("happened_at", _("happened"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("stock__offer__variant__product")

    @display(description=_("difference"))
    def off(self, entry):
        return cells.figure(f"{entry.difference:+}") if entry.difference else cells.NOTHING


def _differs(row):
    return row.state == BinCount.State.DIFFERS


@admin.register(BinCount)
class BinCountDesk(Looking):
    """Who counted does not decide; the machine and the books say so, not this page."""

    deeds_need = "logistics.change_bincount"
    actions_detail = ("book", "again")
    list_display = ("bin", "state_tag", "cause", "opened", "closed", "reason")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("bin",)
    search_fields = ("bin__code", "cause", "reason")
    ordering = ("-pk",)
    fields = ("bin", "state_tag", "cause", "opened", "closed", "closer", "reason")
    inlines = (Entries,)

    state_tag = cells.stated(COUNT_TONES)
    opened = cells.dated("opened_at", _("opened"))
    closed = cells.dated("closed_at", _("closed"))

    @doing.deed(
        doing.Deed(
            title=_("Book the difference"),
            question=_("The books will follow the two counts. Say why."),
            form=doing.Reason,
            suits=_differs,
            icon="rule",
            is_grave=True,
        )
    )
    def book(self, row, answers, hands):
        counts.book(row, reason=answers["text"], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Count once more"),
            question=_("Another person will count this bin again. Go on?"),
            suits=_differs,
            icon="replay",
        )
    )
    def again(self, row, answers, hands):
        counts.again(row, actor=hands.actor, now=hands.now)


class Stops(Rows):
    model = PickStop
    fields = ("position", "bin", "shipment", "quantity", "state", "done_by", "done")
    ordering = ("position",)
    per_page = 50

    done = cells.dated("done_at", _("happened"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("bin", "shipment")


@admin.register(Wave)
class WaveDesk(Looking):
    list_display = ("number", "state_tag", "first_cut", "metres", "by", "made", "ended")
    list_filter = (("state", ChoicesDropdownFilter),)
    ordering = ("-pk",)
    fields = ("state_tag", "first_cut", "metres", "by", "made", "ended")
    inlines = (Stops,)

    number = cells.number()
    state_tag = cells.stated(WAVE_TONES)
    first_cut = cells.dated("closes_at", _("first cut-off"))
    made = cells.dated("made_at", _("made"))
    ended = cells.dated("ended_at", _("ended"))

    @display(description=_("walk, m"), ordering="walk_cm")
    def metres(self, wave):
        return cells.figure(wave.walk_m)


@admin.register(Serial)
class SerialDesk(Goods, Looking):
    list_display = ("number", "state_tag", "goods", "parcel", "taken", "packed")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("stock__offer__variant__product", "item__shipment")
    search_fields = ("number", "stock__offer__article", "item__shipment__number")
    ordering = ("-pk",)
    fields = ("number", "scheme", "state_tag", "goods", "parcel", "taken", "packed")

    state_tag = cells.stated(SERIAL_TONES)
    taken = cells.dated("taken_at", _("taken in"))
    packed = cells.dated("packed_at", _("packed"))

    @display(description=_("parcel"))
    def parcel(self, serial):
        return cells.link(serial.item.shipment) if serial.item else cells.NOTHING


@admin.register(StorageBill)
class StorageBillDesk(Waiting, Looking):
    deeds_need = "logistics.change_storagebill"
    actions = ("try_again",)
    actions_detail = ("try_again",)
    list_display = ("week_until", "sellers", "taken", "done", "work")
    ordering = ("-week_until",)
    fields = ("week_until", "sellers", "taken", "done", "work", "last_failure")

    done = cells.dated("done_at", _("done"))

    @display(description=_("taken, fen"), ordering="price_fen")
    def taken(self, bill):
        return cells.figure(bill.price_fen)


@admin.register(SerialRule)
class SerialRuleDesk(Desk):
    list_display = ("kind", "scheme", "valid_from", "valid_until", "source")
    ordering = ("kind", "-valid_from")


class PlanForm(forms.Form):
    """The floor to be."""

    aisles = forms.IntegerField(min_value=1, max_value=99)
    bonded_aisles = forms.IntegerField(min_value=0, max_value=99)
    racks = forms.IntegerField(min_value=1, max_value=99)
    levels = forms.IntegerField(min_value=1, max_value=9, initial=4)
    positions = forms.IntegerField(min_value=1, max_value=9, initial=2)
    pitch_cm = forms.IntegerField(min_value=100, max_value=2000, initial=300)
    rack_cm = forms.IntegerField(min_value=50, max_value=1000, initial=120)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = Layout._meta.get_field(name).verbose_name.capitalize()
            field.widget = widgets.UnfoldAdminIntegerFieldWidget()


LAY_OUT = doing.Deed(
    title=_("Lay out bins"),
    question=_("Give this warehouse its bins. What lies there will be on the dock until put away."),
    form=PlanForm,
    suits=lambda place: place.kind == place.Kind.WAREHOUSE and not hasattr(place, "layout"),
    icon="shelves",
)


class LayingOut:
    """For the desk of places: the deed that gives a warehouse its bins."""

    deeds_need = "logistics.change_bincount"
    actions_detail = ("lay_out",)

    @doing.deed(LAY_OUT)
    def lay_out(self, row, answers, hands):
        bins.lay_out(row, bins.Plan(**answers), actor=hands.actor, now=hands.now)
