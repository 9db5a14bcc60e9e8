"""Tables that sellers send: where each stands, what was refused, how columns are read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.lib import due

from .applications import paper_storage
from .sellers import Seller


class ImportJob(due.Due):
    """One file of a seller on its way into the catalogue.

    `work` is the file taken apart into one line per row, which slices of work are read from;
    `progress` says how far they came, `preview` shows some of the rows that change something.
    """

    DUE_TASK = "storefront.tasks.import_table"
    DUE_CLOCK = "wall"

    class Kind(models.TextChoices):
        GOODS = "GOODS", _("goods")
        PRICES = "PRICES", _("prices and stock")
        PICTURES = "PICTURES", _("pictures")

    class State(models.TextChoices):
        UPLOADED = "UPLOADED", _("columns to be confirmed")
        CHECKING = "CHECKING", _("being tried")
        CHECKED = "CHECKED", _("tried, waits for a yes")
        RUNNING = "RUNNING", _("being taken in")
        DONE = "DONE", _("taken in")
        FAILED = "FAILED", _("could not be read")
        DROPPED = "DROPPED", _("given up")

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="imports")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(upload_to="imports", storage=paper_storage)
    digest = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    actor = models.CharField(max_length=60)

    headings = models.JSONField(default=list)
    samples = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    work = models.FileField(upload_to="imports", storage=paper_storage, blank=True)
    progress = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            *due.Due.Meta.indexes,
            models.Index(fields=["seller", "-id"], name="import_by_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.seller_id}"

    @property
    def is_at_work(self) -> bool:
        """Whether a machine has something to do with it."""
        return self.state in (self.State.CHECKING, self.State.RUNNING)


class RefusedRow(models.Model):
    """One row of a table that was not taken, as it was written, with what is wrong in it."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="refused")
    line = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    problems = models.JSONField(default=list)

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        constraints = [models.UniqueConstraint(fields=["job", "line"], name="refused_row_once")]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.line}"


class ColumnMapping(models.Model):
    """How a seller told us to read a heading of his; remembered for his next table.

    Without a heading it is a value that held for every row of the table.
    """

    seller = models.ForeignKey(Seller, models.CASCADE, related_name="mappings")
    kind = models.CharField(_("kind"), max_length=10, choices=ImportJob.Kind)
    heading = models.CharField(max_length=120, blank=True)
    column = models.CharField(max_length=60, blank=True)
    how = models.CharField(max_length=10, blank=True)
    fixed = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("remembered column")
        verbose_name_plural = _("remembered columns")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "kind", "heading", "column"], name="mapping_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.heading} is {self.column}"
