"""Each seller's price for a variant."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.lib.fields import MoneyField

from .products import Variant
from .sellers import Seller


class OfferQuerySet(models.QuerySet["Offer"]):
    def live(self) -> "OfferQuerySet":
        """Offers that may be sold now."""
        return self.filter(state=Offer.State.LIVE, seller__is_open=True)

    def for_member(self, user_id: int | None) -> "OfferQuerySet":
        """Offers of the sellers this user belongs to."""
        return self.filter(seller__members__user=user_id)


class Offer(models.Model):
    """A seller's price for a variant.

    `price` is what is asked now, with price lists and promotions in it: the only price that search,
    carts and quotes look at. `list_price_cny` is the seller's plain one; empty means the same.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("draft")
        REVIEW = "REVIEW", _("in review")
        LIVE = "LIVE", _("in the shop")
        REFUSED = "REFUSED", _("refused")
        PAUSED = "PAUSED", _("paused")

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="offers")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="offers")
    article = models.CharField(_("article number"), max_length=60)
    market = models.CharField(max_length=2, default="RU")
    price = MoneyField(_("price"), max_digits=12, decimal_places=2, default_currency=None)
    list_price_cny = models.DecimalField(
        _("list price, CNY"), max_digits=12, decimal_places=2, null=True, blank=True
    )

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    refusal = models.CharField(_("reason of the refusal"), max_length=300, blank=True)
    updated_at = models.DateTimeField()

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(fields=["seller", "article"], name="offer_article_once"),
            models.UniqueConstraint(
                fields=["seller", "variant", "market"], name="offer_variant_once"
            ),
            models.CheckConstraint(
                condition=Q(price__gt=Decimal(0), price_currency="CNY"), name="offer_price_in_yuan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller_id}:{self.article}"


class OfferEvent(models.Model):
    """What happened to an offer, kept for ever: prices, reviews, pauses."""

    class Kind(models.TextChoices):
        CREATED = "CREATED", _("offer made")
        SUBMITTED = "SUBMITTED", _("sent for approval")
        APPROVED = "APPROVED", _("offer approved")
        REFUSED = "REFUSED", _("offer refused")
        PAUSED = "PAUSED", _("sale paused")
        RESUMED = "RESUMED", _("sale resumed")
        REPRICED = "REPRICED", _("price changed")

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="events", verbose_name=_("offer"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField(_("happened"))
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("offer event")
        verbose_name_plural = _("offer events")
        indexes = [models.Index(fields=["offer", "-id"], name="offer_event_by_offer")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.kind}"
