"""Lists of sanctions in their versions, whom we held against them, and what people decided."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from storefront.lib import due


class ScreeningWord(models.Model):
    """A dated row: a legal form, a title, a particle, a spelling or a reading of names.

    `meaning` is the short form of a legal form, the word a spelling stands for, or a reading.
    """

    class Kind(models.TextChoices):
        FORM = "FORM", _("legal form")
        TITLE = "TITLE", _("title")
        PARTICLE = "PARTICLE", _("particle")
        SPELLING = "SPELLING", _("spelling")
        READING = "READING", _("reading")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    text = models.CharField(_("text"), max_length=120)
    meaning = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=3)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("word of screening")
        verbose_name_plural = _("words of screening")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "text", "valid_from"], name="screening_word_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.text}"


class ListKind(models.TextChoices):
    OFAC_SDN = "OFAC_SDN", _("OFAC, specially designated nationals")
    OFAC_CONS = "OFAC_CONS", _("OFAC, consolidated")
    UN = "UN", _("United Nations, consolidated")
    EU = "EU", _("European Union, consolidated")


class SanctionsList(models.Model):
    """One version of a list as it was taken in; never changed.

    Time: `published_on` is said by the publisher or by who took it in; `taken_at` is business time.
    """

    kind = models.CharField(_("list"), max_length=10, choices=ListKind)
    published_on = models.DateField(_("published"))
    digest = models.CharField(_("hash"), max_length=64)
    files = models.JSONField(_("files"), default=list)
    entries = models.PositiveIntegerField(_("entries"))
    names = models.PositiveIntegerField(_("names"))
    added = models.PositiveIntegerField(_("added"))
    removed = models.PositiveIntegerField(_("removed"))
    changed = models.PositiveIntegerField(_("changed"))
    taken_by = models.CharField(_("taken in by"), max_length=60)
    taken_at = models.DateTimeField(_("taken in"))

    class Meta:
        verbose_name = _("list of sanctions")
        verbose_name_plural = _("lists of sanctions")

    def __str__(self) -> str:
        return f"{self.kind} {self.published_on} #{self.pk}"


class ListedParty(models.Model):
    """What a list says of one it names, from one version until another that says otherwise."""

    kind = models.CharField(_("kind"), max_length=10, choices=ListKind)
    uid = models.CharField(max_length=40)
    what = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    since = models.ForeignKey(SanctionsList, models.PROTECT, related_name="begun")
    until = models.ForeignKey(
        SanctionsList, models.PROTECT, null=True, blank=True, related_name="ended"
    )

    class Meta:
        verbose_name = _("listed party")
        verbose_name_plural = _("listed parties")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "uid"], condition=Q(until=None), name="listed_party_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class ListedName(models.Model):
    """One name of a listed party: its own, a good alias or a weak one."""

    party = models.ForeignKey(ListedParty, models.PROTECT, related_name="names")
    text = models.CharField(_("text"), max_length=300)
    quality = models.CharField(max_length=10)

    class Meta:
        verbose_name = _("listed name")
        verbose_name_plural = _("listed names")

    def __str__(self) -> str:
        return self.text


class ScreenedParty(models.Model):
    """Somebody we deal with. Names are not kept here: they are read where they belong.

    `digest` changes with any fact of the party; `against` with any list, word or threshold; an
    empty `against` waits to be screened.
    """

    class Kind(models.TextChoices):
        SELLER = "SELLER", _("seller")
        OWNER = "OWNER", _("owner or representative of a seller")
        BANK = "BANK", _("bank of a seller")
        RECIPIENT = "RECIPIENT", _("recipient of an order")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    key = models.CharField(_("key"), max_length=40)
    digest = models.CharField(max_length=64)
    against = models.CharField(max_length=64, blank=True)
    noted_at = models.DateTimeField(_("noted"))
    screened_at = models.DateTimeField(_("screened"), null=True, blank=True)

    class Meta:
        verbose_name = _("screened party")
        verbose_name_plural = _("screened parties")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="screened_party_once")]
        indexes = [models.Index(fields=["against", "id"], name="screened_party_against")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ScreeningRun(due.Due):
    """A pass over every party that was not held against the lists of today; one is open at a time.

    It keeps no place: a killed worker's successor takes the parties that are still left.
    """

    DUE_TASK = "payments.tasks.screen_parties"
    DUE_CLOCK = "wall"

    reason = models.CharField(_("reason"), max_length=60)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    parties = models.PositiveIntegerField(_("parties"), default=0)
    hits = models.PositiveIntegerField(_("hits"), default=0)

    class Meta(due.Due.Meta):
        verbose_name = _("run of screening")
        verbose_name_plural = _("runs of screening")
        constraints = [
            models.UniqueConstraint(
                fields=["closed_at"],
                condition=Q(closed_at=None),
                name="screening_run_one_open",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"


class Hit(models.Model):
    """A party that is like a listed one; holds while neither of the two changes.

    Units: `score_bps` of 10 000; `why` tells the words compared and what was added or taken off.
    """

    party = models.ForeignKey(ScreenedParty, models.PROTECT, related_name="hits")
    party_digest = models.CharField(max_length=64)
    entry = models.ForeignKey(ListedParty, models.PROTECT, related_name="hits")
    name = models.ForeignKey(ListedName, models.PROTECT, related_name="+")
    list = models.ForeignKey(
        SanctionsList, models.PROTECT, related_name="hits", verbose_name=_("list")
    )
    score_bps = models.PositiveIntegerField(_("score"))
    is_conclusive = models.BooleanField(_("by a number"), default=False)
    why = models.JSONField(default=dict)
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("hit of screening")
        verbose_name_plural = _("hits of screening")
        constraints = [
            models.UniqueConstraint(fields=["party", "party_digest", "entry"], name="hit_once"),
            models.CheckConstraint(condition=Q(score_bps__lte=10_000), name="hit_score_in_range"),
        ]

    def __str__(self) -> str:
        return f"hit {self.pk}"


class Decision(models.Model):
    """What a person decided about a hit, with the version of the list; never changed.

    A clearance that needs a second person counts when a row of somebody else `seconds` it.
    """

    class Verdict(models.TextChoices):
        OTHER = "OTHER", _("somebody else")
        SAME = "SAME", _("the listed party")

    hit = models.ForeignKey(Hit, models.PROTECT, related_name="decisions", verbose_name=_("hit"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    reason = models.CharField(_("reason"), max_length=300)
    needs_second = models.BooleanField(_("needs a second person"), default=False)
    seconds = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("decision it confirms")
    )
    first_by = models.CharField(_("first decided by"), max_length=60, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=60)
    decided_at = models.DateTimeField(_("decided"))
    list = models.ForeignKey(
        SanctionsList, models.PROTECT, related_name="decisions", verbose_name=_("list")
    )

    class Meta:
        verbose_name = _("decision of screening")
        verbose_name_plural = _("decisions of screening")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(first_by=F("decided_by")), name="decision_of_two_people"
            ),
            models.CheckConstraint(
                condition=Q(seconds=None, first_by="") | ~Q(seconds=None) & ~Q(first_by=""),
                name="decision_names_the_first",
            ),
            models.CheckConstraint(
                condition=Q(verdict="OTHER") | Q(needs_second=False, seconds=None),
                name="decision_only_clearances_need_two",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"
