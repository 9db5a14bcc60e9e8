"""The ledger: accounts, journals and their entries in whole minor units.

Balance, immutability and same-transaction rules are enforced by triggers (migration
`ledger_guards`); this module only gives the tables their shape.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from .fx import Rate

LAST = 2**63 - 1  # no entry has a greater number


class AccountQuerySet(models.QuerySet["Account"]):
    def standing(self) -> "AccountQuerySet":
        """With `units`, what stands on each: its last snapshot and the entries after it."""
        last = BalanceSnapshot.objects.filter(account=OuterRef("pk")).order_by("-upto")
        cut = {
            "cut_at_entry": Coalesce(Subquery(last.values("upto")[:1]), 0),
            "cut_units": Coalesce(Subquery(last.values("units")[:1]), 0),
        }
        # The planner cannot know where a tail begins: with one end alone it takes a third of all
        # entries for it, and may read the table from its start. A range it takes to be short.
        tail = Entry.objects.filter(
            account=OuterRef("pk"), id__gt=OuterRef("cut_at_entry"), id__lte=LAST
        )
        moved = tail.order_by().values("account").annotate(units=Sum("units"))
        return self.annotate(**cut).annotate(
            units=F("cut_units")
            + Coalesce(Subquery(moved.values("units"), output_field=models.BigIntegerField()), 0)
        )


class Account(models.Model):
    """A place where money of one currency stands for one purpose and one party."""

    code = models.CharField(_("code"), max_length=80, unique=True)
    purpose = models.SlugField(_("purpose"))
    party = models.SlugField(_("party"), blank=True)
    currency = models.CharField(_("currency"), max_length=3)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["purpose", "party", "currency"], name="account_once"),
            models.UniqueConstraint(fields=["id", "currency"], name="account_has_one_currency"),
        ]

    def __str__(self) -> str:
        return self.code


class Journal(models.Model):
    """One event in money: its entries sum to zero in each currency."""

    kind = models.SlugField(_("kind"))
    key = models.CharField(_("idempotency key"), max_length=120, unique=True)
    occurred_at = models.DateTimeField(_("occurred"))
    # Only of what happened in a month that was closed by then; the database notes it.
    happened_at = models.DateTimeField(_("happened in a closed month"), null=True)
    booked_at = models.DateTimeField(_("booked"), auto_now_add=True)
    actor = models.CharField(_("actor"), max_length=60)
    source = models.CharField(_("source"), max_length=120)
    rate = models.ForeignKey(Rate, models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversal")

    class Meta:
        verbose_name = _("journal")
        verbose_name_plural = _("journals")
        # Both dates grow with the table, so an index by ranges of pages costs next to nothing.
        indexes = [
            BrinIndex(fields=["occurred_at"], name="journal_by_occurred", pages_per_range=16),
            BrinIndex(fields=["booked_at"], name="journal_by_booked", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Entry(models.Model):
    """One leg: positive is debit, negative is credit."""

    journal = models.ForeignKey(
        Journal, models.PROTECT, related_name="entries", verbose_name=_("journal")
    )
    line = models.PositiveSmallIntegerField(_("line"))
    # The index entry_by_account begins with it; one of its own would only be written.
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="entries", db_index=False, verbose_name=_("account")
    )
    currency = models.CharField(_("currency"), max_length=3)
    units = models.BigIntegerField(_("minor units"))
    order_number = models.CharField(_("order"), max_length=9, blank=True)
    order_line = models.PositiveSmallIntegerField(_("line"), null=True)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(fields=["journal", "line"], name="entry_line_once"),
            models.CheckConstraint(condition=~Q(units=0), name="entry_not_zero"),
            models.CheckConstraint(condition=Q(line__gte=1, line__lte=50), name="entry_fifty_legs"),
        ]
        indexes = [
            models.Index(fields=["account", "id"], include=["units"], name="entry_by_account"),
            models.Index(fields=["order_number"], name="entry_by_order"),
        ]

    def __str__(self) -> str:
        return f"{self.journal_id}/{self.line}"


class Cut(models.Model):
    """A place in the entries below which nothing can appear any more.

    Only the database's function `ledger_cut` makes one: it waits for every writer in flight.
    """

    upto = models.BigIntegerField(unique=True)
    cut_at = models.DateTimeField()

    class Meta:
        verbose_name = _("cut")
        verbose_name_plural = _("cuts")

    def __str__(self) -> str:
        return str(self.upto)


class BalanceSnapshot(models.Model):
    """What stood on an account at a cut; only the database's `ledger_snapshot` makes one."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="snapshots", verbose_name=_("account")
    )
    upto = models.BigIntegerField()
    units = models.BigIntegerField(_("minor units"))

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "upto"], include=["units"], name="snapshot_once_a_cut"
            )
        ]
        indexes = [models.Index(fields=["upto"], name="snapshot_by_cut")]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.upto}"


class Seal(models.Model):
    """The digest of the entries of a day, chained to the seal before it."""

    day = models.DateField(_("day"), unique=True)
    after = models.BigIntegerField()
    upto = models.BigIntegerField()
    entries_count = models.BigIntegerField(_("entries"))
    previous = models.CharField(_("digest of the seal before"), max_length=64, unique=True)
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    sealed_at = models.DateTimeField(_("sealed"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = [
            models.CheckConstraint(condition=Q(upto__gte=F("after")), name="seal_goes_forward"),
            models.CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{64}$", previous__regex="^[0-9a-f]{64}$"),
                name="seal_is_sha256",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.digest[:12]}"
