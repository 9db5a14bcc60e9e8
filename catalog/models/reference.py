"""What the shop knows of goods before any seller comes."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .texts import Titled, language


class Kind(models.TextChoices):
    PHONE = "phone", _("phone")
    TABLET = "tablet", _("tablet")
    EARBUDS = "earbuds", _("earbuds")
    HEADPHONES = "headphones", _("headphones")
    WATCH = "watch", _("watch")
    BAND = "band", _("band")
    CHARGER = "charger", _("charger")
    POWER_BANK = "power_bank", _("power bank")
    CABLE = "cable", _("cable")
    STYLUS = "stylus", _("stylus")
    KEYBOARD = "keyboard", _("keyboard")
    CASE = "case", _("case")
    HUB = "hub", _("hub")
    SPEAKER = "speaker", _("speaker")


class Battery(models.TextChoices):
    NONE = "none", _("no battery")
    BUILT_IN = "built_in", _("inside the device")
    PACKED_WITH = "packed_with", _("packed with the device")
    ALONE = "alone", _("battery alone or power bank")


class Brand(models.Model):
    slug = models.SlugField(_("name in addresses"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_zh = models.CharField(_("Chinese name"), max_length=60, blank=True)
    aliases = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("other names")
    )

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")

    def __str__(self) -> str:
        return self.name


class Category(Titled):
    slug = models.SlugField(_("name in addresses"), unique=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("parent"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.slug


class Attribute(Titled):
    """A typed property of products of some kinds, as in `Product.specs`."""

    class Type(models.TextChoices):
        NUMBER = "number", _("number")
        TEXT = "text", _("text")
        BOOL = "bool", _("yes or no")
        CHOICE = "choice", _("one of a list")

    key = models.SlugField(_("key"), unique=True)
    kinds = ArrayField(
        models.CharField(max_length=20, choices=Kind), verbose_name=_("kinds of goods")
    )
    data_type = models.CharField(_("type of value"), max_length=10, choices=Type)
    unit_ru = models.CharField(_("unit in Russian"), max_length=20, blank=True)
    unit_zh = models.CharField(_("unit in Chinese"), max_length=20, blank=True)
    unit_en = models.CharField(_("unit in English"), max_length=20, blank=True)
    is_facet = models.BooleanField(_("filters the list"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")

    def __str__(self) -> str:
        return self.key

    @property
    def unit(self) -> str:
        """The unit in the reader's language."""
        return str(getattr(self, f"unit_{language()}"))


class AttributeChoice(Titled):
    """A value that a property of the type “one of a list” may have."""

    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="choices")
    key = models.SlugField(_("key"))
    aliases = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("other names")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("value of an attribute")
        verbose_name_plural = _("values of attributes")
        constraints = [
            models.UniqueConstraint(fields=["attribute", "key"], name="attribute_choice_once")
        ]

    def __str__(self) -> str:
        return self.key


class HsCode(Titled):
    """A tariff code that goods of this shop may carry.

    `kinds` are those it is the likeliest for; `words` are what people call such goods.
    """

    code = models.CharField(_("HS code"), max_length=10, unique=True)
    unit_1 = models.CharField(_("first unit"), max_length=3)
    unit_2 = models.CharField(_("second unit"), max_length=3, blank=True)
    needs_fsb = models.BooleanField(_("needs an FSB notification"), default=False)
    is_high_priority = models.BooleanField(_("on the common high priority list"), default=False)
    kinds = ArrayField(
        models.CharField(max_length=20, choices=Kind),
        verbose_name=_("kinds of goods"),
        default=list,
        blank=True,
    )
    words = models.CharField(_("words of the code"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=200)
    valid_from = models.DateField(_("valid from"))

    class Meta:
        verbose_name = _("HS code")
        verbose_name_plural = _("HS codes")

    def __str__(self) -> str:
        return self.code


class Margin(models.Model):
    """What the house adds to a price, one dated row for the whole shop."""

    class Kind(models.TextChoices):
        EXCHANGE = "exchange", _("exchange margin")
        PLATFORM = "platform", _("platform margin")
        COMMISSION = "commission", _("commission of new sellers")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    rate_bps = models.PositiveIntegerField(_("rate, basis points"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("margin")
        verbose_name_plural = _("margins")
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="margin_one_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.rate_bps} bps from {self.valid_from}"


class FormerPriceRule(models.Model):
    """Which former price may stand struck through, and for how long, from a day on."""

    lowest_of_days = models.PositiveIntegerField(_("the lowest of so many days before"))
    asked_at_least_days = models.PositiveIntegerField(_("of these asked on so many, at least"))
    told_for_days = models.PositiveIntegerField(_("shown for so many days"))
    valid_from = models.DateField(_("valid from"), unique=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("rule of former prices")
        verbose_name_plural = _("rules of former prices")
        constraints = [
            models.CheckConstraint(
                condition=Q(lowest_of_days__range=(1, 366), told_for_days__range=(1, 366))
                & Q(asked_at_least_days__range=(1, F("lowest_of_days"))),
                name="former_price_days",
                violation_error_message=_("Days are 1 to 366, and no more asked than looked at."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.lowest_of_days} days from {self.valid_from}"

    @property
    def lowest_of(self) -> timedelta:
        return timedelta(days=self.lowest_of_days)

    @property
    def asked_at_least(self) -> timedelta:
        return timedelta(days=self.asked_at_least_days)

    @property
    def told_for(self) -> timedelta:
        return timedelta(days=self.told_for_days)


class CommissionRule(models.Model):
    """What the house takes of goods of a category, from a day on; without one the seller's own."""

    category = models.ForeignKey(
        Category, models.PROTECT, related_name="commissions", verbose_name=_("category")
    )
    rate_bps = models.PositiveIntegerField(_("rate, basis points"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("rule of commission")
        verbose_name_plural = _("rules of commission")
        constraints = [
            models.UniqueConstraint(
                fields=["category", "valid_from"], name="commission_rule_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(rate_bps__lt=10_000), name="commission_rule_under_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.rate_bps} bps from {self.valid_from}"


class Restriction(models.Model):
    """Goods that may not go a certain way."""

    rule = models.SlugField(_("rule"), unique=True)
    battery_kind = models.CharField(
        _("kind of battery"), max_length=20, choices=Battery, blank=True
    )
    hs_prefix = models.CharField(_("beginning of the tariff code"), max_length=10, blank=True)
    mode = models.CharField(
        _("mode"), max_length=10, help_text=_("air, rail, road, river; * for every way")
    )
    reason_ru = models.CharField(_("reason in Russian"), max_length=300)
    reason_zh = models.CharField(_("reason in Chinese"), max_length=300)
    reason_en = models.CharField(_("reason in English"), max_length=300)
    source = models.CharField(_("source"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")

    def __str__(self) -> str:
        return self.rule
