"""How a name sounds, roughly: spellings of one name in Latin letters become one word."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

# Each rule makes spellings equal that systems of transliteration, languages and clerks tell
# apart: kh and h, iy and y, ck and k, ph and f, j and dzh. Capitals are sounds of their own.
RULES = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"shch|stsch|schtsch|shh", "S"),
        (r"tsch|tch", "C"),
        (r"sch|sh", "S"),
        (r"ch|cz", "C"),
        (r"dzh|dsch|dj|zh", "J"),
        (r"kh", "h"),
        (r"gh", "g"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"dh", "d"),
        (r"tz|ts|c(?=[eiy])", "s"),
        (r"qu(?=[eiy])|ck|c|q", "k"),
        (r"^x", "s"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"ou|oo", "u"),
        (r"ee", "i"),
        (r"j", "J"),
        (r"y", "i"),
        (r"(?<=[a-zA-Z])h$", ""),
        (r"(.)\1+", r"\1"),
        (r"^ie", "e"),
        (r"ie", "e"),
        (r"ii+", "i"),
    )
)
SLAVIC = (  # Jurij, Jan; Carev
    (re.compile(r"(?<![dz])j"), "y"),
    (re.compile(r"c(?![chkz])"), "ts"),
)
SPANISH = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"(?<![cskz])h", ""),
        (r"j|g(?=[ei])|x(?=[aeiou])", "kh"),
        (r"(?<!t)z", "s"),
    )
)
GUESSES = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"(?<![st])ch", "kh"),
        (r"(?<![st])ch|sz", "sh"),
        ("x", "kh"),
        ("(?<!t)sch", "zh"),
    )
)
VOWELS = re.compile(r"(?<!^)[aeiou]+")
VOWEL_COST = 0.4
DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=262144)
def sound(word: str) -> str:
    """A word of a-z as it sounds."""
    for pattern, said in RULES:
        word = pattern.sub(said, word)
    return word


@lru_cache(maxsize=131072)
def sounds(word: str, *, is_foreign: bool = False, is_guessed: bool = False) -> tuple[str, ...]:
    """A word as it may sound: as it stands, with a Slavic j, or read by a Spaniard.

    `is_guessed`: by whom it was spelled is anybody's guess; a German, a Frenchman and a Pole too.
    """
    found = [sound(word)]
    if "j" in word or "c" in word:
        found.append(sound(_changed(word, SLAVIC)))
    if word.endswith(("of", "off", "ef", "eff")):
        found.append(sound(word.rstrip("f") + "v"))  # Petroff, Iliev
    if is_guessed:
        found += [sound(pattern.sub(said, word)) for pattern, said in GUESSES]
    if is_foreign and word.startswith("kh"):
        found.append(sound(word[:1] + word[2:]))  # Khan, Kan
    if is_foreign:
        spanish = _changed(word, SPANISH)
        if spanish != word:
            found.append(sound(spanish))
    return tuple(dict.fromkeys(filter(None, found)))


def _changed(word: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, said in rules:
        word = pattern.sub(said, word)
    return word


@lru_cache(maxsize=262144)
def bones(said: str) -> str:
    """The consonants of a sound; a leading vowel, whichever, is kept as `a`."""
    lead = "a" if said[:1] in "aeiou" and said else ""
    return DOUBLED.sub(r"\1", lead + VOWELS.sub("", said[len(lead) :]).lstrip("aeiou"))


@lru_cache(maxsize=1 << 18)
def likeness(ours: str, theirs: str) -> float:
    """How alike two sounds are, 0 to 1; a wrong vowel weighs less than a consonant."""
    if ours == theirs:
        return 1.0
    longest = max(len(ours), len(theirs))
    whole = OSA.distance(ours, theirs)
    frame = min(whole, OSA.distance(bones(ours), bones(theirs)))
    return 1 - (frame + VOWEL_COST * (whole - frame)) / longest


def together(said: str) -> str:
    """The sound of words written as one."""
    return DOUBLED.sub(r"\1", said)


def keys(said: str) -> set[str]:
    """Words under which a sound is kept, so that any one slip still meets it."""
    frame = bones(said)
    found = {said, *_without_one(said)} if len(said) > 3 else {said}
    if len(frame) > 2:
        found |= {f"#{frame}", *(f"#{one}" for one in _without_one(frame) if len(one) > 2)}
    return found


def _without_one(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}
