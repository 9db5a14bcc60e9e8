"""The desk of letters: what buyers were told, and what could not be sent."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from storefront.notifications.models import Letter, SellerLetter

from . import cells, filters
from .looking import Looking
from .waiting import Waiting


@admin.register(Letter)
class LetterDesk(Waiting, Looking):
    deeds_need = "notifications.change_letter"
    actions = ("try_again",)
    actions_detail = ("try_again",)
    list_display = ("template", "order_number", "to_whom", "language", "sent", "work")
    list_filter = ("template", "language", filters.Failing)
    list_select_related = ("event__order",)
    search_fields = ("event__order__number",)
    ordering = ("-pk",)
    fields = ("template", "order_number", "to_whom", "language", "sent", "work", "last_failure")

    sent = cells.dated("sent_at", _("sent"))

    @display(description=_("order"), ordering="event__order__number")
    def order_number(self, letter):
        return cells.link(letter.event.order)

    @display(description=_("to"))
    def to_whom(self, letter):
        return cells.email(letter.event.order.email)


@admin.register(SellerLetter)
class SellerLetterDesk(Waiting, Looking):
    list_display = ("kind", "merchant", "about", "sent", "work")
    list_filter = ("kind", filters.Failing)
    list_select_related = SellerLetter.TAKEN_WITH
    search_fields = (
        "payout__message",
        "payout__seller__slug",
        "settlement__seller__slug",
        "change__seller__slug",
    )
    ordering = ("-pk",)
    fields = ("kind", "merchant", "about", "sent", "work", "last_failure")

    sent = cells.dated("sent_at", _("sent"))

    @display(description=_("seller"))
    def merchant(self, letter):
        return cells.link(letter.seller, letter.seller.name)

    @display(description=_("about"))
    def about(self, letter):
        return cells.link(letter.about)
