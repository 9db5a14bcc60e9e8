"""The desk of screening: hits to decide, lists in their versions, parties, runs."""

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from payments.models import Decision, Hit, SanctionsList, ScreenedParty, ScreeningRun
from payments.screening import clearing, parties
from payments.screening.clearing import Standing
from storefront.lib import clock

from . import cells, doing, filters
from .looking import Looking, Rows
from .waiting import Waiting

TONES = {"clear": "good", "open": "warn", "waiting": "warn", "listed": "bad", "not_screened": ""}
WORDS = {
    Standing.CLEAR: _("clear"),
    Standing.OPEN: _("to be decided"),
    Standing.WAITING: _("waits for a second person"),
    Standing.LISTED: _("the listed party"),
    Standing.NOT_SCREENED: _("not screened yet"),
}
MOST_NAMES = 40
HIDDEN = "\u2026"
NOTES = {
    "letter for letter": _("letter for letter"),
    "only read": _("by its reading alone"),
    "other Chinese letters, same reading": _("other Chinese letters, the same reading"),
    "weak alias": _("a weak alias"),
    "one word only": _("one word only"),
    "the same number": _("the same number"),
    "the same day of birth": _("the same day of birth"),
    "about the same year of birth": _("about the same year of birth"),
    "another year of birth": _("another year of birth"),
    "the same country": _("the same country"),
    "another country": _("another country"),
}


class Undecided(filters.YesNo):
    """Hits that nobody looked at, or that wait for a second person."""

    title = _("to be decided")
    parameter_name = "undecided"

    def condition(self):
        rows = Decision.objects.filter(hit=OuterRef("pk"))
        final = rows.filter(Q(verdict="SAME") | Q(needs_second=False))
        return Q(entry__until=None, party_digest=F("party__digest")) & ~Exists(final)


class Decisions(Rows):
    model = Decision
    fields = ("when", "verdict", "reason", "decider", "needs_second", "list")
    ordering = ("pk",)
    verbose_name_plural = _("decisions")

    when = cells.dated("decided_at", _("decided"))


def standing_tag(standing: Standing):
    return cells.tag(WORDS[standing], TONES[standing])


def shown_names(party: ScreenedParty) -> list[str]:
    """The names of a party as they are now; of recipients only masked."""
    known = parties.facts(party.kind, party.key)
    if known is None:
        return []
    masked = party.kind == ScreenedParty.Kind.RECIPIENT
    return [cells.person(name) if masked else name for name in known.names]


def told_births(facts) -> str:
    told = [day or (f"{a}" if a == b else f"{a}\u2013{b}") for a, b, day in facts.get("births", ())]
    return ", ".join(told) or cells.NOTHING


@admin.register(Hit)
class HitDesk(Looking):
    """A party beside the listed one; only people decide, a score never does."""

    deeds_need = "payments.change_hit"
    actions_detail = ("somebody_else", "confirm", "the_same")
    list_display = ("party_key", "kind", "listed", "on_list", "score", "state", "found")
    list_filter = (
        Undecided,
        ("party__kind", ChoicesDropdownFilter),
        ("list__kind", ChoicesDropdownFilter),
        filters.period("found_at", _("found")),
    )
    list_select_related = ("party", "name", "entry", "list")
    search_fields = ("party__key", "name__text", "entry__uid")
    ordering = ("-score_bps", "-pk")
    fieldsets = (
        (None, {"fields": ("state", "score", "found", "version")}),
        (_("Our party"), {"fields": ("kind", "party_key", "our_names")}),
        (
            _("On the list"),
            {"fields": ("listed", "all_names", "born", "countries", "numbers", "why_listed")},
        ),
        (_("Why they are alike"), {"fields": ("compared", "alone", "circumstances")}),
    )
    inlines = (Decisions,)

    found = cells.dated("found_at", _("found"))

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("decisions")

    @display(description=_("party"), ordering="party__key")
    def party_key(self, hit):
        return hit.party.key

    @display(description=_("kind"), ordering="party__kind")
    def kind(self, hit):
        return hit.party.get_kind_display()

    @display(description=_("listed name"))
    def listed(self, hit):
        return hit.name.text

    @display(description=_("list"))
    def on_list(self, hit):
        return hit.list.get_kind_display()

    @display(description=_("score"), ordering="score_bps")
    def score(self, hit):
        text = f"{hit.score_bps / 100:.2f} %"
        return cells.tag(text, "bad") if hit.is_conclusive else cells.figure(text)

    @display(description=_("state"))
    def state(self, hit):
        return standing_tag(clearing.of_hit(hit))

    @display(description=_("version"))
    def version(self, hit):
        return cells.link(hit.list)

    @display(description=_("names"))
    def our_names(self, hit):
        return cells.lines(shown_names(hit.party))

    @display(description=_("names"))
    def all_names(self, hit):
        rows = hit.entry.names.order_by("pk")[:MOST_NAMES]
        return cells.lines([f"{row.text} ({row.quality.lower()})" for row in rows])

    @display(description=_("born"))
    def born(self, hit):
        return told_births(hit.entry.facts)

    @display(description=_("countries"))
    def countries(self, hit):
        return ", ".join(hit.entry.facts.get("countries", ())) or cells.NOTHING

    @display(description=_("numbers"))
    def numbers(self, hit):
        return cells.lines([" ".join(pair) for pair in hit.entry.facts.get("numbers", ())])

    @display(description=_("why listed"))
    def why_listed(self, hit):
        facts = hit.entry.facts
        told = ", ".join(facts.get("programmes", ()))
        return format_html("{}<br>{}", told, facts.get("remarks", "")[:1000])

    @display(description=_("words compared"))
    def compared(self, hit):
        rows = hit.why.get("pairs", ())
        return cells.lines(
            [f"{ours or HIDDEN} = {its}: {like:.0%}" for ours, its, like, _weight in rows]
        )

    @display(description=_("words alone"))
    def alone(self, hit):
        ours = hit.why.get("ours_left", [])
        told = ours if isinstance(ours, list) else [HIDDEN] * ours
        rows = [f"+ {word}" for word in told]
        return cells.lines(rows + [f"\u2212 {word}" for word in hit.why.get("theirs_left", [])])

    @display(description=_("circumstances"))
    def circumstances(self, hit):
        return cells.lines([NOTES.get(one, one) for one in hit.why.get("notes", ())])

    @doing.deed(
        doing.Deed(
            title=_("Somebody else"),
            question=_("Our party is not the listed one. Why? A grave likeness needs two people."),
            form=doing.Reason,
            suits=lambda hit: clearing.of_hit(hit) in (Standing.OPEN, Standing.LISTED),
            icon="check",
        )
    )
    def somebody_else(self, hit, answers, hands):
        self._decide(hit, Decision.Verdict.OTHER, answers, hands)

    @doing.deed(
        doing.Deed(
            title=_("Confirm the clearance"),
            question=_("Somebody has cleared this hit. Do you agree, and why?"),
            form=doing.Reason,
            suits=lambda hit: any(
                one.needs_second and not Decision.objects.filter(seconds=one).exists()
                for one in list(hit.decisions.order_by("-pk"))[:1]
            ),
            icon="done_all",
        )
    )
    def confirm(self, hit, answers, hands):
        clearing.second(hit, reason=answers["text"], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("The listed party"),
            question=_("Our party is the listed one: it will not be paid and may not sell. Why?"),
            form=doing.Reason,
            suits=lambda hit: clearing.of_hit(hit) is not Standing.LISTED,
            icon="block",
            is_grave=True,
        )
    )
    def the_same(self, hit, answers, hands):
        self._decide(hit, Decision.Verdict.SAME, answers, hands)

    def _decide(self, hit, verdict, answers, hands) -> None:
        clearing.decide(hit, verdict, reason=answers["text"], actor=hands.actor, now=hands.now)


@admin.register(Decision)
class DecisionDesk(Looking):
    list_display = ("hit", "verdict", "reason", "decider", "needs_second", "when", "list")
    list_filter = (("verdict", ChoicesDropdownFilter), filters.period("decided_at", _("decided")))
    list_select_related = ("hit", "list")
    search_fields = ("hit__party__key", "reason")
    ordering = ("-pk",)

    when = cells.dated("decided_at", _("decided"))


@admin.register(SanctionsList)
class SanctionsListDesk(Looking):
    """Lists in their versions; `import_sanctions` takes in a new one."""

    list_display = ("kind", "published_on", "entries", "added", "removed", "changed", "taken")
    list_filter = (("kind", ChoicesDropdownFilter),)
    ordering = ("-pk",)
    fields = (
        *("kind", "published_on", "entries", "names", "added", "removed", "changed"),
        *("digest", "told_files", "taken", "taken_by"),
    )

    taken = cells.dated("taken_at", _("taken in"))

    @display(description=_("files"))
    def told_files(self, version):
        return cells.lines(
            [f"{one['name']} {one['bytes']} {one['sha256']}" for one in version.files]
        )


class Hits(Rows):
    model = Hit
    fields = ("name_link", "score_bps", "found")
    ordering = ("-score_bps",)

    found = cells.dated("found_at", _("found"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("name")

    @display(description=_("listed name"))
    def name_link(self, hit):
        return cells.link(hit, hit.name.text)


@admin.register(ScreenedParty)
class ScreenedPartyDesk(Looking):
    """Everybody we deal with, and how he stands; who is not clear is not paid."""

    list_display = ("kind", "key", "noted", "screened")
    list_filter = (("kind", ChoicesDropdownFilter), filters.period("screened_at", _("screened")))
    search_fields = ("key",)
    ordering = ("-pk",)
    fields = ("kind", "key", "names", "stands", "noted", "screened")
    inlines = (Hits,)

    noted = cells.dated("noted_at", _("noted"))
    screened = cells.dated("screened_at", _("screened"))

    @display(description=_("names"))
    def names(self, party):
        return cells.lines(shown_names(party))

    @display(description=_("state"))
    def stands(self, party):
        return standing_tag(clearing.stands(party, now=clock.now()))


@admin.register(ScreeningRun)
class ScreeningRunDesk(Waiting, Looking):
    deeds_need = "payments.change_screeningrun"
    actions = ("try_again",)
    actions_detail = ("try_again",)
    list_display = ("reason", "opened", "closed", "parties", "hits", "work")
    list_filter = (filters.Failing,)
    ordering = ("-pk",)
    fields = ("reason", "opened", "closed", "parties", "hits", "work", "last_failure")

    opened = cells.dated("opened_at", _("opened"))
    closed = cells.dated("closed_at", _("closed"))
