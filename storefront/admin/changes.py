"""The desk of accounts that sellers want to be paid to: checked, confirmed, refused."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from catalog import checking
from catalog.models import SellerApplication
from payments import settlement
from payments.models import AccountChange
from storefront.flows import changing
from storefront.lib import clock
from storefront.templatetags.shop import bank_reason

from . import cells, doing
from .looking import Looking
from .sellers import as_checked
from .waiting import Waiting

TONES = {
    "PROPOSED": "warn",
    "CONFIRMED": "river",
    "IN_FORCE": "good",
    "REFUSED": "bad",
    "WITHDRAWN": "",
}


def shown(change: AccountChange) -> str:
    return f"{change.seller.name_zh} · •••• {change.old_tail} → •••• {change.tail}"


def compared(change: AccountChange) -> str:
    """Every digit, for whoever reads them out on the telephone."""
    return f"{change.seller.name_zh} · {change.bank_name} · {change.cnaps} · {change.bank_account}"


class Called(doing.Reason):
    """How the account was checked."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label=_("Whom you called, and what was said"), **kwargs)


@admin.register(AccountChange)
class AccountChangeDesk(Waiting, Looking):
    """Lists show the last digits; the page of one shows all of them to whoever compares."""

    deeds_need = "payments.change_accountchange"
    actions_detail = ("confirm", "refuse", "try_again")
    list_display = ("name", "merchant", "digits", "bank_name", "state_tag", "proposed", "since")
    list_filter = (("state", ChoicesDropdownFilter), ("seller", RelatedDropdownFilter))
    list_select_related = ("seller",)
    search_fields = ("seller__slug", "seller__name_zh", "seller__uscc")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("merchant", "state_tag", "proposed", "proposer", "telephone", "back")}),
        (_("Account"), {"fields": ("before", "bank_name", "cnaps", "bank_account", "verdicts")}),
        (_("Decision"), {"fields": ("decider", "decided_why", "decided", "since", "ended")}),
        (_("Work"), {"fields": ("work", "last_failure")}),
    )

    state_tag = cells.stated(TONES)
    proposed = cells.dated("proposed_at", _("proposed"))
    decided = cells.dated("decided_at", _("decided"))
    since = cells.dated("in_force_from", _("in force from"))
    ended = cells.dated("ended_at", _("ended"))

    @display(description=_("change"), ordering="pk")
    def name(self, change):
        return str(change)

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, change):
        return cells.link(change.seller, change.seller.name)

    @display(description=_("account"))
    def digits(self, change):
        return format_html(
            '<span class="code">•••• {} → •••• {}</span>', change.old_tail, change.tail
        )

    @display(description=_("account before"))
    def before(self, change):
        return f"•••• {change.old_tail}, {change.old_bank_name}"

    @display(description=_("telephone to call"))
    def telephone(self, change):
        """The one of the application, never one that came with the change."""
        joined = SellerApplication.objects.filter(seller=change.seller).order_by("-pk").first()
        return f"{joined.contact_phone}, {joined.contact_name}" if joined else cells.NOTHING

    @display(description=_("why the last payout came back"))
    def back(self, change):
        code = settlement.bounced([change.seller_id]).get(change.seller_id, "")
        return bank_reason(code) if code else cells.NOTHING

    @display(description=_("checks"))
    def verdicts(self, change):
        return cells.lines([as_checked(check) for check in checking.bank(change)])

    @doing.deed(
        doing.Deed(
            title=_("Confirm"),
            question=_(
                "Call the telephone of the application and compare every digit. Say whom you"
                " spoke with. The account comes into force after the cooling time. Confirm it?"
            ),
            form=Called,
            suits=lambda change: change.state == "PROPOSED",
            shown=compared,
            icon="check",
        )
    )
    def confirm(self, change, answers, hands):
        given = {"actor": hands.actor, "now": hands.now, "wall": clock.wall()}
        changing.confirm(change, reason=answers["text"], **given)

    @doing.deed(
        doing.Deed(
            title=_("Refuse"),
            question=_("Everybody at the seller's desk reads the reason in a mail: write Chinese."),
            form=doing.Reason,
            suits=lambda change: change.is_open,
            shown=shown,
            icon="block",
            is_grave=True,
        )
    )
    def refuse(self, change, answers, hands):
        given = {"actor": hands.actor, "now": hands.now, "wall": clock.wall()}
        changing.refuse(change, reason=answers["text"], **given)
