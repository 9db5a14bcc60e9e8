"""The desk of exceptions: what went wrong with parcels, whose it is and until when."""

from django.contrib import admin
from django.db import transaction
from django.db.models import Q, Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from logistics import failing, incidents, outlook
from logistics.models import (
    CarrierCode,
    CarrierNotice,
    Courier,
    Incident,
    IncidentRule,
    Patience,
    WeightRule,
)
from storefront.lib import clock

from . import cells, doing, filters
from .looking import Desk, Looking
from .network import PERIOD
from .waiting import Waiting


class Answer(doing.Reason):
    """What was found out and done."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, label=gettext("Answer"), **kwargs)


class Open(filters.YesNo):
    title = _("open")
    parameter_name = "open"

    def condition(self):
        return Q(closed_at=None)


class Overdue(filters.YesNo):
    title = _("past the deadline")
    parameter_name = "overdue"

    def condition(self):
        return Q(closed_at=None, answer_by__lt=clock.now())


@admin.register(Incident)
class IncidentDesk(Waiting, Looking):
    """Closed by what happens to the parcel, or by a person's answer."""

    deeds_need = "logistics.change_incident"
    actions = ("answer", "give_up", "try_again")
    actions_detail = ("answer", "give_up", "try_again")
    list_display = (
        "kind_tag",
        "parcel",
        "order_link",
        "cause",
        "owner",
        "deadline",
        "paid_back",
        "closed",
    )
    list_display_links = ("kind_tag",)
    list_filter = (
        Open,
        Overdue,
        ("kind", ChoicesDropdownFilter),
        ("owner", ChoicesDropdownFilter),
        filters.period("opened_at", _("opened")),
    )
    list_select_related = ("shipment__order", "rule")
    search_fields = ("shipment__number", "shipment__track", "shipment__order__number", "cause")
    ordering = ("closed_at", "answer_by")
    fieldsets = (
        (None, {"fields": ("kind_tag", "parcel", "order_link", "cause", "owner")}),
        (_("When"), {"fields": ("opened", "deadline", "reminded", "closed", "closer")}),
        (
            _("What follows"),
            {"fields": ("then", "money", "paid_back", "buyer_reads", "answer_now")},
        ),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )

    opened = cells.dated("opened_at", _("opened"))
    reminded = cells.dated("reminded_at", _("reminded"))
    closed = cells.dated("closed_at", _("closed"))
    paid_back = cells.priced("given_back", _("given back"))

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(read_at=Value(clock.now()))

    @display(description=_("kind"), ordering="kind")
    def kind_tag(self, incident):
        return cells.tag(incident.get_kind_display(), "" if incident.closed_at else "bad")

    @display(description=_("parcel"), ordering="shipment__number")
    def parcel(self, incident):
        return cells.link(incident.shipment)

    @display(description=_("order"), ordering="shipment__order__number")
    def order_link(self, incident):
        return cells.link(incident.shipment.order)

    @display(description=_("answer by"), ordering="answer_by")
    def deadline(self, incident):
        if incident.closed_at is not None:
            return cells.moment(incident.answer_by)
        left = incident.answer_by - incident.read_at
        if left.total_seconds() < 0:
            return cells.tag(_("past the deadline"), "bad")
        return cells.tag(cells.span(left), "warn")

    @display(description=_("at the deadline"))
    def then(self, incident):
        return incident.rule.get_then_display()

    @display(description=_("money"))
    def money(self, incident):
        return incident.rule.get_money_display()

    @display(description=_("the buyer reads"))
    def buyer_reads(self, incident):
        return " ".join(outlook.words(incident.kind)) or cells.NOTHING

    @display(description=_("answer"))
    def answer_now(self, incident):
        return incident.answer or cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Answer and close"),
            question=_("What was found out and done? The exception is closed."),
            form=Answer,
            suits=lambda incident: incident.closed_at is None,
            icon="task_alt",
        )
    )
    def answer(self, incident, answers, hands):
        with transaction.atomic():
            text = answers["text"]
            incidents.answer(incident, text=text, actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Give the parcel up as lost"),
            question=_("The parcel counts as lost and the buyer gets the money back. Go on?"),
            form=Answer,
            suits=lambda incident: incident.closed_at is None,
            icon="delete_forever",
            is_grave=True,
        )
    )
    def give_up(self, incident, answers, hands):
        failing.confirm_lost(incident, text=answers["text"], actor=hands.actor, now=hands.now)


@admin.register(IncidentRule)
class IncidentRuleDesk(Desk):
    list_display = ("kind", "opens_on", "after", "owner", "answer_hours", "then", "money", *PERIOD)
    ordering = ("kind", "-valid_from")


@admin.register(CarrierCode)
class CarrierCodeDesk(Desk):
    list_display = ("carrier", "raw", "country", "code", *PERIOD)
    list_filter = ("carrier", ("code", ChoicesDropdownFilter))
    search_fields = ("raw", "code")
    ordering = ("carrier", "raw", "-valid_from")


@admin.register(Patience)
class PatienceDesk(Desk):
    list_display = ("code", "silent_hours", *PERIOD)
    ordering = ("code", "-valid_from")


@admin.register(WeightRule)
class WeightRuleDesk(Desk):
    """How far the scales may be off; a change is a new row with its first day."""

    list_display = ("share", "least", *PERIOD)
    ordering = ("-valid_from",)

    least = cells.counted("least_g", _("never less than, g"))

    @display(description=_("tolerance"), ordering="tolerance_bps")
    def share(self, rule):
        return cells.percent(rule.tolerance_bps)


@admin.register(Courier)
class CourierDesk(Waiting, Looking):
    deeds_need = "logistics.change_shipment"
    actions = ("try_again",)
    actions_detail = ("try_again",)
    list_display = ("code", "look_minutes", "ticket_minutes", "most", "ticket", "work", "source")
    list_filter = (filters.Failing,)
    ordering = ("code",)
    fields = (*list_display, "last_failure")


@admin.register(CarrierNotice)
class CarrierNoticeDesk(Waiting, Looking):
    list_display = ("received", "carrier", "number", "source", "outcome", "work")
    list_filter = ("carrier", filters.Failing)
    search_fields = ("number",)
    ordering = ("-pk",)
    fields = ("received", "carrier", "number", "source", "outcome", "text", "work", "last_failure")

    received = cells.dated("received_at", _("received"))

    @display(description=_("message"))
    def text(self, notice):
        return cells.block(bytes(notice.body).decode("utf-8", "replace"))
