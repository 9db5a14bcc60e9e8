"""The desk of settlement: statements, batches, payouts for two people, rules of commission."""

from django.contrib import admin
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from catalog.models import CommissionRule
from payments.banking import explaining
from payments.models import Conversion, LeftOut, Payout, PayoutBatch, Settlement, SettlementLine
from payments.settlement import approvals, house, returns

from . import cells, doing, filters, turns
from .looking import Desk, Looking, Rows
from .waiting import Waiting

PAYOUT_TONES = {
    "WAITING": "warn",
    "READY": "",
    "SENT": "warn",
    "CREDITED": "good",
    "RETURNED": "bad",
    "CANCELLED": "",
}
BATCH_TONES = {"FROZEN": "warn", "APPROVED": "river", "SENT": "good"}


def fen(field: str, title):
    """A column of fen."""

    @display(description=title, ordering=field)
    def column(self, row):
        return cells.units(getattr(row, field), "CNY")

    return column


class Payouts(Rows):
    model = Payout
    fields = ("name", "yuan", "state_tag", "reason", "sent", "ended")
    ordering = ("pk",)
    fk_name = "settlement"

    yuan = cells.priced("money", _("payout"))
    state_tag = cells.stated(PAYOUT_TONES)
    sent = cells.dated("sent_at", _("sent"))
    ended = cells.dated("ended_at", _("ended"))

    @display(description=_("payout"))
    def name(self, payout):
        return cells.link(payout, payout.message)


class OfBatch(Payouts):
    fk_name = "batch"


@admin.register(Payout)
class PayoutDesk(Waiting, Looking):
    deeds_need = "payments.change_payout"
    actions = ("ask", "approve", "refuse", "send_again", "try_again")
    actions_detail = ("ask", "approve", "refuse", "send_again", "try_again")
    list_display = (
        "merchant",
        "until",
        "yuan",
        "state_tag",
        "reason",
        "way",
        "sent",
        "ended",
    )
    list_filter = (
        turns.PayoutTurn,
        filters.keeping("payouts"),
        ("state", ChoicesDropdownFilter),
        ("seller", RelatedDropdownFilter),
        "needs_two",
        filters.Failing,
    )
    list_select_related = ("seller", "route__russian", "route__chinese")
    search_fields = ("seller__slug", "message", "uetr")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("merchant", "period_until", "yuan", "state_tag", "reason")}),
        (_("To whom"), {"fields": ("creditor", "account", "cnaps")}),
        (_("Route"), {"fields": ("way", "why", "earlier")}),
        (
            _("Two people"),
            {
                "fields": (
                    "needs_two",
                    "asker",
                    "asked_why",
                    "decider",
                    "decided_why",
                    "decided",
                )
            },
        ),
        (_("At the bank"), {"fields": ("named", "bank_id", "made", "sent", "ended")}),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )

    until = cells.plain("period_until", _("period until"))
    named = cells.plain("message", _("our reference"))
    bank_id = cells.plain("uetr", "UETR")
    yuan = cells.priced("money", _("payout"))
    state_tag = cells.stated(PAYOUT_TONES)
    made = cells.dated("made_at", _("made"))
    sent = cells.dated("sent_at", _("sent"))
    ended = cells.dated("ended_at", _("ended"))
    decided = cells.dated("decided_at", _("decided"))

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, payout):
        return payout.seller.name

    @display(description=_("route"))
    def way(self, payout):
        if payout.route is None:
            return cells.NOTHING
        return f"{payout.route.russian.title} \u2192 {payout.route.chinese.title}"

    @display(description=_("why this way"))
    def why(self, payout):
        return cells.lines(explaining.lines(payout.choice))

    @display(description=_("stands in for"))
    def earlier(self, payout):
        before = payout.predecessor
        return cells.link(before, before.message) if before else cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Ask for approval"),
            question=_("You have looked this payout over. Another person will decide. Ask?"),
            form=doing.Reason,
            suits=lambda payout: payout.state == "WAITING" and not payout.asked_by,
            icon="how_to_reg",
        )
    )
    def ask(self, payout, answers, hands):
        approvals.ask(payout, reason=answers["text"], actor=hands.actor)

    @doing.deed(
        doing.Deed(
            title=_("Approve"),
            question=_("The payout goes to the bank at once. Approve it?"),
            form=doing.Reason,
            suits=lambda payout: payout.state == "WAITING" and bool(payout.asked_by),
            icon="check",
        )
    )
    def approve(self, payout, answers, hands):
        approvals.approve(payout, reason=answers["text"], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Refuse"),
            question=_(
                "The payout is cancelled, its sum is carried to the next period. Refuse it?"
            ),
            form=doing.Reason,
            suits=lambda payout: payout.state == "WAITING" and bool(payout.asked_by),
            icon="close",
            is_grave=True,
        )
    )
    def refuse(self, payout, answers, hands):
        approvals.refuse(payout, reason=answers["text"], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Send by another route"),
            question=_("Another payout of the same sum goes by a pair not tried yet. Send it?"),
            suits=lambda payout: payout.state == "RETURNED",
            icon="alt_route",
        )
    )
    def send_again(self, payout, answers, hands):
        returns.send_again(payout, actor=hands.actor, now=hands.now)


@admin.register(PayoutBatch)
class BatchDesk(Looking):
    """Payouts made at once, and the house's own view of their period."""

    list_display = ("name", "state_tag", "payouts_n", "yuan", "made", "approved", "sent")
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("digest", "payouts__message")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("name", "state_tag", "payouts_n", "yuan", "digest", "maker")}),
        (_("When"), {"fields": ("made", "approved", "sent")}),
        (_("The house's own view of the period"), {"fields": ("view",)}),
    )
    inlines = (OfBatch,)

    yuan = cells.priced("total", _("total"))
    maker = cells.plain("made_by", _("made by"))
    state_tag = cells.stated(BATCH_TONES)
    made = cells.dated("made_at", _("made"))
    approved = cells.dated("approved_at", _("approved"))
    sent = cells.dated("sent_at", _("sent"))

    @display(description=_("batch"), ordering="period_until")
    def name(self, batch):
        return f"{cells.day(batch.period_until)} / {batch.number}"

    @display(description=_("house"))
    def view(self, batch):
        strange = house.strange_fees(batch.period_until)
        return cells.pairs(
            [
                *_told(house.view(batch.period_until)),
                *((name, _told_fee(fees)) for name, fees in strange),
            ]
        )


def _told(view: house.View) -> list:
    rubles = [
        (_("rubles in"), view.rubles_in),
        (_("goods at the rate of the quotes"), view.share.booked),
        (_("margin"), view.share.margin),
        (_("freight"), view.freight),
        (_("duty, not ours"), view.duty),
        (_("fees of the acquirer"), -view.fees),
        (_("exchange gain or loss"), view.gain),
        (_("result in rubles"), view.result),
    ]
    yuan = [
        (_("commission"), view.share.commission),
        (_("penalties and storage"), view.share.deducted),
        (_("net to sellers"), view.to_sellers),
        (_("paid out"), view.paid),
    ]
    return [
        *((name, cells.units(units, "RUB")) for name, units in rubles),
        *((name, cells.units(units, "CNY")) for name, units in yuan),
        *((deal.reference, _deal(deal)) for deal in view.deals),
        *((_("fees of banks"), _told_fee(fees)) for fees in view.bank_fees),
    ]


def _told_fee(fees) -> str:
    """A fee beside what the terms of its route say."""
    return _("%(taken)s, by the terms %(expected)s, difference %(off)s") % {
        "taken": cells.units(fees.taken, fees.currency),
        "expected": cells.units(fees.expected, fees.currency),
        "off": cells.units(fees.off, fees.currency),
    }


def _deal(deal: Conversion):
    sold, bought = cells.amount(deal.sold), cells.amount(deal.bought)
    return format_html("{} \u2192 {}, {}", sold, bought, cells.decimal(deal.rate))


class Lines(Rows):
    model = SettlementLine
    fields = ("kind", "sold", "gross", "fee", "net", "for_one", "journal_link")
    ordering = ("position",)
    per_page = 50

    gross = fen("gross_units", _("price"))
    fee = fen("commission_units", _("commission"))
    net = fen("net_units", _("to the seller"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("order_line__order", "journal")

    @display(description=_("order"))
    def sold(self, line):
        return cells.link(line.order_line.order) if line.order_line else cells.NOTHING

    @display(description=_("rubles for one yuan"))
    def for_one(self, line):
        return cells.decimal(line.rate) if line.rate else cells.NOTHING

    @display(description=_("journal"))
    def journal_link(self, line):
        return cells.link(line.journal) if line.journal else cells.NOTHING


class Gaps(Rows):
    model = LeftOut
    fields = ("order", "net", "reason")
    ordering = ("pk",)
    per_page = 50

    net = fen("net_units", _("to the seller"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("order_line__order")

    @display(description=_("order"))
    def order(self, gap):
        return cells.link(gap.order_line.order)


@admin.register(Settlement)
class SettlementDesk(Looking):
    list_display = (
        *("merchant", "until", "net", "sold", "fee", "back", "taken", "before", "margin"),
    )
    list_filter = (("seller", RelatedDropdownFilter), "period_until")
    list_select_related = ("seller",)
    search_fields = ("seller__slug", "seller__name_zh")
    ordering = ("-period_until", "seller")
    fieldsets = (
        (None, {"fields": ("merchant", "period_from", "period_until", "made", "maker")}),
        (_("Yuan"), {"fields": ("before", "sold", "fee", "back", "taken", "mended", "net")}),
        (_("The house's own view"), {"fields": ("goods", "booked", "margin")}),
    )
    inlines = (Payouts, Lines, Gaps)

    until = cells.plain("period_until", _("period until"))
    maker = cells.plain("made_by", _("made by"))
    sold = fen("sold_units", _("sold"))
    fee = fen("commission_units", _("commission"))
    back = fen("refunded_units", _("refunds"))
    before = fen("carried_units", _("carried over"))
    mended = fen("corrected_units", _("corrections"))
    net = fen("net_units", _("net"))
    made = cells.dated("made_at", _("made"))

    def get_queryset(self, request):
        sums = {
            "goods_units": Coalesce(Sum("lines__goods_units"), 0),
            "booked_units": Coalesce(Sum("lines__booked_units"), 0),
        }
        return super().get_queryset(request).annotate(**sums)

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, settlement):
        return settlement.seller.name

    @display(description=_("penalties and storage"))
    def taken(self, settlement):
        return cells.units(settlement.penalty_units + settlement.storage_units, "CNY")

    @display(description=_("rubles of the buyers"))
    def goods(self, settlement):
        return cells.units(settlement.goods_units, "RUB")

    @display(description=_("goods at the rate of the quotes"))
    def booked(self, settlement):
        return cells.units(settlement.booked_units, "RUB")

    @display(description=_("margin"))
    def margin(self, settlement):
        return cells.units(settlement.goods_units - settlement.booked_units, "RUB")


@admin.register(CommissionRule)
class CommissionRuleDesk(Desk):
    """What the house takes by category: a change is a row with a new date."""

    list_display = ("category", "share", "valid_from", "valid_until", "source")
    list_filter = (("category", RelatedDropdownFilter),)
    list_select_related = ("category",)
    search_fields = ("category__slug", "source")
    ordering = ("category__slug", "-valid_from")

    @display(description=_("commission"), ordering="rate_bps")
    def share(self, rule):
        return cells.percent(rule.rate_bps)
