"""Customs papers and the dated rules of duty."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import language
from orders.models import OrderLine
from storefront.lib import due
from storefront.lib.fields import MoneyField

from .shipments import Shipment


class DutyRule(models.Model):
    """A rule of import duty on goods for personal use; euros and basis points, dated."""

    rule = models.SlugField(_("rule"), unique=True)
    free_eur = models.DecimalField(_("free, EUR"), max_digits=10, decimal_places=2)
    free_g = models.PositiveIntegerField(_("free, g"), null=True, blank=True)
    rate_bps = models.PositiveIntegerField(_("rate of duty, 1/100 %"))
    min_eur_per_kg = models.DecimalField(_("at least, EUR per kg"), max_digits=6, decimal_places=2)
    is_on_excess = models.BooleanField(
        _("on the excess"), help_text=_("of the excess, not of the whole value")
    )
    vat_bps = models.PositiveIntegerField(_("rate of VAT, 1/100 %"), default=0)
    paper_kind = models.CharField(_("kind of declaration"), max_length=5, default="ПТДЭГ")
    is_active = models.BooleanField(_("in force"), default=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("duty rule")
        verbose_name_plural = _("duty rules")

    def __str__(self) -> str:
        return self.rule


class CustomsMode(models.Model):
    """A supervision mode of Chinese customs: whom it serves, what it asks for; dated.

    Money: yuan per parcel. Above `limit_yuan` no list is taken; up to `simplified_yuan` the list
    is simplified and `code_digits` of the tariff code are enough.
    """

    class Buyer(models.TextChoices):
        CONSUMER = "consumer", _("a consumer")
        FIRM = "firm", _("a firm")
        WAREHOUSE = "warehouse", _("an overseas warehouse")

    mode = models.CharField(_("customs mode"), max_length=4)
    buyer = models.CharField(_("buyer"), max_length=10, choices=Buyer)
    is_bonded = models.BooleanField(_("bonded"))
    order_type = models.CharField(_("type of order"), max_length=1)
    documents = models.CharField(_("papers"), max_length=40)
    limit_yuan = models.DecimalField(
        _("limit, CNY"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    simplified_yuan = models.DecimalField(
        _("simplified up to, CNY"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    code_digits = models.PositiveSmallIntegerField(_("digits of the code"), default=10)
    return_mode = models.CharField(_("mode of return"), max_length=4)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("customs mode")
        verbose_name_plural = _("customs modes")
        constraints = [
            models.UniqueConstraint(fields=["mode", "valid_from"], name="customs_mode_once")
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.valid_from}"


class ReturnRelief(models.Model):
    """Until when goods that were exported may come back without duty; dated."""

    rule = models.SlugField(_("rule"), unique=True)
    modes = models.CharField(_("modes"), max_length=40)
    exported_from = models.DateField(_("exported from"))
    exported_until = models.DateField(_("exported until"))
    months = models.PositiveSmallIntegerField(_("months"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("relief for returned goods")
        verbose_name_plural = _("reliefs for returned goods")

    def __str__(self) -> str:
        return self.rule


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    """Papers of all parcels."""

    def waiting(self) -> Self:
        """What a window rejected or holds, and no younger version has taken its place."""
        younger = Declaration.objects.filter(
            shipment=OuterRef("shipment"),
            direction=OuterRef("direction"),
            attempt_number__gt=OuterRef("attempt_number"),
        )
        states = (Declaration.State.REJECTED, Declaration.State.HELD)
        return self.filter(~Exists(younger), state__in=states)


class Declaration(due.Due):
    """A parcel's paper at one customs window."""

    DUE_TASK = "logistics.tasks.drive_declaration"
    DUE_ALIKE = ("direction", "state")
    DUE_TOGETHER: ClassVar = {
        "EXPORT READY": 20,
        "EXPORT SENT": 20,
        "IMPORT READY": 10,
        "IMPORT SENT": 10,
    }

    class Direction(models.TextChoices):
        EXPORT = "EXPORT", _("export from China")
        IMPORT = "IMPORT", _("import to Russia")

    class State(models.TextChoices):
        READY = "READY", _("to be sent")
        SENT = "SENT", _("sent")
        HELD = "HELD", _("held for inspection")
        RELEASED = "RELEASED", _("released")
        REJECTED = "REJECTED", _("rejected, to be mended")
        REFUSED = "REFUSED", _("refused")
        CANCELLED = "CANCELLED", _("cancelled")

    shipment = models.ForeignKey(
        Shipment, models.PROTECT, related_name="declarations", verbose_name=_("parcel")
    )
    direction = models.CharField(_("direction"), max_length=6, choices=Direction)
    attempt_number = models.PositiveSmallIntegerField(_("attempt"), default=1)
    mode = models.CharField(_("customs mode"), max_length=4)
    customs_code = models.CharField(_("customs office"), max_length=8)
    zone = models.CharField(_("free trade zone"), max_length=20, blank=True)
    reference = models.CharField(_("reference"), max_length=36, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    answer_code = models.IntegerField(_("code of the answer"), null=True, blank=True)
    is_simplified = models.BooleanField(_("simplified"), default=False)
    declarant_code = models.CharField(max_length=18, blank=True)
    declarant_name = models.CharField(_("declarant"), max_length=100, blank=True)
    amended = models.JSONField(_("mended"), default=dict)
    decision = models.CharField(_("decision"), max_length=4, blank=True)
    inventory_number = models.CharField(_("number of the list"), max_length=40, blank=True)
    port_number = models.CharField(max_length=18, blank=True)
    summary = models.ForeignKey(
        "Filing", models.PROTECT, null=True, blank=True, related_name="summarised"
    )
    made_at = models.DateTimeField(_("made"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = DeclarationQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "direction", "attempt_number"], name="declaration_once"
            )
        ]

    def __str__(self) -> str:
        return self.reference


class DeclarationLineQuerySet(models.QuerySet["DeclarationLine"]):
    """Declared goods."""


class DeclarationLine(models.Model):
    """Goods as declared; statistics are read from here."""

    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="lines", verbose_name=_("declaration")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+")
    hs_code = models.CharField(_("tariff code"), max_length=10)
    origin = models.CharField(_("origin"), max_length=2)
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    net_weight_g = models.PositiveIntegerField()
    value = MoneyField(
        max_digits=12, decimal_places=2, default_currency=None, verbose_name=_("value")
    )

    objects = DeclarationLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("declared goods")
        verbose_name_plural = _("declared goods")
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "position"], name="declaration_line_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="declared_has_goods"),
        ]

    def __str__(self) -> str:
        return f"{self.declaration_id}/{self.position}"


class DeclarationMessage(models.Model):
    """One message sent to or received from a window, as it was."""

    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="messages", verbose_name=_("declaration")
    )
    kind = models.CharField(_("kind"), max_length=30)
    guid = models.CharField("GUID", max_length=60)
    is_ours = models.BooleanField()
    body = models.TextField()
    moved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("customs message")
        verbose_name_plural = _("customs messages")
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "kind", "guid"], name="customs_message_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.guid}"


class CustomsAnswer(models.Model):
    """What a decision of the Russian window means: for the parcel, its buyer, and the desk."""

    class Word(models.TextChoices):
        RELEASED = "released", _("released")
        HELD = "held", _("held")
        INSPECTION = "inspection", _("inspection")
        DOCUMENTS = "documents", _("documents asked")
        DUTY = "duty", _("duty asked")
        REFUSED = "refused", _("refused")

    code = models.CharField(_("decision"), max_length=4, unique=True)
    word = models.CharField(_("meaning"), max_length=10, choices=Word)
    is_final = models.BooleanField(_("ends the paper"))
    buyer_ru = models.CharField(_("for the buyer, in Russian"), max_length=300)
    buyer_zh = models.CharField(_("for the buyer, in Chinese"), max_length=300)
    buyer_en = models.CharField(_("for the buyer, in English"), max_length=300)
    desk_ru = models.CharField(_("for the desk, in Russian"), max_length=300)
    desk_zh = models.CharField(_("for the desk, in Chinese"), max_length=300)
    desk_en = models.CharField(_("for the desk, in English"), max_length=300)
    valid_from = models.DateField(_("valid from"))
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("answer of customs")
        verbose_name_plural = _("answers of customs")

    def __str__(self) -> str:
        return f"{self.code} {self.word}"

    @property
    def for_buyer(self) -> str:
        """In the reader's language."""
        return str(getattr(self, f"buyer_{language()}"))

    @property
    def for_desk(self) -> str:
        """In the reader's language."""
        return str(getattr(self, f"desk_{language()}"))


class ImportLimit(models.Model):
    """What a person may bring into Russia for himself; dated, each with its switch."""

    class Kind(models.TextChoices):
        IDENTICAL = "IDENTICAL", _("identical pieces in one order")
        RECIPIENT = "RECIPIENT", _("pieces of one recipient in some days")
        FSB = "FSB", _("needs an FSB notification")
        SPLIT = "SPLIT", _("orders of one recipient in some days, together above what is free")

    rule = models.SlugField(_("rule"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    hs_prefix = models.CharField(_("HS code begins with"), max_length=10, blank=True)
    most = models.PositiveSmallIntegerField(_("at most"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    reason_ru = models.CharField(_("reason in Russian"), max_length=300)
    reason_zh = models.CharField(_("reason in Chinese"), max_length=300)
    reason_en = models.CharField(_("reason in English"), max_length=300)
    is_active = models.BooleanField(_("in force"), default=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("limit of import")
        verbose_name_plural = _("limits of import")

    def __str__(self) -> str:
        return self.rule

    @property
    def reason(self) -> str:
        """In the reader's language."""
        return str(getattr(self, f"reason_{language()}"))
