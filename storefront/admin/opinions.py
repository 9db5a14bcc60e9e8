"""The desk of opinions: reviews that wait for a person, questions, and what is taken down."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from catalog import pictures, questions
from catalog.models import Question
from orders import reviews
from orders.models import Review

from . import cells, doing
from .looking import Looking

REVIEW_TONES = {"PENDING": "warn", "SHOWN": "good", "HIDDEN": "bad"}
QUESTION_TONES = {"ASKED": "warn", "SHOWN": "good", "HIDDEN": "bad"}
SHORT = 120


def _short(text: str):
    return cells.block(f"{text[:SHORT]}…" if len(text) > SHORT else text) if text else cells.NOTHING


@admin.register(Review)
class ReviewDesk(Looking):
    """Reviews; with pictures, or with words a rule wondered at, they wait here."""

    deeds_need = "orders.change_review"
    actions = ("show", "hide")
    actions_detail = ("show", "hide")
    list_display = ("goods", "rating", "said", "state_tag", "written")
    list_display_links = ("said",)  # the goods are a link to their own desk
    list_filter = (("state", ChoicesDropdownFilter), "rating")
    list_select_related = ("product",)
    search_fields = ("product__slug", "title", "text")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": (("goods", "rating", "state_tag"), "title", "said_whole", "snaps")}),
        (_("Answer of the seller"), {"fields": ("answer_whole", "answered")}),
        (_("When"), {"fields": ("written", "hidden_because", "merchant")}),
    )

    state_tag = cells.stated(REVIEW_TONES)
    written = cells.dated("written_at", _("written"))
    answered = cells.dated("answered_at", _("answered"))

    @display(description=_("goods"), ordering="product__slug")
    def goods(self, review):
        return cells.link(review.product, review.product.title)

    @display(description=_("text"))
    def said(self, review):
        return _short(f"{review.title} {review.text}".strip())

    @display(description=_("text"))
    def said_whole(self, review):
        return cells.block(review.text) if review.text else cells.NOTHING

    @display(description=_("answer"))
    def answer_whole(self, review):
        return cells.block(review.answer) if review.answer else cells.NOTHING

    @display(description=_("seller"))
    def merchant(self, review):
        return cells.link(review.line.seller, review.line.seller.name)

    @display(description=_("pictures"))
    def snaps(self, review):
        rows = review.pictures.order_by("pk")
        found = [
            pictures.sources(row.image.name, row.widths, width=row.width, height=row.height)
            for row in rows
        ]
        links = [(each.fallback, each.fallback, number) for number, each in enumerate(found, 1)]
        picture = '<a href="{}"><img src="{}" width="160" alt="{}" loading="lazy"></a>'
        return format_html_join(" ", picture, links) if links else cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Show"),
            question=_("Everybody will read these reviews. Show them?"),
            suits=lambda review: review.state != Review.State.SHOWN,
            icon="visibility",
        )
    )
    def show(self, review, answers, hands):
        reviews.show(review)

    @doing.deed(
        doing.Deed(
            title=_("Take down"),
            question=_("The buyers will read the reason. Take these reviews down?"),
            form=doing.Reason,
            suits=lambda review: review.state != Review.State.HIDDEN,
            icon="visibility_off",
            is_grave=True,
        )
    )
    def hide(self, review, answers, hands):
        reviews.hide(review, reason=answers["text"])


@admin.register(Question)
class QuestionDesk(Looking):
    """Questions of buyers; sellers answer them, the desk may take them down."""

    deeds_need = "catalog.change_question"
    actions = ("hide", "show")
    actions_detail = ("hide", "show")
    list_display = ("goods", "asked_text", "answer_text", "merchant", "state_tag", "asked")
    list_display_links = ("asked_text",)
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("product", "seller")
    search_fields = ("product__slug", "text", "answer")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": (("goods", "state_tag"), "text", "asked", "hidden_because")}),
        (_("Answer of the seller"), {"fields": ("answer", "merchant", "answered")}),
    )

    state_tag = cells.stated(QUESTION_TONES)
    asked = cells.dated("asked_at", _("asked"))
    answered = cells.dated("answered_at", _("answered"))

    @display(description=_("goods"), ordering="product__slug")
    def goods(self, question):
        return cells.link(question.product, question.product.title)

    @display(description=_("question"))
    def asked_text(self, question):
        return _short(question.text)

    @display(description=_("answer"))
    def answer_text(self, question):
        return _short(question.answer)

    @display(description=_("seller"))
    def merchant(self, question):
        seller = question.seller
        return cells.link(seller, seller.name) if seller else cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Take down"),
            question=_("Questions and answers leave the shop. Take them down?"),
            form=doing.Reason,
            suits=lambda question: question.state != Question.State.HIDDEN,
            icon="visibility_off",
            is_grave=True,
        )
    )
    def hide(self, question, answers, hands):
        questions.hide(question, reason=answers["text"])

    @doing.deed(
        doing.Deed(
            title=_("Bring back"),
            question=_("Questions come back as they were. Bring them back?"),
            suits=lambda question: question.state == Question.State.HIDDEN,
            icon="visibility",
        )
    )
    def show(self, question, answers, hands):
        questions.show(question)
