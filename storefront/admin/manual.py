"""Postings by hand: one person asks, with a reason; another one posts or refuses."""

from datetime import datetime, time
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from orders import days
from payments import manual
from payments.ledger import Leg
from payments.models import Account, ManualPosting, StatementLine
from payments.reconciliation import booking
from storefront.lib import clock, money
from storefront.lib.refusal import Refusal

from . import cells, doing, filters
from .looking import Looking

TONES = {"": "warn", "POSTED": "good", "REFUSED": "bad"}
ROWS = 8


class Wish(forms.Form):
    """Why, and when it happened."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=widgets.UnfoldAdminTextareaWidget({"rows": 3}),
    )
    occurred_at = forms.DateTimeField(
        label=_("When it happened"),
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )
    line = forms.ModelChoiceField(
        StatementLine.objects.select_related("account", "statement"),
        required=False,
        widget=forms.HiddenInput,
    )


class LegRow(forms.Form):
    """One entry: an account, and a sum on one of its two sides."""

    code = forms.CharField(label=_("account"), widget=widgets.UnfoldAdminTextInputWidget())
    debit = forms.DecimalField(
        label=_("debit"), min_value=0, max_digits=15, decimal_places=2, required=False,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    credit = forms.DecimalField(
        label=_("credit"), min_value=0, max_digits=15, decimal_places=2, required=False,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{field.label} {(self.prefix or '').split('-')[-1]}"
            if name == "code":
                field.widget.attrs["list"] = "account-codes"

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        self.account = Account.objects.filter(code=code).first()
        if self.account is None:
            words = gettext("There is no account %(code)s.") % {"code": code}
            raise forms.ValidationError(words)
        return code

    def clean(self) -> dict:
        sides = [self.cleaned_data.get(side) for side in ("debit", "credit")]
        if "code" in self.cleaned_data and sum(bool(side) for side in sides) != 1:
            raise forms.ValidationError(gettext("Fill in debit or credit, one of them."))
        return self.cleaned_data

    def leg(self) -> Leg:
        """The entry in minor units of the account's currency."""
        debit, credit = (self.cleaned_data[side] or 0 for side in ("debit", "credit"))
        account = self.account
        units = money.to_minor(debit - credit, account.currency)
        return Leg(account.purpose, account.currency, units, account.party)


LegRows = forms.formset_factory(LegRow, extra=ROWS, max_num=ROWS, validate_max=True)


def asking_for(line: StatementLine) -> str:
    """Where a posting that explains a line is asked for."""
    return f"{reverse('admin:payments_manualposting_ask')}?line={line.pk}"


def _line(key: object) -> StatementLine | None:
    known = str(key).isdecimal() and len(str(key)) < 19
    return StatementLine.objects.select_related("account").filter(pk=key).first() if known else None


def _filled(line: StatementLine) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the bank says of a line, as the form of a posting; the other account is for a person."""
    leg = booking.account_of(line)
    said = [line.booked_on.isoformat(), line.counterparty, line.text or line.end_to_end]
    noon = datetime.combine(line.booked_on, time(12), days.MOSCOW)
    wish = {
        "line": line.pk,
        "reason": f"{line}: {', '.join(part for part in said if part)}"[:300],
        "occurred_at": f"{timezone.localtime(noon):%Y-%m-%dT%H:%M}",
    }
    moved = money.from_minor(abs(leg.units), leg.currency)
    sides = ("debit", "credit") if leg.units > 0 else ("credit", "debit")
    return wish, [{"code": leg.code, sides[0]: moved}, {sides[1]: moved}]


@admin.register(ManualPosting)
class ManualPostingDesk(Looking):
    deeds_need = "payments.change_manualposting"
    actions_detail = ("post", "refuse")
    list_display = ("number", "asked", "asker", "entries", "reason", "decision_tag", "decider")
    list_filter = (
        ("decision", ChoicesDropdownFilter),
        filters.keeping("postings"),
        filters.period("asked_at", _("asked")),
    )
    list_select_related = ("reverses", "journal", "booking__line")
    search_fields = ("reason", "note", "journal__key")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("mirrored", "takes_back", "for_line", "reason", "occurred")}),
        (_("Who asks"), {"fields": ("asker", "asked")}),
        (_("Decision"), {"fields": ("decision_tag", "decider", "decided", "note", "booked_as")}),
    )

    number = cells.number()
    decision_tag = cells.stated(TONES, "decision", _("decision"))
    asked = cells.dated("asked_at", _("asked"))
    occurred = cells.dated("occurred_at", _("occurred"))
    decided = cells.dated("decided_at", _("decided"))

    def get_urls(self):
        name = "payments_manualposting_ask"
        return [path("ask/", self.admin_site.admin_view(self.ask), name=name), *super().get_urls()]

    def ask(self, request: HttpRequest) -> HttpResponse:
        """Ask for a posting; nothing is booked before another person has agreed."""
        if not request.user.has_perm("payments.add_manualposting"):
            raise PermissionDenied
        if request.method != "POST":
            return self._form(request, *self._blank(request))
        form, rows = Wish(request.POST), LegRows(request.POST)
        if form.is_valid() and rows.is_valid():
            try:
                wish = self._asked(request, form.cleaned_data, rows)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                self.log_addition(request, wish, gettext("Asked for a posting"))
                messages.success(request, gettext("It waits for a second person."))
                return HttpResponseRedirect(cells.page("payments.manualposting", wish.pk))
        return self._form(request, form, rows)

    def _blank(self, request: HttpRequest) -> tuple[Wish, forms.BaseFormSet]:
        line = _line(request.GET.get("line"))
        if line is None:
            return Wish(), LegRows()
        wish, legs = _filled(line)
        return Wish(initial=wish), LegRows(initial=legs)

    def _asked(self, request: HttpRequest, said: dict[str, Any], rows) -> ManualPosting:
        line = said.pop("line")
        ask = partial(booking.ask, line) if line else manual.ask
        legs = [row.leg() for row in rows if row.has_changed()]
        return ask(legs, **said, actor=f"user:{request.user.pk}", now=clock.now())

    def _form(self, request: HttpRequest, form: Wish, rows: forms.BaseFormSet) -> HttpResponse:
        codes = Account.objects.filter(party="").order_by("code").values_list("code", flat=True)
        line = _line(form["line"].value())
        origin = ("statementline_change", [line.pk]) if line else ("manualposting_changelist", [])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Ask for a posting"),
            "form": form,
            "rows": rows,
            "codes": codes,
            "line": line,
            "back": reverse(f"admin:payments_{origin[0]}", args=origin[1]),
        }
        return TemplateResponse(request, "admin/ask_posting.html", context)

    @display(description=_("entries"))
    def entries(self, wish):
        if wish.reverses_id:
            return cells.link(wish.reverses)
        return cells.lines([_leg(leg) for leg in manual.legs_of(wish)])

    @display(description=_("takes back"))
    def takes_back(self, wish):
        return cells.link(wish.reverses) if wish.reverses_id else cells.NOTHING

    @display(description=_("line of a statement"))
    def for_line(self, wish):
        asked = getattr(wish, "booking", None)
        return cells.link(asked.line) if asked else cells.NOTHING

    @display(description=_("will be booked"))
    def mirrored(self, wish):
        return cells.lines([_leg(leg) for leg in manual.legs_of(wish)])

    @display(description=_("journal"))
    def booked_as(self, wish):
        return cells.link(wish.journal) if wish.journal else cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Post it"),
            question=_(
                "It is booked in your name and cannot be changed, only taken back. Post it?"
            ),
            form=doing.Reason,
            suits=lambda wish: wish.is_open,
            icon="check",
        )
    )
    def post(self, wish, answers, hands):
        booking.post(wish, note=answers["text"], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Refuse it"),
            question=_("Nothing is booked. Why not?"),
            form=doing.Reason,
            suits=lambda wish: wish.is_open,
            icon="block",
            is_grave=True,
        )
    )
    def refuse(self, wish, answers, hands):
        manual.refuse(wish, note=answers["text"], actor=hands.actor, now=hands.now)


def _leg(leg: Leg):
    side = gettext("debit") if leg.units > 0 else gettext("credit")
    return format_html("{} {} {}", side, leg.code, cells.units(abs(leg.units), leg.currency))
