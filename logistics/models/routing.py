"""The network as data: places, services with timetables, lanes, last miles, holidays."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Battery, Titled
from orders.models import City, Delivery
from storefront.lib.fields import MoneyField


class Mode(models.TextChoices):
    AIR = "air", _("by air")
    RAIL = "rail", _("by rail")
    ROAD = "road", _("by road")
    RIVER = "river", _("by river")


class Dated(models.Model):
    """A row of the network: valid for a period, with its source; changes are new rows."""

    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        abstract = True


class Place(Titled):
    """A node of the network or a warehouse."""

    class Kind(models.TextChoices):
        CONSOLIDATION = "consolidation", _("consolidation warehouse")
        WAREHOUSE = "warehouse", _("border warehouse")
        CENTRE = "centre", _("distribution centre")
        AIRPORT = "airport", _("airport")
        STATION = "station", _("railway station")
        BORDER = "border", _("border crossing")
        HUB = "hub", _("sorting centre")

    code = models.SlugField(_("code"), unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    country = models.CharField(_("country"), max_length=2)
    unlocode = models.CharField("UN/LOCODE", max_length=5, blank=True)
    customs_code = models.CharField(_("customs code"), max_length=8, blank=True)
    zone = models.CharField(_("free trade zone"), max_length=20, blank=True)
    timezone = models.CharField(_("time zone"), max_length=40)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self) -> str:
        return self.code


class Service(Dated):
    """A running connection between two places, or a step at a place such as customs.

    `weekdays` are ISO days (1 Monday) of departure, `departs` local time at the origin; a step
    has no departures and runs whenever goods are there (`is_step`).
    """

    code = models.SlugField(_("code"))
    mode = models.CharField(_("way"), max_length=10, choices=Mode)
    carrier = models.SlugField(_("carrier"))
    origin = models.ForeignKey(
        Place, models.PROTECT, related_name="departing", verbose_name=_("origin")
    )
    target = models.ForeignKey(
        Place, models.PROTECT, related_name="arriving", verbose_name=_("destination")
    )
    is_step = models.BooleanField(_("a step without timetable"), default=False)
    calendar = models.CharField(
        _("calendar"), max_length=2, blank=True, help_text=_("CN or RU: does not run on holidays")
    )

    weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        blank=True,
        verbose_name=_("days of the week"),
    )
    departs = models.TimeField(_("departs"), null=True, blank=True)
    cutoff_hours = models.DecimalField(
        _("Cut-off, hours before"), max_digits=5, decimal_places=1, default=0
    )
    hours_p50 = models.DecimalField(_("hours, half of cases"), max_digits=6, decimal_places=1)
    hours_p90 = models.DecimalField(_("hours, nine of ten"), max_digits=6, decimal_places=1)
    capacity_g = models.PositiveBigIntegerField(_("capacity, g"), null=True, blank=True)
    capacity_parcels = models.PositiveIntegerField(_("capacity, parcels"), null=True, blank=True)
    capacity_cm3 = models.PositiveBigIntegerField(_("capacity, cm³"), null=True, blank=True)

    office = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("office of exit"),
        help_text=_("of export customs: by which border goods released here leave China"),
    )
    volumetric_divisor = models.PositiveIntegerField(
        _("cubic centimetres per kg"), null=True, blank=True
    )
    not_carried = ArrayField(
        models.CharField(max_length=20, choices=Battery),
        default=list,
        blank=True,
        verbose_name=_("batteries not carried"),
    )

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="service_once"),
            models.CheckConstraint(
                condition=Q(hours_p50__gt=Decimal(0), hours_p50__lte=F("hours_p90")),
                name="service_hours_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ServicePriceQuerySet(models.QuerySet["ServicePrice"]):
    """Prices of services."""


class ServicePrice(models.Model):
    """What a carrier asks for a parcel, by step of weight.

    Money: rubles; `base` and `per_100g` of every begun 100 g.
    Units: parcels up to `up_to_g`, inclusive; the last step has no end.
    """

    service = models.ForeignKey(
        Service, models.PROTECT, related_name="prices", verbose_name=_("service")
    )
    up_to_g = models.PositiveIntegerField(_("up to, g"), null=True, blank=True)
    base = MoneyField(
        max_digits=10, decimal_places=2, default_currency=None, verbose_name=_("base")
    )
    per_100g = MoneyField(
        max_digits=10, decimal_places=2, default_currency=None, verbose_name=_("per 100 g")
    )
    source = models.CharField(_("source"), max_length=200)

    objects = ServicePriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price of a service")
        verbose_name_plural = _("prices of services")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "up_to_g"], name="service_price_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.service_id} up to {self.up_to_g}"


class LaneQuerySet(models.QuerySet["Lane"]):
    """Lanes."""


class Lane(Dated, Titled):
    """A way through the network that buyers can choose, from one origin to one terminal.

    Money: `base` and `per_100g` are rubles for the part up to the terminal.
    """

    code = models.SlugField(_("code"))
    mode = models.CharField(_("way"), max_length=10, choices=Mode)
    origin = models.CharField(_("origin"), max_length=10, choices=Delivery.Origin)
    terminal = models.ForeignKey(
        Place, models.PROTECT, related_name="lanes", verbose_name=_("terminal")
    )
    export_customs = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name=_("Chinese customs")
    )
    import_customs = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name=_("Russian customs")
    )
    base = MoneyField(
        max_digits=10, decimal_places=2, default_currency=None, verbose_name=_("base")
    )
    per_100g = MoneyField(
        max_digits=10, decimal_places=2, default_currency=None, verbose_name=_("per 100 g")
    )
    volumetric_divisor = models.PositiveIntegerField(
        _("cubic centimetres per kg"), null=True, blank=True
    )

    objects = LaneQuerySet.as_manager()

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="lane_once")]

    def __str__(self) -> str:
        return self.code


class LaneLeg(models.Model):
    """The services of a lane in order; `is_main` is the departure parcels are loaded on."""

    lane = models.ForeignKey(Lane, models.CASCADE, related_name="legs", verbose_name=_("lane"))
    position = models.PositiveSmallIntegerField(_("position"))
    service = models.ForeignKey(
        Service, models.PROTECT, related_name="+", verbose_name=_("service")
    )
    is_main = models.BooleanField(_("main leg"), default=False)

    class Meta:
        verbose_name = _("leg of a lane")
        verbose_name_plural = _("legs of lanes")
        constraints = [
            models.UniqueConstraint(fields=["lane", "position"], name="lane_leg_once"),
            models.UniqueConstraint(
                fields=["lane"], name="lane_one_main_leg", condition=Q(is_main=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lane_id}/{self.position}"


class LastMileQuerySet(models.QuerySet["LastMile"]):
    """Last miles."""


class LastMile(Dated):
    """From a terminal to the door in a city, or to a point of issue there (`to_point`).

    Money: rubles, added to the price of the lane.
    """

    terminal = models.ForeignKey(
        Place, models.PROTECT, related_name="last_miles", verbose_name=_("terminal")
    )
    city = models.ForeignKey(
        City, models.PROTECT, related_name="last_miles", verbose_name=_("city")
    )
    to_point = models.BooleanField(_("to a point of issue"), default=False)
    carrier = models.SlugField(_("carrier"))
    days_p50 = models.DecimalField(_("days, half of cases"), max_digits=4, decimal_places=1)
    days_p90 = models.DecimalField(_("days, nine of ten"), max_digits=4, decimal_places=1)
    base = MoneyField(
        max_digits=10, decimal_places=2, default_currency=None, verbose_name=_("base")
    )
    per_100g = MoneyField(
        max_digits=10, decimal_places=2, default_currency=None, verbose_name=_("per 100 g")
    )

    objects = LastMileQuerySet.as_manager()

    class Meta:
        verbose_name = _("last mile")
        verbose_name_plural = _("last miles")
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "city", "to_point", "valid_from"], name="last_mile_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.terminal_id} to {self.city_id}"


class Stage(models.Model):
    """How long a step of the Harbin centre takes: the plan, and the pace of automatic hands."""

    state = models.CharField(_("state"), max_length=20, unique=True)
    minutes_p50 = models.PositiveIntegerField(_("minutes, half of cases"))
    minutes_p90 = models.PositiveIntegerField(_("minutes, nine of ten"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("stage of the centre")
        verbose_name_plural = _("stages of the centre")

    def __str__(self) -> str:
        return self.state


class Holiday(models.Model):
    """A day on which a country rests, or works in spite of the weekend."""

    country = models.CharField(_("country"), max_length=2)
    day = models.DateField(_("day"))
    is_working = models.BooleanField(_("working day"), default=False)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [models.UniqueConstraint(fields=["country", "day"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.country} {self.day}"
