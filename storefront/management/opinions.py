"""Questions and answers of the demo, asked and answered by the real verbs."""

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model

from catalog import questions
from catalog.models import Offer, Product, Question, Seller
from orders import reviews
from orders.models import Review
from storefront.management import world

ACTOR = "task:demo"
ANSWERED_AFTER = timedelta(hours=9)
ANSWERED_SHARE = 3  # two of so many reviews get an answer


def ask(*, until: datetime) -> int:
    """Ask what the table asks, as the demo's buyer; nothing happens when it was asked already."""
    buyer = get_user_model().objects.filter(email=world.login("buyer")["email"]).first()
    if buyer is None or Question.objects.exists():
        return 0
    rows = sorted(world.table("questions"), key=lambda row: -int(row["days_ago"]))
    for row in rows:
        at = until - timedelta(days=int(row["days_ago"]))
        product = Product.objects.get(slug=row["product"])
        question = questions.ask(product, row["text"], asker_id=buyer.pk, now=at)
        if row["answer"]:
            seller = _seller(product)
            answered_at = at + ANSWERED_AFTER
            questions.answer(question, seller, row["answer"], actor=ACTOR, now=answered_at)
    return len(rows)


def _seller(product: Product) -> Seller:
    offers = Offer.objects.live().filter(variant__product=product).select_related("seller")
    return offers.order_by("pk")[0].seller


def answer(review: Review, *, now: datetime) -> None:
    """Let the seller answer, as two of three reviews are answered."""
    fitting = [row["text"] for row in world.table("answers") if row["rating"] == str(review.rating)]
    if review.pk % ANSWERED_SHARE and fitting:
        text = fitting[review.pk % len(fitting)]
        reviews.answer(review, review.line.seller, text, actor=ACTOR, now=now)
