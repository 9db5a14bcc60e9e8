"""What of theirs is what of ours, and where the two differ."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .charges import ChargeFact, Refund
from .ledger import Entry
from .manual import ManualPosting
from .settlement import Payout
from .statements import RegistryLine, StatementLine

ITEMS = ("line", "registry_line", "entry", "fact", "refund")


def _one_of(names: tuple[str, ...]) -> Q:
    found = Q()
    for name in names:
        found |= Q(**{f"{other}__isnull": other != name for other in names})
    return found


class MatchQuerySet(models.QuerySet["Match"]):
    def living(self) -> "MatchQuerySet":
        """Matches that nobody has undone."""
        return self.filter(undone=None)


class Match(models.Model):
    """Things of theirs and of ours that are one and the same money; append-only."""

    class Rule(models.TextChoices):
        OPERATION = "OPERATION", _("same operation")
        REFERENCE = "REFERENCE", _("our reference and sum")
        TEXT = "TEXT", _("our reference in the text, and sum")
        CAME_BACK = "CAME_BACK", _("went and came back")
        SUM_AND_DAY = "SUM_AND_DAY", _("sum and day")
        SUM = "SUM", _("sum")
        HAND = "HAND", _("by hand")

    rule = models.CharField(_("rule"), max_length=12, choices=Rule)
    score = models.PositiveSmallIntegerField(_("score"))
    reason = models.CharField(_("reason"), max_length=300)
    currency = models.CharField(_("currency"), max_length=3)
    actor = models.CharField(_("actor"), max_length=60)
    made_at = models.DateTimeField(_("matched"))

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=100), name="match_score_in_percent"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="match_for_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_rule_display()} {self.score} #{self.pk}"


class MatchPart(models.Model):
    """One thing of a match, or a part of it; theirs and ours sum to the same."""

    class Side(models.TextChoices):
        THEIRS = "THEIRS", _("theirs")
        OURS = "OURS", _("ours")

    match = models.ForeignKey(Match, models.PROTECT, related_name="parts")
    side = models.CharField(_("side"), max_length=6, choices=Side)
    units = models.BigIntegerField(_("minor units"))
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, related_name="parts")
    registry_line = models.OneToOneField(
        RegistryLine, models.PROTECT, null=True, related_name="part"
    )
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="parts")
    fact = models.OneToOneField(ChargeFact, models.PROTECT, null=True, related_name="part")
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, related_name="part")

    class Meta:
        verbose_name = _("part of a match")
        verbose_name_plural = _("parts of matches")
        constraints = [
            models.CheckConstraint(condition=_one_of(ITEMS), name="match_part_of_one_thing"),
            models.CheckConstraint(
                condition=Q(side="THEIRS", entry=None, fact=None, refund=None)
                | Q(side="OURS", line=None, registry_line=None),
                name="match_part_on_its_side",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match_id} {self.side} {self.units}"


class MatchUndone(models.Model):
    """A match that a person has taken back; its parts wait again."""

    match = models.OneToOneField(Match, models.PROTECT, related_name="undone")
    reason = models.CharField(_("reason"), max_length=300)
    actor = models.CharField(_("actor"), max_length=60)
    undone_at = models.DateTimeField(_("undone"))

    class Meta:
        verbose_name = _("match undone")
        verbose_name_plural = _("matches undone")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="match_undone_for_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.match_id} {self.reason}"


class BreakQuerySet(models.QuerySet["Break"]):
    def open(self) -> "BreakQuerySet":
        return self.filter(state="OPEN")


class Break(models.Model):
    """A difference between their books and ours: its class, its owner, its deadline, its link."""

    class Kind(models.TextChoices):
        MISSING_OURS = "MISSING_OURS", _("missing in ours")
        MISSING_THEIRS = "MISSING_THEIRS", _("missing in theirs")
        AMOUNT = "AMOUNT", _("another sum")
        CURRENCY = "CURRENCY", _("another currency")
        TWICE_OURS = "TWICE_OURS", _("twice in ours")
        TWICE_THEIRS = "TWICE_THEIRS", _("twice in theirs")
        FEE = "FEE", _("another fee")
        DAY = "DAY", _("another day")
        ORDER = "ORDER", _("another order")
        LATE_CHARGEBACK = "LATE_CHARGEBACK", _("late chargeback")
        UNASKED_REFUND = "UNASKED_REFUND", _("refund nobody asked for")
        BARE_RECEIPT = "BARE_RECEIPT", _("receipt without payment")
        BOOKS = "BOOKS", _("our own books disagree")

    class Source(models.TextChoices):
        REGISTRY = "REGISTRY", _("acquirer's registry")
        BANK = "BANK", _("bank statement")
        PAYOUTS = "PAYOUTS", _("payouts")
        BOOKS = "BOOKS", _("our books")

    class State(models.TextChoices):
        OPEN = "OPEN", _("open")
        CLOSED = "CLOSED", _("closed")

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    source = models.CharField(_("found in"), max_length=10, choices=Source)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN)
    theirs = models.CharField(_("theirs"), max_length=120, blank=True)
    ours = models.CharField(_("ours"), max_length=120, blank=True)
    order_number = models.CharField(_("order"), max_length=9, blank=True)
    units = models.BigIntegerField(_("difference"), default=0)
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    registry_line = models.ForeignKey(
        RegistryLine, models.PROTECT, null=True, related_name="breaks"
    )
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, related_name="breaks")
    fact = models.ForeignKey(ChargeFact, models.PROTECT, null=True, related_name="breaks")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="breaks")
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="breaks")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="breaks")

    owner = models.CharField(_("owner"), max_length=60)
    found_at = models.DateTimeField(_("found"))
    due_on = models.DateField(_("to be answered until"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.CharField(_("closed by"), max_length=60, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    objects = BreakQuerySet.as_manager()

    class Meta:
        verbose_name = _("break")
        verbose_name_plural = _("breaks")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_at=None, answer="")
                | Q(state="CLOSED", closed_at__isnull=False) & ~Q(answer="") & ~Q(closed_by=""),
                name="break_closed_with_an_answer",
            )
        ]
        indexes = [
            models.Index(fields=["due_on"], name="break_open_due", condition=Q(state="OPEN"))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.theirs or self.ours}"


class BreakNote(models.Model):
    """What somebody wrote about a break; append-only."""

    about = models.ForeignKey(Break, models.PROTECT, related_name="notes")
    text = models.CharField(_("note"), max_length=300)
    actor = models.CharField(_("actor"), max_length=60)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("note on a break")
        verbose_name_plural = _("notes on breaks")

    def __str__(self) -> str:
        return self.text


class Booking(models.Model):
    """The line of a statement that a posting by hand is to explain; append-only."""

    posting = models.OneToOneField(ManualPosting, models.PROTECT, related_name="booking")
    line = models.ForeignKey(StatementLine, models.PROTECT, related_name="bookings")

    class Meta:
        verbose_name = _("booking of a line")
        verbose_name_plural = _("bookings of lines")

    def __str__(self) -> str:
        return f"{self.posting_id} for {self.line_id}"
