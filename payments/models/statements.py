"""Our accounts at banks, their statements, and the acquirer's registers; kept as they came."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class BankAccount(models.Model):
    """An account of ours at a bank, and where it stands in the ledger; a row of reference."""

    number = models.CharField(_("account"), max_length=34, unique=True)
    bic = models.CharField(_("bank"), max_length=11)
    currency = models.CharField(_("currency"), max_length=3)
    purpose = models.SlugField(_("purpose"))
    party = models.SlugField(_("party"), blank=True)
    title = models.CharField(_("name"), max_length=120)
    is_demo = models.BooleanField(_("demo"), default=False)
    source = models.CharField(_("source"), max_length=120)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "party", "currency"], name="bank_account_once_in_ledger"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.currency}"


class PaperQuerySet(models.QuerySet["Paper"]):
    def taken(self) -> "PaperQuerySet":
        return self.filter(outcome="TAKEN")


class Paper(models.Model):
    """A file of a bank or an acquirer, kept as it came; a refused one aside with its reason."""

    class Outcome(models.TextChoices):
        TAKEN = "TAKEN", _("taken in")
        REFUSED = "REFUSED", _("refused")

    digest = models.CharField(max_length=64)
    name = models.CharField(_("file"), max_length=200)
    form = models.CharField(_("form"), max_length=30, blank=True)
    body = models.BinaryField()
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=30, blank=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    actor = models.CharField(_("actor"), max_length=60)
    received_at = models.DateTimeField(_("received"))

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], name="paper_taken_once", condition=Q(outcome="TAKEN")
            ),
            models.UniqueConstraint(
                fields=["digest", "reason"],
                name="paper_refused_once",
                condition=Q(outcome="REFUSED"),
            ),
            models.CheckConstraint(
                condition=Q(outcome="TAKEN", reason="") | Q(outcome="REFUSED") & ~Q(reason=""),
                name="paper_refused_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BankStatement(models.Model):
    """The movements of an account over some days; append-only, and it adds up."""

    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="statements", verbose_name=_("account")
    )
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="statements")
    number = models.CharField(_("number"), max_length=60)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    opening = models.DecimalField(_("opening"), max_digits=18, decimal_places=2)
    closing = models.DecimalField(_("closing"), max_digits=18, decimal_places=2)
    taken_at = models.DateTimeField(_("taken in"))

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "until_on", "number"], name="statement_once"
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="statement_forwards"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.number} {self.until_on}"


class StatementLine(models.Model):
    """One movement a bank has booked; credit above zero."""

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="lines")
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="lines", verbose_name=_("account")
    )
    position = models.PositiveIntegerField(_("line"))
    booked_on = models.DateField(_("booked"))
    value_on = models.DateField(_("value"))
    price = models.DecimalField(_("sum"), max_digits=18, decimal_places=2)
    units = models.BigIntegerField(_("minor units"))
    reference = models.CharField(_("bank's reference"), max_length=60, blank=True)
    end_to_end = models.CharField(_("our reference"), max_length=60, blank=True)
    uetr = models.CharField(max_length=36, blank=True)
    counterparty = models.CharField(_("other party"), max_length=160, blank=True)
    counterparty_account = models.CharField(_("its account"), max_length=40, blank=True)
    text = models.CharField(_("what for"), max_length=500, blank=True)
    code = models.CharField(_("code"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("line of a statement")
        verbose_name_plural = _("lines of statements")
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="statement_line_once"),
            models.CheckConstraint(
                condition=Q(units=F("price") * Decimal(100)), name="statement_line_in_minor_units"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "booked_on"], name="statement_line_by_day"),
            models.Index(fields=["end_to_end"], name="statement_line_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.position}"


class Registry(models.Model):
    """What an acquirer says it took, gave back and kept on a day; append-only."""

    provider = models.SlugField(_("provider"))
    shop = models.CharField(_("shop"), max_length=60)
    registry_on = models.DateField(_("day"))
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="registries")
    gross = models.DecimalField(_("gross"), max_digits=18, decimal_places=2)
    fee = models.DecimalField(_("fee"), max_digits=18, decimal_places=2)
    net = models.DecimalField(_("net"), max_digits=18, decimal_places=2)
    taken_at = models.DateTimeField(_("taken in"))

    class Meta:
        verbose_name = _("registry")
        verbose_name_plural = _("registries")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "shop", "registry_on"], name="registry_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(net=F("gross") - F("fee")), name="registry_net_is_the_rest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.shop} {self.registry_on}"

    @property
    def reference(self) -> str:
        """What the acquirer names its transfer for this day by."""
        return f"REG-{self.shop}-{self.registry_on}"


class RegistryLine(models.Model):
    """One operation in a register; a refund stands below zero."""

    class Kind(models.TextChoices):
        PAYMENT = "PAYMENT", _("payment")
        REFUND = "REFUND", _("refund")
        CHARGEBACK = "CHARGEBACK", _("chargeback")
        RESTORED = "RESTORED", _("given back by the buyer's bank")
        RECEIPT = "RECEIPT", _("receipt")

    registry = models.ForeignKey(Registry, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    object_id = models.CharField(_("operation"), max_length=80)
    payment_id = models.CharField(_("payment"), max_length=80)
    order_number = models.CharField(_("order"), max_length=9, blank=True)
    happened_at = models.DateTimeField(_("happened"))
    gross = models.DecimalField(_("gross"), max_digits=18, decimal_places=2)
    fee = models.DecimalField(_("fee"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("line of a registry")
        verbose_name_plural = _("lines of registries")
        constraints = [
            models.UniqueConstraint(fields=["registry", "position"], name="registry_line_once"),
        ]
        indexes = [
            models.Index(fields=["kind", "object_id"], name="registry_line_by_object"),
            models.Index(fields=["payment_id"], name="registry_line_by_payment"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.object_id}"
