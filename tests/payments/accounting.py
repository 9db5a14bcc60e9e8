"""Entries as an accountant writes them down: one line per account, debit without a sign."""

from collections.abc import Iterable
from decimal import Decimal

from payments.models import Entry, Journal


def page(journals: Iterable[Journal]) -> str:
    """Journals as a small table, in the order they were booked."""
    return "\n".join(line for journal in journals for line in _lines(journal))


def since(last: int) -> list[Journal]:
    """The journals booked after one."""
    return list(Journal.objects.filter(pk__gt=last).order_by("pk"))


def last() -> int:
    return Journal.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def text(table: str) -> str:
    """A table as it stands in a test, without its margin."""
    return "\n".join(line.strip() for line in table.strip().splitlines())


def _lines(journal: Journal) -> Iterable[str]:
    yield journal.kind
    entries = Entry.objects.filter(journal=journal).select_related("account").order_by("line")
    for entry in entries:
        account = (
            f"{entry.account.purpose}{' ' + entry.account.party if entry.account.party else ''}"
        )
        yield f"{account:<28}{amount(entry.units):>14} {entry.currency}"


def amount(units: int) -> str:
    return f"{Decimal(units).scaleb(-2):,.2f}"
