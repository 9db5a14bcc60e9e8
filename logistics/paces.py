"""How long steps take: what was assumed, blended with what was measured; pure arithmetic."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, floor, log
from statistics import NormalDist

PRIOR_WEIGHT = 8.0  # so many measured parcels weigh as much as the assumption
POOL_WEIGHT = 24.0  # and other steps of the kind count as so many parcels at most
_P90 = NormalDist().inv_cdf(0.9)


@dataclass(frozen=True)
class Assumed:
    """What a reference row says of a step. Units: seconds; half within p50, nine of ten p90."""

    p50: float
    p90: float


@dataclass
class Measured:
    """Parcels by bucket, of one step."""

    counts: dict[int, float] = field(default_factory=dict)

    @property
    def quantity(self) -> float:
        return sum(self.counts.values())


def bucket(seconds: float) -> int:
    """The bucket of a time: a tenth of the natural logarithm of its minutes, rounded down."""
    return floor(10 * log(max(seconds / 60, 0.1)))


def middle(number: int) -> float:
    """The seconds in the middle of a bucket."""
    return 60 * exp((number + 0.5) / 10)


def pooled(steps: Iterable[tuple[Assumed, Measured]]) -> Mapping[float, float]:
    """What steps of one kind took, each as a multiple of what was assumed of it."""
    found: dict[float, float] = {}
    for assumed, measured in steps:
        for number, quantity in measured.counts.items():
            ratio = middle(number) / assumed.p50
            found[ratio] = found.get(ratio, 0.0) + quantity
    return found


def points(
    assumed: Assumed, measured: Measured | None, pool: Mapping[float, float], *, number: int
) -> list[float]:
    """So many equally likely times of a step, in order.

    Its own parcels count each as one, those of its kind as POOL_WEIGHT at most, the assumption
    as PRIOR_WEIGHT: with the first parcels the assumption fades.
    """
    weighed = [(at, PRIOR_WEIGHT / number) for at in lognormal(assumed, number)]
    others = sum(pool.values())
    if others:
        part = min(others, POOL_WEIGHT) / others
        weighed += [(ratio * assumed.p50, part * each) for ratio, each in pool.items()]
    if measured is not None:
        weighed += [(middle(one), each) for one, each in measured.counts.items()]
    return _spaced(sorted(weighed), number)


def lognormal(assumed: Assumed, number: int) -> list[float]:
    """So many equally likely times of a lognormal step."""
    spread = log(max(assumed.p90 / assumed.p50, 1.0001)) / _P90
    normal = NormalDist()
    return [
        assumed.p50 * exp(spread * normal.inv_cdf((one + 0.5) / number)) for one in range(number)
    ]


def _spaced(weighed: Sequence[tuple[float, float]], number: int) -> list[float]:
    """Read a weighed list at so many equal steps of its weight."""
    whole = sum(weight for _at, weight in weighed)
    found: list[float] = []
    passed = 0.0
    for at, weight in weighed:
        passed += weight
        while len(found) < number and (len(found) + 0.5) * whole / number <= passed:
            found.append(at)
    return found + [weighed[-1][0]] * (number - len(found))


def at_share(ordered: Sequence[float], share: float) -> float:
    """The least of an ordered list that so large a share of it does not exceed."""
    place = min(len(ordered) - 1, max(0, -floor(-share * len(ordered)) - 1))
    return ordered[place]
