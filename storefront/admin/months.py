"""The end of the month: one page that says what still keeps it open, and two persons who close."""

from datetime import date

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from payments import months
from payments.models import Month
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from . import cells, doing, people
from .looking import Looking

TONES = {"": "warn", "CLOSED": "good", "REFUSED": "bad"}
# Where each obstacle is mended; of the rows that wait in a month its very rows are shown.
MENDED = {
    "papers": ("payments.bankstatement", {}),
    "chains": ("payments.bankstatement", {}),
    "registers": ("payments.registry", {}),
    "rate": ("payments.rate", {"currency__exact": "CNY"}),
}
WAITING = {
    "lines": "payments.statementline",
    "breaks": "payments.break",
    "postings": "payments.manualposting",
    "payouts": "payments.payout",
    "receipts": "payments.receipt",
    "held": "payments.rate",
}
assert set(WAITING) == set(months.ROWS)


@admin.register(Month)
class MonthDesk(Looking):
    """Months that were asked for; above them the next one, and what still keeps it open."""

    deeds_need = "payments.change_month"
    actions_detail = ("close", "refuse")
    list_display = ("month", "decision_tag", "asker", "asked", "decider", "decided", "balances")
    list_filter = (("decision", ChoicesDropdownFilter),)
    list_select_related = ("rate", "revaluation")
    ordering = ("-first_on", "-pk")
    list_before_template = "admin/_month.html"
    fieldsets = (
        (None, {"fields": ("month", "decision_tag", "keeps", "rate_used", "revalued", "balances")}),
        (_("Two persons"), {"fields": ("asker", "asked", "decider", "decided", "said")}),
    )

    decision_tag = cells.stated(TONES, "decision", _("decision"))
    asked = cells.dated("asked_at", _("asked"))
    decided = cells.dated("decided_at", _("decided"))
    rate_used = cells.plain("rate", _("rate"))
    revalued = cells.plain("revaluation", _("revaluation"))
    said = cells.plain("note", _("note"))

    def get_urls(self):
        view = require_POST(self.admin_site.admin_view(self.propose))
        return [path("propose/", view, name="payments_month_propose"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        shown = {"next_month": _next(), "may_propose": self.has_deed_permission(request)}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    def propose(self, request: HttpRequest) -> HttpResponseRedirect:
        """Ask a second person to close the next month."""
        if not request.user.has_perm("payments.add_month"):
            raise PermissionDenied
        first_on = months.next_month()
        try:
            if first_on is not None:
                actor = f"user:{request.user.pk}"
                month = months.propose(first_on, actor=actor, now=clock.now())
                self.log_addition(request, month, gettext("Proposed to close the month"))
                messages.success(request, gettext("The month waits for a second person."))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:payments_month_changelist"))

    @display(description=_("month"), ordering="first_on")
    def month(self, month):
        return cells.month(month.first_on)

    @display(description=_("keeps it open"))
    def keeps(self, month):
        if not month.is_open:
            return cells.NOTHING
        found = months.obstacles(month.first_on, now=clock.now())
        return cells.lines([_linked(one, month.first_on) for one in found])

    @display(description=_("trial balance"))
    def balances(self, month):
        if month.decision != Month.Decision.CLOSED:
            return cells.NOTHING
        last = months.last_of(month.first_on)
        address = reverse("admin:payments_account_trial_balance")
        return format_html('<a class="to" href="{}?as=csv&on={}">CSV</a>', address, last)

    asker = people.who("asked_by", _("asked by"))
    decider = people.who("decided_by", _("decided by"))

    @doing.deed(
        doing.Deed(
            title=_("Close the month"),
            question=_(
                "Nothing can be booked into it any more; what comes late counts in the next one. "
                "The yuan are revalued at the last official rate. Close it?"
            ),
            form=doing.Reason,
            suits=lambda month: month.is_open,
            icon="event_available",
            is_grave=True,
        )
    )
    def close(self, month, answers, hands):
        months.close(month, note=answers["text"], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Leave it open"),
            question=_("The month stays open and can be proposed again. Why?"),
            form=doing.Reason,
            suits=lambda month: month.is_open,
            icon="block",
        )
    )
    def refuse(self, month, answers, hands):
        months.refuse(month, note=answers["text"], actor=hands.actor, now=hands.now)


def _next():
    """The month to be closed next: what keeps it open, and what the yuan will be revalued by."""
    first_on = months.next_month()
    if first_on is None:
        return None
    found = months.obstacles(first_on, now=clock.now())
    return {
        "title": cells.month(first_on),
        "obstacles": [{"one": one, "url": _where(one, first_on)} for one in found],
        "waiting": Month.objects.open().first(),
    }


def _where(obstacle: months.Obstacle, first_on: date) -> str:
    if obstacle.what in WAITING:
        return cells.listing(WAITING[obstacle.what], month=f"{first_on:%Y-%m}")
    if obstacle.what not in MENDED:
        return ""
    name, wants = MENDED[obstacle.what]
    return cells.listing(name, **wants)


def _linked(obstacle: months.Obstacle, first_on: date):
    where = _where(obstacle, first_on)
    if not where:
        return obstacle.sentence
    return format_html('<a class="to" href="{}">{}</a>', where, obstacle.sentence)
