"""Carts and the quotes made of them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Offer
from storefront.lib.fields import MoneyField


class Cart(models.Model):
    """What a visitor has put aside; its token is in his session."""

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    touched_at = models.DateTimeField()

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")

    def __str__(self) -> str:
        return str(self.token)


class CartLine(models.Model):
    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines")
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="+", verbose_name=_("offer"))
    quantity = models.PositiveSmallIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        constraints = [
            models.UniqueConstraint(fields=["cart", "offer"], name="cart_offer_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="cart_line_has_goods"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.offer_id}"


class QuoteQuerySet(models.QuerySet["Quote"]):
    """Quotes."""


class Quote(models.Model):
    """Everything that makes up a total, frozen; a trigger forbids change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cart = models.ForeignKey(
        Cart, models.SET_NULL, null=True, related_name="quotes", verbose_name=_("cart")
    )
    body = models.JSONField(_("body of the quote"))
    digest = models.CharField(_("digest"), max_length=64)
    total = MoneyField(_("total"), max_digits=12, decimal_places=2, default_currency=None)
    made_at = models.DateTimeField(_("made"))
    valid_until = models.DateTimeField(_("valid until"))

    objects = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")

    def __str__(self) -> str:
        return str(self.id)
