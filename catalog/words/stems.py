"""The stem of a word, as PostgreSQL's `russian` dictionary finds it.

Source: https://snowballstem.org/algorithms/russian/stemmer.html, read 2026-11-21; a test holds it
against `ts_lexize('russian_stem', ...)`.
"""

import re
from functools import lru_cache

from . import folding

_VOWELS = "аеиоуыэюя"
_GERUND = re.compile(r"(?:(?<=[ая])(?:вшись|вши|в)|(?:ивши|ывши)сь|ивши|ывши|ив|ыв)$")
_ADJECTIVE = (
    "(?:ее|ие|ые|ое|ими|ыми|ей|ий|ый|ой|ем|им|ым|ом|его|ого|ему|ому|их|ых|ую|юю|ая|яя|ою|ею)"
)
_ADJECTIVAL = re.compile(
    rf"(?:(?:(?<=[ая])(?:ем|нн|вш|ющ|щ)|(?:ивш|ывш|ующ)){_ADJECTIVE}|{_ADJECTIVE})$"
)
_REFLEXIVE = re.compile(r"(?:ся|сь)$")
_VERB = re.compile(
    r"(?:(?<=[ая])(?:ешь|нно|ете|йте|ла|на|ли|ем|ло|но|ет|ют|ны|ть|й|л|н)|"
    r"(?:уйте|ейте|ила|ыла|ена|ите|или|ыли|ило|ыло|ено|ует|уют|ены|ить|ыть|ишь|ую|ей|уй|ил|ыл|им"
    r"|ым|ен|ят|ит|ыт|ю))$"
)
_NOUN = re.compile(
    r"(?:иями|ями|ами|ией|иям|ием|иях|ев|ов|ие|ье|еи|ии|ей|ой|ий|ям|ем|ам|ом|ах|ях|ию|ью|ия|ья"
    r"|а|е|и|й|о|у|ы|ь|ю|я)$"
)
_DERIVED = re.compile(r"(?:ость|ост)$")
_SUPERLATIVE = re.compile(r"(?:ейше|ейш)$")


_OF_ADJECTIVE = re.compile(rf"{_ADJECTIVE}$")


def is_adjective(word: str) -> bool:
    """Say whether a word ends as adjectives do."""
    return bool(_OF_ADJECTIVE.search(word))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Give the stem of a Russian word; of a Latin one the word without a plural s."""
    if not folding.has_cyrillic(word):
        return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "su" else word
    start = _after_vowel(word, 0)
    region = word[start:]
    second = max(_after_pair(word, _after_pair(word, 0)) - start, 0)
    region = _cut_i(_first(region))
    derived = _DERIVED.search(region)
    if derived and derived.start() >= second:
        region = region[: derived.start()]
    return word[:start] + _last(region)


def _after_vowel(word: str, at: int) -> int:
    return next((i + 1 for i in range(at, len(word)) if word[i] in _VOWELS), len(word))


def _after_pair(word: str, at: int) -> int:
    """Where the part after the next vowel followed by another letter than a vowel begins."""
    vowel = _after_vowel(word, at)
    return next((i + 1 for i in range(vowel, len(word)) if word[i] not in _VOWELS), len(word))


def _first(region: str) -> str:
    shorter = _GERUND.sub("", region, count=1)
    if shorter != region:
        return shorter
    region = _REFLEXIVE.sub("", region, count=1)
    for ending in (_ADJECTIVAL, _VERB, _NOUN):
        shorter = ending.sub("", region, count=1)
        if shorter != region:
            return shorter
    return region


def _cut_i(region: str) -> str:
    return region.removesuffix("и")


def _last(region: str) -> str:
    if region.endswith("нн"):
        return region[:-1]
    shorter = _SUPERLATIVE.sub("", region, count=1)
    if shorter != region:
        return shorter[:-1] if shorter.endswith("нн") else shorter
    return region.removesuffix("ь")
