"""The numbers the house has set for its dealings, as dated rows."""

from datetime import date, timedelta

from .models import Term


class NotSet(LookupError):
    """A term that no row sets: the reference tables were not loaded."""


def value(key: str, *, on: date) -> int:
    """The value that holds on a day.

    Raises: NotSet.
    """
    return values(key, on=on)[key]


def values(*keys: str, on: date) -> dict[str, int]:
    """The values of several terms that hold on a day, in one look.

    Raises: NotSet, for the first one that no row sets.
    """
    rows = Term.objects.filter(key__in=keys, valid_from__lte=on)
    newest = rows.order_by("key", "-valid_from").distinct("key")
    found = dict(newest.values_list("key", "value"))
    for key in keys:
        if key not in found:
            raise NotSet(f"{key} on {on}")
    return found


def protection(*, on: date) -> timedelta:
    """How long a buyer's money is held after delivery."""
    return timedelta(days=value("protection_days", on=on))


def reservation(*, on: date) -> timedelta:
    """How long goods are kept for an unpaid order; wall time."""
    return timedelta(minutes=value("reservation_minutes", on=on))


def quote(*, on: date) -> timedelta:
    """How long a quote holds; wall time."""
    return timedelta(minutes=value("quote_minutes", on=on))


def handover(*, on: date) -> timedelta:
    """How long a seller of Shenzhen has to bring what was sold."""
    return timedelta(hours=value("handover_hours", on=on))
