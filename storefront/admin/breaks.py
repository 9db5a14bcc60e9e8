"""The desk of breaks: what differs, since when, who looks after it, and what came of it."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from orders import days
from payments.models import Break, BreakNote
from payments.reconciliation import breaks
from storefront.lib import clock

from . import cells, doing, filters, manual, people
from .looking import Looking, Rows

TONES = {"OPEN": "bad", "CLOSED": "good"}
# What machines write when they close a break, in the reader's words.
HEALED = {"not there any more": _("not there any more")}
LINKS = ("line", "fact", "refund", "payout", "entry")


class Overdue(filters.YesNo):
    """Breaks that should have been answered by now."""

    title = _("overdue")
    parameter_name = "overdue"

    def condition(self):
        return Q(state="OPEN", due_on__lt=days.of_books(clock.now()))


class Notes(Rows):
    model = BreakNote
    fields = ("written", "by", "text")
    ordering = ("-pk",)

    written = cells.dated("written_at", _("written"))


@admin.register(Break)
class BreakDesk(Looking):
    """Open breaks first, the oldest first; above them how old they are."""

    deeds_need = "payments.change_break"
    actions = ("take", "note", "close")
    actions_detail = ("take", "book", "note", "close", "reopen")
    list_display = (
        *("number", "kind", "source", "state_tag", "money", "told"),
        *("age", "due_day", "looked_after"),
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
        Overdue,
        filters.keeping("breaks"),
        "owner",
        filters.period("found_at", _("found")),
    )
    search_fields = ("theirs", "ours", "order_number", "key")
    ordering = ("-state", "due_on", "pk")
    list_before_template = "admin/_ages.html"
    fieldsets = (
        (None, {"fields": ("kind", "source", "state_tag", "money", "theirs", "ours", "links")}),
        (
            _("Work"),
            {"fields": ("looked_after", "found", "due_on", "closed", "closer", "answered")},
        ),
    )
    inlines = (Notes,)

    number = cells.number()
    state_tag = cells.stated(TONES)
    due_day = cells.plain("due_on", _("until"))
    found = cells.dated("found_at", _("found"))
    closed = cells.dated("closed_at", _("closed"))

    def changelist_view(self, request, extra_context=None):
        on = days.of_books(clock.now())
        return super().changelist_view(
            request, {**(extra_context or {}), "ages": breaks.ageing(on=on)}
        )

    @display(description=_("difference"), ordering="units")
    def money(self, row):
        return cells.units(row.units, row.currency) if row.currency else cells.NOTHING

    @display(description=_("theirs and ours"))
    def told(self, row):
        return cells.lines([text for text in (row.theirs, row.ours) if text])

    @display(description=_("owner"), ordering="owner")
    def looked_after(self, row):
        return _("finance") if row.owner == breaks.OWNER else people.named(row.owner)

    @display(description=_("answer"))
    def answered(self, row):
        return HEALED.get(row.answer, row.answer) or cells.NOTHING

    @display(description=_("age"), ordering="found_at")
    def age(self, row):
        until = row.closed_at or clock.now()
        return cells.span(until - row.found_at)

    @display(description=_("about"))
    def links(self, row):
        found = [getattr(row, name) for name in LINKS]
        linked = [cells.link(one) for one in found if one is not None]
        if row.registry_line is not None:
            linked.append(cells.link(row.registry_line.registry))
        return cells.lines(linked)

    @doing.deed(
        doing.Deed(
            title=_("Take it"),
            question=_("You look after these breaks from now on. Go on?"),
            suits=lambda row: row.state == "OPEN",
            icon="person_add",
        )
    )
    def take(self, row, answers, hands):
        breaks.take(row, actor=hands.actor, now=hands.now)

    @doing.leads(
        doing.Deed(
            title=_("Book it by hand"),
            suits=lambda row: row.state == "OPEN" and row.line_id is not None,
            icon="post_add",
        )
    )
    def book(self, row):
        return manual.asking_for(row.line)

    @doing.deed(
        doing.Deed(
            title=_("Write a note"),
            question=_("What is known of it?"),
            form=doing.Reason,
            suits=lambda row: True,
            icon="edit_note",
        )
    )
    def note(self, row, answers, hands):
        breaks.note(row, text=answers["text"], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Answer and close"),
            question=_("What was it, and what was done?"),
            form=doing.Reason,
            suits=lambda row: row.state == "OPEN",
            icon="task_alt",
        )
    )
    def close(self, row, answers, hands):
        breaks.close(row, answer=answers["text"], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Open again"),
            question=_("The answer becomes a note. Why is it open again?"),
            form=doing.Reason,
            suits=lambda row: row.state == "CLOSED",
            icon="replay",
        )
    )
    def reopen(self, row, answers, hands):
        breaks.reopen(row, reason=answers["text"], actor=hands.actor, now=hands.now)
