"""The network as data: places, services, lanes and rules, dated; operators keep them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from logistics.models import (
    DutyRule,
    Holiday,
    Lane,
    LaneLeg,
    LastMile,
    NumberRange,
    Place,
    Service,
    Stage,
)

from . import cells
from .looking import Desk, EditableRows, Looking
from .stocking import LayingOut

PERIOD = ("valid_from", "valid_until", "source")


@admin.register(Place)
class PlaceDesk(LayingOut, Desk):
    list_display = ("code", "title_now", "kind", "country", "zone", "customs_code", "timezone")
    list_filter = (("kind", ChoicesDropdownFilter), "country", "zone")
    search_fields = ("code", "title_ru", "title_zh", "title_en", "unlocode")
    ordering = ("code",)

    @display(description=_("place"), ordering="title_ru")
    def title_now(self, place):
        return place.title


@admin.register(Service)
class ServiceDesk(Desk):
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


class Legs(EditableRows):
    model = LaneLeg
    fields = ("position", "service", "is_main")
    autocomplete_fields = ("service",)
    ordering = ("position",)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("service")


@admin.register(Lane)
class LaneDesk(Desk):
    list_display = ("code", "title_now", "mode", "origin", "end", "fixed", "by_weight", *PERIOD)
    list_filter = (("mode", ChoicesDropdownFilter), "origin")
    list_select_related = ("terminal",)
    search_fields = ("code", "title_ru", "title_zh", "title_en")
    ordering = ("code", "-valid_from")
    inlines = (Legs,)

    fixed = cells.priced("base", _("base"))
    by_weight = cells.priced("per_100g", _("per 100 g"))

    @display(description=_("lane"), ordering="title_ru")
    def title_now(self, lane):
        return lane.title

    @display(description=_("terminal"), ordering="terminal__code")
    def end(self, lane):
        return lane.terminal.title


@admin.register(LastMile)
class LastMileDesk(Desk):
    list_display = ("city_now", "end", "carrier", "days", "fixed", "by_weight", *PERIOD)
    list_filter = ("carrier", ("terminal", RelatedDropdownFilter))
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

    @display(description=_("rate"), ordering="rate_bps")
    def rate(self, rule):
        return cells.percent(rule.rate_bps)


@admin.register(NumberRange)
class NumberRangeDesk(Looking):
    list_display = ("service", "country", "next_serial", "last_serial", "source")
    ordering = ("service", "country")
