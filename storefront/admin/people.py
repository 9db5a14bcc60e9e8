"""Who did it: members of staff by their names, everybody else without."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from storefront.accounts.models import User
from storefront.lib import kept

from . import cells

PERSON = "user:"


@kept.for_a_minute
def staff() -> dict[str, str]:
    """The names of all members of staff, by what they are called as actors."""
    rows = User.objects.filter(is_staff=True).only("pk", "email", "name")
    return {f"{PERSON}{row.pk}": row.get_full_name() for row in rows}


def named(actor: str) -> SafeString | str:
    """An actor as the desks show him; buyers and sellers by their number alone."""
    if not actor:
        return cells.NOTHING
    if actor == "guest":
        return _("a guest")
    if not actor.startswith(PERSON):
        return format_html("<code>{}</code>", actor)
    return staff().get(actor) or _("account %(number)s") % {"number": actor.removeprefix(PERSON)}


def who(field: str, title: Any) -> cells.Column:
    """A column of actors."""

    @display(description=title, ordering=field)
    def column(self, row: Any) -> SafeString | str:
        return named(getattr(row, field))

    return column


class Acting:
    """The columns of actors every desk may show."""

    by = who("actor", gettext_lazy("actor"))
    asker = who("asked_by", gettext_lazy("asked by"))
    answerer = who("answered_by", gettext_lazy("answered by"))
    closer = who("closed_by", gettext_lazy("closed by"))
    decider = who("decided_by", gettext_lazy("decided by"))
    lifter = who("lifted_by", gettext_lazy("lifted by"))
    proposer = who("proposed_by", gettext_lazy("proposed by"))
    placer = who("placed_by", gettext_lazy("put by"))
