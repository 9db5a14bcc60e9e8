"""The desk of agreement: bank files, statements, registers, and what of them matches."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from payments import papers
from payments.models import (
    BankAccount,
    BankStatement,
    Entry,
    Match,
    MatchPart,
    Paper,
    Registry,
    RegistryLine,
    StatementLine,
)
from payments.reconciliation import bank, matches

from . import cells, doing, filters, manual
from .looking import Looking, Rows

OUTCOME_TONES = {"TAKEN": "good", "REFUSED": "bad"}
MOST_SHOWN = 20_000


def summed(field: str, title: Any):
    """A column of a decimal in the currency of its row's account, or in rubles."""

    @display(description=title, ordering=field)
    def column(self, row):
        account = getattr(row, "account", None)
        return cells.summed(getattr(row, field), account.currency if account else "RUB")

    return column


@admin.register(BankAccount)
class BankAccountDesk(Looking):
    """Our accounts; the page of one says how it agrees with its bank."""

    list_display = ("number", "bic", "currency", "title", "purpose", "party", "is_demo")
    list_filter = ("currency", "bic")
    search_fields = ("number", "bic", "title")
    ordering = ("pk",)
    fieldsets = (
        (None, {"fields": ("number", "bic", "currency", "title", "purpose", "party", "source")}),
        (_("Agreement"), {"fields": ("agreement",)}),
    )

    @display(description=_("ledger and bank"))
    def agreement(self, account):
        found = bank.standing(account)
        if found is None:
            return _("There is no statement yet.")
        rows = (
            (_("opening of the first statement"), found.opening),
            (_("ledger since then"), found.ledger),
            (_("only in ours"), -found.only_ours),
            (_("only in theirs"), found.only_theirs),
            (_("closing of the last statement"), found.closing),
            (_("unexplained"), found.unexplained),
        )
        return cells.lines(
            [
                f"{title}: {cells.units(units, account.currency).striptags()}"
                for title, units in rows
            ]
        )


@admin.register(Paper)
class PaperDesk(Looking):
    """Files as they came; the refused ones stand aside with their reason."""

    list_display = ("received", "name", "form", "outcome_tag", "reason", "detail", "by")
    list_filter = (
        ("outcome", ChoicesDropdownFilter),
        "form",
        filters.period("received_at", _("received")),
    )
    search_fields = ("name", "detail", "digest")
    ordering = ("-pk",)
    fields = ("name", "form", "outcome_tag", "reason", "detail", "received", "by", "text")

    received = cells.dated("received_at", _("received"))
    outcome_tag = cells.stated(OUTCOME_TONES, "outcome", _("outcome"))

    def get_queryset(self, request):
        return super().get_queryset(request).defer("body")

    @display(description=_("file"))
    def text(self, paper):
        body = bytes(paper.body)[:MOST_SHOWN]
        code = "cp1251" if paper.form.startswith("1C") else "utf-8"
        return cells.block(body.decode(code, "replace"))


class Lines(Rows):
    model = StatementLine
    fields = ("name", "booked_on", "money", "counterparty", "end_to_end", "text")
    ordering = ("position",)
    per_page = 50

    money = summed("price", _("sum"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("account")

    @display(description=_("line"))
    def name(self, line):
        return cells.link(line, line.position)


@admin.register(BankStatement)
class BankStatementDesk(Looking):
    list_display = ("bank_account", "number", "since", "until", "before", "after", "taken")
    list_display_links = ("number",)  # the account is a link to its own desk
    list_filter = (("account", RelatedDropdownFilter), filters.period("taken_at", _("taken in")))
    list_select_related = ("account",)
    search_fields = ("number", "account__number")
    ordering = ("-until_on", "-pk")
    fields = ("bank_account", "number", "since", "until", "before", "after", "file", "remarks")
    inlines = (Lines,)

    since = cells.plain("from_on", _("first day"))
    until = cells.plain("until_on", _("last day"))
    before = summed("opening", _("opening"))
    after = summed("closing", _("closing"))
    taken = cells.dated("taken_at", _("taken in"))

    @display(description=_("account"), ordering="account__number")
    def bank_account(self, statement):
        return cells.link(statement.account)

    @display(description=_("file"))
    def file(self, statement):
        return cells.link(statement.paper)

    @display(description=_("chain"))
    def remarks(self, statement):
        found = papers.remarks_on(statement)
        tagged = [cells.tag(text, "bad") for text in found]
        return cells.lines(tagged or [cells.tag(_("goes on"), "good")])


class Unmatched(filters.YesNo):
    """Lines of which something waits for its other side."""

    title = _("waiting")
    parameter_name = "waiting"

    def condition(self):
        return ~Q(left=0)


class Together(doing.Reason):
    """What a line is put together with: entries of ours, and other lines of its account."""

    entries = forms.CharField(
        label=_("Numbers of our entries"),
        max_length=200,
        required=False,
        widget=widgets.UnfoldAdminTextInputWidget,
    )
    lines = forms.CharField(
        label=_("Numbers of further lines"),
        max_length=200,
        required=False,
        widget=widgets.UnfoldAdminTextInputWidget,
    )
    field_order = ("entries", "lines", "text")

    def clean_entries(self) -> list[Entry]:
        return self._rows("entries", Entry.objects.select_related("account"))

    def clean_lines(self) -> list[StatementLine]:
        return self._rows("lines", StatementLine.objects.all())

    def _rows(self, name: str, rows) -> list:
        text = self.cleaned_data[name].replace(",", " ").split()
        wanted = {int(word) for word in text if word.isdecimal() and len(word) < 19}
        found = list(rows.filter(pk__in=wanted))
        if len(found) != len(text):
            raise forms.ValidationError(_("There is no such number."))
        return found


@admin.register(StatementLine)
class StatementLineDesk(Looking):
    """Movements at banks; the waiting ones with what they may be."""

    deeds_need = "payments.change_statementline"
    actions = ("take_suggestion",)
    actions_detail = ("take_suggestion", "put_together", "book")
    list_display = ("number", "booked", "bank_account", "money", "rest", "counterparty", "named")
    list_filter = (
        Unmatched,
        filters.keeping("lines"),
        ("account", RelatedDropdownFilter),
        filters.period("statement__taken_at", _("taken in")),
    )
    list_select_related = ("account",)
    search_fields = ("end_to_end", "uetr", "counterparty", "text", "reference")
    ordering = ("-booked_on", "-pk")
    fieldsets = (
        (None, {"fields": ("bank_account", "booked", "valued", "money", "rest", "parts_of")}),
        (_("What the bank says"), {"fields": ("counterparty", "counterparty_account", "named")}),
        (_("What it may be"), {"fields": ("suggested", "asked_for")}),
    )

    number = cells.number()
    booked = cells.plain("booked_on", _("booked"))
    valued = cells.plain("value_on", _("value date"))
    money = summed("price", _("sum"))

    def get_queryset(self, request):
        return matches.with_left(super().get_queryset(request)).select_related("account")

    @display(description=_("account"), ordering="account__number")
    def bank_account(self, line):
        return cells.link(line.account)

    @display(description=_("waiting"), ordering="left")
    def rest(self, line):
        if not line.left:
            return cells.tag(_("matched"), "good")
        return cells.units(line.left, line.account.currency)

    @display(description=_("reference and text"))
    def named(self, line):
        return cells.lines([text for text in (line.end_to_end, line.uetr, line.text) if text])

    @display(description=_("matched with"))
    def parts_of(self, line):
        living = line.parts.filter(match__undone=None).select_related("match")
        return cells.lines([cells.link(part.match) for part in living])

    @display(description=_("suggestions"))
    def suggested(self, line):
        return cells.lines([_proposed(one) for one in matches.suggestions(line)])

    @display(description=_("postings asked for"))
    def asked_for(self, line):
        asked = line.bookings.select_related("posting").order_by("pk")
        return cells.lines([cells.link(one.posting) for one in asked])

    @doing.leads(
        doing.Deed(
            title=_("Book it by hand"),
            suits=lambda line: bool(line.left),
            icon="post_add",
        )
    )
    def book(self, line):
        return manual.asking_for(line)

    @doing.deed(
        doing.Deed(
            title=_("Take the suggestion"),
            question=_("The line is matched with the suggestion of the highest score. Go on?"),
            suits=lambda line: bool(line.left),
            icon="join_inner",
        )
    )
    def take_suggestion(self, line, answers, hands):
        found = matches.suggestions(line)
        if not found:
            raise matches.NotOpen(_("Nothing is suggested for it."))
        matches.accept(line.account, found[0], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Put together"),
            question=_(
                "Several lines may make one entry of ours, or several entries one line; of a "
                "bigger line as much is matched as there is, and the rest waits."
            ),
            form=Together,
            suits=lambda line: bool(line.left),
            icon="join_full",
        )
    )
    def put_together(self, line, answers, hands):
        others = [one for one in answers["lines"] if one.pk != line.pk]
        matches.by_hand(
            [line, *others],
            answers["entries"],
            reason=answers["text"],
            actor=hands.actor,
            now=hands.now,
        )


def _proposed(one) -> str:
    entries = ", ".join(map(str, one.entries))
    lines = ", ".join(map(str, one.lines))
    rule = Match.Rule(one.rule).label
    words = _("%(score)d %%: %(rule)s, %(reason)s; entries %(entries)s, lines %(lines)s")
    return words % {
        "score": one.score, "rule": rule, "reason": one.reason, "entries": entries, "lines": lines,
    }  # fmt: skip


class Operations(Rows):
    model = RegistryLine
    fields = ("kind", "object_id", "order_number", "gross", "fee", "currency", "happened", "found")
    ordering = ("position",)
    per_page = 50

    happened = cells.dated("happened_at", _("happened"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("part__match")

    @display(description=_("match"))
    def found(self, line):
        part = getattr(line, "part", None)
        return cells.link(part.match) if part else cells.tag(_("waiting"), "warn")


@admin.register(Registry)
class RegistryDesk(Looking):
    list_display = ("registry_on", "provider", "shop", "all_of_it", "cost", "rest", "taken")
    list_filter = ("provider", filters.period("taken_at", _("taken in")))
    search_fields = ("shop", "lines__object_id", "lines__order_number")
    ordering = ("-registry_on", "-pk")
    fields = ("registry_on", "provider", "shop", "all_of_it", "cost", "rest", "taken")
    inlines = (Operations,)

    all_of_it = summed("gross", _("gross"))
    cost = summed("fee", _("fee"))
    rest = summed("net", _("net"))
    taken = cells.dated("taken_at", _("taken in"))


class Parts(Rows):
    model = MatchPart
    fields = ("side", "money", "thing")
    ordering = ("side", "pk")

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related("match", "line", "registry_line", "entry", "fact", "refund")

    @display(description=_("sum"))
    def money(self, part):
        return cells.units(part.units, part.match.currency)

    @display(description=_("what"))
    def thing(self, part):
        linked = part.line or part.entry or part.fact or part.refund
        return cells.link(linked) if linked else str(part.registry_line)


@admin.register(Match)
class MatchDesk(Looking):
    deeds_need = "payments.change_match"
    actions_detail = ("undo",)
    list_display = ("number", "rule", "points", "reason", "currency", "by", "made", "is_living")
    list_filter = (("rule", ChoicesDropdownFilter), filters.period("made_at", _("matched")))
    list_select_related = ("undone",)
    search_fields = ("reason", "parts__line__end_to_end", "parts__registry_line__object_id")
    ordering = ("-pk",)
    fields = ("rule", "points", "reason", "by", "made", "is_living")
    inlines = (Parts,)

    number = cells.number()
    points = cells.counted("score", _("score"))
    made = cells.dated("made_at", _("matched"))

    @display(description=_("state"))
    def is_living(self, match):
        undone = getattr(match, "undone", None)
        return cells.tag(undone.reason, "bad") if undone else cells.tag(_("stands"), "good")

    @doing.deed(
        doing.Deed(
            title=_("Take apart"),
            question=_("Its lines and entries wait again. Why is it not the same money?"),
            form=doing.Reason,
            suits=lambda match: match.rule != "OPERATION" and not hasattr(match, "undone"),
            icon="call_split",
            is_grave=True,
        )
    )
    def undo(self, match, answers, hands):
        matches.undo(match, reason=answers["text"], actor=hands.actor, now=hands.now)
