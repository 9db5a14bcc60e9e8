"""What speaks for and against a likeness of names: numbers, birth, country."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SAME_DAY, SAME_YEAR, NEAR_YEARS = 0.05, 0.03, 1
OTHER_YEAR = 0.15
SAME_COUNTRY, OTHER_COUNTRY = 0.02, 0.03
SURE = 0.97  # from here no circumstance takes a hit below the threshold: a person looks
COUNTRIES = {
    **dict.fromkeys(("china", "cn", "people's republic of china", "китай"), "CN"),
    **dict.fromkeys(("russia", "ru", "russian federation", "россия"), "RU"),
    **dict.fromkeys(("ukraine", "ua", "украина"), "UA"),
    **dict.fromkeys(("korea, north", "kp", "democratic people's republic of korea"), "KP"),
    **dict.fromkeys(("hong kong", "hk"), "HK"),
}


@dataclass(frozen=True)
class Facts:
    """What we know of a party: its names and what tells it apart from namesakes.

    `is_person` chooses which kind of entry suits; `births` are ISO days or years.
    """

    kind: str
    key: str
    names: tuple[str, ...]
    is_person: bool
    births: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adjusted:
    """A score after circumstances, and the words for them."""

    score: float
    notes: tuple[str, ...]
    is_conclusive: bool = False


def adjusted(score: float, ours: Facts, theirs: Mapping[str, Any], *, least: float) -> Adjusted:
    """Weigh the circumstances of a hit; an equal number decides alone.

    Nothing here clears: a name that is as good as the same stays above the threshold `least`.
    """
    same = numbers_of(ours.numbers) & numbers_of(one for _kind, one in theirs.get("numbers", ()))
    if same:
        return Adjusted(1.0, ("the same number",), is_conclusive=True)
    changes = [*_birth(ours, theirs), *_country(ours, theirs)]
    moved = score + sum(change for change, _note in changes)
    floor = least if score >= SURE else 0.0
    notes = tuple(note for _change, note in changes)
    return Adjusted(max(floor, min(1.0, moved)), notes)


def numbers_of(texts: Any) -> set[str]:
    """Numbers as they are compared: letters and digits, at least six."""
    plain = {re.sub(r"[^0-9A-Z]", "", str(one).upper()) for one in texts}
    return {one for one in plain if len(one) >= 6 and any(map(str.isdigit, one))}


def _birth(ours: Facts, theirs: Mapping[str, Any]) -> list[tuple[float, str]]:
    listed = theirs.get("births", ())
    if not ours.births or not listed:
        return []
    if {day for _first, _last, day in listed if day} & set(ours.births):
        return [(SAME_DAY, "the same day of birth")]
    years = [int(one[:4]) for one in ours.births]
    near = any(
        first - NEAR_YEARS <= year <= last + NEAR_YEARS
        for year in years
        for first, last, _ in listed
    )
    if near:
        return [(SAME_YEAR, "about the same year of birth")]
    return [(-OTHER_YEAR, "another year of birth")]


def _country(ours: Facts, theirs: Mapping[str, Any]) -> list[tuple[float, str]]:
    mine, its = _codes(ours.countries), _codes(theirs.get("countries", ()))
    if not mine or not its:
        return []
    if mine & its:
        return [(SAME_COUNTRY, "the same country")]
    return [(-OTHER_COUNTRY, "another country")]


def _codes(names: Any) -> set[str]:
    return {COUNTRIES.get(one.lower().strip(), one.lower().strip()) for one in names if one}
