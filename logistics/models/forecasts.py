"""What was measured of steps, how far each lane is believed, and the windows drawn from both."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models import City
from storefront.lib import due

from .routing import Lane, Mode


class StepTime(models.Model):
    """How many parcels finished a step on a day in about the same time; written once.

    Units: the bucket is a tenth of the natural logarithm of the minutes, rounded down.
    """

    step = models.CharField(_("step"), max_length=80)
    group = models.CharField(_("kind of step"), max_length=20)
    measured_on = models.DateField(_("finished on"))
    bucket = models.SmallIntegerField()
    quantity = models.PositiveIntegerField(_("parcels"))

    class Meta:
        verbose_name = _("measured step")
        verbose_name_plural = _("measured steps")
        constraints = [
            models.UniqueConstraint(
                fields=["measured_on", "step", "bucket"], name="step_time_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="step_time_of_parcels"),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.measured_on}"


class LaneLevel(models.Model):
    """From a day on the share of drawn cases a lane's later date must hold in, and why.

    `delivered` and `kept` are those of the day before that moved it, none that a closure stopped.
    """

    lane = models.SlugField(_("lane"))
    set_on = models.DateField(_("from"))
    level_bps = models.PositiveSmallIntegerField(_("share of cases, 1/100 %"))
    delivered = models.PositiveIntegerField(_("delivered"))
    kept = models.PositiveIntegerField(_("kept"))

    class Meta:
        verbose_name = _("level of a lane")
        verbose_name_plural = _("levels of lanes")
        constraints = [
            models.UniqueConstraint(fields=["lane", "set_on"], name="lane_level_once"),
            models.CheckConstraint(
                condition=Q(level_bps__lt=10_000, kept__lte=F("delivered")),
                name="lane_level_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lane} {self.set_on}"


class Forecast(models.Model):
    """The window of a lane to a city for what is paid from an instant on, until the next row.

    Time: days in the city, both inclusive; half of the drawn cases are there by the first.
    """

    lane = models.ForeignKey(Lane, models.CASCADE, related_name="+", verbose_name=_("lane"))
    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    to_point = models.BooleanField(_("to a point of issue"), default=False)
    origin = models.CharField(_("origin"), max_length=10)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode)
    paid_from = models.DateTimeField()
    from_on = models.DateField()
    until_on = models.DateField()

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        constraints = [
            models.UniqueConstraint(
                fields=["paid_from", "lane", "city", "to_point"], name="forecast_once"
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="forecast_window_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lane_id} to {self.city_id} from {self.paid_from:%Y-%m-%d %H:%M}"


class Pace(models.Model):
    """How long a step usually takes, as the last study knew it: measured, else assumed.

    Units: seconds; half of the parcels need no more than the first, nine of ten than the second.
    """

    step = models.CharField(_("step"), max_length=80, unique=True)
    seconds_p50 = models.PositiveIntegerField()
    seconds_p90 = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("usual time of a step")
        verbose_name_plural = _("usual times of steps")
        constraints = [
            models.CheckConstraint(
                condition=Q(seconds_p90__gte=F("seconds_p50")), name="pace_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.step


class Study(due.Due):
    """One night's look at what finished: measured, held against promises, drawn anew."""

    DUE_TASK = "logistics.tasks.study_times"

    run_on = models.DateField(_("day"), unique=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    steps = models.PositiveIntegerField(_("steps measured"), null=True, blank=True)
    windows = models.PositiveIntegerField(_("windows drawn"), null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("study of times")
        verbose_name_plural = _("studies of times")

    def __str__(self) -> str:
        return f"{self.run_on}"
