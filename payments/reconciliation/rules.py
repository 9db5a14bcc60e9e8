"""How likely a line of a statement and entries of ours are the same money. Pure.

A score is in percent, its reason says in words what agrees.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

NEAR_DAYS, FAR_DAYS = 3, 30
MOST_LOOKED_AT = 500
LEAST_REFERENCE = 6


@dataclass(frozen=True)
class Thing:
    """What is still open of a line, or of an entry, in minor units; credit to us above zero."""

    pk: int
    on: date
    units: int
    references: frozenset[str]
    text: str = ""


@dataclass(frozen=True)
class Proposal:
    """Which lines and entries may be one and the same, and why."""

    rule: str
    score: int
    reason: str
    lines: tuple[int, ...]
    entries: tuple[int, ...]


def references(*texts: str) -> frozenset[str]:
    """The words that can name a payment; short ones name nothing."""
    words = {word for text in texts for word in text.replace(":", " ").split()}
    return frozenset(word for word in words if len(word) >= LEAST_REFERENCE)


def certain(lines: Sequence[Thing], entries: Sequence[Thing]) -> list[Proposal]:
    """What bears our reference and has the same sum, each line and each entry once."""
    found = []
    rest = {entry.pk: entry for entry in entries}
    for line in lines:
        for rule, score, named in (("REFERENCE", 100, _named), ("TEXT", 95, _in_text)):
            other = _first(line, rest.values(), named)
            if other is not None:
                reason = f"{' '.join(sorted(other.references))}: {line.units}"
                found.append(Proposal(rule, score, reason, (line.pk,), (other.pk,)))
                del rest[other.pk]
                break
    taken = {pk for one in found for pk in one.lines}
    return [*found, *_came_back([line for line in lines if line.pk not in taken])]


def _named(line: Thing, entry: Thing) -> bool:
    return bool(line.references & entry.references)


def _in_text(line: Thing, entry: Thing) -> bool:
    return any(reference in line.text for reference in entry.references)


def _first(line: Thing, entries: Iterable[Thing], named: object) -> Thing | None:
    fitting = (
        entry
        for entry in entries
        if entry.units == line.units and callable(named) and named(line, entry)
    )
    return min(fitting, key=lambda entry: (abs((entry.on - line.on).days), entry.pk), default=None)


def _came_back(lines: Sequence[Thing]) -> Iterator[Proposal]:
    """A debit and a later credit of one reference: it went out and was given back."""
    credits = [line for line in lines if line.units > 0]
    for line in lines:
        for other in credits:
            same = line.references & other.references
            if same and line.units == -other.units and other.on >= line.on:
                reason = f"{' '.join(sorted(same))}: {line.units} and back"
                yield Proposal("CAME_BACK", 100, reason, (line.pk, other.pk), ())
                credits.remove(other)
                break


def suggest(
    line: Thing, lines: Sequence[Thing], entries: Sequence[Thing], *, least: int
) -> list[Proposal]:
    """What a line may be, best first: one entry, several of ours, or with other lines one entry."""
    near = [one for one in entries if abs((one.on - line.on).days) <= FAR_DAYS][:MOST_LOOKED_AT]
    beside = [
        one for one in lines if one.pk != line.pk and abs((one.on - line.on).days) <= FAR_DAYS
    ][:MOST_LOOKED_AT]
    found = [
        *_by_sum(line, near),
        *_by_reference(line, near),
        *_split(line, near),
        *_joined(line, beside, near),
    ]
    best = sorted(found, key=lambda one: (-one.score, one.entries, one.lines))
    return [one for one in best if one.score >= least]


def _by_sum(line: Thing, entries: Sequence[Thing]) -> Iterator[Proposal]:
    same = [entry for entry in entries if entry.units == line.units]
    for entry in same:
        days = abs((entry.on - line.on).days)
        alone = len(same) == 1
        rule = "SUM_AND_DAY" if days <= NEAR_DAYS else "SUM"
        score = (80 if alone else 70) if days <= NEAR_DAYS else (60 if alone else 50)
        reason = f"{line.units}, {days} days apart, {len(same)} of this sum"
        yield Proposal(rule, score, reason, (line.pk,), (entry.pk,))


def _by_reference(line: Thing, entries: Sequence[Thing]) -> Iterator[Proposal]:
    for entry in entries:
        if entry.units != line.units and (_named(line, entry) or _in_text(line, entry)):
            off = line.units - entry.units
            reason = f"{' '.join(sorted(entry.references))}, but off by {off}"
            yield Proposal("REFERENCE", 65, reason, (line.pk,), (entry.pk,))


def _split(line: Thing, entries: Sequence[Thing]) -> Iterator[Proposal]:
    """Two entries of ours that make up the line."""
    for one, other in _pairs(entries, line.units):
        yield Proposal(
            "SUM", 60, f"{one.units} and {other.units} make {line.units}", (line.pk,),
            (one.pk, other.pk),
        )  # fmt: skip


def _joined(line: Thing, beside: Sequence[Thing], entries: Sequence[Thing]) -> Iterator[Proposal]:
    """The line and another one that make up an entry of ours."""
    by_units = _by_units(beside)
    for entry in entries:
        for other in by_units.get(entry.units - line.units, ())[:1]:
            if other.units * line.units > 0:
                reason = f"{line.units} and {other.units} make {entry.units}"
                yield Proposal("SUM", 55, reason, (line.pk, other.pk), (entry.pk,))


def _pairs(things: Sequence[Thing], units: int) -> Iterator[tuple[Thing, Thing]]:
    by_units = _by_units(things)
    for one in things:
        for other in by_units.get(units - one.units, ()):
            if other.pk > one.pk and one.units * other.units > 0:
                yield one, other


def _by_units(things: Sequence[Thing]) -> dict[int, list[Thing]]:
    found: dict[int, list[Thing]] = defaultdict(list)
    for thing in things:
        found[thing.units].append(thing)
    return found
