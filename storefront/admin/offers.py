"""The desk of offers: a queue with what changed, reasons to refuse, rules that approve."""

from datetime import datetime

from django import forms
from django.contrib import admin
from django.core.files.storage import default_storage
from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from catalog import approval, snapshots
from catalog.models import ApprovalRule, Offer, OfferEvent, RefusalReason
from storefront.lib import clock
from storefront.templatetags.money import yuan

from . import cells, doing
from .looking import Desk, Looking, Rows

OFFER_TONES = {"DRAFT": "", "REVIEW": "warn", "LIVE": "good", "REFUSED": "bad", "PAUSED": ""}
QUEUE = "REVIEW"
NAMED = 3  # so many changed facts are named in a row of the list


class Facts:
    """The facts of an event, without the whole picture of what was approved."""

    @display(description=_("detail"))
    def facts(self, event):
        told = {**event.detail, **event.detail.get("inputs", {})}
        left = {key: value for key, value in told.items() if key not in ("snapshot", "inputs")}
        return cells.lines([f"{key}: {value}" for key, value in sorted(left.items()) if value])


class OfferEvents(Facts, Rows):
    model = OfferEvent
    fields = ("when", "kind", "by", "facts")
    ordering = ("-pk",)
    verbose_name_plural = _("history")

    when = cells.dated("happened_at", _("happened"))


class Seen(forms.Form):
    """When the operator looked: what the seller changed after that is not approved unseen."""

    seen_at = forms.CharField(
        required=False,
        widget=forms.HiddenInput,
        initial=lambda: clock.now().isoformat(),
    )

    def clean_seen_at(self) -> datetime | None:
        text = self.cleaned_data["seen_at"]
        if not text:
            return None
        try:
            seen_at = datetime.fromisoformat(text)
        except ValueError as error:
            raise forms.ValidationError(_("Not an instant.")) from error
        if seen_at.tzinfo is None:
            raise forms.ValidationError(_("Not an instant."))
        return seen_at


class ReasonsField(forms.ModelMultipleChoiceField):
    widget = widgets.UnfoldAdminCheckboxSelectMultipleWidget

    def label_from_instance(self, reason: RefusalReason) -> str:
        return reason.title or reason.key


class Refusing(forms.Form):
    """Reasons from the list, told to the seller in Chinese, and words of one's own."""

    reasons = ReasonsField(
        RefusalReason.objects.order_by("position", "pk"), label=_("Reasons"), required=False
    )
    text = forms.CharField(
        label=_("In your own words"),
        help_text=_("The seller reads this as it is: write Chinese."),
        max_length=160,
        required=False,
        widget=widgets.UnfoldAdminTextareaWidget({"rows": 3}),
    )

    def clean(self):
        given = super().clean()
        if not self.errors and not given["reasons"] and not given["text"].strip():
            raise forms.ValidationError(_("Choose a reason, or write one."))
        return given


def what_goes_live(offer: Offer) -> str:
    """One line of the question: which goods, whose, for how much."""
    goods = offer.variant
    title = " ".join(filter(None, [goods.product.title, goods.memory, goods.colour]))
    return f"{offer.article} · {title} · {offer.seller.name} · {yuan(offer.price)}"


@admin.register(Offer)
class OfferDesk(Looking):
    """Offers; those in review are approved or refused here, the oldest first."""

    deeds_need = "catalog.change_offer"
    actions = ("approve", "refuse")
    actions_detail = ("approve", "refuse")
    list_display = ("article", "goods", "merchant", "yuan", "state_tag", "news", "since")
    list_filter = (("state", ChoicesDropdownFilter), ("seller", RelatedDropdownFilter))
    list_select_related = ("variant__product__category", "seller")
    search_fields = ("article", "variant__slug", "variant__barcode", "seller__slug")
    ordering = ("-updated_at", "-pk")
    fieldsets = (
        (None, {"fields": ("article", "goods", "merchant", "yuan", "state_tag", "refusal")}),
        (_("Why it waits"), {"fields": ("verdict",)}),
        (_("Approved last, and now"), {"fields": ("comparison",)}),
    )
    inlines = (OfferEvents,)

    yuan = cells.priced("price", _("price"))
    state_tag = cells.stated(OFFER_TONES)
    since = cells.dated("updated_at", _("changed"))

    def get_ordering(self, request):
        """In the queue whoever waits longest comes first."""
        is_queue = request.GET.get("state__exact") == QUEUE
        return ("updated_at", "pk") if is_queue else self.ordering

    def get_queryset(self, request):
        approved = OfferEvent.objects.filter(
            offer=OuterRef("pk"), kind=snapshots.KIND, detail__has_key=snapshots.KEPT
        ).order_by("-pk")
        kept = Subquery(approved.values("detail__snapshot")[:1])
        rows = super().get_queryset(request).annotate(approved_with=kept)
        return rows.prefetch_related("variant__pictures")

    @display(description=_("goods"), ordering="variant__slug")
    def goods(self, offer):
        title = f"{offer.variant.product.title} {offer.variant.memory} {offer.variant.colour}"
        return cells.link(offer.variant, title)

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, offer):
        return cells.link(offer.seller, offer.seller.name)

    @display(description=_("what is new"))
    def news(self, offer):
        if offer.state != Offer.State.REVIEW:
            return cells.NOTHING
        if not offer.approved_with:
            return cells.tag(_("new goods"), "river")
        rows = snapshots.compare(offer.approved_with, snapshots.take(offer))
        names = [row.label for row in rows if row.differs]
        if not names:
            return cells.tag(_("nothing"), "good")
        more = len(names) - NAMED
        rest = [ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}]
        return cells.lines(names[:NAMED] + (rest if more > 0 else []))

    @display(description=_("rules"))
    def verdict(self, offer):
        if offer.state != Offer.State.REVIEW:
            return cells.NOTHING
        verdict = approval.consider(offer, clock.now())
        if verdict.rule:
            return cells.tag(_("rule %(rule)s would approve") % {"rule": verdict.rule}, "good")
        return cells.lines(verdict.reasons)

    @display(description=_("facts"))
    def comparison(self, offer):
        rows = [
            {"change": row, "pictures": pictures(row) if row.key == snapshots.PICTURES else None}
            for row in sorted(approval.compare(offer), key=lambda row: not row.differs)
        ]
        is_new = not any(row["change"].before for row in rows)
        return render_to_string("admin/comparison.html", {"rows": rows, "is_new": is_new})

    @doing.deed(
        doing.Deed(
            title=_("Approve"),
            question=_("These offers go into the shop at once. Approve them?"),
            form=Seen,
            suits=lambda offer: offer.state == Offer.State.REVIEW,
            shown=what_goes_live,
            icon="check",
        )
    )
    def approve(self, offer, answers, hands):
        seen_at = answers["seen_at"]
        approval.approve(offer, actor=hands.actor, now=hands.now, seen_at=seen_at)

    @doing.deed(
        doing.Deed(
            title=_("Refuse"),
            question=_("The sellers will read the reason. Refuse these offers?"),
            form=Refusing,
            suits=lambda offer: offer.state == Offer.State.REVIEW,
            shown=what_goes_live,
            icon="block",
            is_grave=True,
        )
    )
    def refuse(self, offer, answers, hands):
        reasons, text = list(answers["reasons"]), answers["text"]
        approval.refuse(offer, reasons=reasons, text=text, actor=hands.actor, now=hands.now)


def pictures(change: snapshots.Change) -> dict[str, list[dict[str, object]]]:
    """Pictures as they were and as they are; files of those taken away are gone."""
    before, after = change.before.split("\n"), change.after.split("\n")
    return {
        "before": [{"url": default_storage.url(name)} for name in before if name in after and name],
        "gone": [name for name in before if name and name not in after],
        "after": [
            {"url": default_storage.url(name), "is_new": name not in before}
            for name in after
            if name
        ],
    }


@admin.register(ApprovalRule)
class ApprovalRuleDesk(Looking):
    """Rules that approve by themselves; they come from the tables, here they are switched."""

    deeds_need = "catalog.change_approvalrule"
    actions_detail = ("switch_off", "switch_on")
    list_display = ("rule", "is_active", "least_approved", "least_days", "band", "known", "seen")
    list_filter = ("is_active",)
    ordering = ("least_approved", "pk")
    fields = ("rule", "is_active", "least_approved", "least_days", "band", "known", "seen")
    fields += ("valid_from", "valid_until", "source")

    @display(description=_("distance from the market price"), ordering="band_bps")
    def band(self, rule):
        return cells.percent(rule.band_bps)

    @display(description=_("only known models"), ordering="needs_known_model", boolean=True)
    def known(self, rule):
        return rule.needs_known_model

    @display(description=_("new pictures too"), ordering="takes_new_pictures", boolean=True)
    def seen(self, rule):
        return rule.takes_new_pictures

    @doing.deed(
        doing.Deed(
            title=_("Switch off"),
            question=_("Offers that only this rule would approve will wait for a person."),
            suits=lambda rule: rule.is_active,
            icon="toggle_off",
            is_grave=True,
        )
    )
    def switch_off(self, rule, answers, hands):
        approval.switch(rule, is_active=False)

    @doing.deed(
        doing.Deed(
            title=_("Switch on"),
            question=_("Offers that meet this rule will go into the shop without a person."),
            suits=lambda rule: not rule.is_active,
            icon="toggle_on",
        )
    )
    def switch_on(self, rule, answers, hands):
        approval.switch(rule, is_active=True)


@admin.register(RefusalReason)
class RefusalReasonDesk(Desk):
    list_display = ("key", "title_zh", "title_ru", "title_en", "position")
    search_fields = ("key", "title_zh", "title_ru", "title_en")
    ordering = ("position", "pk")


@admin.register(OfferEvent)
class OfferEventDesk(Facts, Looking):
    list_display = ("when", "offer", "kind", "by", "facts")
    list_filter = ("kind",)
    list_select_related = ("offer",)
    search_fields = ("offer__article", "actor")
    ordering = ("-pk",)

    when = cells.dated("happened_at", _("happened"))
