"""Which pair of banks money goes by: a pure choice by cost, time and measured return rate."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from .calendars import Calendar

YEAR = 365
ALL = 10_000  # basis points in a whole
MOST_KEPT = 5
PLACES = 6  # of the share of returns


@dataclass(frozen=True)
class Terms:
    """A pair of banks on a day, and what our own transfers by it came to.

    Units: fen or kopecks; `returned` of `ended` own transfers came back by the pair's own fault.
    """

    key: int
    russian: str
    chinese: str
    fee: int
    fee_bps: int
    least: int
    most: int
    cut_off: time
    days: int
    known_bps: int
    is_suspended: bool
    returned: int = 0
    ended: int = 0


@dataclass(frozen=True)
class Weights:
    """What the house counts time and trouble at.

    Units: `money_bps` a year for money under way; `return_cost` fen for a person's work on a
    return; the known share of returns weighs as much as `prior` own transfers.
    """

    money_bps: int
    return_cost: int
    prior: int


@dataclass(frozen=True)
class Judged:
    """One pair judged for one sum; `refusal` says why it cannot be taken, empty if it can.

    Units: fen or kopecks; `return_share` a part of one; `days` on the calendar.
    """

    terms: Terms
    fee: int
    arrives_on: date
    days: int
    return_share: Decimal
    time_cost: int
    return_cost: int
    refusal: str = ""

    @property
    def score(self) -> int:
        """What going this way is expected to cost in all; the least is taken."""
        return self.fee + self.time_cost + self.return_cost


@dataclass(frozen=True)
class Choice:
    """Every pair judged, the best first, those that cannot be taken last."""

    units: int
    currency: str
    judged: tuple[Judged, ...]

    @property
    def taken(self) -> Judged | None:
        """The pair to go by; None, if no pair can be taken."""
        first = self.judged[0] if self.judged else None
        return first if first is not None and not first.refusal else None

    def record(self) -> dict[str, Any]:
        """The choice as data, to be kept with what was sent and shown to people later.

        The best few with all their figures; of the others how many there were.
        """
        open_ones = [one for one in self.judged if not one.refusal]
        refused = [one for one in self.judged if one.refusal]
        return {
            "units": self.units,
            "currency": self.currency,
            "judged": [_recorded(one) for one in (*open_ones[:MOST_KEPT], *refused[:MOST_KEPT])],
            "others": max(0, len(open_ones) - MOST_KEPT),
        }


def choose(
    units: int,
    *,
    currency: str,
    pairs: Iterable[Terms],
    weights: Weights,
    calendar: Calendar,
    at: datetime,
    tried: Collection[tuple[str, str]] = (),
) -> Choice:
    """Judge every pair for a sum handed in at an instant.

    The score is fee + value of the days under way + expected cost of a return. Pairs that were
    `tried` and gave the money back are not taken again.
    Rounding: each part half up to the minor unit.
    """
    judged = [
        judge(units, terms, weights=weights, calendar=calendar, at=at, tried=tried)
        for terms in pairs
    ]
    judged.sort(key=lambda one: (bool(one.refusal), one.score, one.days, one.terms.key))
    return Choice(units, currency, tuple(judged))


def judge(
    units: int,
    terms: Terms,
    *,
    weights: Weights,
    calendar: Calendar,
    at: datetime,
    tried: Collection[tuple[str, str]] = (),
) -> Judged:
    """Work out what one pair costs for a sum, and whether it may be taken."""
    arrives_on = calendar.arrives_on(at, cut_off=terms.cut_off, days=terms.days)
    days = (arrives_on - at.date()).days
    fee = fee_of(units, flat=terms.fee, bps=terms.fee_bps)
    time_cost = _half_up(units * weights.money_bps * days, ALL * YEAR)
    share = return_share(terms, prior=weights.prior)
    # A return costs the fee, the days there and back once more, and somebody's work.
    at_stake = fee + time_cost + weights.return_cost
    return_cost = _half_up(int(share.scaleb(PLACES)) * at_stake, 10**PLACES)
    refusal = _refusal(units, terms, tried)
    return Judged(terms, fee, arrives_on, days, share, time_cost, return_cost, refusal)


def fee_of(units: int, *, flat: int, bps: int) -> int:
    """What a pair of banks takes for a sum.

    Rounding: its share half up to the minor unit, once.
    """
    return flat + _half_up(units * bps, ALL)


def return_share(terms: Terms, *, prior: int) -> Decimal:
    """The share of transfers that come back: what was known, drawn towards what was measured.

    Rounding: to six places, half up.
    """
    known = Decimal(terms.known_bps) / ALL
    share = (known * prior + terms.returned) / (prior + terms.ended or 1)
    return share.quantize(Decimal(1).scaleb(-PLACES))


def _refusal(units: int, terms: Terms, tried: Collection[tuple[str, str]]) -> str:
    if terms.is_suspended:
        return "SUSPENDED"
    if (terms.russian, terms.chinese) in tried:
        return "TRIED"
    if units < terms.least:
        return "TOO_LITTLE"
    if units > terms.most:
        return "TOO_MUCH"
    return ""


def _half_up(parts: int, of: int) -> int:
    """So many parts of a whole, half up; in whole numbers, for it is asked for every pair."""
    return (2 * parts + of) // (2 * of)


def _recorded(one: Judged) -> dict[str, Any]:
    return {
        "route": one.terms.key,
        "russian": one.terms.russian,
        "chinese": one.terms.chinese,
        "fee": one.fee,
        "days": one.days,
        "arrives_on": one.arrives_on.isoformat(),
        "return_share": str(one.return_share),
        "measured": [one.terms.returned, one.terms.ended],
        "time_cost": one.time_cost,
        "return_cost": one.return_cost,
        "score": one.score,
        "refusal": one.refusal,
    }
