"""Rules by which offers are approved without a person, and reasons why they are refused."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .texts import Titled


class ApprovalRule(models.Model):
    """One dated row for the whole shop; an offer is approved when it meets all of a rule.

    Units: `band_bps` is how far a price may be from the market's, either way, in basis points.
    """

    rule = models.SlugField(_("rule"), unique=True)
    least_approved = models.PositiveIntegerField(_("approved offers of the seller, at least"))
    least_days = models.PositiveIntegerField(_("days since the seller joined, at least"))
    needs_known_model = models.BooleanField(_("only models that are in the shop"), default=True)
    band_bps = models.PositiveIntegerField(_("distance from the market price, basis points"))
    takes_new_pictures = models.BooleanField(_("takes pictures nobody has seen"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("rule of approval")
        verbose_name_plural = _("rules of approval")

    def __str__(self) -> str:
        return self.rule


class RefusalReason(Titled):
    """A reason why goods are sent back to their seller, in his language."""

    key = models.SlugField(_("key"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("reason of refusals")
        verbose_name_plural = _("reasons of refusals")

    def __str__(self) -> str:
        return self.key
