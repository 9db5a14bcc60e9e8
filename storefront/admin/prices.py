"""The desk of prices: price lists, promotions, and what was really asked."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from catalog import promotions
from catalog.models import AskedPrice, PriceList, PriceListLine, Promotion, PromotionLine
from storefront.flows import promoting
from storefront.lib import clock

from . import cells, doing, filters
from .looking import Looking, Rows
from .waiting import Waiting

TONES = {promotions.COMING: "river", promotions.RUNS: "good", promotions.OVER: ""}
LABELS = {
    promotions.COMING: _("coming"),
    promotions.RUNS: _("running"),
    promotions.OVER: _("over"),
}


def _is_open(row) -> bool:
    return row.stopped_at is None and (row.ends_at is None or row.ends_at > clock.now())


class Timed(Waiting, Looking):
    """What holds for a while; sellers make it, the desk may end it."""

    actions = ("stop", "try_again")
    actions_detail = ("stop", "try_again")
    list_filter = (
        ("seller", RelatedDropdownFilter),
        filters.period("starts_at", _("starts")),
        filters.Failing,
    )
    list_select_related = ("seller",)
    search_fields = ("title", "seller__slug", "lines__offer__article")
    ordering = ("-pk",)

    starts = cells.dated("starts_at", _("starts"))
    ends = cells.dated("ends_at", _("ends"))
    stopped = cells.dated("stopped_at", _("stopped"))
    made = cells.dated("created_at", _("made"))

    @display(description=_("state"))
    def standing(self, row):
        now = promotions.standing(row, now=clock.now())
        return cells.tag(LABELS[now], TONES[now])

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, row):
        return cells.link(row.seller, row.seller.name)

    @doing.deed(
        doing.Deed(
            title=_("End now"),
            question=_("The earlier prices hold again at once. End these?"),
            suits=_is_open,
            icon="stop_circle",
            is_grave=True,
        )
    )
    def stop(self, row, answers, hands):
        promoting.stop(row, now=hands.now)


class PriceListLines(Rows):
    model = PriceListLine
    fields = ("goods", "yuan")
    ordering = ("offer__article",)

    yuan = cells.priced("price", _("price"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("offer")

    @display(description=_("article number"))
    def goods(self, line):
        return cells.link(line.offer, line.offer.article)


@admin.register(PriceList)
class PriceListDesk(Timed):
    deeds_need = "catalog.change_pricelist"
    list_display = ("title", "merchant", "standing", "starts", "ends", "stopped", "work")
    fieldsets = (
        (None, {"fields": (("title", "merchant", "standing"), ("starts", "ends", "stopped"))}),
        (_("Work"), {"fields": (("made", "by"), ("work", "last_failure"))}),
    )
    inlines = (PriceListLines,)


class PromotionLines(Rows):
    model = PromotionLine
    fields = ("goods", "yuan")
    ordering = ("offer__article",)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("offer")

    @display(description=_("article number"))
    def goods(self, line):
        return cells.link(line.offer, line.offer.article)

    @display(description=_("price in the shop now"))
    def yuan(self, line):
        return cells.amount(line.offer.price)


@admin.register(Promotion)
class PromotionDesk(Timed):
    deeds_need = "catalog.change_promotion"
    list_display = ("title", "merchant", "off", "standing", "starts", "ends", "pieces", "work")
    fieldsets = (
        (None, {"fields": (("title", "merchant", "standing"), ("off", "pieces"))}),
        (_("When"), {"fields": (("starts", "ends", "stopped"), ("made", "by"))}),
        (_("Work"), {"fields": (("work", "last_failure"),)}),
    )
    inlines = (PromotionLines,)

    @display(description=_("discount"))
    def off(self, row):
        if row.rate_bps is not None:
            return cells.percent(row.rate_bps)
        return f"{row.discount} {row.currency}"

    @display(description=_("pieces sold"))
    def pieces(self, row):
        return f"{row.sold_pieces} / {row.most_pieces or cells.NOTHING}"


@admin.register(AskedPrice)
class AskedPriceDesk(Looking):
    """What was really asked; nobody can change it."""

    list_display = ("goods", "yuan", "is_asked", "since", "because")
    list_display_links = ("yuan",)
    list_filter = ("is_asked", filters.period("asked_from", _("asked from")))
    list_select_related = ("offer",)
    search_fields = ("offer__article",)
    ordering = ("-pk",)

    yuan = cells.priced("price", _("price"))
    since = cells.dated("asked_from", _("asked from"))

    @display(description=_("article number"))
    def goods(self, row):
        return cells.link(row.offer, row.offer.article)
