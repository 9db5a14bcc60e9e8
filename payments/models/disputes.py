"""What buyers and their banks object to: disputes, their decisions and files, chargebacks."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Seller, Titled
from catalog.models.applications import paper_storage
from orders.models import Delivery, OrderLine
from storefront.lib import due
from storefront.lib.fields import MoneyField

from .charges import Bearer, Charge

OPEN_STATES = ["OPEN", "ANSWERED", "PROPOSED", "RETURNING"]


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> "DisputeQuerySet":
        """Disputes that stop the release of their delivery."""
        return self.filter(state__in=OPEN_STATES)

    def for_seller(self, seller: Seller) -> "DisputeQuerySet":
        return self.filter(seller=seller)


class Dispute(due.Due):
    """What a buyer objects to in a delivery; due when an answer or a return is late."""

    DUE_TASK = "storefront.tasks.watch_dispute"

    class Kind(models.TextChoices):
        NOT_RECEIVED = "NOT_RECEIVED", _("not received")
        DAMAGED = "DAMAGED", _("damaged on the way")
        DEFECTIVE = "DEFECTIVE", _("does not work")
        NOT_AS_DESCRIBED = "NOT_AS_DESCRIBED", _("not as described")
        OTHER_GOODS = "OTHER_GOODS", _("other goods were sent")
        INCOMPLETE = "INCOMPLETE", _("something is missing")

    class Wanted(models.TextChoices):
        RETURN = "RETURN", _("send it back and get the money")
        REFUND = "REFUND", _("get the money")
        PARTIAL = "PARTIAL", _("keep it and get some of the money")

    class State(models.TextChoices):
        OPEN = "OPEN", _("waits for the seller")
        ANSWERED = "ANSWERED", _("waits for a decision")
        PROPOSED = "PROPOSED", _("waits for a second person")
        RETURNING = "RETURNING", _("waits for the goods")
        CLOSED = "CLOSED", _("decided")
        WITHDRAWN = "WITHDRAWN", _("withdrawn")

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="disputes")
    line = models.ForeignKey(OrderLine, models.PROTECT, null=True, related_name="disputes")
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=0)
    seller = models.ForeignKey(Seller, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("reason"), max_length=20, choices=Kind)
    wanted = models.CharField(_("wanted"), max_length=10, choices=Wanted)
    text = models.TextField(_("what happened"), max_length=3000)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.CharField(max_length=60)

    answer_until = models.DateTimeField(_("answer until"))
    answer = models.TextField(_("the seller's answer"), max_length=3000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    return_until = models.DateTimeField(_("goods back until"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"],
                name="dispute_one_open",
                condition=Q(state__in=OPEN_STATES),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["CLOSED", "WITHDRAWN"]) ^ Q(closed_at=None),
                name="dispute_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"D-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class DisputeDecision(models.Model):
    """What an operator decided; above a limit another one must agree. Append-only but for that."""

    class Outcome(models.TextChoices):
        FULL = "FULL", _("all the money")
        PARTIAL = "PARTIAL", _("some of the money")
        NONE = "NONE", _("no money")

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    goods = MoneyField(_("for goods"), max_digits=12, decimal_places=2, default_currency=None)
    freight = MoneyField(_("for freight"), max_digits=12, decimal_places=2, default_currency=None)
    with_return = models.BooleanField(_("goods must come back"), default=False)
    bearer = models.CharField(_("borne by"), max_length=10, choices=Bearer, blank=True)
    text = models.TextField(_("why"), max_length=2000)
    asked_by = models.CharField(_("decided by"), max_length=60)
    asked_at = models.DateTimeField(_("decided"))
    needs_second = models.BooleanField(_("needs a second person"))
    answered_by = models.CharField(_("second person"), max_length=60, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    is_granted = models.BooleanField(_("agreed"), null=True, blank=True)

    objects = models.Manager["DisputeDecision"]()

    class Meta:
        verbose_name = _("decision of a dispute")
        verbose_name_plural = _("decisions of disputes")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    goods__gte=Decimal(0),
                    freight__gte=Decimal(0),
                    goods_currency="RUB",
                    freight_currency="RUB",
                ),
                name="decision_in_rubles",
            ),
            models.CheckConstraint(
                condition=Q(outcome="NONE", goods=Decimal(0), freight=Decimal(0), bearer="")
                | (~Q(outcome="NONE") & ~Q(bearer="")),
                name="decision_money_has_bearer",
            ),
            models.CheckConstraint(
                condition=Q(is_granted=None, answered_by="", answered_at=None)
                | Q(is_granted__isnull=False, answered_at__isnull=False) & ~Q(answered_by=""),
                name="decision_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(needs_second=False) | ~Q(answered_by=F("asked_by")),
                name="decision_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute} {self.outcome}"


class DisputeEvent(models.Model):
    """A fact of a dispute's life, append-only."""

    class Kind(models.TextChoices):
        OPENED = "OPENED", _("dispute opened")
        ANSWERED = "ANSWERED", _("seller answered the dispute")
        PROPOSED = "PROPOSED", _("decision proposed")
        SENT_BACK = "SENT_BACK", _("proposed decision sent back")
        DECIDED = "DECIDED", _("dispute decided")
        RETURNED = "RETURNED", _("goods came back")
        NOT_RETURNED = "NOT_RETURNED", _("goods did not come back")
        SILENT = "SILENT", _("seller did not answer in time")
        WITHDRAWN = "WITHDRAWN", _("dispute withdrawn")

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="events")
    kind = models.CharField(_("event"), max_length=20, choices=Kind)
    actor = models.CharField(_("actor"), max_length=60)
    happened_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("dispute event")
        verbose_name_plural = _("dispute events")
        indexes = [models.Index(fields=["dispute", "id"], name="dispute_event_by_dispute")]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.kind}"


class DisputeFile(models.Model):
    """A picture or PDF that one side lays in; private, append-only."""

    class Side(models.TextChoices):
        BUYER = "BUYER", _("the buyer")
        SELLER = "SELLER", _("the seller")

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="files")
    side = models.CharField(_("from"), max_length=10, choices=Side)
    name = models.CharField(_("name"), max_length=200)
    file = models.FileField(upload_to="disputes", storage=paper_storage)
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("file of a dispute")
        verbose_name_plural = _("files of disputes")
        constraints = [
            models.UniqueConstraint(fields=["dispute", "side", "digest"], name="dispute_file_once")
        ]

    def __str__(self) -> str:
        return self.name


class ChargebackReason(Titled):
    """Why banks take money back, and who bears it unless a person says otherwise; reference."""

    code = models.SlugField(_("code"), unique=True)
    bearer = models.CharField(_("borne by"), max_length=10, choices=Bearer)
    valid_from = models.DateField(_("valid from"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("reason of chargebacks")
        verbose_name_plural = _("reasons of chargebacks")

    def __str__(self) -> str:
        return self.code


class ChargebackQuerySet(models.QuerySet["Chargeback"]):
    def open(self) -> "ChargebackQuerySet":
        """Chargebacks that stop the money of their order."""
        return self.filter(state__in=["RECEIVED", "ANSWERED"])


class Chargeback(due.Due):
    """Money that the buyer's bank took back; due to be answered, or to be asked about."""

    DUE_TASK = "storefront.tasks.drive_chargeback"
    DUE_CLOCK = "wall"

    class State(models.TextChoices):
        RECEIVED = "RECEIVED", _("waits for an answer")
        ANSWERED = "ANSWERED", _("answered")
        WON = "WON", _("won back")
        LOST = "LOST", _("lost to the bank")

    charge = models.ForeignKey(Charge, models.PROTECT, related_name="chargebacks")
    provider_id = models.CharField(_("number at the acquirer"), max_length=60)
    reason = models.ForeignKey(
        ChargebackReason, models.PROTECT, null=True, related_name="+", verbose_name=_("reason")
    )
    reason_code = models.CharField(_("code of the reason"), max_length=60)
    money = MoneyField(_("sum"), max_digits=12, decimal_places=2, default_currency=None)
    received_at = models.DateTimeField(_("received"))
    evidence_until = models.DateTimeField(_("evidence until"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    bearer = models.CharField(_("borne by"), max_length=10, choices=Bearer)
    answer = models.TextField(_("our answer"), max_length=3000, blank=True)
    answer_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    answer_by = models.CharField(_("answer by"), max_length=60, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = ChargebackQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("chargeback")
        verbose_name_plural = _("chargebacks")
        constraints = [
            models.UniqueConstraint(fields=["charge", "provider_id"], name="chargeback_once"),
            models.CheckConstraint(
                condition=Q(money__gt=Decimal(0), money_currency="RUB"),
                name="chargeback_in_rubles",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.money}"

    @property
    def is_open(self) -> bool:
        return self.state in ("RECEIVED", "ANSWERED")


class ChargebackFile(models.Model):
    """Evidence for the buyer's bank; private, append-only."""

    chargeback = models.ForeignKey(Chargeback, models.PROTECT, related_name="files")
    name = models.CharField(_("name"), max_length=200)
    file = models.FileField(upload_to="chargebacks", storage=paper_storage)
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added"))
    added_by = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("evidence of a chargeback")
        verbose_name_plural = _("evidence of chargebacks")
        constraints = [
            models.UniqueConstraint(fields=["chargeback", "digest"], name="chargeback_file_once")
        ]

    def __str__(self) -> str:
        return self.name
