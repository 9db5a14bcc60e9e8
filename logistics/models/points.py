"""Points of issue as their carriers list them, and when each list is fetched."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.dated import holding
from orders.models import City
from storefront.lib import due

from .routing import Dated


class PointQuerySet(models.QuerySet["Point"]):
    def open(self, city: City, *, on: date) -> "PointQuerySet":
        """Those of a city that give parcels out on a day."""
        return self.filter(holding(on), city=city)


class Point(Dated):
    """An office where a carrier gives parcels out; it ends when the carrier lists it no more.

    Units: `heaviest_g` is the most one parcel may weigh; none, if the carrier names no limit.
    """

    carrier = models.SlugField(_("carrier"))
    code = models.CharField(_("code"), max_length=40)
    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    title = models.CharField(_("title"), max_length=120)
    address = models.CharField(_("address"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=6)
    hours = models.CharField(_("opening hours"), max_length=120, blank=True)
    heaviest_g = models.PositiveIntegerField(_("heaviest parcel, g"), null=True, blank=True)

    objects = PointQuerySet.as_manager()

    class Meta:
        verbose_name = _("point of issue")
        verbose_name_plural = _("points of issue")
        constraints = [
            models.UniqueConstraint(fields=["carrier", "code"], name="point_once"),
        ]
        indexes = [models.Index(fields=["city", "postcode"], name="point_by_postcode")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.code}"


class PointList(due.Due):
    """One night's fetching of all points of a carrier."""

    DUE_TASK = "logistics.tasks.fetch_points"

    carrier = models.SlugField(_("carrier"))
    run_on = models.DateField(_("day"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    found_n = models.PositiveIntegerField(_("points of issue"), null=True, blank=True)
    ended_n = models.PositiveIntegerField(_("ended"), null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("list of points of issue")
        verbose_name_plural = _("lists of points of issue")
        constraints = [
            models.UniqueConstraint(fields=["carrier", "run_on"], name="point_list_once")
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.run_on}"
