"""Rows that hold for a time: those of a day."""

from datetime import date

from django.db.models import Q


def holding(on: date) -> Q:
    """Those that hold on a day: from `valid_from` on, until the day before `valid_until`."""
    return Q(valid_from__lte=on) & (Q(valid_until=None) | Q(valid_until__gt=on))
