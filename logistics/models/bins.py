"""Where pieces lie: a layout of aisles and racks, its bins, what is in each, every move of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .routing import Place
from .warehouse import Stock


class Layout(models.Model):
    """The floor of a place: parallel aisles between two cross aisles, the bonded ones last."""

    place = models.OneToOneField(
        Place, models.PROTECT, related_name="layout", verbose_name=_("place")
    )
    aisles = models.PositiveSmallIntegerField(_("aisles"))
    bonded_aisles = models.PositiveSmallIntegerField(_("of them bonded"))
    racks = models.PositiveSmallIntegerField(_("racks in an aisle"))
    levels = models.PositiveSmallIntegerField(_("levels of a rack"))
    positions = models.PositiveSmallIntegerField(_("positions on a level"))
    pitch_cm = models.PositiveSmallIntegerField(_("from aisle to aisle, cm"))
    rack_cm = models.PositiveSmallIntegerField(_("width of a rack, cm"))
    laid_at = models.DateTimeField()
    actor = models.CharField(_("actor"), max_length=60)

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")
        constraints = [
            models.CheckConstraint(
                condition=Q(bonded_aisles__lte=F("aisles")), name="layout_bonded_within"
            )
        ]

    def __str__(self) -> str:
        return str(self.place_id)


class Bin(models.Model):
    """A place for goods of one regime; `walk` is its turn on the way through all aisles."""

    class Kind(models.TextChoices):
        DOCK = "DOCK", _("receiving dock")
        SHELF = "SHELF", _("shelf")

    place = models.ForeignKey(Place, models.PROTECT, related_name="bins", verbose_name=_("place"))
    code = models.CharField(_("code"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SHELF)
    regime = models.CharField(_("regime"), max_length=10, choices=Stock.Regime)
    aisle = models.PositiveSmallIntegerField(_("aisle"))
    rack = models.PositiveSmallIntegerField(_("rack"))
    level = models.PositiveSmallIntegerField(_("level"))
    position = models.PositiveSmallIntegerField(_("place on the shelf"))
    walk = models.PositiveIntegerField(_("turn on the walk"))
    is_open = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("bin")
        verbose_name_plural = _("bins")
        constraints = [
            models.UniqueConstraint(fields=["place", "code"], name="bin_once"),
            models.UniqueConstraint(
                fields=["place", "regime"], condition=Q(kind="DOCK"), name="bin_one_dock"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class BinStock(models.Model):
    """Pieces of a row of stock in a bin that came on one day; `claimed` ones wait for a wave.

    Whoever changes it holds the row of stock.
    """

    bin = models.ForeignKey(Bin, models.PROTECT, related_name="contents", verbose_name=_("bin"))
    stock = models.ForeignKey(Stock, models.PROTECT, related_name="layers", verbose_name=_("stock"))
    came_on = models.DateField(_("came"))
    quantity = models.PositiveIntegerField(_("pieces"))
    claimed = models.PositiveIntegerField(_("of them for waves"), default=0)

    class Meta:
        verbose_name = _("content of a bin")
        verbose_name_plural = _("contents of bins")
        constraints = [
            models.UniqueConstraint(fields=["bin", "stock", "came_on"], name="bin_stock_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("claimed")), name="bin_stock_claimed_is_there"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bin_id}: {self.quantity}"


class BinMove(models.Model):
    """Pieces that came into a bin, or went out of it; append-only."""

    bin = models.ForeignKey(Bin, models.PROTECT, related_name="moves", verbose_name=_("bin"))
    stock = models.ForeignKey(
        Stock, models.PROTECT, related_name="bin_moves", verbose_name=_("stock")
    )
    came_on = models.DateField()
    quantity = models.IntegerField(_("pieces"))
    cause = models.CharField(_("cause"), max_length=120)
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("movement of a bin")
        verbose_name_plural = _("movements of bins")
        indexes = [models.Index(fields=["bin", "stock"], name="bin_move_by_bin")]

    def __str__(self) -> str:
        return f"{self.bin_id}: {self.quantity:+}"
