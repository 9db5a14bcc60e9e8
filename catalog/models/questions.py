"""What buyers ask of goods before they buy."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .products import Product
from .sellers import Seller


class Question(models.Model):
    """A buyer's question of a product and a seller's answer; shown once it is answered."""

    class State(models.TextChoices):
        ASKED = "ASKED", _("waits for an answer")
        SHOWN = "SHOWN", _("shown")
        HIDDEN = "HIDDEN", _("hidden")

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="questions", verbose_name=_("product")
    )
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="questions")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    text = models.TextField(_("question"))
    asked_at = models.DateTimeField()

    seller = models.ForeignKey(
        Seller, models.PROTECT, null=True, blank=True, related_name="answered"
    )
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=60, blank=True)
    hidden_because = models.CharField(_("hidden because"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        indexes = [models.Index(fields=["product", "-id"], name="question_by_product")]

    def __str__(self) -> str:
        return f"{self.pk} of {self.product_id}"
