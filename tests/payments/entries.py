"""Journals as the small tables an accountant reads."""

from collections.abc import Iterable

from payments import ledger
from payments.models import Journal
from storefront.lib import money


def table(*kinds: str, journals: Iterable[Journal] | None = None) -> str:
    """The journals of these kinds in the order they were booked: kind, account, sum."""
    rows = []
    found = journals if journals is not None else Journal.objects.filter(kind__in=kinds)
    for journal in sorted(found, key=lambda row: row.pk):
        name = journal.kind
        for leg in ledger.legs_of(journal):
            party = " " + leg.party.split("-")[0] if leg.party else ""
            account = f"{leg.purpose} {leg.currency}{party}"
            rows.append(f"{name:<15} {account:<30} {_sum(leg.units, leg.currency):>11}")
            name = ""
    return "\n".join(row.rstrip() for row in rows)


def standing(*accounts: str) -> dict[str, str]:
    """What stands on accounts named `purpose CURRENCY`, over all parties."""
    sums: dict[str, int] = {}
    for row in ledger.trial_balance():
        name = f"{row.purpose} {row.currency}"
        sums[name] = sums.get(name, 0) + row.units
    return {name: _sum(sums.get(name, 0), name[-3:]) for name in accounts}


def _sum(units: int, currency: str) -> str:
    return f"{money.from_minor(units, currency):+,.2f}".replace(",", " ")
