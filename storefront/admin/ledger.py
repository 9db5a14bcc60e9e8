"""The ledger, only to be read: accounts, statements, trial balance, journals, entries, seals."""

import csv
from datetime import date, timedelta
from itertools import groupby

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.decorators import display

from orders import days
from payments import ledger, manual
from payments.models import Account, Entry, Journal, Seal
from storefront.lib import money

from . import cells, doing, filters
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

    @display(description=_("account"))
    def account_link(self, entry):
        return cells.link(entry.account)


class OfJournal(EntryRows):
    fields = ("position", "account_link", "money", "order_number", "order_line")
    ordering = ("line",)

    position = cells.plain("line", "\u2116")


class OnDay(forms.Form):
    """The day whose end is asked for."""

    on = forms.DateField(
        label=_("At the end of"),
        required=False,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"type": "date"}),
    )


@admin.register(Account)
class AccountDesk(Looking):
    """Positive is debit, negative is credit; every currency sums to zero."""

    list_display = ("code", "purpose", "party", "currency", "balance", "pages")
    list_filter = ("currency", "purpose")
    search_fields = ("code", "party")
    ordering = ("currency", "code")
    fields = ("code", "purpose", "party", "currency", "balance", "pages")

    def get_queryset(self, request):
        return super().get_queryset(request).standing()

    def get_urls(self):
        guarded = self.admin_site.admin_view
        return [
            path(
                "trial-balance/", guarded(self.trial_balance), name="payments_account_trial_balance"
            ),
            path("<int:pk>/statement/", guarded(self.statement), name="payments_account_statement"),
            *super().get_urls(),
        ]

    @display(description=_("balance"), ordering="units")
    def balance(self, account):
        return cells.units(account.units, account.currency)

    @display(description=_("statement"))
    def pages(self, account):
        address = reverse("admin:payments_account_statement", args=[account.pk])
        return format_html('<a class="to" href="{}">{}</a>', address, _("statement"))

    def statement(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A page of what moved on an account, with what stood on it after each line."""
        self._admit(request)
        account = get_object_or_404(Account, pk=pk)
        asked = request.GET.get("before", "")
        before = int(asked) if asked.isdecimal() and len(asked) < 19 else None
        page = ledger.page(account, before=before)
        return self._shown(
            request,
            "admin/statement.html",
            title=account.code,
            page=page,
            opening=cells.units(page.opening, account.currency),
            closing=cells.units(page.closing, account.currency),
            rows=[_moved(one, account.currency) for one in page.movements],
        )

    def trial_balance(self, request: HttpRequest) -> HttpResponse:
        """What stood on every account at the end of a day in Moscow; each currency is even."""
        self._admit(request)
        form = OnDay(request.GET if "on" in request.GET else None)
        on = form.cleaned_data["on"] if form.is_valid() else None
        end = days.begins(on + timedelta(days=1)) if on else None
        standings = ledger.trial_balance(before=end)
        if request.GET.get("as") == "csv":
            return _as_file(standings, on=on)
        found = groupby(standings, key=lambda row: row.currency)
        return self._shown(
            request,
            "admin/trial_balance.html",
            title=_("Trial balance"),
            form=form,
            tables=[_table(currency, list(rows)) for currency, rows in found],
            file=f"?as=csv&on={on or ''}",
        )

    def _admit(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _shown(self, request: HttpRequest, template: str, **context) -> HttpResponse:
        shared = self.admin_site.each_context(request)
        return TemplateResponse(request, template, {**shared, "opts": self.opts, **context})


def _moved(movement: ledger.Movement, currency: str) -> dict:
    side = "debit" if movement.units > 0 else "credit"
    return {
        "journal": cells.link(movement.journal),
        "booked": cells.moment(movement.journal.booked_at),
        "occurred": cells.moment(movement.journal.occurred_at),
        "order": movement.order_number,
        side: cells.units(abs(movement.units), currency),
        "standing": cells.units(movement.standing, currency),
    }


def _as_file(rows: list[ledger.Standing], *, on: date | None) -> HttpResponse:
    """The same for the accountant's own programs: a row per account, plain numbers."""
    name = f"trial-balance-{on or 'now'}.csv"
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write("\ufeff")  # spreadsheets take it for UTF-8 by this mark
    writer = csv.writer(answer)
    writer.writerow(["account", "currency", "debit", "credit"])
    for row in rows:
        if row.units:
            value = money.from_minor(abs(row.units), row.currency)
            sides = [value, ""] if row.units > 0 else ["", value]
            writer.writerow([row.code, row.currency, *sides])
    return answer


def _table(currency: str, rows: list[ledger.Standing]) -> dict:
    debit = sum(row.units for row in rows if row.units > 0)
    credit = -sum(row.units for row in rows if row.units < 0)
    return {
        "currency": currency,
        "rows": [
            {
                "code": row.code,
                ("debit" if row.units > 0 else "credit"): cells.units(abs(row.units), currency),
            }
            for row in rows
            if row.units
        ],
        "debit": cells.units(debit, currency),
        "credit": cells.units(credit, currency),
        "is_even": debit == credit,
    }


@admin.register(Journal)
class JournalDesk(Looking):
    deeds_need = "payments.add_manualposting"
    actions = ("take_back",)
    actions_detail = ("take_back",)
    list_display = ("key", "kind", "occurred", "booked", "by", "source")
    list_filter = ("kind", filters.period("occurred_at", _("occurred")))
    search_fields = ("key", "entries__order_number", "actor")
    ordering = ("-pk",)
    fields = (
        *("key", "kind", "occurred", "late", "booked", "by", "source", "rate_used", "mirror_of"),
    )
    inlines = (OfJournal,)

    occurred = cells.dated("occurred_at", _("occurred"))
    late = cells.dated("happened_at", _("happened in a closed month"))
    booked = cells.dated("booked_at", _("booked"))
    rate_used = cells.plain("rate", _("rate"))
    mirror_of = cells.plain("reverses", _("takes back"))

    @doing.deed(
        doing.Deed(
            title=_("Ask to take it back"),
            question=_("A second person will post the mirror of it, or refuse. Why is it wrong?"),
            form=doing.Reason,
            suits=lambda journal: not hasattr(journal, "reversal"),
            icon="undo",
            is_grave=True,
        )
    )
    def take_back(self, journal, answers, hands):
        manual.ask_reversal(journal, reason=answers["text"], actor=hands.actor, now=hands.now)


@admin.register(Entry)
class EntryDesk(Looking):
    list_display = ("number", "journal", "account", "money", "order_number", "order_line")
    list_filter = ("currency", "account__purpose")
    list_select_related = ("journal", "account")
    search_fields = ("order_number", "journal__key", "account__code")
    ordering = ("-pk",)

    number = cells.number()
    money = _money


@admin.register(Seal)
class SealDesk(Looking):
    """The digests of the days; the page of one reads its entries again."""

    list_display = ("day", "entries_n", "digest", "sealed")
    search_fields = ("digest",)
    ordering = ("-pk",)
    fields = ("day", "entries_n", "previous", "digest", "sealed", "verdict")

    entries_n = cells.counted("entries_count", _("entries"))
    sealed = cells.dated("sealed_at", _("sealed"))

    @display(description=_("read again"))
    def verdict(self, seal):
        fault = ledger.verify(seal)
        return cells.tag(fault or _("as it was sealed"), "bad" if fault else "good")
