"""Rows that machines act on: how they stand, and trying one again now."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from storefront.lib import due, locks
from storefront.lib.refusal import Refusal

from . import cells, doing


class NotFailing(Refusal):
    """It does not wait after a failure."""

    code = "not_failing"


class Waiting:
    """For desks of rows with `due_at`: the column of the work, and the action to try again."""

    @display(description=_("work"), ordering="due_at")
    def work(self, row: due.Due):
        if row.due_at is None:
            return cells.NOTHING
        if row.failures:
            words = ngettext("failed %(count)d time", "failed %(count)d times", row.failures)
            return cells.tag(words % {"count": row.failures}, "bad")
        return cells.moment(row.due_at)

    @display(description=_("last error"))
    def last_failure(self, row: due.Due):
        return cells.block(row.last_error) if row.last_error else cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Try again now"),
            question=_("The machine will try these rows again at once. Go on?"),
            suits=lambda row: bool(row.failures and row.due_at),
            icon="replay",
        )
    )
    def try_again(self, row, answers, hands):
        with transaction.atomic():
            failing = type(row)._default_manager.filter(failures__gt=0, due_at__isnull=False)
            locked = locks.rows(failing.filter(pk=row.pk))
            if not locked:
                raise NotFailing(str(_("It does not wait after a failure.")))
            due.plan(locked[0], due.now_for(type(row)))
            due.wake(row.DUE_TASK, id=row.pk)
