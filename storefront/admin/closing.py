"""The desk of closures: what is shut, why, until when, and what became of the parcels."""

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from logistics import closures
from logistics.models import Closure, Lane, Replanned, Service
from storefront.lib import clock, kept

from . import cells, doing, filters, people
from .looking import Looking, Rows

OUTCOMES = {"ANOTHER": "good", "LATER": "river", "WAITS": "warn", "PERSON": "bad"}
NEEDED = "logistics.change_service"


def instant(label, **options) -> forms.DateTimeField:
    field = widgets.UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, widget=field, **options)


class Shutting(forms.Form):
    """Why something is shut, from when until when, and who said so."""

    kind = forms.ChoiceField(
        label=_("Reason"), choices=Closure.Kind.choices, widget=widgets.UnfoldAdminSelectWidget
    )
    closed_at = instant(_("Closed from"))
    opens_at = instant(_("Open again"), required=False, help_text=_("empty: until further notice"))
    source = forms.CharField(
        label=_("Source"), max_length=200, widget=widgets.UnfoldAdminTextInputWidget()
    )


class Reopening(forms.Form):
    """From when it runs again."""

    at = instant(_("Open again"))


SHUT = doing.Deed(
    title=_("Shut"),
    question=_(
        "Nothing is planned through it any more. Every parcel it stops gets another way or a "
        "person, and its buyer hears of it. Shut it?"
    ),
    form=Shutting,
    icon="block",
    is_grave=True,
)


@kept.for_a_minute
def routes():
    """Every service by its code: from where to where."""
    rows = Service.objects.select_related("origin", "target").order_by("valid_from")
    return {row.code: (row.origin, row.target) for row in rows}


@kept.for_a_minute
def known_lanes():
    """The last row of every lane by its code."""
    return {row.code: row for row in Lane.objects.order_by("valid_from")}


def lanes():
    """The titles of lanes in the reader's language."""
    return {code: lane.title for code, lane in known_lanes().items()}


class Outcomes(Rows):
    model = Replanned
    fields = ("parcel", "what", "before", "after", "expected_before", "expected_on")
    ordering = ("-pk",)
    per_page = 50

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("shipment")

    @display(description=_("parcel"))
    def parcel(self, row):
        return cells.link(row.shipment)

    @display(description=_("way before"))
    def before(self, row):
        return lanes().get(row.lane_before, row.lane_before)

    @display(description=_("way now"))
    def after(self, row):
        return lanes().get(row.lane_after, row.lane_after) or cells.NOTHING

    @display(description=_("outcome"))
    def what(self, row):
        return cells.tag(row.get_outcome_display(), OUTCOMES[row.outcome])


class Shut(filters.YesNo):
    title = _("shut now or soon")
    parameter_name = "shut"

    def condition(self):
        return Q(pk__in=Closure.objects.shut(now=clock.now()).values("pk"))


@admin.register(Closure)
class ClosureDesk(Looking):
    deeds_need = NEEDED
    actions_detail = ("reopen",)
    list_display = ("what", "kind", "closed", "opens", "now", "parcels", "source")
    list_filter = (Shut, ("kind", ChoicesDropdownFilter), "is_done")
    list_select_related = ("place",)
    search_fields = ("service", "place__code", "source")
    ordering = ("-closed_at", "-pk")
    fields = ("what", "service", "kind", "closed", "opens", "now", "source", "entered", "enterer")
    inlines = (Outcomes,)

    closed = cells.dated("closed_at", _("closed from"))
    opens = cells.dated("opens_at", _("open again"))
    entered = cells.dated("entered_at", _("entered"))
    enterer = people.who("entered_by", _("entered by"))
    parcels = cells.counted("found", _("parcels"))

    def get_queryset(self, request):
        return closures.counted(super().get_queryset(request))

    @display(description=_("what is shut"))
    def what(self, closure):
        if closure.place:
            return closure.place.title
        ends = routes().get(closure.service)
        towns = [place.title.split(",")[0] for place in ends or ()]
        return " \u2192 ".join(towns) or closure.service

    @display(description=_("now"))
    def now(self, closure):
        return cells.tag(*self._standing(closure))

    def _standing(self, closure):
        now = clock.now()
        if closure.opens_at is not None and closure.opens_at <= now:
            return _("open"), "good"
        return (_("shut"), "bad") if closure.closed_at <= now else (_("announced"), "warn")

    @doing.deed(
        doing.Deed(
            title=_("Open again"),
            question=_("Parcels that were planned anew keep their new ways. Open it?"),
            form=Reopening,
            suits=lambda closure: closure.opens_at is None or closure.opens_at > clock.now(),
            icon="lock_open",
        )
    )
    def reopen(self, closure, answers, hands):
        closures.reopen(closure, at=answers["at"])
