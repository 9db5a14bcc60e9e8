"""What buyers say of goods they have received."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Product

from .orders import OrderLine


class Review(models.Model):
    """What a buyer says of goods he has received, and what the seller answers.

    One with pictures, or with words that a rule wonders at, waits for a person first; `state`
    says who sees it.
    """

    class State(models.TextChoices):
        PENDING = "PENDING", _("waits for the desk")
        SHOWN = "SHOWN", _("shown")
        HIDDEN = "HIDDEN", _("hidden")

    line = models.OneToOneField(OrderLine, models.PROTECT, related_name="review")
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="reviews", verbose_name=_("product")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SHOWN)
    rating = models.PositiveSmallIntegerField(_("rating"))
    title = models.CharField(_("title"), max_length=120, blank=True)
    text = models.TextField(_("text"), blank=True)
    written_at = models.DateTimeField(_("written"))
    hidden_because = models.CharField(_("hidden because"), max_length=300, blank=True)

    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5), name="review_one_to_five"
            )
        ]
        indexes = [models.Index(fields=["product", "-id"], name="review_by_product")]

    def __str__(self) -> str:
        return f"{self.rating} for {self.product_id}"


class ReviewPicture(models.Model):
    """A buyer's picture of what he received, re-encoded like sellers' pictures."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="pictures")
    image = models.ImageField(upload_to="reviews")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    widths = ArrayField(models.PositiveIntegerField(), editable=False)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("picture of a review")
        verbose_name_plural = _("pictures of reviews")
        constraints = [
            models.UniqueConstraint(fields=["review", "digest"], name="review_picture_once")
        ]

    def __str__(self) -> str:
        return str(self.image.name)
