"""The numbers the house has set for its dealings, as dated rows."""

from datetime import date, timedelta

from storefront.lib import kept

from .models import Term


class NotSet(LookupError):
    """A term that no row sets: the reference tables were not loaded."""


def value(key: str, *, on: date) -> int:
    """The value that holds on a day.

    Raises: NotSet.
    """
    return values(key, on=on)[key]


def values(*keys: str, on: date) -> dict[str, int]:
    """The values of several terms that hold on a day.

    Raises: NotSet, for the first one that no row sets.
    """
    known = _known()
    found = {}
    for key in keys:
        holding = [set_to for since, set_to in known.get(key, ()) if since <= on]
        if not holding:
            raise NotSet(f"{key} on {on}")
        found[key] = holding[-1]
    return found


@kept.for_a_minute
def _known() -> dict[str, list[tuple[date, int]]]:
    """All rows, by key, the oldest first."""
    found: dict[str, list[tuple[date, int]]] = {}
    rows = Term.objects.order_by("key", "valid_from", "pk")
    for key, since, set_to in rows.values_list("key", "valid_from", "value"):
        found.setdefault(key, []).append((since, set_to))
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
