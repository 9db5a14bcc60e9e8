"""Buyers say and ask, sellers answer."""

from datetime import datetime

from django.db import transaction

from catalog import questions
from catalog.models import Product, Question, Seller
from orders import reviews
from orders.models import OrderLine, Review


@transaction.atomic(durable=True)
def review(line: OrderLine, opinion: reviews.Opinion, *, now: datetime) -> Review:
    """Take in a buyer's review.

    Locks: the line, then the product.
    Raises: NotReceived, TooManyPictures.
    """
    return reviews.write(line, opinion, now=now)


@transaction.atomic(durable=True)
def ask(product: Product, text: str, *, asker_id: int, now: datetime) -> Question:
    """Take in a buyer's question.

    Locks: the product.
    Raises: BadWords, TooMany.
    """
    return questions.ask(product, text, asker_id=asker_id, now=now)


@transaction.atomic(durable=True)
def answer(
    said: Question | Review, seller: Seller, text: str, *, actor: str, now: datetime
) -> None:
    """Let a seller answer a question or a review of what he sold.

    Locks: the question or the review.
    Raises: as `catalog.questions.answer`, `orders.reviews.answer`.
    """
    if isinstance(said, Question):
        questions.answer(said, seller, text, actor=actor, now=now)
    else:
        reviews.answer(said, seller, text, actor=actor, now=now)
