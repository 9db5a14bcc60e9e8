"""Work of the warehouse's people: waves of picking, and counts of bins."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .bins import Bin
from .routing import Place
from .shipments import Shipment
from .warehouse import Stock


class Wave(models.Model):
    """Parcels picked on one walk, those that close first."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("being picked")
        DONE = "DONE", _("picked")

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("place"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    closes_at = models.DateTimeField(_("first cut-off"), null=True, blank=True)
    walk_cm = models.PositiveIntegerField(_("walk, cm"))
    actor = models.CharField(_("actor"), max_length=60)
    made_at = models.DateTimeField(_("made"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")

    def __str__(self) -> str:
        return f"W{self.pk}"

    @property
    def walk_m(self) -> int:
        return round(self.walk_cm / 100)


class PickStop(models.Model):
    """Pieces to take from a bin for a parcel; they are claimed there until taken or dropped."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("to be picked")
        IN_TROLLEY = "IN_TROLLEY", _("in the trolley")
        TAKEN = "TAKEN", _("picked")
        DROPPED = "DROPPED", _("not picked")

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="stops")
    position = models.PositiveSmallIntegerField(_("position"))
    shipment = models.ForeignKey(
        Shipment, models.PROTECT, related_name="stops", verbose_name=_("parcel")
    )
    stock = models.ForeignKey(Stock, models.PROTECT, related_name="+", verbose_name=_("stock"))
    bin = models.ForeignKey(Bin, models.PROTECT, related_name="+", verbose_name=_("bin"))
    came_on = models.DateField()
    quantity = models.PositiveSmallIntegerField(_("pieces"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    done_by = models.CharField(_("done by"), max_length=60, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("stop of a wave")
        verbose_name_plural = _("stops of waves")
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "shipment", "stock", "bin", "came_on"], name="pick_stop_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["shipment"],
                name="pick_stop_open",
                condition=Q(state__in=("WAITING", "IN_TROLLEY")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.wave_id}/{self.position}"


class BinCount(models.Model):
    """A bin counted without sight of the books; a difference is counted again by another."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("to be counted")
        SECOND = "SECOND", _("to be counted by another person")
        DIFFERS = "DIFFERS", _("differs: to be decided")
        AGREED = "AGREED", _("agrees with the books")
        BOOKED = "BOOKED", _("difference booked")

    bin = models.ForeignKey(Bin, models.PROTECT, related_name="counts", verbose_name=_("bin"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    cause = models.CharField(_("cause"), max_length=120, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.CharField(max_length=60)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("count of a bin")
        verbose_name_plural = _("counts of bins")
        constraints = [
            models.UniqueConstraint(
                fields=["bin"],
                condition=Q(state__in=("OPEN", "SECOND", "DIFFERS")),
                name="bin_count_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class BinCountEntry(models.Model):
    """What one person counted of one row of stock, and what the books held then; append-only."""

    count = models.ForeignKey(BinCount, models.PROTECT, related_name="entries")
    turn = models.PositiveSmallIntegerField(_("count"))
    stock = models.ForeignKey(Stock, models.PROTECT, related_name="+", verbose_name=_("stock"))
    expected = models.PositiveIntegerField(_("in the books"))
    counted = models.PositiveIntegerField(_("counted"))
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("counted goods")
        verbose_name_plural = _("counted goods")
        constraints = [
            models.UniqueConstraint(fields=["count", "turn", "stock"], name="bin_count_entry_once")
        ]

    def __str__(self) -> str:
        return f"{self.count_id}/{self.turn}"

    @property
    def difference(self) -> int:
        return self.counted - self.expected
