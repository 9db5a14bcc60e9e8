"""The ledger, only to be read: accounts with what stands on them, journals, entries."""

from django.contrib import admin
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from payments.models import Account, Entry, Journal

from . import cells, filters
from .looking import Looking, Rows


@display(description=_("sum"), ordering="units")
def _money(self, entry):
    return cells.units(entry.units, entry.currency)


class EntryRows(Rows):
    model = Entry
    ordering = ("-pk",)
    per_page = 50

    money = _money

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("journal", "account")

    @display(description=_("journal"))
    def journal_link(self, entry):
        return cells.link(entry.journal)

    @display(description=_("account"))
    def account_link(self, entry):
        return cells.link(entry.account)

    @display(description=_("booked"))
    def booked(self, entry):
        return cells.moment(entry.journal.booked_at)


class OfAccount(EntryRows):
    fields = ("booked", "journal_link", "money", "order_number", "order_line")


class OfJournal(EntryRows):
    fields = ("line", "account_link", "money", "order_number", "order_line")
    ordering = ("line",)


@admin.register(Account)
class AccountDesk(Looking):
    """Positive is debit, negative is credit; every currency sums to zero."""

    list_display = ("code", "purpose", "party", "currency", "balance", "entries_n")
    list_filter = ("currency", "purpose")
    search_fields = ("code", "party")
    ordering = ("currency", "code")
    fields = ("code", "purpose", "party", "currency", "balance")
    inlines = (OfAccount,)

    entries_n = cells.counted("entries_n", _("entries"))

    def get_queryset(self, request):
        sums = {"units": Coalesce(Sum("entries__units"), 0), "entries_n": Count("entries")}
        return super().get_queryset(request).annotate(**sums)

    @display(description=_("balance"), ordering="units")
    def balance(self, account):
        return cells.units(account.units, account.currency)


@admin.register(Journal)
class JournalDesk(Looking):
    list_display = ("key", "kind", "occurred", "booked", "actor", "source")
    list_filter = ("kind", filters.period("occurred_at", _("occurred")))
    search_fields = ("key", "entries__order_number", "actor")
    ordering = ("-pk",)
    fields = ("key", "kind", "occurred", "booked", "actor", "source", "rate", "reverses")
    inlines = (OfJournal,)

    occurred = cells.dated("occurred_at", _("occurred"))
    booked = cells.dated("booked_at", _("booked"))


@admin.register(Entry)
class EntryDesk(Looking):
    list_display = ("pk", "journal", "account", "money", "order_number", "order_line")
    list_filter = ("currency", "account__purpose")
    list_select_related = ("journal", "account")
    search_fields = ("order_number", "journal__key", "account__code")
    ordering = ("-pk",)

    money = _money
