"""Sellers and the people who act for them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .texts import language


class Seller(models.Model):
    slug = models.SlugField(unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_ru = models.CharField(_("Russian name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120)
    about_ru = models.TextField(blank=True)
    about_zh = models.TextField(blank=True)
    about_en = models.TextField(blank=True)

    uscc = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    licence = models.CharField(_("licence"), max_length=60, blank=True)
    city = models.CharField(_("city"), max_length=60)
    zone = models.CharField(_("free trade zone"), max_length=20, blank=True)

    cnaps = models.CharField(_("CNAPS code of the bank"), max_length=12)
    bank_name = models.CharField(_("bank"), max_length=120)
    bank_account = models.CharField(_("account"), max_length=34)
    commission_bps = models.PositiveIntegerField(_("commission, basis points"))

    is_open = models.BooleanField(_("may sell"), default=True)
    is_demo = models.BooleanField(_("demo"), default=False)
    joined_on = models.DateField()

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_bps__lt=10_000), name="seller_commission_under_all"
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return str(getattr(self, f"name_{language()}"))


class SellerMember(models.Model):
    class Role(models.TextChoices):
        OWNER = "OWNER", _("owner")
        LISTING = "LISTING", _("listing")
        FINANCE = "FINANCE", _("finance")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="seats")
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="members")
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        verbose_name = _("member of a seller")
        verbose_name_plural = _("members of sellers")
        constraints = [models.UniqueConstraint(fields=["user", "seller"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.seller_id}"
