"""Keys of sellers' own systems, and answers they were given, so that twice is once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .sellers import Seller


class AccessToken(models.Model):
    """A key by which a seller's own system speaks for him; only its digest is kept."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    actor = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return f"{self.name} of {self.seller_id}"


class AccessReply(models.Model):
    """The answer to one idempotency key of a seller's system; `status` is empty while it runs."""

    seller = models.ForeignKey(Seller, models.CASCADE, related_name="replies")
    key = models.CharField(_("key"), max_length=80)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.TextField(blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to a key")
        verbose_name_plural = _("answers to keys")
        constraints = [models.UniqueConstraint(fields=["seller", "key"], name="reply_once")]
        indexes = [models.Index(fields=["asked_at"], name="reply_by_age")]

    def __str__(self) -> str:
        return self.key
