"""How alike two names are, word by word, and what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from . import consonants, folding, syllables
from .names import Name, Token

PRIMARY, STRONG, WEAK = "PRIMARY", "STRONG", "WEAK"
PERSON, FIRM, CRAFT = "PERSON", "FIRM", "CRAFT"
LEAST_WEIGHT, TITLE_WEIGHT, INITIAL_WEIGHT, PARTICLE_WEIGHT = 0.3, 0.25, 0.2, 0.05
RARER = 0.1  # how much weight a word loses each time twice as many entries carry it
ONLY_READ = 0.94  # Chinese letters known by their reading alone
OTHER_READING = 0.84  # Chinese letters whose reading only resembles
OTHER_LETTERS = 0.88  # the reading agrees, the Chinese letters do not
WEAK_WHOLE, WEAK_PART = 0.87, 0.84
OTHER_KIND = 0.1
ONE_WORD = 0.95
BY_INITIALS, RARE = 0.86, 0.5
AS_ONE = 0.94  # from here two words written as one count as two
SURE, SLOPPY = 0.9, 0.04  # each further word that is only about the same takes so much away
# What words cost that one side leaves out: ours that the list lacks, theirs that we lack.
LEFT_OUT = {PERSON: (0.3, 0.2), FIRM: (0.45, 0.45), CRAFT: (0.45, 0.45)}


@dataclass(frozen=True, slots=True)
class Listed:
    """One name of a list's entry."""

    entry: int
    key: int
    text: str
    quality: str = PRIMARY
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A word of ours beside a word of theirs."""

    ours: str
    theirs: str
    likeness: float
    weight: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed name that is like ours; `score` is between 0 and 1."""

    listed: Listed
    score: float
    pairs: tuple[Pair, ...] = ()
    ours_left: tuple[str, ...] = ()
    theirs_left: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Known:
    """A listed name inside the index: its words, and neighbours written as one."""

    listed: Listed
    name: Name
    words: tuple[int, ...]
    unions: tuple[tuple[int, int, int], ...]
    all: tuple[int, ...]
    has_initials: bool
    weights: tuple[float, ...] = ()


class Link(NamedTuple):
    ours: tuple[int, int]
    theirs: tuple[int, int]
    likeness: float
    weight: float


def alike(ours: Token, theirs: Token) -> float:
    """How alike two words are, by the best of their sounds."""
    if ours.is_syllable and syllables.parted(theirs.plain):
        same = ours.plain == theirs.plain or theirs.plain in ours.sounds
        if same or ours.plain in theirs.others:
            return 1.0
        return 0.8 if set(ours.sounds) & set(theirs.sounds) else 0.0
    if ours.is_bare != theirs.is_bare:
        if ours.is_syllable or theirs.is_syllable:
            return 0.0
        bare, said = (ours, theirs) if ours.is_bare else (theirs, ours)
        return max(_across(one, other) for one in bare.sounds for other in said.sounds)
    if any(mine in theirs.sounds for mine in ours.sounds):
        return 1.0
    return max(folding.likeness(mine, its) for mine in ours.sounds for its in theirs.sounds)


def _across(letters: str, said: str) -> float:
    """A word of a script without vowels and one with them; `~` begins a group of spellings."""
    if letters[0] == "~" or said[0] == "~":
        return float(letters == said)
    return consonants.likeness(letters, said)


def chosen(links: list[Link]) -> list[Link]:
    """Links of which no two claim a word, the likest and weightiest first."""
    if len(links) == 1:
        return links
    taken: list[Link] = []
    ours: set[int] = set()
    theirs: set[int] = set()
    for link in sorted(links, key=_worth, reverse=True):
        mine, its = range(*link.ours), range(*link.theirs)
        if ours.isdisjoint(mine) and theirs.isdisjoint(its):
            taken.append(link)
            ours.update(mine)
            theirs.update(its)
    return taken


def _worth(link: Link) -> tuple[float, int, int]:
    size = link.ours[1] - link.ours[0] + link.theirs[1] - link.theirs[0]
    worth = link.likeness * (size - 1 if link.likeness > AS_ONE else 1)
    return worth, -link.ours[0], -link.theirs[0]


def left(
    tokens: Sequence[Token], taken: set[int], others: Sequence[Token], others_taken: set[int]
) -> set[int]:
    """The words without a partner; an initial finds one in any free word that begins so."""
    alone = {n for n in range(len(tokens)) if n not in taken}
    free = [others[n] for n in range(len(others)) if n not in others_taken]
    for n in sorted(alone):
        found = next((one for one in free if _begins(tokens[n], one)), None)
        found = found or next((one for one in free if _begins(one, tokens[n])), None)
        if found is not None:
            alone.discard(n)
            free.remove(found)
    return alone


def _begins(initial: Token, word: Token) -> bool:
    return initial.is_initial and any(one[:1] == initial.sounds[0][:1] for one in word.sounds)


def pair_of(
    link: Link,
    ours: Sequence[Token],
    theirs: Sequence[Token],
    our_weights: Sequence[float],
    their_weights: Sequence[float],
) -> Pair:
    here = slice(*link.ours)
    there = slice(*link.theirs)
    weight = sum(their_weights[there])
    if (link.ours[1] - link.ours[0], link.theirs[1] - link.theirs[0]) != (1, 1):
        weight = max(weight, sum(our_weights[here]))
    return Pair(
        " ".join(token.plain for token in ours[here]),
        " ".join(token.plain for token in theirs[there]),
        round(link.likeness, 3),
        weight,
    )


def is_enough(pairs: list[Pair], name: Name, known: Known, alone: set[int]) -> bool:
    """One word in common is enough only where a name has no other, or for a firm's own word.

    And for a person told by initials, none of which (`alone`) is without a word of theirs.
    """
    ours, theirs = count(name.tokens), count(known.name.tokens)
    solid = [pair for pair in pairs if pair.weight > INITIAL_WEIGHT]
    if len(solid) > 1 or any(" " in pair.ours or " " in pair.theirs for pair in solid):
        return True
    if not solid:
        return False
    if known.listed.kind == PERSON or ours == theirs == 1:
        return ours == theirs == 1 or (ours == 1 and is_by_initials(pairs, name, alone))
    return min(ours, theirs) == 1 and solid[0].weight > 0.6


def is_by_initials(pairs: Sequence[Pair], name: Name, alone: set[int]) -> bool:
    """Putin V. V.: one word that is not common, as good as the same, and initials that all fit."""
    solid = [pair for pair in pairs if pair.weight > INITIAL_WEIGHT]
    sure = [pair for pair in solid if pair.likeness >= SURE and pair.weight >= RARE]
    has_initials = any(token.is_initial for token in name.tokens)
    return has_initials and not alone and len(sure) == len(solid) == 1


def count(tokens: Sequence[Token]) -> int:
    light = (token.is_particle or token.is_initial or token.is_title for token in tokens)
    return sum(not one for one in light)


def agreement(whole: float, lost: float, missing: float, kind: str) -> float:
    """What is left when words stand alone: left out on one side is little, other words are much."""
    against = min(lost, missing)
    extra, lacking = lost - against, missing - against
    ours, theirs = LEFT_OUT.get(kind, LEFT_OUT[FIRM])
    left_out = (ours * extra + theirs * lacking) / (whole + extra + lacking)
    return max(0.0, 1 - against / (whole + against)) * (1 - left_out)


def limited(
    score: float, name: Name, known: Known, *, is_whole: bool
) -> tuple[float, tuple[str, ...]]:
    """Caps: weak aliases, single words, and Chinese letters that differ or are not told."""
    notes = []
    if name.has_han and known.name.has_han and known.name.original != name.original:
        score = min(score, OTHER_LETTERS)
        notes.append("other Chinese letters, same reading")
    elif name.has_han or known.name.has_han:
        same = _reads_same(name, known.name) or _reads_same(known.name, name)
        if name.reading or known.name.reading:
            same = is_whole and score > 0.97
        score = min(score, ONLY_READ if same else OTHER_READING)
        notes.append("only read")
    if count(name.tokens) == 1 and any(token.is_initial for token in name.tokens):
        score = min(score, BY_INITIALS)
        notes.append("by initials")
    if known.listed.quality == WEAK:
        cap = WEAK_WHOLE if is_whole and score > 0.97 else WEAK_PART
        score = min(score, cap)
        notes.append("weak alias")
    elif len(known.name.tokens) == 1 and score < 1 and known.listed.kind == PERSON:
        score *= ONE_WORD
        notes.append("one word only")
    return score, tuple(notes)


def _reads_same(chinese: Name, other: Name) -> bool:
    """Whether a name reads as Chinese letters do, with the surname first or last."""
    if not chinese.has_han:
        return False
    if chinese.reading or not all(token.is_syllable for token in chinese.tokens):
        return True
    said = [_lean(token.plain) for token in chinese.tokens]
    whole = _lean("".join(token.plain for token in other.tokens))
    turned = {"".join((*said[n:], *said[:n])) for n in (0, 1, 2) if n < len(said)}
    return whole in turned


def _lean(said: str) -> str:
    """U with and without dots, as passports mix them."""
    return said.replace("lyu", "lu").replace("nyu", "nu").replace("v", "u")


def of_kind(score: float, listed: Listed, kind: str) -> float:
    return score - OTHER_KIND if kind and listed.kind and kind != listed.kind else score
