"""Cities, terms of the house, and the moves that machines may make."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Titled, language


class StateMove(models.Model):
    """One allowed move of one machine; a trigger refuses every other (docs/adr)."""

    machine = models.CharField(max_length=30)
    source = models.CharField(_("source"), max_length=20)
    target = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("allowed move")
        verbose_name_plural = _("allowed moves")
        constraints = [
            models.UniqueConstraint(fields=["machine", "source", "target"], name="move_once")
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.source} {self.target}"


class City(Titled):
    """A Russian city that parcels are brought to."""

    slug = models.SlugField(_("name in addresses"), unique=True)
    region_code = models.CharField(_("region, code"), max_length=2)
    region_ru = models.CharField(_("region in Russian"), max_length=80)
    region_zh = models.CharField(_("region in Chinese"), max_length=80)
    region_en = models.CharField(_("region in English"), max_length=80)
    postcodes = ArrayField(models.CharField(max_length=6), verbose_name=_("postcodes"))
    timezone = models.CharField(_("time zone"), max_length=40)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5)
    population = models.PositiveIntegerField(_("population"))
    source = models.CharField(_("source"), max_length=120)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")

    def __str__(self) -> str:
        return self.slug

    @property
    def destination(self) -> str:
        """The title as it stands after "to": Russian asks for the accusative."""
        title = self.title
        endings = {"а": "у", "я": "ю"} if language() == "ru" else {}
        return title[:-1] + endings.get(title[-1], title[-1])


class Term(models.Model):
    """A number the house has set for its dealings, dated; the newest valid row counts."""

    key = models.SlugField(_("key"))
    value = models.PositiveIntegerField(_("value"))
    unit = models.CharField(_("unit"), max_length=20)
    valid_from = models.DateField(_("valid from"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [models.UniqueConstraint(fields=["key", "valid_from"], name="term_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.value} {self.unit}"
