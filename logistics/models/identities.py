"""Papers of recipients: when they are asked for, sealed, and every look at them."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import language
from orders.models import Order
from storefront.lib import due


class IdentityRule(models.Model):
    """When customs must be told who the recipient is; `*` stands for every way, dated."""

    rule = models.SlugField(_("rule"), unique=True)
    mode = models.CharField(_("way"), max_length=10, default="*")
    lane = models.CharField(_("lane"), max_length=50, default="*")
    over_eur = models.DecimalField(_("goods worth more than, EUR"), max_digits=10, decimal_places=2)
    is_active = models.BooleanField(_("in force"), default=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("rule of recipients' papers")
        verbose_name_plural = _("rules of recipients' papers")

    def __str__(self) -> str:
        return self.rule


class ConsentText(models.Model):
    """What a recipient agrees to, word for word; a new wording is a new version."""

    kind = models.SlugField(_("kind"))
    version = models.CharField(_("version"), max_length=20)
    text_ru = models.TextField(_("text in Russian"))
    text_zh = models.TextField(_("text in Chinese"))
    text_en = models.TextField(_("text in English"))
    valid_from = models.DateField(_("valid from"))
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("text of consent")
        verbose_name_plural = _("texts of consent")
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="consent_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"

    @property
    def text(self) -> str:
        """The words in the reader's language."""
        return str(getattr(self, f"text_{language()}"))


class RecipientIdentity(due.Due):
    """The papers of an order's recipient, sealed and apart from the order.

    The facts tell how it stands: asked, given, erased. It is due for a reminder, at its deadline,
    and when its time of keeping is over.
    """

    DUE_TASK = "storefront.tasks.watch_identity"

    subject = models.UUIDField(unique=True, default=uuid4, editable=False)
    order = models.OneToOneField(
        Order, models.PROTECT, related_name="identity", verbose_name=_("order")
    )
    rule = models.CharField(_("rule"), max_length=50)
    purpose = models.SlugField(_("purpose"), default="customs")

    sealed = models.BinaryField(null=True, editable=False)
    wrapped_key = models.BinaryField(null=True, editable=False)
    key_id = models.CharField(_("key"), max_length=20, blank=True)
    document_tail = models.CharField(max_length=2, blank=True)
    inn_tail = models.CharField(max_length=2, blank=True)

    asked_at = models.DateTimeField(_("asked"))
    deadline_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    given_at = models.DateTimeField(_("given"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("papers of a recipient")
        verbose_name_plural = _("papers of recipients")
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed__isnull=False, wrapped_key__isnull=False, erased_at=None)
                | Q(
                    sealed__isnull=True,
                    wrapped_key__isnull=True,
                    document_tail="",
                    inn_tail="",
                ),
                name="identity_is_whole_or_gone",
            ),
        ]

    def __str__(self) -> str:
        return self.order.shown_number

    @property
    def is_kept(self) -> bool:
        return self.sealed is not None


class IdentityConsent(models.Model):
    """Which text a recipient agreed to, or took his consent back from, and when; append-only."""

    identity = models.ForeignKey(
        RecipientIdentity, models.PROTECT, related_name="consents", verbose_name=_("papers")
    )
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+", verbose_name=_("text"))
    actor = models.CharField(_("actor"), max_length=60)
    given_at = models.DateTimeField(_("given"))
    is_withdrawn = models.BooleanField(_("taken back"), default=False)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")

    def __str__(self) -> str:
        return f"{self.identity_id} {self.text_id}"


class IdentityAccess(models.Model):
    """One look at somebody's papers: who, when, why; append-only."""

    class Purpose(models.TextChoices):
        DECLARATION = "DECLARATION", _("told to customs")
        OPERATOR = "OPERATOR", _("opened by an operator")

    identity = models.ForeignKey(
        RecipientIdentity, models.PROTECT, related_name="accesses", verbose_name=_("papers")
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    actor = models.CharField(_("actor"), max_length=60)
    reason = models.CharField(_("reason"), max_length=300)
    read_at = models.DateTimeField(_("read"), auto_now_add=True)

    class Meta:
        verbose_name = _("look at papers")
        verbose_name_plural = _("looks at papers")

    def __str__(self) -> str:
        return f"{self.identity_id} {self.purpose}"
