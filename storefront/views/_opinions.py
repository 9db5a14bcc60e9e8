"""Reviews, questions and answers as pages show them: plain rows, each with its language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from catalog import moderating, pictures, questions
from catalog.models import Product, Question
from orders import reviews
from storefront.forms.opinions import AskForm

QUESTIONS_SHOWN = 10
KEPT = "question"  # a question that was refused, so that its words are not lost


@dataclass(frozen=True)
class Said:
    """Somebody's words, and in which language they are."""

    text: str
    lang: str


@dataclass(frozen=True)
class Answer:
    """What a seller said."""

    said: Said
    seller: str
    at: datetime


@dataclass(frozen=True)
class ShownReview:
    """What templates/shop/_reviews.html shows of a review."""

    id: int
    rating: int
    title: Said | None
    text: Said | None
    written_at: datetime
    sources: list[pictures.Sources]
    answer: Answer | None


@dataclass(frozen=True)
class ShownQuestion:
    """What templates/shop/_questions.html shows of a question."""

    id: int
    text: Said
    asked_at: datetime
    answer: Answer | None


def of_product(request: HttpRequest, product: Product) -> dict[str, Any]:
    """What a product's page shows of opinions; a fixed number of queries.

    Guests cost two, who is signed in one more.
    """
    asked = list(questions.shown(product.pk)[:QUESTIONS_SHOWN])
    figures = reviews.Figures(product.rating, product.rating_count)
    known = figures.count > 0
    return {
        "reviews": latest_reviews(product) if known else [],
        "review_figures": figures,
        "questions": shown_questions(asked),
        "my_questions": _waiting(request, product),
        "ask_form": AskForm(initial={"text": _kept(request)}, auto_id="ask-%s"),
    }


def latest_reviews(product: Product) -> list[ShownReview]:
    """The newest reviews of a product."""
    return shown_reviews(reviews.latest(product.pk))


def _kept(request: HttpRequest) -> str:
    if not request.user.is_authenticated:
        return ""
    return str(request.session.pop(KEPT, ""))


def _waiting(request: HttpRequest, product: Product) -> list[ShownQuestion]:
    """The visitor's own questions that nobody has answered yet."""
    if not request.user.is_authenticated:
        return []
    own = Question.objects.filter(
        product=product, asker=request.user.pk, state=Question.State.ASKED
    )
    return shown_questions(own.order_by("pk"))


def shown_reviews(rows: Iterable[Any]) -> list[ShownReview]:
    """Reviews as a page shows them."""
    return [
        ShownReview(
            id=row.pk,
            rating=row.rating,
            title=_said(row.title),
            text=_said(row.text),
            written_at=row.written_at,
            sources=reviews.sources(row),
            answer=_answer(row, row.line.seller),
        )
        for row in rows
    ]


def shown_questions(rows: Iterable[Question]) -> list[ShownQuestion]:
    """Questions as a page shows them."""
    return [
        ShownQuestion(
            id=row.pk,
            text=Said(row.text, moderating.tongue(row.text)),
            asked_at=row.asked_at,
            answer=_answer(row, row.seller),
        )
        for row in rows
    ]


def _said(text: str) -> Said | None:
    return Said(text, moderating.tongue(text)) if text else None


def _answer(row: Any, seller: Any) -> Answer | None:
    said = _said(row.answer)
    if said is None or row.answered_at is None:
        return None
    return Answer(said, seller.name, row.answered_at)
