"""The desk of letters: what buyers were told, and what could not be sent."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from storefront.notifications.models import Letter

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
