"""The desk of fiscal receipts; a rejected one is sent again with a reason."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from payments import receipts
from payments.models import Receipt, VatRule
from storefront.lib import due

from . import cells, doing, filters
from .looking import Looking
from .waiting import Waiting

TONES = {"READY": "warn", "SENT": "warn", "REGISTERED": "good", "REJECTED": "bad"}


@admin.register(Receipt)
class ReceiptDesk(Waiting, Looking):
    deeds_need = "payments.change_receipt"
    actions = ("send_again", "try_again")
    actions_detail = ("send_again", "try_again")
    list_display = ("order_number", "kind", "rub", "state_tag", "made", "registered", "work")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        filters.Failing,
        filters.keeping("receipts"),
        filters.period("made_at", _("made")),
    )
    list_select_related = ("charge__order",)
    search_fields = ("charge__order__number", "provider_id", "key")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("charge_link", "kind", "rub", "state_tag", "made", "registered")}),
        (_("At the provider"), {"fields": ("theirs", "key", "answer")}),
        (_("Sent again"), {"fields": ("first", "asker", "why_again")}),
        (_("As it is sent"), {"fields": ("text",)}),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )

    rub = cells.priced("price", _("sum"))
    state_tag = cells.stated(TONES)
    theirs = cells.plain("provider_id", _("number at the acquirer"))
    first = cells.plain("again_of", _("instead of"))
    made = cells.dated("made_at", _("made"))
    registered = cells.dated("registered_at", _("registered"))
    text = cells.stored("body", _("message"))

    @display(description=_("order"), ordering="charge__order__number")
    def order_number(self, receipt):
        return receipt.charge.order.shown_number

    @display(description=_("charge"))
    def charge_link(self, receipt):
        return cells.link(receipt.charge, receipt.charge.order)

    @doing.deed(
        doing.Deed(
            title=_("Send the receipt again"),
            question=_(
                "A new receipt of the same content goes to the acquirer, the rejected one stays "
                "as it was. Say why."
            ),
            form=doing.Reason,
            suits=lambda receipt: receipt.state == Receipt.State.REJECTED,
            icon="send",
        )
    )
    def send_again(self, receipt, answers, hands):
        again = receipts.send_again(receipt, why=answers["text"], actor=hands.actor, now=hands.now)
        due.wake(again.DUE_TASK, id=again.pk)


@admin.register(VatRule)
class VatRuleDesk(Looking):
    """How lines of receipts are taxed, as dated rows with their source."""

    list_display = ("kind", "tax_system", "vat_code", "rate", "subject", "valid_from")
    list_filter = (("kind", ChoicesDropdownFilter), "tax_system")
    search_fields = ("source",)
    ordering = ("kind", "tax_system", "-valid_from")
