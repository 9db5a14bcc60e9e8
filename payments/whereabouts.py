"""Where all money is that ever came: what moved it, where it stands, and whose it is."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from . import ledger
from .models import Entry

PLACES = {
    "RUB": ("bank", "acquirer_clearing", "chargebacks"),
    "CNY": ("bank", "payouts_in_transit"),
}
# Memo accounts: what is held on cards is no money of ours yet.
MEMO = ("card_holds", "card_holds_contra")


@dataclass(frozen=True)
class Whereabouts:
    """One currency: by what it came and went, where the rest stands, and whose the rest is.

    Units: kopecks or fen. `places` stand above zero when we have it; `owners` above zero when it
    is owed to them, below when they owe it to us.
    """

    currency: str
    moved: dict[str, int]
    places: dict[str, int]
    owners: dict[str, int]

    @property
    def here(self) -> int:
        """What there is of it."""
        return sum(self.places.values())

    @property
    def unexplained(self) -> int:
        """What is here and neither came by a known way nor belongs to anybody."""
        return abs(self.here - sum(self.moved.values())) + abs(
            self.here - sum(self.owners.values())
        )


def look(currency: str) -> Whereabouts:
    """Account for all of a currency, over the whole time of the books."""
    there = PLACES[currency]
    entries = Entry.objects.filter(currency=currency, account__purpose__in=there)
    kinds: Any = entries.values_list("journal__kind").annotate(units=Sum("units"))
    standing: Counter[str] = Counter()
    for row in ledger.trial_balance():
        if row.currency == currency and row.purpose not in MEMO:
            standing[row.purpose] += row.units
    return Whereabouts(
        currency=currency,
        moved={kind: units for kind, units in kinds.order_by("journal__kind") if units},
        places={purpose: standing[purpose] for purpose in there},
        owners={
            purpose: -units
            for purpose, units in sorted(standing.items())
            if units and purpose not in there
        },
    )
