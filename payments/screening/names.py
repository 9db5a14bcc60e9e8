"""A name made ready for comparing: cleaned, in words, each with the ways it may sound."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from . import folding, scripts, syllables
from .words import Words, form_keys

APOSTROPHES = re.compile(
    "['\u2018\u2019\u02bb\u02bc\u02b9\u02be\u02bf\u02ba`\u00b4\u0640\u200c\u200d]"
)
MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0591-\u05c7]")
DOTTED = re.compile(r"(?<!\w)(\w)\.(?=\w(?!\w))")
# Vowels of India and Thailand are marks, not letters; they part no words.
GAPS = re.compile("[^\\w&\u0900-\u0dff\u0e00-\u0e7f]+|_+")
TONE = re.compile(r"(?<=[a-z])[1-5](?=$|[\sa-z])")
OH = re.compile(r"(?<=[^\W\d])0|0(?=[^\W\d])")
ELL = re.compile(r"(?<=[^\W\d])1(?=[^\W\d])|\b1(?=[^\W\d]{3})")
ARTICLE = re.compile(r"al(?=[^aeiouy]\w{4})")
MOST_CHARACTERS, MOST_WORDS, MOST_WAYS, MOST_KEPT = 300, 24, 12, 100_000


@dataclass(frozen=True)
class Token:
    """One word of a name; `sounds` are its ways to sound, `plain` its Latin letters.

    The first sound is how it stands. `is_bare`: of a script without vowels, its sounds are its
    letters. `is_syllable`: read from a Chinese letter, or as one; `others` are its other readings.
    """

    plain: str
    sounds: tuple[str, ...]
    is_bare: bool = False
    is_syllable: bool = False
    is_particle: bool = False
    is_title: bool = False
    others: tuple[str, ...] = ()

    @cached_property
    def is_initial(self) -> bool:
        return len(self.plain) == 1 and not self.is_syllable and not self.is_bare


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
    plain = cleaned(text)
    bare, form = (_undigited(plain), "") if is_person else _without_form(plain, words)
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
    elif is_person:
        tokens = _by_giles(parts, is_listed=is_listed)
        found += [Name(original, tokens, reading="giles")] if tokens else []
    return [name for name in found if name.tokens]


def _by_giles(parts: list[str], *, is_listed: bool) -> tuple[Token, ...]:
    """A Chinese name as Wade and Giles wrote it, in pinyin; nothing, if it is no such name.

    A listed one that is pinyin as it stands is left so: Chang is no Zhang on a list from Peking.
    """
    read = [syllables.from_giles(part) for part in parts]
    if not 2 <= len(read) <= 3 or not all(read) or sum(one.count for one in read) > 3:
        return ()
    if all(one.ways == (part,) for one, part in zip(read, parts, strict=True)):
        return ()
    if is_listed and all(syllables.parted(part) for part in parts):
        return ()
    return tuple(
        Token(
            one.ways[0],
            tuple(dict.fromkeys((*map(folding.sound, one.ways), *one.ways))),
            is_syllable=True,
            others=one.ways[1:],
        )
        for one in read
    )


def _undigited(text: str) -> str:
    """A person's name without digits: tones fall, oh and ell come back; else it stays."""
    if not any(letter.isdigit() for letter in text):
        return text
    return ELL.sub("l", OH.sub("o", TONE.sub("", text)))


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
    light = [_is_form(token, words) for token in tokens]
    if all(light):
        return tokens
    return tuple(
        replace(token, is_particle=True) if one else token
        for token, one in zip(tokens, light, strict=True)
    )


def _is_form(token: Token, words: Words) -> bool:
    near = form_keys(token.sounds[0]) | form_keys(token.plain)
    return not near.isdisjoint(words.form_sounds)


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
            token = _once(one, script, words, is_listed)
            if token is not None:
                yield token


def _once(run: str, script: str, words: Words, is_listed: bool) -> Token | None:
    """A token, made anew only if it was not lately: names share their words."""
    key = (run, script, is_listed)
    if key not in words.tokens:
        if len(words.tokens) > MOST_KEPT:
            words.tokens.clear()
        words.tokens[key] = _token(run, script, words, is_listed)
    found: Token | None = words.tokens[key]
    return found


LOOK_ALIKES = str.maketrans("abcehikmoptxy", "авсенікморт" + "ху")


def _unmixed(part: str) -> str:
    """A Cyrillic word with Latin letters that only look right, all in Cyrillic."""
    return part.translate(LOOK_ALIKES)


@lru_cache(maxsize=131072)
def _written(run: str, script: str, is_listed: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    plain = scripts.latin(run, script)
    if script in scripts.BARE:
        return plain, scripts.letters(run)
    foreign = is_listed and script == scripts.LATIN
    guessed = not is_listed and script == scripts.LATIN
    said = [
        one
        for word in plain
        for one in folding.sounds(word, is_foreign=foreign, is_guessed=guessed)
    ]
    return plain, tuple(dict.fromkeys(said))


def _token(run: str, script: str, words: Words, is_listed: bool) -> Token | None:
    plain, said = _written(run, script, is_listed)
    if not plain or not plain[0] or not said:
        return None
    more = [words.spellings[one] for one in (run, *plain) if one in words.spellings]
    is_bare = script in scripts.BARE
    if len(plain[0]) > 4 and not is_bare:
        more += plain  # a slip of a finger changes letters, not sounds
    article = None if is_bare else ARTICLE.match(plain[0])
    if article:
        more.append(folding.sound(plain[0][article.end() :]))
    return Token(
        plain=plain[0],
        sounds=tuple(dict.fromkeys((*said, *more))),
        is_bare=is_bare,
        is_particle=plain[0] in words.particles or run in words.particles,
        is_title=plain[0] in words.titles or run in words.titles,
    )


def _syllable(said: str, words: Words) -> Token:
    group = words.spellings.get(said)
    return Token(said, (folding.sound(said), *([group] if group else [])), is_syllable=True)


@lru_cache(maxsize=131072)
def joined(parts: tuple[Token, ...]) -> Token:
    """Words written as one: Abd al Rahman, Fang Wei, Jong Un."""
    is_bare = any(token.is_bare for token in parts)
    ways = [_ways(token, is_bare=is_bare) for token in parts]
    plain, *others = ["".join(one) for one in itertools.islice(itertools.product(*ways), MOST_WAYS)]
    if is_bare:
        said: tuple[str, ...] = (plain, *others)
    elif others:
        said = (*(folding.sound(one) for one in (plain, *others)), plain, *others)
    else:
        said = (folding.together("".join(token.sounds[0] for token in parts)),)
    return Token(
        plain="".join(token.plain for token in parts),
        sounds=tuple(dict.fromkeys(said)),
        is_bare=is_bare,
        is_syllable=all(token.is_syllable for token in parts),
        others=tuple(others) if not is_bare else (),
    )


def _ways(token: Token, *, is_bare: bool) -> list[str]:
    if is_bare:
        return [one for one in token.sounds if one[0] != "~"]
    return [token.plain, *token.others]


def unions(tokens: Sequence[Token]) -> list[tuple[int, int, Token]]:
    """Each two neighbours as one word, and each two with a particle between; from, until, word."""
    found = []
    for first in range(len(tokens) - 1):
        if tokens[first].is_bare != tokens[first + 1].is_bare:
            continue
        found.append((first, first + 2, joined(tokens[first : first + 2])))
        after = tokens[first + 2 : first + 3]
        if after and tokens[first + 1].is_particle and after[0].is_bare == tokens[first].is_bare:
            found.append((first, first + 3, joined(tokens[first : first + 3])))
    return found
