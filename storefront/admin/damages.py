"""The desk of damaged pieces: what the floor found, with its pictures, and what becomes of them."""

from decimal import Decimal

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.decorators import display

from catalog import papers
from logistics.models import AdviceCount, DamageDecision, DamagePicture
from logistics.stocking import damages
from logistics.stocking.damages import Decision

from . import cells, doing, filters
from .filters import YesNo
from .looking import Looking, Rows


class Deciding(forms.Form):
    """What becomes of so many pieces."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=DamageDecision.Outcome.choices,
        widget=widgets.UnfoldAdminSelectWidget,
    )
    pieces = forms.IntegerField(
        label=_("Pieces"), min_value=1, widget=widgets.UnfoldAdminIntegerFieldWidget
    )
    article = forms.CharField(
        label=_("Article it is sold as"),
        required=False,
        max_length=60,
        widget=widgets.UnfoldAdminTextInputWidget,
    )
    owed = forms.DecimalField(
        label=_("The house pays the seller, CNY"),
        help_text=_("Only for what is written off by our fault; a second person must agree."),
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )
    note = forms.CharField(
        label=_("Reason"), max_length=200, widget=widgets.UnfoldAdminTextInputWidget
    )


class Undecided(YesNo):
    title = _("needs a person")
    parameter_name = "waiting"

    def condition(self):
        return Q(pk__in=AdviceCount.objects.undecided().values("pk"))


class Decisions(Rows):
    model = DamageDecision
    fields = ("outcome", "pieces", "offer", "wish", "note", "by", "decided")
    ordering = ("pk",)

    decided = cells.dated("happened_at", _("decided"))

    @display(description=_("paid to the seller"))
    def wish(self, row):
        return cells.link(row.posting) if row.posting else cells.NOTHING


def _begun(count):
    return {"pieces": damages.left(count)}


def _named(count):
    return f"{count.line.advice}: {count.line.offer.article}, {count.note}"


@admin.register(AdviceCount)
class DamageDesk(Looking):
    """Counts that found damage; what came whole is at the notices."""

    deeds_need = "logistics.change_bincount"
    actions_detail = ("decide",)
    list_display = ("notice", "merchant", "goods", "broken", "waiting", "note", "by", "found")
    list_filter = (Undecided, filters.period("happened_at", _("found")))
    list_select_related = ("line__advice__seller", "line__offer__variant__product")
    search_fields = ("line__advice__number", "line__offer__article")
    ordering = ("-pk",)
    fields = ("notice", "merchant", "goods", "broken", "waiting", "note", "pictures", "by", "found")
    inlines = (Decisions,)

    broken = cells.counted("damaged", _("damaged"))
    found = cells.dated("happened_at", _("found"))

    def get_queryset(self, request):
        return super().get_queryset(request).damaged()

    def get_urls(self):
        shown = self.admin_site.admin_view(self.picture)
        name = "logistics_advicecount_picture"
        return [path("picture/<int:pk>/", shown, name=name), *super().get_urls()]

    def picture(self, request: HttpRequest, pk: int) -> FileResponse:
        """A picture of the damage."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        file = get_object_or_404(DamagePicture, pk=pk).file
        kind = papers.content_type(str(file.name))
        return FileResponse(file.open("rb"), content_type=kind)

    @display(description=_("notice"), ordering="line__advice")
    def notice(self, count):
        return count.line.advice.number

    @display(description=_("seller"))
    def merchant(self, count):
        return count.line.advice.seller.name

    @display(description=_("goods"))
    def goods(self, count):
        offer = count.line.offer
        return cells.lines([offer.variant.product.title, offer.article])

    @display(description=_("not decided"))
    def waiting(self, count):
        waiting = count.damaged - count.decided
        return cells.tag(waiting, "bad") if waiting else cells.NOTHING

    @display(description=_("pictures of damage"))
    def pictures(self, count):
        links = [
            (reverse("admin:logistics_advicecount_picture", args=[one.pk]), number)
            for number, one in enumerate(count.pictures.order_by("pk"), start=1)
        ]
        row = format_html_join(" ", '<a class="link" href="{}">\u2116 {}</a>', links)
        return row or cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Decide"),
            question=_("What becomes of the damaged pieces? It cannot be taken back."),
            form=Deciding,
            suits=lambda count: damages.left(count) > 0,
            shown=_named,
            begins=_begun,
            icon="gavel",
        )
    )
    def decide(self, count, answers, hands):
        said = Decision(**{**answers, "owed": answers["owed"] or Decimal()})
        damages.decide(count, said, actor=hands.actor, now=hands.now)
