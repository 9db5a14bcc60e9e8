"""The banks on both sides, the terms on which pairs of them pass money, and why it comes back."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Titled
from storefront.lib.fields import MoneyField


class Bank(Titled):
    """A bank of one of the two sides."""

    class Side(models.TextChoices):
        CHINESE = "CN", _("Heilongjiang")
        RUSSIAN = "RU", _("Russia")

    code = models.SlugField(_("code"), unique=True)
    side = models.CharField(_("side"), max_length=2, choices=Side)
    bic = models.CharField("BIC", max_length=11, unique=True)
    city = models.CharField(_("city"), max_length=60)
    is_demo = models.BooleanField(_("demo"), default=False)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("bank")
        verbose_name_plural = _("banks")

    def __str__(self) -> str:
        return self.code


class CorrespondenceQuerySet(models.QuerySet["Correspondence"]):
    def holding(self, on: date, *, currency: str) -> "CorrespondenceQuerySet":
        """The newest terms of every pair on a day; of one day's rows the last written counts."""
        rows = self.filter(currency=currency, valid_from__lte=on)
        newest = rows.order_by("russian", "chinese", "-valid_from", "-pk")
        return newest.distinct("russian", "chinese")


class Correspondence(models.Model):
    """The terms on which a Russian and a Chinese bank pass money of one currency, from a day on.

    Append-only: new terms, a suspension and its end are rows of their own.
    Time: `cut_off` is the wall clock of Harbin; `days` are days on which both banks work.
    """

    russian = models.ForeignKey(
        Bank, models.PROTECT, related_name="chinese_pairs", verbose_name=_("Russian bank")
    )
    chinese = models.ForeignKey(
        Bank, models.PROTECT, related_name="russian_pairs", verbose_name=_("Chinese bank")
    )
    currency = models.CharField(_("currency"), max_length=3)

    fee = MoneyField(_("fee"), max_digits=12, decimal_places=2, default_currency=None)
    fee_bps = models.PositiveIntegerField(_("fee, basis points"))
    least = MoneyField(_("at least"), max_digits=14, decimal_places=2, default_currency=None)
    most = MoneyField(_("at most"), max_digits=14, decimal_places=2, default_currency=None)
    cut_off = models.TimeField(_("taken until"))
    days = models.PositiveSmallIntegerField(_("bank days"))
    returned_bps = models.PositiveIntegerField(_("returned so far as known, basis points"))
    is_suspended = models.BooleanField(_("suspended"), default=False)

    valid_from = models.DateField(_("valid from"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    is_demo = models.BooleanField(_("demo"), default=False)
    source = models.CharField(_("source"), max_length=200)

    objects = CorrespondenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        constraints = [
            models.UniqueConstraint(
                fields=["russian", "chinese", "currency", "valid_from"],
                name="route_terms_once_a_day",
                condition=Q(decided_by=""),
            ),
            models.CheckConstraint(
                condition=Q(
                    fee_currency=F("currency"),
                    least_currency=F("currency"),
                    most_currency=F("currency"),
                ),
                name="route_in_one_currency",
            ),
            models.CheckConstraint(
                condition=Q(
                    fee__gte=0, least__gte=0, most__gte=F("least"), returned_bps__lt=10_000
                ),
                name="route_terms_make_sense",
            ),
            models.CheckConstraint(
                condition=Q(decided_by="") | (~Q(reason="") & Q(decided_at__isnull=False)),
                name="route_decision_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["currency", "valid_from"], name="route_by_day")]

    def __str__(self) -> str:
        return f"{self.russian_id}-{self.chinese_id} {self.currency} {self.valid_from}"


class BankDay(models.Model):
    """A day on which the banks of a country rest, or work in its stead."""

    country = models.CharField(_("country"), max_length=2, choices=Bank.Side)
    day = models.DateField(_("day"))
    is_working = models.BooleanField(_("worked"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("bank day")
        verbose_name_plural = _("bank days")
        constraints = [models.UniqueConstraint(fields=["country", "day"], name="bank_day_once")]

    def __str__(self) -> str:
        return f"{self.country} {self.day}"


class ReturnReason(Titled):
    """A code with which banks give a transfer back, and what is done then."""

    class Remedy(models.TextChoices):
        REROUTE = "REROUTE", _("goes by another route")
        SELLER = "SELLER", _("the seller mends his bank details")
        PERSON = "PERSON", _("a person decides")

    code = models.CharField(_("code"), max_length=4, unique=True)
    remedy = models.CharField(_("what is done"), max_length=10, choices=Remedy)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("reason of a return")
        verbose_name_plural = _("reasons of returns")

    def __str__(self) -> str:
        return self.code
