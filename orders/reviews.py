"""Reviews: only of goods that were received."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Avg, Count
from django.utils.translation import gettext as _

from catalog import search
from storefront.lib.refusal import Refusal

from .models import OrderLine, Review


class NotReceived(Refusal):
    """A review needs a line that has arrived and was not reviewed before."""

    code = "not_received"


@dataclass(frozen=True)
class Opinion:
    """What the buyer typed."""

    rating: int
    title: str = ""
    text: str = ""


@transaction.atomic
def write(line: OrderLine, opinion: Opinion, *, now: datetime) -> Review:
    """Keep a review and note the new average downward.

    Raises: NotReceived.
    """
    product_id = line.offer.variant.product_id
    if line.delivery.delivered_at is None or Review.objects.filter(line=line).exists():
        raise NotReceived(_("Only goods that you have received can be reviewed, once."))
    review = Review.objects.create(
        line=line,
        product_id=product_id,
        rating=opinion.rating,
        title=opinion.title,
        text=opinion.text,
        written_at=now,
    )
    figures = Review.objects.filter(product_id=product_id).aggregate(
        average=Avg("rating"), count=Count("pk")
    )
    search.note(product_id, rating=round(figures["average"], 1), rating_count=figures["count"])
    return review
