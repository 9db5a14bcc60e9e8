"""The desk of banks: pairs and their dated terms, what was measured of them, codes, bank days."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from payments.banking import choosing
from payments.models import Bank, BankDay, Correspondence, Payout, ReturnReason

from . import cells, doing
from .looking import Looking

REMEDY_TONES = {"REROUTE": "river", "SELLER": "warn", "PERSON": "bad"}


def _demo(self, row):
    return cells.tag(_("demo"), "warn") if row.is_demo else cells.NOTHING


demo = display(description=_("demo"), ordering="is_demo")(_demo)


@admin.register(Bank)
class BankDesk(Looking):
    list_display = ("code", "title_now", "side", "bic", "city", "demo", "source")
    list_filter = (("side", ChoicesDropdownFilter),)
    search_fields = ("code", "bic", "title_ru", "title_zh", "title_en")
    ordering = ("side", "code")

    demo = demo

    @display(description=_("bank"), ordering="title_ru")
    def title_now(self, bank):
        return bank.title


def _own(condition: Q):
    """A count over our own payouts by the pair of a row, whichever of its terms they went by."""
    mine = Payout.objects.filter(
        route__russian=OuterRef("russian"), route__chinese=OuterRef("chinese")
    )
    counts = mine.filter(condition).order_by().values("route__russian")
    return Coalesce(Subquery(counts.annotate(n=Count("pk")).values("n")), 0)


@admin.register(Correspondence)
class RouteDesk(Looking):
    """Terms of pairs of banks; the newest row of a pair counts, a suspension is a row too."""

    deeds_need = "payments.change_correspondence"
    actions = ("suspend", "open_again")
    actions_detail = ("suspend", "open_again")
    list_display = (
        *("pair", "currency", "charge", "lowest", "highest", "cut_off", "days"),
        *("known", "measured", "standing", "valid_from", "demo"),
    )
    list_filter = (
        "currency",
        "is_suspended",
        ("russian", RelatedDropdownFilter),
        ("chinese", RelatedDropdownFilter),
    )
    list_select_related = ("russian", "chinese")
    search_fields = ("russian__code", "chinese__code", "russian__title_ru", "chinese__title_zh")
    ordering = ("russian__code", "chinese__code", "currency", "-valid_from", "-pk")
    fieldsets = (
        (None, {"fields": ("pair", "currency", "standing", "valid_from", "demo", "source")}),
        (_("Terms"), {"fields": ("charge", "lowest", "highest", "cut_off", "days", "known")}),
        (_("Decision"), {"fields": ("reason", "decider", "decided")}),
    )

    demo = demo
    lowest = cells.priced("least", _("at least"))
    highest = cells.priced("most", _("at most"))
    decided = cells.dated("decided_at", _("decided"))

    def get_queryset(self, request):
        ended = Q(state__in=["CREDITED", "RETURNED"])
        counts = {"back_n": _own(Q(state="RETURNED")), "ended_n": _own(ended)}
        return super().get_queryset(request).annotate(**counts)

    @display(description=_("route"))
    def pair(self, route):
        return f"{route.russian.title} \u2192 {route.chinese.title}"

    @display(description=_("fee"))
    def charge(self, route):
        return cells.lines([cells.amount(route.fee), cells.percent(route.fee_bps)])

    @display(description=_("returned as known"), ordering="returned_bps")
    def known(self, route):
        return cells.percent(route.returned_bps)

    @display(description=_("returned, own payouts"), ordering="back_n")
    def measured(self, route):
        return cells.figure(f"{route.back_n} / {route.ended_n}") if route.ended_n else cells.NOTHING

    @display(description=_("state"), ordering="is_suspended")
    def standing(self, route):
        return cells.tag(_("suspended"), "bad") if route.is_suspended else cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Suspend"),
            question=_("From today no payout and no conversion goes by this pair. Suspend it?"),
            form=doing.Reason,
            suits=lambda route: not route.is_suspended,
            icon="block",
            is_grave=True,
        )
    )
    def suspend(self, route, answers, hands):
        _switch(route, True, answers, hands)

    @doing.deed(
        doing.Deed(
            title=_("Open again"),
            question=_("From today money may go by this pair again. Open it?"),
            form=doing.Reason,
            suits=lambda route: route.is_suspended,
            icon="lock_open",
        )
    )
    def open_again(self, route, answers, hands):
        _switch(route, False, answers, hands)


def _switch(route, is_suspended, answers, hands):
    reason = answers["text"]
    choosing.suspend(
        route, is_suspended=is_suspended, reason=reason, actor=hands.actor, now=hands.now
    )


@admin.register(ReturnReason)
class ReturnReasonDesk(Looking):
    list_display = ("code", "title_now", "remedy_tag", "source")
    list_filter = (("remedy", ChoicesDropdownFilter),)
    search_fields = ("code", "title_ru", "title_zh", "title_en")
    ordering = ("code",)

    remedy_tag = cells.stated(REMEDY_TONES, "remedy", _("what is done"))

    @display(description=_("reason"), ordering="title_ru")
    def title_now(self, reason):
        return reason.title


@admin.register(BankDay)
class BankDayDesk(Looking):
    list_display = ("day", "country", "is_working", "source")
    list_filter = (("country", ChoicesDropdownFilter), "is_working")
    ordering = ("-day", "country")
