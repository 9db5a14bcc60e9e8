"""The card of a model, its variants and their pictures."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.lib import due

from .reference import Battery, Brand, Category, Kind
from .texts import Titled, language


class ProductQuerySet(models.QuerySet["Product"]):
    def listed(self) -> "ProductQuerySet":
        return self.filter(is_listed=True)

    def prominent(self) -> "ProductQuerySet":
        """The most popular listed goods, of a bounded number: where words are looked for first."""
        return self.filter(is_listed=True, is_prominent=True)


class Product(due.Due, Titled):
    """The card of a model that all its sellers share.

    `best_price_cny`, `harbin_quantity`, `transit_days`, `rating` and the search columns are kept
    by `catalog.search` from offers and from what later stages note downward.
    """

    DUE_TASK = "storefront.tasks.index_product"
    DUE_CLOCK = "wall"

    class Text(models.TextChoices):
        """Who stands behind the words of a language."""

        COMPOSED = "COMPOSED", _("composed from the properties")
        GIVEN = "GIVEN", _("given by the seller, not read yet")
        REVIEWED = "REVIEWED", _("reviewed")

    slug = models.SlugField(_("name in addresses"), unique=True, max_length=120)
    brand = models.ForeignKey(
        Brand, models.PROTECT, related_name="products", verbose_name=_("brand")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="products", verbose_name=_("category")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    model = models.CharField(_("model"), max_length=120)
    released = models.CharField(max_length=7, blank=True)

    description_ru = models.TextField(_("description in Russian"), blank=True)
    description_zh = models.TextField(_("description in Chinese"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    russian_text = models.CharField(
        _("Russian text"), max_length=10, choices=Text, default=Text.REVIEWED
    )
    chinese_text = models.CharField(
        _("Chinese text"), max_length=10, choices=Text, default=Text.REVIEWED
    )
    english_text = models.CharField(
        _("English text"), max_length=10, choices=Text, default=Text.REVIEWED
    )
    specs = models.JSONField(_("specifications"), default=dict, blank=True)
    shape = models.JSONField(default=dict, blank=True)

    is_listed = models.BooleanField(_("in the shop"), default=False)
    is_prominent = models.BooleanField(default=False, editable=False)
    listed_at = models.DateTimeField(_("listed"), null=True, blank=True)
    best_price_cny = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    facets = models.JSONField(default=dict, blank=True)
    harbin_quantity = models.PositiveIntegerField(_("in Harbin"), default=0)
    transit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    rating = models.DecimalField(max_digits=2, decimal_places=1, null=True, blank=True)
    rating_count = models.PositiveIntegerField(default=0)
    sold_quantity = models.PositiveIntegerField(default=0)
    search_text = models.TextField(blank=True)
    search_vector = SearchVectorField(null=True)

    objects = ProductQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            *due.Due.Meta.indexes,
            GinIndex(fields=["search_vector"], name="product_search", fastupdate=False),
            GinIndex(
                fields=["search_vector"],
                name="product_prominent_search",
                fastupdate=False,
                condition=Q(is_listed=True, is_prominent=True),
            ),
            models.Index(
                fields=["category", "-sold_quantity", "-id"],
                name="product_by_sales",
                condition=Q(is_listed=True),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def description(self) -> str:
        """The description in the reader's language."""
        return str(getattr(self, f"description_{language()}"))


class CardText(Product):
    """The same card, as the desk that reads sellers' texts sees it."""

    class Meta:
        proxy = True
        verbose_name = _("seller's text")
        verbose_name_plural = _("sellers' texts")


class Variant(models.Model):
    """One colour and memory of a product, with the facts that customs and carriers need."""

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="variants", verbose_name=_("product")
    )
    slug = models.SlugField(_("name in addresses"), unique=True, max_length=160)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    barcode = models.CharField(_("barcode"), max_length=14, blank=True)

    colour_key = models.SlugField(_("colour, key"), blank=True)
    colour_ru = models.CharField(_("colour in Russian"), max_length=60, blank=True)
    colour_zh = models.CharField(_("colour in Chinese"), max_length=60, blank=True)
    colour_en = models.CharField(_("colour in English"), max_length=60, blank=True)
    colour_hex = models.CharField(_("colour of the picture"), max_length=7, default="#8a8f98")
    colour_hex_2 = models.CharField(
        _("second colour of the picture"), max_length=7, default="#5c616b"
    )
    ram_gb = models.PositiveSmallIntegerField(_("memory, GB"), null=True, blank=True)
    storage_gb = models.PositiveIntegerField(_("storage, GB"), null=True, blank=True)

    hs_code = models.CharField(_("HS code"), max_length=10)
    origin = models.CharField(_("country of origin"), max_length=2)
    net_weight_g = models.PositiveIntegerField(_("net weight, g"))
    weight_g = models.PositiveIntegerField(_("weight with box, g"))
    length_mm = models.PositiveIntegerField(_("box length, mm"))
    width_mm = models.PositiveIntegerField(_("box width, mm"))
    height_mm = models.PositiveIntegerField(_("box height, mm"))
    battery_kind = models.CharField(
        _("kind of battery"), max_length=20, choices=Battery, default=Battery.NONE
    )
    battery_wh = models.DecimalField(
        _("battery, Wh"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    fsb_notification = models.CharField(_("FSB notification"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [
            models.CheckConstraint(
                condition=Q(net_weight_g__gt=0, weight_g__gte=models.F("net_weight_g")),
                name="variant_gross_over_net",
            ),
            models.CheckConstraint(
                condition=Q(length_mm__gt=0, width_mm__gt=0, height_mm__gt=0),
                name="variant_has_size",
            ),
            models.UniqueConstraint(
                fields=["product", "colour_key", "ram_gb", "storage_gb"],
                name="variant_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["barcode"], name="variant_barcode")]

    def __str__(self) -> str:
        return self.slug

    @property
    def colour(self) -> str:
        """The name of the colour in the reader's language."""
        return str(getattr(self, f"colour_{language()}"))

    @property
    def memory(self) -> str:
        """`8/256`, `256` or nothing."""
        parts = [str(part) for part in (self.ram_gb, self.storage_gb) if part]
        return "/".join(parts)


class Picture(models.Model):
    """A seller's picture of a variant, re-encoded; without one the device is drawn.

    `widths` are the sizes it is kept in, px, smallest first, beside `image` by their names.
    """

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    image = models.ImageField(upload_to="pictures", width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    digest = models.CharField(max_length=64)
    widths = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [models.UniqueConstraint(fields=["variant", "digest"], name="picture_once")]

    def __str__(self) -> str:
        return str(self.image.name)
