"""What a seller asks, and when: price lists, promotions, and what was really asked."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from storefront.lib import due
from storefront.lib.fields import MoneyField

from .offers import Offer
from .sellers import Seller


class Timed(due.Due):
    """Something that holds from a start to an end; due at each of the two.

    Time: business; `starts_at` inclusive, `ends_at` exclusive, empty for open.
    """

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="%(class)ss")
    title = models.CharField(_("name"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    created_at = models.DateTimeField()
    actor = models.CharField(max_length=60)

    class Meta(due.Due.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.title


class PriceList(Timed):
    """Other prices of a seller for a while."""

    DUE_TASK = "storefront.tasks.price_list"
    DUE_CLOCK = "business"

    class Meta(Timed.Meta):
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="price_list_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(currency="CNY"), name="price_list_in_yuan"),
        ]


class PriceListLineQuerySet(models.QuerySet["PriceListLine"]):
    def of(self, seller: Seller) -> "PriceListLineQuerySet":
        return self.filter(price_list__seller=seller)


class PriceListLine(models.Model):
    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="lines")
    offer = models.ForeignKey(
        Offer, models.PROTECT, related_name="listed_prices", verbose_name=_("offer")
    )
    price = MoneyField(_("price"), max_digits=12, decimal_places=2, default_currency=None)

    objects = PriceListLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a price list")
        verbose_name_plural = _("lines of price lists")
        constraints = [
            models.UniqueConstraint(fields=["price_list", "offer"], name="price_list_offer_once"),
            models.CheckConstraint(
                condition=Q(price__gt=Decimal(0), price_currency="CNY"),
                name="price_list_line_in_yuan",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price_list_id}: {self.offer_id}"


class Promotion(Timed):
    """A seller's goods for less, by a part of the price or by an amount of yuan, within limits."""

    DUE_TASK = "storefront.tasks.promotion"
    DUE_CLOCK = "business"

    rate_bps = models.PositiveIntegerField(_("discount, basis points"), null=True, blank=True)
    discount = models.DecimalField(
        _("discount in the currency"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    most_pieces = models.PositiveIntegerField(_("pieces at most"), null=True, blank=True)
    sold_pieces = models.PositiveIntegerField(_("pieces sold"), default=0)

    class Meta(Timed.Meta):
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="promotion_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(rate_bps__gt=0, rate_bps__lt=10_000, discount__isnull=True)
                | Q(rate_bps__isnull=True, discount__gt=Decimal(0)),
                name="promotion_rate_or_amount",
            ),
            models.CheckConstraint(condition=Q(currency="CNY"), name="promotion_in_yuan"),
        ]


class PromotionLine(models.Model):
    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="lines")
    offer = models.ForeignKey(
        Offer, models.PROTECT, related_name="promoted", verbose_name=_("offer")
    )

    class Meta:
        verbose_name = _("goods of a promotion")
        verbose_name_plural = _("goods of promotions")
        constraints = [
            models.UniqueConstraint(fields=["promotion", "offer"], name="promotion_offer_once")
        ]

    def __str__(self) -> str:
        return f"{self.promotion_id}: {self.offer_id}"


class AskedPriceQuerySet(models.QuerySet["AskedPrice"]):
    def latest_first(self) -> "AskedPriceQuerySet":
        return self.order_by("-asked_from", "-pk")


class AskedPrice(models.Model):
    """What was really asked for an offer, and from when: the price history.

    Append-only; a row holds until the next one of its offer. From a row that `is_asked` says no
    to, nobody could buy: such a time counts for nothing. `promotion` is what made the price.
    """

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="asked", verbose_name=_("offer"))
    price = MoneyField(_("price"), max_digits=12, decimal_places=2, default_currency=None)
    is_asked = models.BooleanField(_("could be bought"), default=True)
    asked_from = models.DateTimeField(_("asked from"))
    because = models.CharField(_("because of"), max_length=60)
    promotion = models.ForeignKey(
        Promotion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="asked",
        verbose_name=_("promotion"),
    )

    objects = AskedPriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("asked price")
        verbose_name_plural = _("asked prices")
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gt=Decimal(0), price_currency="CNY"), name="asked_price_in_yuan"
            )
        ]
        indexes = [models.Index(fields=["offer", "-asked_from"], name="asked_price_by_offer")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.price} from {self.asked_from}"
