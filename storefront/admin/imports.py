"""The desk of imports: which tables sellers sent, how far they came, what went wrong."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from catalog.models import ImportJob

from . import cells, filters
from .looking import Looking
from .waiting import Waiting

TONES = {"CHECKING": "river", "RUNNING": "river", "DONE": "good", "FAILED": "bad"}


@admin.register(ImportJob)
class ImportDesk(Waiting, Looking):
    """Sellers' tables on their way; the desk looks, and lets a failed one be tried again."""

    deeds_need = "catalog.change_importjob"
    actions = ("try_again",)
    actions_detail = ("try_again",)
    list_display = ("name", "merchant", "kind", "state_tag", "rows", "made", "work_left")
    list_filter = (
        ("seller", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        filters.Failing,
    )
    list_select_related = ("seller",)
    search_fields = ("name", "seller__slug")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("name", "merchant", "kind", "state_tag", "rows", "reason")}),
        (_("work"), {"fields": ("made", "work_left", "last_failure")}),
    )

    state_tag = cells.stated(TONES)
    made = cells.dated("created_at", _("made"))

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, job):
        return cells.link(job.seller, job.seller.name)

    @display(description=_("rows"))
    def rows(self, job):
        return cells.figure(f"{job.rows_done} / {job.rows_total}")

    @display(description=_("work"), ordering="due_at")
    def work_left(self, job):
        return self.work(job)
