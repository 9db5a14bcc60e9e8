"""The desk of money: charges, refunds, notices, payouts and jobs."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from payments import refunds
from payments.banking import explaining
from payments.models import (
    Charge,
    ChargeFact,
    Conversion,
    Job,
    Notice,
    Refund,
)
from storefront.lib import clock, due

from . import cells, doing, filters
from .giving import GivingBack
from .looking import Looking, Rows
from .waiting import Waiting

CHARGE_TONES = {"READY": "", "PENDING": "warn", "AUTHORISED": "warn", "CAPTURED": "good"}
REFUND_TONES = {"READY": "warn", "SENT": "warn", "DONE": "good", "REJECTED": "bad"}
FACT_TONES = {"CAPTURED": "good", "REFUNDED": "warn", "CANCELLED": ""}
MOST_SHOWN = 20_000


class Facts(Rows):
    model = ChargeFact
    fields = ("kind_tag", "rub", "cost", "theirs", "when")
    ordering = ("pk",)

    kind_tag = cells.stated(FACT_TONES, "kind", _("fact"))
    rub = cells.priced("money", _("sum"))
    cost = cells.priced("fee", _("fee"))
    theirs = cells.plain("operation", _("operation"))
    when = cells.dated("happened_at", _("happened"))


class Refunds(Rows):
    model = Refund
    fields = ("name", "rub", "reason", "state_tag", "asked", "done")
    ordering = ("pk",)

    rub = cells.priced("price", _("sum"))
    state_tag = cells.stated(REFUND_TONES)
    asked = cells.dated("asked_at", _("asked"))
    done = cells.dated("done_at", _("done"))

    @display(description=_("refund"))
    def name(self, refund):
        return cells.link(refund, refund.pk)


@admin.register(Charge)
class ChargeDesk(GivingBack, Waiting, Looking):
    deeds_need = "payments.change_charge"
    actions = ("try_again",)
    actions_detail = ("give_some_back", "try_again")
    list_display = ("order_number", "method", "rub", "state_tag", "is_wanted", "opened", "work")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("method", ChoicesDropdownFilter),
        "is_wanted",
        filters.Failing,
        filters.period("opened_at", _("opened")),
    )
    list_select_related = ("order",)
    search_fields = ("order__number", "provider_id", "key")
    ordering = ("-pk",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "order_link",
                    "rub",
                    "method",
                    "state_tag",
                    "is_wanted",
                    "is_two_stage",
                    "title",
                )
            },
        ),
        (_("At the provider"), {"fields": ("named", "theirs", "key", "page_url")}),
        (_("If it was cancelled"), {"fields": ("party", "reason", "words")}),
        (_("Work"), {"fields": ("opened", "opened_by", "work", "last_failure")}),
    )
    inlines = (Facts, Refunds)

    rub = cells.priced("price", _("price"))
    state_tag = cells.stated(CHARGE_TONES)
    named = cells.plain("provider", _("provider"))
    theirs = cells.plain("provider_id", _("number at the acquirer"))
    opened = cells.dated("opened_at", _("opened"))

    @display(description=_("order"), ordering="order__number")
    def order_number(self, charge):
        return charge.order.shown_number

    @display(description=_("order"))
    def order_link(self, charge):
        return cells.link(charge.order)

    @display(description=_("reason"))
    def words(self, charge):
        return charge.reason_text if charge.reason else cells.NOTHING


@admin.register(ChargeFact)
class ChargeFactDesk(Looking):
    list_display = ("when", "order_number", "kind_tag", "rub", "cost", "theirs")
    list_filter = (("kind", ChoicesDropdownFilter), filters.period("happened_at", _("happened")))
    list_select_related = ("charge__order",)
    search_fields = ("operation", "charge__order__number")
    ordering = ("-pk",)

    kind_tag = cells.stated(FACT_TONES, "kind", _("fact"))
    rub = cells.priced("money", _("sum"))
    cost = cells.priced("fee", _("fee"))
    theirs = cells.plain("operation", _("operation"))
    when = cells.dated("happened_at", _("happened"))

    @display(description=_("order"), ordering="charge__order__number")
    def order_number(self, fact):
        return cells.link(fact.charge.order)


@admin.register(Refund)
class RefundDesk(Waiting, Looking):
    deeds_need = "payments.change_refund"
    actions = ("send_again", "try_again")
    actions_detail = ("send_again", "try_again")
    list_display = ("order_number", "rub", "reason", "state_tag", "asked", "done", "work")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
        filters.Failing,
        filters.period("asked_at", _("asked")),
    )
    list_select_related = ("charge__order",)
    search_fields = ("charge__order__number", "provider_id", "key")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("charge_link", "rub", "reason", "state_tag", "asked", "done")}),
        (_("At the provider"), {"fields": ("theirs", "key", "told", "asker")}),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )

    rub = cells.priced("price", _("sum"))
    state_tag = cells.stated(REFUND_TONES)
    theirs = cells.plain("provider_id", _("number at the acquirer"))
    told = cells.plain("answer", _("answer"))
    asked = cells.dated("asked_at", _("asked"))
    done = cells.dated("done_at", _("done"))

    @display(description=_("order"), ordering="charge__order__number")
    def order_number(self, refund):
        return refund.charge.order.shown_number

    @display(description=_("charge"))
    def charge_link(self, refund):
        return cells.link(refund.charge, refund.charge.order)

    @doing.deed(
        doing.Deed(
            title=_("Send again"),
            question=_(
                "A new refund of the same sum goes to the acquirer, the rejected one stays as it "
                "was. Send it?"
            ),
            suits=lambda refund: refund.state == Refund.State.REJECTED,
            icon="send",
        )
    )
    def send_again(self, refund, answers, hands):
        again = refunds.send_again(refund, actor=hands.actor, now_wall=clock.wall())
        due.wake(again.DUE_TASK, id=again.pk)


@admin.register(Notice)
class NoticeDesk(Waiting, Looking):
    """What providers called us with, raw."""

    deeds_need = "payments.change_notice"
    actions = ("try_again",)
    actions_detail = ("try_again",)
    list_display = ("received", "provider", "event", "object_id", "outcome", "work")
    list_filter = ("provider", "event", filters.Failing)
    search_fields = ("object_id", "key")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("provider", "event", "object_id", "received", "source", "outcome")}),
        (_("As it came"), {"fields": ("text",)}),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )

    received = cells.dated("received_at", _("received"))

    @display(description=_("message"))
    def text(self, notice):
        return cells.block(bytes(notice.body)[:MOST_SHOWN].decode("utf-8", "replace"))


@admin.register(Conversion)
class ConversionDesk(Looking):
    list_display = ("named", "rub", "yuan", "for_one", "at", "made")
    fields = (*list_display, "deal_number", "why")
    search_fields = ("reference", "deal")
    ordering = ("-pk",)

    named = cells.plain("reference", _("our reference"))
    at = cells.plain("bank", _("bank"))
    deal_number = cells.plain("deal", _("number of the deal"))
    rub = cells.priced("sold", _("rubles sold"))
    yuan = cells.priced("bought", _("yuan bought"))
    made = cells.dated("made_at", _("made"))

    @display(description=_("why this way"))
    def why(self, deal):
        return cells.lines(explaining.lines(deal.choice)) if deal.choice else cells.NOTHING

    @display(description=_("rubles for one yuan"), ordering="rate")
    def for_one(self, deal):
        return cells.decimal(deal.rate)


@admin.register(Job)
class JobDesk(Waiting, Looking):
    deeds_need = "payments.change_job"
    actions = ("try_again",)
    actions_detail = ("try_again",)
    list_display = ("what", "on", "finished", "told", "work")
    list_filter = (("kind", ChoicesDropdownFilter), filters.Failing)
    ordering = ("-run_on", "-pk")
    fields = ("what", "on", "finished", "told", "work", "last_failure")

    what = cells.plain("kind", _("job"))
    on = cells.plain("run_on", _("day"))
    told = cells.plain("outcome", _("outcome"))
    finished = cells.dated("done_at", _("done"))
