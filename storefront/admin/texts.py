"""The desk that reads sellers' texts: Russian, Chinese and English side by side."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from catalog import cards, composing
from catalog.models import CardText, Product
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from . import cells, doing
from .filters import YesNo
from .looking import Looking

GIVEN = Product.Text.GIVEN
TONES = {"COMPOSED": "", "GIVEN": "warn", "REVIEWED": "good"}
TONGUES = {
    "ru": (_("Russian text"), "ru"),
    "zh": (_("Chinese text"), "zh-Hans"),
    "en": (_("English text"), "en"),
}
ALL_GIVEN = Q(russian_text=GIVEN) | Q(chinese_text=GIVEN) | Q(english_text=GIVEN)


class Waiting(YesNo):
    """Cards with a text that nobody has read."""

    title = _("waits for a reader")
    parameter_name = "waiting"

    def condition(self):
        return ALL_GIVEN


class Words(forms.Form):
    """A text as it shall stand, and why it was changed."""

    title = forms.CharField(
        label=_("Title"), max_length=composing.TITLE, widget=widgets.UnfoldAdminTextInputWidget()
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=composing.ABOUT,
        required=False,
        widget=widgets.UnfoldAdminTextareaWidget({"rows": 8}),
    )
    note = forms.CharField(
        label=_("Note for the log"),
        max_length=300,
        required=False,
        widget=widgets.UnfoldAdminTextInputWidget(),
    )


def _given(card: Product) -> list[str]:
    """The languages whose text nobody has read."""
    return [name for name, state in composing.STATES.items() if getattr(card, state) == GIVEN]


def _texts(card: Product, tongue: str) -> dict[str, str]:
    return {part: getattr(card, f"{part}_{tongue}") for part in ("title", "description")}


def _reading(tongue: str) -> Callable[..., HttpResponse]:
    """An action of one row: read a text, mend it where it must be, and let it stand."""
    title = _("Read: %(text)s") % {"text": TONGUES[tongue][0]}
    question = _("It stands like this from then on, until its seller changes it.")
    described = doing.Deed(title=title, question=question)

    def read(desk, request: HttpRequest, object_id=None) -> HttpResponse:
        if not desk.has_deed_permission(request):
            raise PermissionDenied
        card = desk.get_object(request, object_id)
        if card is None:
            raise Http404
        form = Words(request.POST if "sure" in request.POST else None, initial=_texts(card, tongue))
        if "sure" in request.POST and form.is_valid():
            return _keep(desk, request, card, tongue=tongue, said=form.cleaned_data)
        return doing._ask(desk, request, [card], described, form, object_id)

    read.deed = described
    read.short_description = title
    read.allowed_permissions = ["deed"]
    read.attrs = {}
    read.icon = "translate"
    read.variant = doing.ActionVariant.DEFAULT
    read.__name__ = f"read_{tongue}"
    return read


def _keep(desk, request: HttpRequest, card: Product, *, tongue: str, said) -> HttpResponse:
    try:
        _review(desk, request, card, tongue=tongue, said=said)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("The text is read and stands."))
    return HttpResponseRedirect(reverse("admin:catalog_cardtext_change", args=[card.pk]))


def _review(desk, request: HttpRequest, card: Product, *, tongue: str, said) -> None:
    actor = f"user:{request.user.pk}"
    told = composing.review(card, tongue=tongue, texts=said, actor=actor, now=clock.now())
    note = f" ({said['note']})" if said.get("note") else ""
    mended = "; ".join(f"{name}: {old} → {new}" for name, (old, new) in told["changed"].items())
    desk.log_change(request, card, f"{tongue}{note}: {mended or gettext('as it was')}")


@admin.register(CardText)
class TextDesk(Looking):
    """Texts of cards: those that sellers gave wait here for a reader."""

    deeds_need = "catalog.change_cardtext"
    actions = ("read_all", "compose")
    actions_detail = ("read_ru", "read_zh", "read_en", "compose")
    list_display = ("title_ru", "title_zh", "russian", "chinese", "english", "in_shop")
    list_filter = (
        Waiting,
        ("russian_text", ChoicesDropdownFilter),
        ("chinese_text", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
    )
    list_select_related = ("brand",)
    search_fields = ("title_ru", "title_zh", "title_en", "model", "brand__name", "slug")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("slug", "brand", "model", "kind")}),
        (_("Texts"), {"fields": ("side_by_side",)}),
        (_("Properties"), {"fields": ("properties",)}),
    )

    russian = cells.stated(TONES, "russian_text", _("Russian text"))
    chinese = cells.stated(TONES, "chinese_text", _("Chinese text"))
    english = cells.stated(TONES, "english_text", _("English text"))
    read_ru, read_zh, read_en = (_reading(tongue) for tongue in TONGUES)

    @display(description=_("in the shop"), boolean=True)
    def in_shop(self, card):
        return card.is_listed

    @display(description=_("side by side"))
    def side_by_side(self, card):
        composed = {**composing.titles(card), **composing.descriptions(card)}
        columns = [
            {
                "heading": heading,
                "lang": lang,
                **_texts(card, tongue),
                "state": Product.Text(getattr(card, composing.STATES[tongue])).label,
                "tone": TONES[getattr(card, composing.STATES[tongue])],
                "composed": composed[f"title_{tongue}"],
                "about": composed[f"description_{tongue}"],
            }
            for tongue, (heading, lang) in TONGUES.items()
        ]
        return render_to_string("admin/texts.html", {"columns": columns})

    @display(description=_("properties"))
    def properties(self, card):
        variant = card.variants.order_by("position", "pk").first()
        facts = cards.facts(card, variant) if variant else []
        return cells.lines([f"{fact.title}: {fact.text}" for fact in facts])

    @doing.deed(
        doing.Deed(
            title=_("Let stand as they are"),
            question=_("Every text of these cards that waits for a reader stands as it is?"),
            suits=lambda card: bool(_given(card)),
            icon="done_all",
        )
    )
    def read_all(self, card, _answers, hands):
        for tongue in _given(card):
            texts = _texts(card, tongue)
            composing.review(card, tongue=tongue, texts=texts, actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Compose again"),
            question=_("What the sellers wrote in the texts that wait is given up for composed?"),
            suits=lambda card: bool(_given(card)),
            icon="refresh",
            is_grave=True,
        )
    )
    def compose(self, card, _answers, _hands):
        for tongue in _given(card):
            composing.compose_again(card, tongue=tongue)
