"""The desk of disputes and chargebacks: what is decided, by whom, and who bears it."""

from decimal import Decimal

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from catalog import papers
from payments import chargebacks, disputes
from payments.models import (
    Bearer,
    Chargeback,
    ChargebackFile,
    ChargebackReason,
    Dispute,
    DisputeDecision,
    DisputeEvent,
    DisputeFile,
    RefundPart,
)
from storefront.flows import disputes as flow

from . import cells, doing, filters, turns
from .looking import Looking, Rows
from .waiting import Waiting

TONES = {
    "OPEN": "",
    "ANSWERED": "warn",
    "PROPOSED": "warn",
    "RETURNING": "river",
    "CLOSED": "good",
    "WITHDRAWN": "",
}
TAKEN_TONES = {"RECEIVED": "bad", "ANSWERED": "warn", "WON": "good", "LOST": ""}


def _area(label, most=2000, **more):
    widget = widgets.UnfoldAdminTextareaWidget({"rows": 4})
    return forms.CharField(label=label, max_length=most, widget=widget, **more)


def _sum(label):
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        widget=widgets.UnfoldAdminDecimalFieldWidget(),
    )


class Verdict(forms.Form):
    """What an operator decides of a dispute."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=DisputeDecision.Outcome.choices,
        widget=widgets.UnfoldAdminSelectWidget,
    )
    goods = _sum(_("For goods, rubles (only when some of the money)"))
    freight = _sum(_("For freight, rubles"))
    with_return = forms.BooleanField(
        label=_("The goods must come back first"),
        required=False,
        widget=widgets.UnfoldBooleanSwitchWidget,
    )
    bearer = forms.ChoiceField(
        label=_("Borne by"),
        choices=[("", "\u2014"), *Bearer.choices],
        required=False,
        widget=widgets.UnfoldAdminSelectWidget,
    )
    text = _area(_("Why; the buyer and the seller read it"))


class Bearing(forms.Form):
    """Who is to bear a chargeback if it is lost."""

    bearer = forms.ChoiceField(
        label=_("Borne by"), choices=Bearer.choices, widget=widgets.UnfoldAdminSelectWidget
    )


class BankAnswer(forms.Form):
    """Our answer to the buyer's bank."""

    text = _area(_("Answer; the bank reads it"), 3000)


class Decisions(Rows):
    model = DisputeDecision
    fields = (
        *("outcome", "rub", "freight_rub", "with_return", "bearer", "text"),
        *("asker", "decided", "needs_second", "answerer", "is_granted"),
    )
    ordering = ("-pk",)

    rub = cells.priced("goods", _("for goods"))
    freight_rub = cells.priced("freight", _("for freight"))
    decided = cells.dated("asked_at", _("decided"))


class Events(Rows):
    model = DisputeEvent
    fields = ("when", "kind", "by", "facts")
    ordering = ("-pk",)
    verbose_name_plural = _("history")

    when = cells.dated("happened_at", _("happened"))
    facts = cells.detailed()


class Kept:
    """Private files of a row, given to whoever may look at the row."""

    file_model = DisputeFile

    def get_urls(self):
        options = self.model._meta
        name = f"{options.app_label}_{options.model_name}_file"
        guarded = self.admin_site.admin_view(self.file)
        return [path("files/<int:pk>/", guarded, name=name), *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> FileResponse:
        """Give a file as one to keep, never as a page of ours."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.file_model, pk=pk)
        response = FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name)
        response["Content-Type"] = papers.content_type(str(row.file.name))
        return response

    @display(description=_("files"))
    def documents(self, row):
        options = self.model._meta
        name = f"admin:{options.app_label}_{options.model_name}_file"
        return cells.lines(
            [
                format_html('<a class="to" href="{}">{}</a>', reverse(name, args=[one.pk]), one)
                for one in row.files.order_by("pk")
            ]
        )


@admin.register(Dispute)
class DisputeDesk(Kept, Waiting, Looking):
    """Disputes; those that wait for us are decided here, the oldest first."""

    deeds_need = "payments.change_dispute"
    actions_detail = ("decide", "agree", "send_back", "returned")
    list_display = ("name", "order_number", "kind", "state_tag", "merchant", "opened", "until")
    list_filter = (
        turns.DisputeTurn,
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        filters.Failing,
    )
    list_select_related = ("delivery__order", "seller")
    search_fields = ("delivery__order__number", "seller__slug")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("order_link", "goods", "quantity", "merchant", "state_tag")}),
        (_("The buyer says"), {"fields": ("kind", "wanted", "text", "opened")}),
        (_("The seller says"), {"fields": ("answer", "answered", "until")}),
        (_("Files"), {"fields": ("documents",)}),
        (_("After the decision"), {"fields": ("back_until", "closed")}),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )
    inlines = (Decisions, Events)

    state_tag = cells.stated(TONES)
    opened = cells.dated("opened_at", _("opened"))
    until = cells.dated("answer_until", _("answer until"))
    answered = cells.dated("answered_at", _("answered"))
    back_until = cells.dated("return_until", _("goods back until"))
    closed = cells.dated("closed_at", _("closed"))

    @display(description=_("dispute"), ordering="pk")
    def name(self, row):
        return str(row)

    @display(description=_("order"), ordering="delivery__order__number")
    def order_number(self, row):
        return row.delivery.order.shown_number

    @display(description=_("order"))
    def order_link(self, row):
        return cells.link(row.delivery.order)

    @display(description=_("goods"))
    def goods(self, row):
        return row.line.title if row.line else _("the whole delivery")

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, row):
        return row.seller.name if row.seller else cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Decide"),
            question=_(
                "Both sides are told, and the money moves: at once, or when the goods are back. "
                "Above the limit a second person has to agree first."
            ),
            form=Verdict,
            suits=lambda row: row.state in ("OPEN", "ANSWERED"),
            icon="gavel",
            is_grave=True,
        )
    )
    def decide(self, row, answers, hands):
        verdict = disputes.Verdict(
            outcome=answers["outcome"],
            text=answers["text"],
            bearer=answers["bearer"],
            goods=answers["goods"] or Decimal(0),
            freight=answers["freight"] or Decimal(0),
            with_return=answers["with_return"],
        )
        flow.decide(row, verdict, actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Agree"),
            question=_("The decision below is carried out. You may not agree to your own."),
            suits=lambda row: row.state == Dispute.State.PROPOSED,
            icon="check",
            is_grave=True,
        )
    )
    def agree(self, row, answers, hands):
        flow.agree(row, is_granted=True, actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Send the decision back"),
            question=_("Nothing is carried out; the dispute waits for another decision."),
            suits=lambda row: row.state == Dispute.State.PROPOSED,
            icon="undo",
        )
    )
    def send_back(self, row, answers, hands):
        flow.agree(row, is_granted=False, actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("The goods are back"),
            question=_("The money goes to the buyer now. Are the goods here, and complete?"),
            suits=lambda row: row.state == Dispute.State.RETURNING,
            icon="inventory",
        )
    )
    def returned(self, row, answers, hands):
        flow.returned(row, actor=hands.actor, now=hands.now)


@admin.register(Chargeback)
class ChargebackDesk(Kept, Waiting, Looking):
    """Money that banks took; answered with evidence while the bank still waits."""

    file_model = ChargebackFile
    deeds_need = "payments.change_chargeback"
    actions_detail = ("answer_bank", "assign", "try_again")
    actions = ("try_again",)
    list_display = ("order_number", "rub", "why", "state_tag", "bearer", "received", "until")
    list_filter = (
        turns.ChargebackTurn,
        ("state", ChoicesDropdownFilter),
        ("bearer", ChoicesDropdownFilter),
        filters.Failing,
    )
    list_select_related = ("charge__order", "reason")
    search_fields = ("charge__order__number", "provider_id")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("order_link", "rub", "why", "reason_code", "state_tag", "bearer")}),
        (_("At the bank"), {"fields": ("provider_id", "received", "until", "ended")}),
        (_("Our answer"), {"fields": ("answer", "answer_by", "documents")}),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )

    rub = cells.priced("money", _("sum"))
    state_tag = cells.stated(TAKEN_TONES)
    received = cells.dated("received_at", _("received"))
    until = cells.dated("evidence_until", _("evidence until"))
    ended = cells.dated("ended_at", _("ended"))

    @display(description=_("order"), ordering="charge__order__number")
    def order_number(self, row):
        return row.charge.order.shown_number

    @display(description=_("order"))
    def order_link(self, row):
        return cells.link(row.charge.order)

    @display(description=_("reason"), ordering="reason_code")
    def why(self, row):
        return row.reason.title if row.reason else row.reason_code

    @doing.deed(
        doing.Deed(
            title=_("Answer the bank"),
            question=_(
                "The answer goes to the acquirer once, with the files of this order's disputes."
            ),
            form=BankAnswer,
            suits=lambda row: row.state == Chargeback.State.RECEIVED and not row.answer,
            icon="send",
            is_grave=True,
        )
    )
    def answer_bank(self, row, answers, hands):
        flow.answer_bank(
            row, answers["text"], flow.evidence_of(row), actor=hands.actor, now=hands.now
        )

    @doing.deed(
        doing.Deed(
            title=_("Say who bears it"),
            question=_("If the bank keeps the money, whose loss is it?"),
            form=Bearing,
            suits=lambda row: row.is_open,
            icon="balance",
        )
    )
    def assign(self, row, answers, hands):
        chargebacks.assign(row, bearer=answers["bearer"], actor=hands.actor, now=hands.now)


@admin.register(ChargebackReason)
class ChargebackReasonDesk(Looking):
    list_display = ("number", "name", "bearer", "since", "told_by")
    search_fields = ("code", "title_ru")
    ordering = ("code",)
    fields = list_display

    number = cells.plain("code", _("code"))
    since = cells.plain("valid_from", _("valid from"))
    told_by = cells.plain("source", _("source"))

    @display(description=_("reason"))
    def name(self, row):
        return row.title


@admin.register(RefundPart)
class RefundPartDesk(Looking):
    list_display = ("order_number", "kind", "goods", "quantity", "rub", "bearer")
    list_display_links = ("kind",)  # the order is a link to its refund
    fields = list_display
    list_filter = (("kind", ChoicesDropdownFilter), ("bearer", ChoicesDropdownFilter))
    list_select_related = ("refund__charge__order", "line")
    search_fields = ("refund__charge__order__number",)
    ordering = ("-pk",)

    rub = cells.priced("money", _("sum"))

    @display(description=_("order"), ordering="refund__charge__order__number")
    def order_number(self, part):
        return cells.link(part.refund, part.refund.charge.order)

    @display(description=_("goods"))
    def goods(self, part):
        return part.line.title if part.line else cells.NOTHING
