"""Filters that ask whose turn it is: the lists behind the counts of the start page."""

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from payments import figures
from storefront.lib import clock

DEADLINES = {"overdue": _("overdue"), "today": _("today"), "later": _("later")}


def end_of_day(now: datetime) -> datetime:
    """The next midnight where the desk stands."""
    tomorrow = timezone.localtime(now).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), timezone.get_current_timezone())


class Turn(DropdownFilter):
    """Rows by who has to do the next step."""

    title = _("next step")
    parameter_name = "turn"
    words: dict = {}

    def lookups(self, request, model_admin):
        return list(self.words.items())

    def queryset(self, request, queryset):
        return self.waiting(queryset, self.value()) if self.value() in self.words else queryset


class PayoutTurn(Turn):
    words = {
        "first": _("to be looked over"),
        "second": _("to be approved"),
        "back": _("came back, for a person"),
    }

    def waiting(self, queryset, turn):
        return queryset.filter(figures.payout_turn(turn))


class DisputeTurn(Turn):
    words = {"decide": _("to be decided"), "second": _("for a second person"), **DEADLINES}

    def waiting(self, queryset, turn):
        now = clock.now()
        wanted = figures.dispute_turn(turn, now=now, until=end_of_day(now))
        return figures.with_deadline(queryset.open()).filter(wanted)


class ChargebackTurn(Turn):
    words = DEADLINES

    def waiting(self, queryset, turn):
        now = clock.now()
        return queryset.filter(figures.chargeback_turn(turn, now=now, until=end_of_day(now)))
