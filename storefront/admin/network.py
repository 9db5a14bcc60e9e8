"""The network as data: places, services, lanes and rules, dated; operators keep them."""

from decimal import Decimal

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from logistics import closures, network, proposing, revising, sketch
from logistics.closures import Notice
from logistics.models import (
    DutyRule,
    Holiday,
    Lane,
    LastMile,
    NumberRange,
    Place,
    Point,
    PointList,
    Service,
    ServicePrice,
    Stage,
)
from storefront.lib import clock
from storefront.lib.fields import MoneyField

from . import cells, doing, filters
from .closing import NEEDED, SHUT
from .legs import Legs
from .looking import Desk, Looking, Rows
from .stocking import LayingOut
from .waiting import Waiting

PERIOD = ("valid_from", "valid_until", "source")


DAYS = [
    (1, _("Mon")),
    (2, _("Tue")),
    (3, _("Wed")),
    (4, _("Thu")),
    (5, _("Fri")),
    (6, _("Sat")),
    (7, _("Sun")),
]


def hours(label) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_digits=6, decimal_places=1,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


class Change(forms.Form):
    """What a service is like from a day on."""

    valid_from = forms.DateField(
        label=_("From"), widget=widgets.UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("days of the week"), choices=DAYS, coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    departs = forms.TimeField(
        label=_("Departs"), required=False,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"type": "time"}),
    )  # fmt: skip
    cutoff_hours = hours(_("Cut-off, hours before"))
    hours_p50 = hours(_("Hours, half of cases"))
    hours_p90 = hours(_("Hours, nine of ten"))
    capacity_kg = forms.IntegerField(
        label=_("capacity, kg"), min_value=1, required=False,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    source = forms.CharField(
        label=_("Source"), max_length=200, widget=widgets.UnfoldAdminTextInputWidget()
    )


@admin.register(Place)
class PlaceDesk(LayingOut, Desk):
    deeds_need = NEEDED
    actions_detail = ("shut", "lay_out")
    list_display = ("code", "title_now", "kind", "country", "zone", "customs_code", "timezone")
    list_filter = (("kind", ChoicesDropdownFilter), "country", "zone")
    search_fields = ("code", "title_ru", "title_zh", "title_en", "unlocode")
    ordering = ("code",)

    @display(description=_("place"), ordering="title_ru")
    def title_now(self, place):
        return place.title

    @doing.deed(SHUT)
    def shut(self, place, answers, hands):
        closures.enter(Notice(place=place.code, **answers), actor=hands.actor, now=hands.now)


class Prices(Rows):
    model = ServicePrice
    fields = ("up_to_g", "fixed", "by_weight", "source")
    ordering = ("up_to_g",)

    fixed = cells.priced("base", _("base"))
    by_weight = cells.priced("per_100g", _("per 100 g"))


@admin.register(Service)
class ServiceDesk(Looking):
    """Rows are never changed: a change is another row from a day on."""

    deeds_need = NEEDED
    actions_detail = ("revise", "shut")
    change_list_template = "admin/services.html"
    inlines = (Prices,)
    list_display = ("code", "mode", "route", "carrier", "timetable", "hours", "room", *PERIOD)
    list_filter = (("mode", ChoicesDropdownFilter), "carrier", "is_step")
    list_select_related = ("origin", "target")
    search_fields = ("code", "carrier", "origin__code", "target__code")
    ordering = ("code", "-valid_from")

    @display(description=_("route"))
    def route(self, service):
        return f"{service.origin.title} \u2192 {service.target.title}"

    @display(description=_("timetable"))
    def timetable(self, service):
        if service.is_step or service.departs is None:
            return _("whenever goods are there")
        days = "".join(str(day) for day in service.weekdays)
        return f"{days} {service.departs:%H:%M}"

    @display(description=_("hours, P50 and P90"), ordering="hours_p90")
    def hours(self, service):
        return cells.figure(f"{service.hours_p50} / {service.hours_p90}")

    @display(description=_("capacity, kg"), ordering="capacity_g")
    def room(self, service):
        grams = service.capacity_g
        return cells.NOTHING if grams is None else cells.figure(cells.whole(grams // 1000))

    def get_urls(self):
        drawn = self.admin_site.admin_view(self.drawn)
        return [path("map/", drawn, name="logistics_service_map"), *super().get_urls()]

    def drawn(self, request: HttpRequest) -> HttpResponse:
        """The network of today on a map, without a map server."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shared = self.admin_site.each_context(request)
        shown = sketch.of(network.links(), now=clock.now())
        given = {**shared, "opts": self.opts, "title": _("The network today"), "sketch": shown}
        return TemplateResponse(request, "admin/network_map.html", given)

    @doing.deed(SHUT)
    def shut(self, service, answers, hands):
        closures.enter(Notice(service=service.code, **answers), actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Change from a day"),
            question=_("Another row begins on that day, and this one ends. Write it?"),
            form=Change,
            icon="edit_calendar",
        )
    )
    def revise(self, service, answers, hands):
        revising.revise(service, **answers)


class InRubles:
    """The network asks rubles: no other currency is offered, and this one by its name."""

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, MoneyField):
            field.fields[1].choices = field.widget.widgets[1].choices = [("RUB", _("rubles"))]
        return field


@admin.register(Lane)
class LaneDesk(InRubles, Desk):
    list_display = ("code", "title_now", "mode", "origin", "end", "fixed", "by_weight", *PERIOD)
    list_filter = (("mode", ChoicesDropdownFilter), ("origin", ChoicesDropdownFilter))
    list_select_related = ("terminal",)
    search_fields = ("code", "title_ru", "title_zh", "title_en")
    ordering = ("code", "-valid_from")
    inlines = (Legs,)
    list_before_template = "admin/proposals_link.html"

    fixed = cells.priced("base", _("base"))
    by_weight = cells.priced("per_100g", _("per 100 g"))

    @display(description=_("lane"), ordering="title_ru")
    def title_now(self, lane):
        return lane.title

    @display(description=_("terminal"), ordering="terminal__code")
    def end(self, lane):
        return lane.terminal.title

    def get_urls(self):
        shown = self.admin_site.admin_view(self.proposed)
        return [path("proposed/", shown, name="logistics_lane_proposed"), *super().get_urls()]

    def proposed(self, request: HttpRequest) -> HttpResponse:
        """Ways of the network that no lane sells; one of them becomes a lane."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._sold(request)
        given = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Ways no lane sells"),
            "proposals": proposing.proposals(now=clock.now()),
        }
        return TemplateResponse(request, "admin/proposals.html", given)

    def _sold(self, request: HttpRequest) -> HttpResponse:
        actor, key = f"user:{request.user.pk}", request.POST.get("key", "")[:500]
        try:
            lane = proposing.sell(key, actor=actor, now=clock.now())
        except proposing.NotProposed as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:logistics_lane_proposed")
        return redirect("admin:logistics_lane_change", lane.pk)


@admin.register(LastMile)
class LastMileDesk(InRubles, Desk):
    list_display = ("city_now", "end", "to_point", "carrier", "days", "fixed", "by_weight", *PERIOD)
    list_filter = ("carrier", "to_point", ("terminal", RelatedDropdownFilter))
    list_select_related = ("city", "terminal")
    search_fields = ("city__slug", "city__title_ru", "carrier")
    ordering = ("city__slug", "terminal__code")

    fixed = cells.priced("base", _("base"))
    by_weight = cells.priced("per_100g", _("per 100 g"))

    @display(description=_("city"), ordering="city__slug")
    def city_now(self, last_mile):
        return last_mile.city.title

    @display(description=_("terminal"), ordering="terminal__code")
    def end(self, last_mile):
        return last_mile.terminal.title

    @display(description=_("days, P50 and P90"), ordering="days_p90")
    def days(self, last_mile):
        return cells.figure(f"{last_mile.days_p50} / {last_mile.days_p90}")


@admin.register(Point)
class PointDesk(Looking):
    """As carriers list them: fetched every night, never written here."""

    list_display = ("code", "carrier", "city_now", "postcode", "address", "hours", *PERIOD)
    list_filter = ("carrier", ("city", RelatedDropdownFilter))
    list_select_related = ("city",)
    search_fields = ("code", "title", "address", "postcode", "city__title_ru")
    ordering = ("city__slug", "postcode", "code")

    @display(description=_("city"), ordering="city__slug")
    def city_now(self, point):
        return point.city.title


@admin.register(PointList)
class PointListDesk(Waiting, Looking):
    """Each night's fetching of a carrier's points."""

    deeds_need = NEEDED
    actions = ("try_again",)
    actions_detail = ("try_again",)
    list_display = ("run_on", "carrier", "done", "work", "last_failure", "found_n", "ended_n")
    list_filter = ("carrier", filters.Failing)
    ordering = ("-run_on", "carrier")
    fields = list_display

    done = cells.dated("done_at", _("done"))


@admin.register(Holiday)
class HolidayDesk(Desk):
    list_display = ("day", "country", "is_working", "source")
    list_filter = ("country", "is_working")
    ordering = ("-day",)


@admin.register(Stage)
class StageDesk(Desk):
    list_display = ("state", "minutes_p50", "minutes_p90", "source")
    ordering = ("pk",)


@admin.register(DutyRule)
class DutyRuleDesk(Desk):
    list_display = ("rule", "free_eur", "free_g", "rate", "min_eur_per_kg", "is_active", *PERIOD)
    list_filter = ("is_active",)
    ordering = ("rule",)

    @display(description=_("rate of duty"), ordering="rate_bps")
    def rate(self, rule):
        return cells.percent(rule.rate_bps)


@admin.register(NumberRange)
class NumberRangeDesk(Looking):
    list_display = ("service", "country", "next_serial", "last_serial", "source")
    ordering = ("service", "country")
