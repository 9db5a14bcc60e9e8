"""The desk of rates: the central bank's, those a bank offers, and both as a chart."""

from datetime import timedelta

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from payments import deals, fx
from payments.models import DealRate, Rate
from storefront.lib import clock

from . import cells, charts, doing, filters
from .looking import Looking

CHART_DAYS = timedelta(days=90)


def chart():
    """The yuan of the last months: as published, and as our bank sold it."""
    since = (clock.now() - CHART_DAYS).date()
    return charts.lines(
        _("Rubles for one yuan, 90 days"),
        [
            charts.Series(_("central bank"), "river", fx.history(fx.OURS, since=since)),
            charts.Series(_("our bank sells"), "warm", deals.history(fx.OURS, since=since)),
        ],
    )


class Charted(Looking):
    """A list of rates below their chart."""

    list_before_template = "admin/_chart.html"

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {**(extra_context or {}), "chart": chart()})


def per_one(field, title):
    """A column of rubles for one unit."""

    @display(description=title, ordering=field)
    def column(self, row):
        return cells.decimal(getattr(row, field))

    return column


@admin.register(Rate)
class RateDesk(Charted):
    """Rates of exchange; one that jumped waits here for a person."""

    deeds_need = "payments.change_rate"
    actions = ("confirm",)
    actions_detail = ("confirm",)
    list_display = ("currency", "rate_on", "for_one", "nominal", "source", "fetched", "sign")
    list_filter = (
        "is_held",
        "currency",
        filters.keeping("held"),
        filters.period("fetched_at", _("fetched")),
    )
    search_fields = ("currency", "source")
    ordering = ("-rate_on", "currency", "-pk")

    fetched = cells.dated("fetched_at", _("fetched"))
    for_one = per_one("rate", _("rubles for one"))

    @display(description=_("hold"), ordering="is_held")
    def sign(self, rate):
        return cells.tag(_("held for a person"), "warn") if rate.is_held else cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Confirm the rate"),
            question=_("Prices will be made with it. Is this rate right?"),
            suits=lambda rate: rate.is_held,
            icon="check",
        )
    )
    def confirm(self, rate, answers, hands):
        fx.confirm(rate, actor=hands.actor, now=hands.now)


@admin.register(DealRate)
class DealRateDesk(Charted):
    """What our bank offered, each time it was asked."""

    list_display = ("offered", "bank", "currency", "low", "high", "until", "source")
    list_filter = ("bank", filters.period("offered_at", _("offered")))
    search_fields = ("bank", "payload_hash")
    ordering = ("-offered_at", "-pk")

    offered = cells.dated("offered_at", _("offered"))
    until = cells.dated("valid_until", _("valid until"))
    low = per_one("buys", _("bank buys at"))
    high = per_one("sells", _("bank sells at"))
