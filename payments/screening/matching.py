"""The index of listed names, and who on it is like a given name; a hit tells why."""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from . import consonants, folding, judging, names
from .judging import PERSON, Hit, Known, Link, Listed
from .names import Name, Token
from .words import Words

LEAST_ALIKE = 0.74  # words less alike than this are two words
MOST_NAMES = 4000  # names looked at for one query
MOST_HITS = 100


@dataclass
class Asked:
    """A name we ask about: its words, each with the listed words like it."""

    name: Name
    weights: list[float]
    like: list[dict[int, float]]
    twins: list[tuple[int, int, dict[int, float]]]
    every: set[int]

    def may_reach(self, least: float, known: Known) -> bool:
        """Whether the score may be that high, were every word that has a like one the same.

        Cheap and never too strict, so that most candidates need not be judged.
        """
        if known.has_initials or any(token.is_initial for token in self.name.tokens):
            return True
        met = {n for n, word in enumerate(known.words) if word in self.every}
        for start, end, word in known.unions:
            if word in self.every:
                met.update(range(start, end))
        ours = {n for n, likes in enumerate(self.like) if not likes.keys().isdisjoint(known.all)}
        for start, end, likes in self.twins:
            if not likes.keys().isdisjoint(known.words):
                ours.update(range(start, end))
        lost = sum(weight for n, weight in enumerate(self.weights) if n not in ours)
        missing = sum(weight for n, weight in enumerate(known.weights) if n not in met)
        whole = sum(self.weights) - lost + sum(known.weights) - missing
        return judging.agreement(whole, lost, missing, known.listed.kind) >= least


@dataclass
class Index:
    """Every listed name by its words; built once per set of list versions."""

    words: Words
    known: list[Known] = field(default_factory=list)
    _tokens: list[Token] = field(default_factory=list)
    _weights: list[float] = field(default_factory=list)
    _numbers: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    _names: list[set[int]] = field(default_factory=list)
    _by_key: dict[str, "array[int]"] = field(default_factory=dict)
    _short: set[int] = field(default_factory=set)
    _whole: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _has_bare_alone: bool = False  # an entry that gives no letters with vowels
    _carriers: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self._similar = lru_cache(maxsize=65536)(self._find_similar)

    @property
    def entries(self) -> int:
        return len({one.listed.entry for one in self.known})

    def search(self, text: str, *, least: float, kind: str = "") -> list[Hit]:
        """Entries with a name as like as `least`, each by its likest name, the likest first."""
        best: dict[int, Hit] = {}
        for name in names.ready(text, self.words, is_person=kind == PERSON if kind else None):
            for hit in self._hits(name, kind, least):
                before = best.get(hit.listed.entry)
                if hit.score >= least and (before is None or hit.score > before.score):
                    best[hit.listed.entry] = hit
        ranked = sorted(best.values(), key=lambda hit: (-hit.score, hit.listed.entry))
        return ranked[:MOST_HITS]

    def _hits(self, name: Name, kind: str, least: float) -> Iterator[Hit]:
        exact = set(self._whole.get(name.original, ()))
        for number in exact:
            listed = self.known[number].listed
            yield Hit(listed, judging.of_kind(1.0, listed, kind), notes=("letter for letter",))
        asked = self._asked(name)
        for number in self._candidates(asked):
            known = self.known[number]
            if number in exact or not asked.may_reach(least, known):
                continue
            hit = self._judged(asked, known, self._links(asked, known), kind)
            if hit is not None:
                yield hit

    def _asked(self, name: Name) -> "Asked":
        like = [self._similar(token) for token in name.tokens]
        twins = [(start, end, self._similar(one)) for start, end, one in names.unions(name.tokens)]
        every: set[int] = set().union(*like, *(likes for _start, _end, likes in twins))
        weights = [self._weight(token) for token in name.tokens]
        return Asked(name, weights, like, twins, every)

    def _links(self, asked: "Asked", known: Known) -> list[Link]:
        """The words that a listed name shares with ours, also two written as one."""
        links = []
        for ours, likes in enumerate(asked.like):
            if likes.keys().isdisjoint(known.words) and not known.unions:
                continue
            links += [
                Link((ours, ours + 1), (its, its + 1), likes[word], self._weights[word])
                for its, word in enumerate(known.words)
                if word in likes
            ]
            links += [
                Link((ours, ours + 1), (start, end), likes[word], self._weights[word])
                for start, end, word in known.unions
                if word in likes
            ]
        links += [
            Link((start, end), (its, its + 1), likes[word], self._weights[word])
            for start, end, likes in asked.twins
            for its, word in enumerate(known.words)
            if word in likes
        ]
        return links

    def _candidates(self, asked: "Asked") -> Iterable[int]:
        """Names that share two words, or one where one may be enough; at most so many."""
        counts: Counter[int] = Counter()
        for likes in asked.like:
            counts.update(set().union(*(self._names[word] for word in likes)))
        for _start, _end, likes in asked.twins:
            for number in set().union(*(self._names[word] for word in likes)):
                counts[number] += 2
        if judging.count(asked.name.tokens) > 1:
            found = {number for number, shared in counts.items() if shared > 1}
            found |= self._short & counts.keys()
        else:
            found = set(counts)
        if len(found) > MOST_NAMES:
            return [number for number, _ in counts.most_common(MOST_NAMES)]
        return found

    def _find_similar(self, token: Token) -> dict[int, float]:
        """Listed words like a word of ours."""
        met: set[int] = set()
        for said in token.sounds:
            if token.is_bare:
                keys = _bare_keys(said)
            else:
                keys = folding.keys(said)
                if self._has_bare_alone and not token.is_syllable:
                    keys.add(f"!{consonants.frame(said)}")
            for key in keys:
                met.update(self._by_key.get(key, ()))
        found = {word: judging.alike(token, self._tokens[word]) for word in met}
        return {word: likeness for word, likeness in found.items() if likeness >= LEAST_ALIKE}

    def _weight(self, token: Token) -> float:
        if token.is_particle:
            return judging.PARTICLE_WEIGHT
        if token.is_title:
            return judging.TITLE_WEIGHT
        if token.is_initial:
            return judging.INITIAL_WEIGHT
        carriers = self._carriers.get(_family(token))
        return (
            1.0
            if not carriers
            else max(judging.LEAST_WEIGHT, 1 - judging.RARER * math.log2(len(carriers)))
        )

    def _judged(self, asked: "Asked", known: Known, links: list[Link], kind: str) -> Hit | None:
        name, weights = asked.name, asked.weights
        chosen = judging.chosen(links)
        its = known.name.tokens
        taken_ours = {n for link in chosen for n in range(*link.ours)}
        taken_its = {n for link in chosen for n in range(*link.theirs)}
        ours_left = judging.left(name.tokens, taken_ours, its, taken_its)
        its_left = judging.left(its, taken_its, name.tokens, taken_ours)
        pairs = [judging.pair_of(link, name.tokens, its, weights, known.weights) for link in chosen]
        whole = sum(pair.weight for pair in pairs)
        if not whole or not judging.is_enough(pairs, name, known, ours_left):
            return None
        lost = sum(weights[n] for n in ours_left)
        missing = sum(known.weights[n] for n in its_left)
        alike = sum(pair.likeness * pair.weight for pair in pairs) / whole
        alike -= judging.SLOPPY * max(0, sum(pair.likeness < judging.SURE for pair in pairs) - 1)
        score = alike * judging.agreement(whole, lost, missing, known.listed.kind)
        score, notes = judging.limited(score, name, known, is_whole=not ours_left and not its_left)
        return Hit(
            known.listed,
            judging.of_kind(score, known.listed, kind),
            pairs=tuple(pairs),
            ours_left=tuple(name.tokens[n].plain for n in sorted(ours_left)),
            theirs_left=tuple(its[n].plain for n in sorted(its_left)),
            notes=notes,
        )


def built(listed: Iterable[Listed], words: Words) -> Index:
    """Make the index of all names."""
    index = Index(words)
    bare: dict[int, bool] = {}
    for one in listed:
        for name in names.ready(one.text, words, is_listed=True, is_person=one.kind == PERSON):
            _add(index, one, name)
            is_bare = all(token.is_bare for token in name.tokens)
            bare[one.entry] = bare.get(one.entry, True) and is_bare
    index._has_bare_alone = any(bare.values())
    _weigh(index)
    return index


def _add(index: Index, listed: Listed, name: Name) -> None:
    number = len(index.known)
    words = tuple(_number(index, token, number) for token in name.tokens)
    unions = tuple(
        (start, end, _number(index, one, number, is_pair=True))
        for start, end, one in names.unions(name.tokens)
    )
    for token in name.tokens:
        index._carriers[_family(token)].add(listed.entry)
    every = (*words, *(word for _start, _end, word in unions))
    has_initials = any(token.is_initial for token in name.tokens)
    index.known.append(Known(listed, name, words, unions, every, has_initials))
    if judging.count(name.tokens) < 2:
        index._short.add(number)
    if not name.reading:
        index._whole[name.original].append(number)


def _number(index: Index, token: Token, name: int, *, is_pair: bool = False) -> int:
    key = (token.plain, token.sounds)
    number = index._numbers.get(key)
    if number is None:
        number = index._numbers[key] = len(index._tokens)
        index._tokens.append(token)
        index._names.append(set())
        for said in token.sounds:
            for one in _pair_keys(said) if is_pair else _word_keys(said, is_bare=token.is_bare):
                index._by_key.setdefault(one, array("i")).append(number)
    index._names[number].add(name)
    return number


def _word_keys(said: str, *, is_bare: bool) -> set[str]:
    found = folding.keys(said) | _bare_keys(said)
    return found | {f"!{consonants.frame(said)}"} if is_bare else found


def _pair_keys(said: str) -> set[str]:
    """Fewer for words put together by us: a slip in them is rare."""
    frame = folding.bones(said)
    return {said, f"#{frame}", f"%{consonants.frame(said)}"} if len(frame) > 2 else {said}


def _weigh(index: Index) -> None:
    index._weights = [index._weight(token) for token in index._tokens]
    for known in index.known:
        known.weights = tuple(index._weights[word] for word in known.words)


def _bare_keys(said: str) -> set[str]:
    """By the frame; a v may be a letter that is weak or one that says f."""
    found = set()
    for frame in {consonants.frame(said), consonants.frame(said.replace("v", "f"))}:
        found.add(f"%{frame}")
        if len(frame) > 3:
            found |= {f"%{frame[:n]}{frame[n + 1 :]}" for n in range(len(frame))}
    return found


def _family(token: Token) -> str:
    frame = folding.bones(token.sounds[0])
    return frame if len(frame) > 2 else token.sounds[0]
