"""Whether parcels of one recipient go in one box: cheaper, legal and in time, or apart; pure.

Nothing is put together on which a duty would be due: what a buyer was asked in his quote stands,
and a box that passes the free value would cost him more than his parcels apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .customs import duties

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Candidate:
    """A parcel that is not on its way yet.

    Money: `value_rub` of the goods without freight, `duty_rub` as it was asked.
    Time: it is planned to leave at `leaves_at`, and must leave by `leave_by` to keep its promise.
    """

    key: int
    way: tuple[object, ...]  # main service, offices of exit and entry, terminal
    regime: str
    sellers: frozenset[int]
    weight_g: int
    value_rub: Decimal
    duty_rub: Decimal
    eur_rate: Decimal
    leaves_at: datetime
    leave_by: datetime
    wants_papers: bool = False


@dataclass(frozen=True)
class Terms:
    """What a box is judged by. `cost` is what carriers ask for a parcel of so many grams."""

    rule: duties.Rule
    heaviest_g: int
    cost: Callable[[int], Decimal]
    is_for_own_use: bool = True  # all goods together, by the limits of import


@dataclass(frozen=True)
class Verdict:
    """What was decided, and from what: `why` names what forbids it, nothing if it is joined.

    Money: `saved` rubles, `value_eur` of everything in the box.
    """

    why: tuple[str, ...]
    saved: Decimal
    value_eur: Decimal
    weight_g: int
    leaves_at: datetime
    by_platform: bool

    @property
    def joins(self) -> bool:
        return not self.why


def judge(parcels: Sequence[Candidate], terms: Terms) -> Verdict:
    """Weigh whether these parcels travel in one box.

    Money: rubles saved are what carriers ask apart less what they ask for the box; euros by the
    dearest rate of the quotes, which makes the free value the smallest.
    Rounding: euros half up to the cent for showing; the duty is judged unrounded.
    Source: docs/adr/0009-boxes-of-several-parcels.md.
    """
    weight = sum(one.weight_g for one in parcels)
    value = sum((one.value_rub for one in parcels), NOTHING)
    rate = min(one.eur_rate for one in parcels)
    due = duties.duty(value, eur_rate=rate, weight_g=weight, rule=terms.rule)
    leaves_at = max(one.leaves_at for one in parcels)
    saved = sum((terms.cost(one.weight_g) for one in parcels), NOTHING) - terms.cost(weight)
    broken = {
        "ALONE": len(parcels) < 2,
        "OTHER_WAY": len({one.way for one in parcels}) > 1,
        "OTHER_REGIME": len({one.regime for one in parcels}) > 1,
        "WANTS_PAPERS": any(one.wants_papers for one in parcels),
        "TOO_HEAVY": weight > terms.heaviest_g,
        "DUTY": value > terms.rule.free_eur * rate or due.is_due or _is_asked(parcels),
        "NOT_OWN_USE": not terms.is_for_own_use,
        "TOO_LATE": leaves_at > min(one.leave_by for one in parcels),
        "NOT_CHEAPER": saved <= 0,
    }
    return Verdict(
        why=tuple(name for name, is_broken in broken.items() if is_broken),
        saved=saved,
        value_eur=duties.in_euros(value, eur_rate=rate),
        weight_g=weight,
        leaves_at=leaves_at,
        by_platform=len(frozenset().union(*(one.sellers for one in parcels))) > 1,
    )


def _is_asked(parcels: Sequence[Candidate]) -> bool:
    return any(one.duty_rub > 0 for one in parcels)
