"""Profit and loss by kind, read from the ledger, and the proof that nothing is left over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from . import ledger
from .models import Entry, Refund

CURRENCIES = ("RUB", "CNY")
# What is earned or spent; whatever stands on another account belongs to somebody.
OURS = (
    "margin",
    "freight_income",
    "commission",
    "penalty_income",
    "storage_income",
    "fx_gain_loss",
    "acquirer_fee",
    "bank_fee",
    "refund_expense",
    "compensation_expense",
)
BORNE = ("refund_expense", "compensation_expense")


@dataclass(frozen=True)
class Result:
    """What one kind of event brought on one account; earned above zero, spent below.

    Units: kopecks or fen.
    """

    purpose: str
    kind: str
    currency: str
    units: int


@dataclass(frozen=True)
class Statement:
    """Profit and loss of a period, beside what stood on our own accounts at both its ends.

    Units: kopecks and fen by currency; what is ours stands above zero.
    """

    results: list[Result]
    opening: Mapping[str, int]
    closing: Mapping[str, int]

    def total(self, currency: str) -> int:
        """The profit of the period in a currency; a loss is below zero."""
        return sum(row.units for row in self.results if row.currency == currency)

    def unexplained(self, currency: str) -> int:
        """What our accounts changed by and no kind of event says."""
        return self.closing[currency] - self.opening[currency] - self.total(currency)


def statement(*, since: datetime | None = None, until: datetime | None = None) -> Statement:
    """Profit and loss of a period by kind.

    Time: `since` inclusive, `until` exclusive, by when a thing happened.
    """
    within = Q()
    if since is not None:
        within &= Q(journal__occurred_at__gte=since)
    if until is not None:
        within &= Q(journal__occurred_at__lt=until)
    entries = Entry.objects.filter(within, account__purpose__in=OURS)
    found = [*_plain(entries), *_borne(entries)]
    order = {purpose: number for number, purpose in enumerate(OURS)}
    return Statement(
        results=sorted(found, key=lambda row: (row.currency, order[row.purpose], row.kind)),
        opening=_equity(since) if since else dict.fromkeys(CURRENCIES, 0),
        closing=_equity(until),
    )


def _plain(entries: QuerySet[Entry]) -> Iterator[Result]:
    rows = entries.exclude(account__purpose__in=BORNE, journal__kind="borne")
    names = ("account__purpose", "journal__kind", "currency")
    for purpose, kind, currency, units in rows.values_list(*names).annotate(units=Sum("units")):
        yield Result(purpose, kind, currency, -units)


def _borne(entries: QuerySet[Entry]) -> Iterator[Result]:
    """What the house bore of refunds, by why the buyer got them."""
    rows = entries.filter(account__purpose__in=BORNE, journal__kind="borne")
    names = ("account__purpose", "journal__key", "currency", "units")
    found = list(rows.values_list(*names))
    keys = {key.split(":")[1] for _purpose, key, _currency, _units in found}
    refunds = Refund.objects.filter(key__in=keys).values_list("key", "reason")
    reasons = {str(key): reason for key, reason in refunds}
    sums: dict[tuple[str, str, str], int] = {}
    for purpose, key, currency, units in found:
        place = (purpose, reasons[key.split(":")[1]].lower(), currency)
        sums[place] = sums.get(place, 0) - units
    for (purpose, reason, currency), units in sums.items():
        yield Result(purpose, reason, currency, units)


def _equity(before: datetime | None) -> dict[str, int]:
    """What is ours by the balances of the accounts, which are read another way than entries."""
    sums = dict.fromkeys(CURRENCIES, 0)
    for row in ledger.trial_balance(before=before):
        if row.purpose in OURS:
            sums[row.currency] -= row.units
    return sums
