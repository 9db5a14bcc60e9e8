"""A name made ready for comparing: cleaned, in words, each with the ways it may sound."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from . import folding, scripts
from .words import Words, form_keys

APOSTROPHES = re.compile("['\u2018\u2019\u02bb\u02bc\u02b9\u02be\u02bf`\u00b4\u0640\u200c\u200d]")
MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0591-\u05c7]")
DOTTED = re.compile(r"(?<!\w)(\w)\.(?=\w(?!\w))")
GAPS = re.compile(r"[^\w&]+|_+")
ARTICLE = re.compile(r"al(?=[^aeiouy]\w{4})")
MOST_CHARACTERS, MOST_WORDS = 300, 24


@dataclass(frozen=True)
class Token:
    """One word of a name; `sounds` are its ways to sound, `plain` its Latin letters.

    The first sound is how it stands. `is_bare`: of a script without
    vowels. `is_syllable`: read from a Chinese letter.
    """

    plain: str
    sounds: tuple[str, ...]
    is_bare: bool = False
    is_syllable: bool = False
    is_particle: bool = False
    is_title: bool = False

    @property
    def is_initial(self) -> bool:
        return len(self.plain) == 1 and not self.is_syllable


@dataclass(frozen=True)
class Name:
    """One way to read a name; `original` is its cleaned text, in its own script."""

    original: str
    tokens: tuple[Token, ...]
    form: str = ""
    has_han: bool = False
    reading: str = ""


def cleaned(text: str) -> str:
    """A name without case, marks, apostrophes and punctuation; words a space apart."""
    plain = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).casefold()
    plain = MARKS.sub("", APOSTROPHES.sub("", plain))
    plain = (
        plain.replace("\u0649", "\u064a").replace("\u06cc", "\u064a").replace("\u06a9", "\u0643")
    )
    for alif in "\u0623\u0625\u0622\u0671":
        plain = plain.replace(alif, "\u0627")
    return GAPS.sub(" ", DOTTED.sub(r"\1", DOTTED.sub(r"\1", plain))).strip()


def ready(
    text: str, words: Words, *, is_listed: bool = False, is_person: bool | None = None
) -> list[Name]:
    """The ways to read a name: as it stands, and Chinese letters as Koreans and Japanese do.

    A person has no legal form; of whom that is not known, the name is read both ways.
    """
    if is_person is None:
        both = [
            name
            for one in (True, False)
            for name in ready(text, words, is_listed=is_listed, is_person=one)
        ]
        return list(dict.fromkeys(both))
    bare, form = (cleaned(text), "") if is_person else _without_form(cleaned(text), words)
    parts = bare.split()
    original = " ".join(parts)
    has_han = any(scripts.script_of(letter) == scripts.HAN for letter in original)
    tokens = _tokens(parts, words, is_listed)
    if not is_person:
        tokens = _lightened(tokens, words)
    found = [Name(original, tokens, form=form, has_han=has_han)]
    if has_han:
        for language, table in words.readings.items():
            other = _read(parts, table)
            if other:
                tokens = _tokens(other, words, is_listed)
                found.append(Name(original, tokens, form=form, has_han=True, reading=language))
    return [name for name in found if name.tokens]


def _without_form(text: str, words: Words) -> tuple[str, str]:
    """A name without its legal form, and the form; a name that is all form stays."""
    pattern = words.form_pattern
    if pattern is None:
        return text, ""
    found = pattern.search(text)
    rest = " ".join(pattern.sub(" ", text).split()) if found else text
    return (rest, words.forms[found[0]]) if found and rest else (text, "")


def _lightened(tokens: tuple[Token, ...], words: Words) -> tuple[Token, ...]:
    """Words of legal forms, mistyped or in other letters, weigh next to nothing."""
    light = [bool(form_keys(token.sounds[0]) & words.form_sounds) for token in tokens]
    if all(light):
        return tokens
    return tuple(
        replace(token, is_particle=token.is_particle or one)
        for token, one in zip(tokens, light, strict=True)
    )


def _read(parts: list[str], table: object) -> list[str]:
    """Chinese letters by a table of readings, the longest words first; nothing, if one lacks."""
    assert isinstance(table, dict)
    read: list[str] = []
    for part in parts:
        place = 0
        while place < len(part):
            most = min(4, len(part) - place)
            size = next((n for n in range(most, 0, -1) if part[place : place + n] in table), 0)
            if not size:
                return []
            read.append(table[part[place : place + size]])
            place += size
    return read


def _tokens(parts: list[str], words: Words, is_listed: bool) -> tuple[Token, ...]:
    found = [token for part in parts for token in _of_word(part, words, is_listed)][:MOST_WORDS]
    others = sum(not token.is_title and not token.is_particle for token in found)
    if others < 2:  # Mullah Krekar, Muhammad Hajji: what is left would be no name
        found = [replace(token, is_title=False) for token in found]
    return tuple(found)


def _of_word(part: str, words: Words, is_listed: bool) -> Iterator[Token]:
    runs = list(scripts.runs(part))
    kinds = {script for script, _ in runs}
    if kinds <= {scripts.LATIN, scripts.CYRILLIC, scripts.OTHER} and scripts.CYRILLIC in kinds:
        runs = [(scripts.CYRILLIC, _unmixed(part))]
    for script, run in runs:
        if script == scripts.HAN:
            for said in scripts.readings(run):
                if said:
                    yield _syllable(said, words)
            continue
        # Korean names are often written without a gap: each letter is a syllable, and a word.
        for one in run if script == scripts.HANGUL else (run,):
            token = _token(one, script, words, is_listed)
            if token is not None:
                yield token


LOOK_ALIKES = str.maketrans("abcehikmoptxy", "авсенікморт" + "ху")


def _unmixed(part: str) -> str:
    """A Cyrillic word with Latin letters that only look right, all in Cyrillic."""
    return part.translate(LOOK_ALIKES)


@lru_cache(maxsize=131072)
def _written(run: str, script: str, is_listed: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    plain = scripts.latin(run, script)
    foreign = is_listed and script == scripts.LATIN
    if script in scripts.BARE:
        return plain, tuple(filter(None, [scripts.bare_sound(run, script)]))
    said = [one for word in plain for one in folding.sounds(word, is_foreign=foreign)]
    return plain, tuple(dict.fromkeys(said))


def _token(run: str, script: str, words: Words, is_listed: bool) -> Token | None:
    plain, said = _written(run, script, is_listed)
    if not plain or not plain[0] or not said:
        return None
    more = [words.spellings[one] for one in (run, *plain) if one in words.spellings]
    if len(plain[0]) > 4:
        more += plain  # a slip of a finger changes letters, not sounds
    article = ARTICLE.match(plain[0])
    if article:
        more.append(folding.sound(plain[0][article.end() :]))
    return Token(
        plain=plain[0],
        sounds=tuple(dict.fromkeys((*said, *more))),
        is_bare=script in scripts.BARE,
        is_particle=plain[0] in words.particles or run in words.particles,
        is_title=plain[0] in words.titles or run in words.titles,
    )


def _syllable(said: str, words: Words) -> Token:
    group = words.spellings.get(said)
    return Token(said, (folding.sound(said), *([group] if group else [])), is_syllable=True)


def joined(parts: Sequence[Token]) -> Token:
    """Words written as one: Abd al Rahman, Fang Wei, Jong Un."""
    is_bare = any(token.is_bare for token in parts)
    said = "".join(token.sounds[0] for token in parts)
    return Token(
        plain="".join(token.plain for token in parts),
        sounds=(said if is_bare else folding.together(said),),
        is_bare=is_bare,
        is_syllable=all(token.is_syllable for token in parts),
    )


def unions(tokens: Sequence[Token]) -> list[tuple[int, int, Token]]:
    """Each two neighbours as one word, and each two with a particle between; from, until, word."""
    found = []
    for first in range(len(tokens) - 1):
        found.append((first, first + 2, joined(tokens[first : first + 2])))
        if first + 2 < len(tokens) and tokens[first + 1].is_particle:
            found.append((first, first + 3, joined(tokens[first : first + 3])))
    return found
