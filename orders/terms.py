"""The numbers the house has set for its dealings, as dated rows."""

from datetime import date, timedelta

from .models import Term


class NotSet(LookupError):
    """A term that no row sets: the reference tables were not loaded."""


def value(key: str, *, on: date) -> int:
    """The value that holds on a day.

    Raises: NotSet.
    """
    rows = Term.objects.filter(key=key, valid_from__lte=on).order_by("-valid_from")
    found = rows.values_list("value", flat=True).first()
    if found is None:
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
