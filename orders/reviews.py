"""Reviews: only of goods that were received; shown at once, or after a person has looked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Avg, Count, DecimalField, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from catalog import moderating, pictures, search, uploads
from catalog.models import Product, Seller
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from .models import OrderLine, Review, ReviewPicture

State = Review.State
MOVES: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.SHOWN, State.HIDDEN}),
    State.SHOWN: frozenset({State.HIDDEN}),
    State.HIDDEN: frozenset({State.SHOWN}),
}
assert set(MOVES) == set(State)

MOST_PICTURES = 4
PAGE_SIZE = 10
LONGEST_ANSWER = 2000
TENTH = Decimal("0.1")


class NotReceived(Refusal):
    """A review needs a line that has arrived and was not reviewed before."""

    code = "not_received"


class TooManyPictures(Refusal):
    """More pictures than a review takes."""

    code = "too_many_pictures"


class BadAnswer(Refusal):
    """Not the seller's to answer, or not in words that may be shown."""

    code = "bad_answer"


class WrongState(Refusal):
    """The review is not where this could be done."""

    code = "wrong_review_state"


@dataclass(frozen=True)
class Opinion:
    """What the buyer typed and showed."""

    rating: int
    title: str = ""
    text: str = ""
    pictures: tuple[uploads.Upload, ...] = ()


@dataclass(frozen=True)
class Figures:
    """What buyers think on the whole, of reviews that are shown."""

    average: Decimal | None
    count: int


@transaction.atomic
def write(line: OrderLine, opinion: Opinion, *, now: datetime) -> Review:
    """Keep a review and note the new average downward; one that a rule wonders at waits first.

    Locks: the line, then the product.
    Raises: NotReceived, TooManyPictures.
    """
    row = locks.row(OrderLine.objects.all(), line.pk)
    if row.delivery.delivered_at is None or Review.objects.filter(line=row).exists():
        raise NotReceived(_("Only goods that you have received can be reviewed, once."))
    if len(opinion.pictures) > MOST_PICTURES:
        text = _("At most %(most)s pictures.")
        raise TooManyPictures(text % {"most": MOST_PICTURES})
    title, text = moderating.plain(opinion.title), moderating.plain(opinion.text)
    waits = bool(opinion.pictures or moderating.worries(title, text))
    review = Review.objects.create(
        line=row,
        product_id=row.offer.variant.product_id,
        rating=opinion.rating,
        title=title,
        text=text,
        state=State.PENDING if waits else State.SHOWN,
        written_at=now,
    )
    _keep(review, opinion.pictures)
    _note(review.product_id)
    return review


def _keep(review: Review, given: Sequence[uploads.Upload]) -> None:
    for upload in {upload.digest: upload for upload in given}.values():
        ReviewPicture.objects.create(
            review=review,
            image=uploads.store(upload, "reviews"),
            width=upload.width,
            height=upload.height,
            widths=upload.widths,
            digest=upload.digest,
        )


def _note(product_id: int) -> None:
    """Write the average of what is shown downward.

    Rounding: half even to the tenth, once.
    Locks: the product, so that of two reviews at once the second counts the first.
    """
    locks.row(Product.objects.all(), product_id)
    shown = Review.objects.filter(product=product_id, state=State.SHOWN)
    found = shown.aggregate(average=Avg("rating", output_field=DecimalField()), count=Count("pk"))
    average = Decimal(found["average"] or 0).quantize(TENTH)
    search.note(product_id, rating=average, rating_count=found["count"])


def of_seller(seller: Seller) -> Figures:
    """What buyers think of what this seller sold them."""
    return of_sellers([seller.pk])[seller.pk]


def of_sellers(keys: Collection[int]) -> dict[int, Figures]:
    """Give the same of many sellers by their keys, in one query.

    Rounding: half even to the tenth, once.
    """
    shown = Review.objects.filter(state=State.SHOWN, line__seller__in=keys).order_by()
    average = Avg("rating", output_field=DecimalField())
    rows = shown.values_list("line__seller").annotate(average, Count("pk"))
    found = {key: Figures(mean.quantize(TENTH), count) for key, mean, count in rows}
    return {key: found.get(key, Figures(None, 0)) for key in keys}


@transaction.atomic
def show(review: Review) -> Review:
    """Let everybody read a review.

    Locks: the review, then the product.
    Raises: WrongState.
    """
    return _move(review, State.SHOWN, hidden_because="")


@transaction.atomic
def hide(review: Review, *, reason: str) -> Review:
    """Take a review down; its buyer reads why.

    Locks: the review, then the product.
    Raises: WrongState.
    """
    return _move(review, State.HIDDEN, hidden_because=reason[:300])


def _move(review: Review, to: State, **facts: Any) -> Review:
    row = locks.row(Review.objects.all(), review.pk)
    if to not in MOVES[State(row.state)]:
        text = _("The review is “%(state)s”: this cannot be done now.")
        raise WrongState(text % {"state": row.get_state_display()})
    Review.objects.filter(pk=row.pk).update(state=to, **facts)
    _note(row.product_id)
    row.refresh_from_db()
    return row


@transaction.atomic
def answer(review: Review, seller: Seller, text: str, *, actor: str, now: datetime) -> Review:
    """Let the seller of the goods answer; he may put his words better later.

    Locks: the review.
    Raises: BadAnswer, WrongState.
    """
    row = locks.row(Review.objects.all(), review.pk)
    if row.line.seller_id != seller.pk:
        raise BadAnswer(_("Only who sold these goods may answer."))
    if row.state == State.HIDDEN:
        raise WrongState(_("The review was taken down."))
    words = moderating.plain(text)
    found = moderating.worries(words)
    if found:
        raise BadAnswer(_("Please leave out: %(what)s.") % {"what": ", ".join(found)})
    if not 0 < len(words) <= LONGEST_ANSWER:
        raise BadAnswer(_("From 1 to %(most)s characters.") % {"most": LONGEST_ANSWER})
    facts = {"answer": words, "answered_at": now, "answered_by": actor}
    Review.objects.filter(pk=row.pk).update(**facts)
    row.refresh_from_db()
    return row


def shown(product_id: int, page: int = 1) -> Page[Any]:
    """Give a page of a product's reviews, newest first, each with its seller and pictures."""
    return Paginator(_shown(product_id), PAGE_SIZE).get_page(page)


def latest(product_id: int) -> list[Any]:
    """Give the newest reviews of a product, as `shown` does, in one query."""
    return list(_shown(product_id)[:PAGE_SIZE])


def _shown(product_id: int) -> QuerySet[Any]:
    rows = Review.objects.filter(product=product_id, state=State.SHOWN)
    return _with_pictures(rows).order_by("-pk")


def for_seller(seller: Seller) -> QuerySet[Any]:
    """Give the reviews of what a seller sold, those without an answer first."""
    rows = Review.objects.filter(line__seller=seller).exclude(state=State.HIDDEN)
    unanswered_first = F("answered_at").desc(nulls_first=True)
    return _with_pictures(rows).select_related("product").order_by(unanswered_first, "-pk")


def _with_pictures(rows: QuerySet[Review]) -> QuerySet[Any]:
    """Let each review carry what `sources` makes addresses of, within the same query."""
    shots = JSONObject(image="image", widths="widths", width="width", height="height")
    own = ReviewPicture.objects.filter(review=OuterRef("pk")).order_by("pk")
    return rows.select_related("line__seller").annotate(shots=ArraySubquery(own.values(shot=shots)))


def sources(review: Any) -> list[pictures.Sources]:
    """Give the pictures of a review that was read by `shown` or `for_seller`."""
    return [
        pictures.sources(shot["image"], shot["widths"], width=shot["width"], height=shot["height"])
        for shot in review.shots
    ]
